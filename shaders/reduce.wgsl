// Second half of every split sum (weight gradients, LayerNorm and type-embedding gradients):
//   total[n] (+)= Σ_part parts[part, n]
// in a fixed order, so the result is the same bits every time. A thread sums one vec4.

struct Op {
    length: u32,    // vec4s of a part
    kind: u32,      // how many parts: ⌈extent / tile⌉
    fixed: u32,
    tile: u32,
    second_length: u32,     // the same of a second sum, whose parts begin at this vec4; listed: how many sums
    second_start: u32,
    pad0: u32,
    pad1: u32,
}

@group(0) @binding(1) var<uniform> op: Op;
@group(0) @binding(2) var<storage, read> parts: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> total: array<vec4<f32>>;

@group(0) @binding(4) var<storage, read_write> second_total: array<vec4<f32>>;

fn sum_of(start: u32, length: u32, index: u32) -> vec4<f32> {
    let count = (extent(op.kind, op.fixed) + op.tile - 1u) / op.tile;
    var sum = vec4(0.0);
    for (var part = 0u; part < count; part++) {
        sum += parts[start + part * length + index];
    }
    return sum;
}

@compute @workgroup_size(64)
fn sum_partials(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                @builtin(local_invocation_index) local: u32) {
    let index = unfold(group, groups) * 64u + local;
    if (index >= op.length) { return; }
    let sum = sum_of(0u, op.length, index);
    total[index] = select(sum, sum + total[index], step.accumulate != 0u);
}

@compute @workgroup_size(64)
fn sum_two_partials(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                    @builtin(local_invocation_index) local: u32) {
    var index = unfold(group, groups) * 64u + local;
    if (index < op.length) {
        let sum = sum_of(0u, op.length, index);
        total[index] = select(sum, sum + total[index], step.accumulate != 0u);
        return;
    }
    index -= op.length;
    if (index >= op.second_length) { return; }
    let sum = sum_of(op.second_start, op.second_length, index);
    second_total[index] = select(sum, sum + second_total[index], step.accumulate != 0u);
}

// [sums]: first vec4 of its parts, its vec4 in `total`.
@group(0) @binding(4) var<storage, read> list: array<vec2<u32>>;

@compute @workgroup_size(64)
fn sum_listed_partials(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                       @builtin(local_invocation_index) local: u32) {
    let thread = unfold(group, groups) * 64u + local;
    if (thread >= op.length * op.second_length) { return; }
    let entry = list[thread / op.length];
    let sum = sum_of(entry.x, op.length, thread % op.length);
    let index = entry.y + thread % op.length;
    total[index] = select(sum, sum + total[index], step.accumulate != 0u);
}
