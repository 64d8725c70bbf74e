// Second half of every split sum (weight, bias, LayerNorm and type-embedding gradients), in a fixed order:
//   total_n (+)= Σ_p partials[p, n],   p < P = ⌈extent / chunk⌉;   added to where the step accumulates
//
// entry point            reads → writes                                           floats moved       workgroups
//   sum_partials         partials [P, n] → total [n]                              (P + 1)n           ⌈n/256⌉
//   sum_two_partials     partials [P, n], [P, n₂] → total [n], second_total [n₂]  (P + 1)(n + n₂)    ⌈(n + n₂)/256⌉
//   sum_listed_partials  K times partials [P, n], list [K, 2] → total [n] each    (P + 1)Kn          ⌈Kn/256⌉
//
// A thread sums one vec4.

struct Op {
    length: u32,            // vec4s of a partial sum: n / 4
    extent_kind: u32,       // extent that the partial sums divide, see step.wgsl
    extent_fixed: u32,
    chunk: u32,             // elements of the extent that one partial sum covers
    second_length: u32,     // sum_two_partials: n₂ / 4, and the vec4 where the second sum's partials begin
    second_start: u32,
    sums: u32,              // sum_listed_partials: K
    pad: u32,
}

@group(0) @binding(1) var<uniform> op: Op;
@group(0) @binding(2) var<storage, read> partials: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> total: array<vec4<f32>>;

// Σ of vec4 `index` over the partials of `length` vec4s from `start` on.
fn sum_of(start: u32, length: u32, index: u32) -> vec4<f32> {
    let count = (extent(op.extent_kind, op.extent_fixed) + op.chunk - 1u) / op.chunk;
    var sum = vec4(0.0);
    for (var partial = 0u; partial < count; partial++) {
        sum += partials[start + partial * length + index];
    }
    return sum;
}

@compute @workgroup_size(64)
fn sum_partials(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                @builtin(local_invocation_index) local: u32) {
    let index = unfold(group, groups) * THREADS + local;
    if (index >= op.length) { return; }
    let sum = sum_of(0u, op.length, index);
    total[index] = select(sum, sum + total[index], step.accumulate != 0u);
}

@group(0) @binding(4) var<storage, read_write> second_total: array<vec4<f32>>;

@compute @workgroup_size(64)
fn sum_two_partials(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                    @builtin(local_invocation_index) local: u32) {
    var index = unfold(group, groups) * THREADS + local;
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

// Of each sum: first vec4 of its partials, first vec4 of its result in `total`.
@group(0) @binding(4) var<storage, read> list: array<vec2<u32>>;

@compute @workgroup_size(64)
fn sum_listed_partials(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                       @builtin(local_invocation_index) local: u32) {
    let thread = unfold(group, groups) * THREADS + local;
    if (thread >= op.length * op.sums) { return; }
    let entry = list[thread / op.length];
    let sum = sum_of(entry.x, op.length, thread % op.length);
    let index = entry.y + thread % op.length;
    total[index] = select(sum, sum + total[index], step.accumulate != 0u);
}
