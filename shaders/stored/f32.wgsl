// Weights that are stored as float32, four to a vec4; f16.wgsl has the other way.
alias Stored = vec4<f32>;

fn widened(four: Stored) -> vec4<f32> {
    return four;
}
