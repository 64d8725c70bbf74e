// Second half of every split sum (weight, bias, LayerNorm and type-embedding gradients), in a fixed order:
//   total_n (+)= Σ_p parts[p, n],   p < P = ⌈extent / tile⌉;   added to where the step accumulates
//
// entry point            reads → writes                                           floats moved       workgroups
//   sum_partials         parts [P, n] → total [n]                                 (P + 1)n           ⌈n/256⌉
//   sum_two_partials     parts [P, n], [P, n₂] → total [n], second_total [n₂]     (P + 1)(n + n₂)    ⌈(n + n₂)/256⌉
//   sum_listed_partials  K times parts [P, n], list [K, 2] → total [n] each       (P + 1)Kn          ⌈Kn/256⌉
//
// A thread sums one vec4.

struct Op {
    length: u32,            // vec4s of a part: n / 4
    extent_kind: u32,       // extent that the parts divide, see step.wgsl
    extent_fixed: u32,
    tile: u32,              // of the extent, for one part
    second_length: u32,     // sum_two_partials: n₂ / 4, and the vec4 where the second sum's parts begin
    second_start: u32,
    sums: u32,              // sum_listed_partials: K
    pad: u32,
}

@group(0) @binding(1) var<uniform> op: Op;
@group(0) @binding(2) var<storage, read> parts: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> total: array<vec4<f32>>;

// Σ of vec4 `index` over the parts of `length` vec4s from `start` on.
fn sum_of(start: u32, length: u32, index: u32) -> vec4<f32> {
    let count = (extent(op.extent_kind, op.extent_fixed) + op.tile - 1u) / op.tile;
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

@group(0) @binding(4) var<storage, read_write> second_total: array<vec4<f32>>;

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

// Of each sum: first vec4 of its parts, first vec4 of its result in `total`.
@group(0) @binding(4) var<storage, read> list: array<vec2<u32>>;

@compute @workgroup_size(64)
fn sum_listed_partials(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                       @builtin(local_invocation_index) local: u32) {
    let thread = unfold(group, groups) * 64u + local;
    if (thread >= op.length * op.sums) { return; }
    let entry = list[thread / op.length];
    let sum = sum_of(entry.x, op.length, thread % op.length);
    let index = entry.y + thread % op.length;
    total[index] = select(sum, sum + total[index], step.accumulate != 0u);
}
