// The head's activation, element by element.
//
// Forward:   z = tanh(a)
// Backward:  da = dz · (1 − z²)
//
// entry point      reads → writes              floats moved   workgroups
//   tanh_forward   a [R, H] → z [R, H]         2RH            ⌈R/64⌉ · H/4
//   tanh_backward  z, dz [R, H] → da [R, H]    3RH            ⌈R/64⌉ · H/4
//
// A thread has one vec4.

struct Op {
    width: u32,     // vec4s of a row: H / 4
    pad0: u32,
    pad1: u32,
    pad2: u32,
}

@group(0) @binding(1) var<uniform> op: Op;

// Forward.

@group(0) @binding(2) var<storage, read> a: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> z_out: array<vec4<f32>>;

@compute @workgroup_size(64)
fn tanh_forward(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                @builtin(local_invocation_index) local: u32) {
    let index = unfold(group, groups) * THREADS + local;
    if (index >= step.rows * op.width) { return; }
    z_out[index] = tanh4(a[index]);
}

// Backward.

@group(0) @binding(2) var<storage, read> z: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> dz: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> da: array<vec4<f32>>;

@compute @workgroup_size(64)
fn tanh_backward(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                 @builtin(local_invocation_index) local: u32) {
    let index = unfold(group, groups) * THREADS + local;
    if (index >= step.rows * op.width) { return; }
    let saved = z[index];
    da[index] = dz[index] * (1.0 - saved * saved);
}
