// Weights that are stored as float16, four to a vec2 of words, and computed with as float32. Unpacking is in WGSL
// itself, so no feature of the adapter is needed. It may take halves below 2⁻¹⁴ (6.1e-5) for zero.
alias Stored = vec2<u32>;

fn widened(four: Stored) -> vec4<f32> {
    return vec4(unpack2x16float(four.x), unpack2x16float(four.y));
}
