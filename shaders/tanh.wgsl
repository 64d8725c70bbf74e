// The head's activation, over [rows, hidden].
//   forward  z = tanh(a)      backward  da = dz · (1 − z²)

struct Op {
    width: u32,     // vec4s of a row: hidden / 4
    pad0: u32,
    pad1: u32,
    pad2: u32,
}

@group(0) @binding(1) var<uniform> op: Op;
@group(0) @binding(2) var<storage, read> input: array<vec4<f32>>;        // forward: a; backward: z
@group(0) @binding(3) var<storage, read> d_output: array<vec4<f32>>;     // backward: dz
@group(0) @binding(4) var<storage, read_write> output: array<vec4<f32>>;

@compute @workgroup_size(64)
fn tanh_forward(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                @builtin(local_invocation_index) local: u32) {
    let index = unfold(group, groups) * 64u + local;
    if (index >= step.rows * op.width) { return; }
    output[index] = tanh4(input[index]);
}

@compute @workgroup_size(64)
fn tanh_backward(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                 @builtin(local_invocation_index) local: u32) {
    let index = unfold(group, groups) * 64u + local;
    if (index >= step.rows * op.width) { return; }
    let z = input[index];
    output[index] = d_output[index] * (1.0 - z * z);
}
