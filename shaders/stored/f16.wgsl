// Weights stored as float16, four to a vec2 of words, and computed with as float32. Unpacking is part of core WGSL, so
// it needs no feature of the adapter. Halves below 2⁻¹⁴ (6.1e-5) may become zero.
alias Stored = vec2<u32>;

fn widened(four: Stored) -> vec4<f32> {
    return vec4(unpack2x16float(four.x), unpack2x16float(four.y));
}
