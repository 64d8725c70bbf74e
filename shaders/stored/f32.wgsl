// Weights stored as float32, four to a vec4; f16.wgsl is the alternative to this part of a module.
alias Stored = vec4<f32>;

fn widened(four: Stored) -> vec4<f32> {
    return four;
}
