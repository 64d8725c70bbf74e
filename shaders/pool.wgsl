// Pooling: one vector per row from the states x of its tokens, and its gradient. tanh.wgsl has the head's activation.
//
//   cls   pooled_r = f · x[first token of r]         backward  dx[first token of r] = f · dpooled_r, 0 elsewhere
//   mean  pooled_r = f/len_r · Σ_{t in r} x_t        backward  dx_t = f/len_r · dpooled_r
// The mean includes [CLS] and [SEP] (princeton-nlp/SimCSE `simcse/models.py`, Pooler). A pooler over several layers is
// one call per layer with its share f (`factor`); all but the first call add to the result.
//
// entry point      reads → writes                                   floats moved                  workgroups
//   pool           x [T, H], row_starts [R + 1] → pooled [R, H]     cls 2RH, mean TH + RH         ⌈R/64⌉ · H/4
//   pool_backward  dpooled [R, H], spans [T, 4] → dx [T, H]         TH + RH                       ⌈T/64⌉ · H/4
//
// A thread writes one vec4.

struct Op {
    width: u32,         // vec4s of a row: H / 4
    mean: u32,          // 0: cls, 1: mean
    accumulate: u32,    // 1: results are added to
    factor: f32,
}

@group(0) @binding(1) var<uniform> op: Op;

// factor · value, added to `before` where the call accumulates.
fn accumulated(before: vec4<f32>, value: vec4<f32>) -> vec4<f32> {
    let scaled = op.factor * value;
    return select(scaled, scaled + before, op.accumulate != 0u);
}

// Forward.

@group(0) @binding(2) var<storage, read> row_starts: array<u32>;
@group(0) @binding(3) var<storage, read> states: array<vec4<f32>>;              // x
@group(0) @binding(4) var<storage, read_write> pooled: array<vec4<f32>>;

@compute @workgroup_size(64)
fn pool(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) local: u32) {
    let index = unfold(group, groups) * THREADS + local;
    let row = index / op.width;
    let i = index % op.width;
    if (row >= step.rows) { return; }
    let begin = row_starts[row];
    if (op.mean == 0u) {
        pooled[index] = accumulated(pooled[index], states[begin * op.width + i]);
        return;
    }
    let end = row_starts[row + 1u];
    var sum = vec4(0.0);
    for (var token = begin; token < end; token++) {
        sum += states[token * op.width + i];
    }
    pooled[index] = accumulated(pooled[index], sum / f32(end - begin));
}

// Backward.

// [T]: dropout key, first token of the row, end of the row, row.
@group(0) @binding(2) var<storage, read> spans: array<vec4<u32>>;
@group(0) @binding(3) var<storage, read> d_pooled: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> d_states: array<vec4<f32>>;      // dx

@compute @workgroup_size(64)
fn pool_backward(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                 @builtin(local_invocation_index) local: u32) {
    let index = unfold(group, groups) * THREADS + local;
    let token = index / op.width;
    let i = index % op.width;
    if (token >= step.tokens) { return; }
    let span = spans[token];
    let gradient = d_pooled[span.w * op.width + i];
    if (op.mean == 0u) {
        d_states[index] = accumulated(d_states[index], select(vec4(0.0), gradient, token == span.y));
    } else {
        d_states[index] = accumulated(d_states[index], gradient / f32(span.z - span.y));
    }
}
