// From token states to one vector per row, and the tanh of the head.
//   cls:   pooled[r] = x[first token of r]          backward: dx[first token] = dpooled[r], 0 elsewhere
//   mean:  pooled[r] = (1/len_r) Σ_t x[t]           backward: dx[t] = dpooled[r] / len_r
// The mean includes [CLS] and [SEP], as SimCSE's poolers do. A pooler over several layers averages their poolings:
// one call a layer, each times `factor`, all but the first added to what is there.

struct Op {
    width: u32,     // vec4s of a row: hidden / 4
    mean: u32,      // 0: cls, 1: mean
    accumulate: u32,
    factor: f32,
}

@group(0) @binding(1) var<uniform> op: Op;
// forward: [rows + 1].
@group(0) @binding(2) var<storage, read> row_starts: array<u32>;
@group(0) @binding(3) var<storage, read> source: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> destination: array<vec4<f32>>;

fn store(index: u32, value: vec4<f32>) {
    let scaled = op.factor * value;
    destination[index] = select(scaled, scaled + destination[index], op.accumulate != 0u);
}

@compute @workgroup_size(64)
fn pool(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) local: u32) {
    let index = unfold(group, groups) * 64u + local;
    let row = index / op.width;
    let i = index % op.width;
    if (row >= step.rows) { return; }
    let begin = row_starts[row];
    if (op.mean == 0u) {
        store(index, source[begin * op.width + i]);
        return;
    }
    let end = row_starts[row + 1u];
    var sum = vec4(0.0);
    for (var token = begin; token < end; token++) {
        sum += source[token * op.width + i];
    }
    store(index, sum / f32(end - begin));
}

// backward: [tokens]: dropout key, first token of the row, end of the row, row.
@group(0) @binding(2) var<storage, read> spans: array<vec4<u32>>;

@compute @workgroup_size(64)
fn pool_backward(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                 @builtin(local_invocation_index) local: u32) {
    let index = unfold(group, groups) * 64u + local;
    let token = index / op.width;
    let i = index % op.width;
    if (token >= step.tokens) { return; }
    let span = spans[token];
    let gradient = source[span.w * op.width + i];
    if (op.mean == 0u) {
        store(index, select(vec4(0.0), gradient, token == span.y));
    } else {
        store(index, gradient / f32(span.z - span.y));
    }
}
