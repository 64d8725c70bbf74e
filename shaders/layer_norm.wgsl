// Residual LayerNorm with its dropouts, as BERT's blocks have them (post-LN):
//   s = mask_in · x + residual,  μ, σ over a row,  x̂ = (s − μ)/√(σ² + ε),  y = mask_out · (γ·x̂ + β)
// mask_in: after a dense layer; mask_out: after the embeddings' LayerNorm. Either may be absent (NO_DROPOUT).
//
// Backward, with g = γ · mask_out · dy and means over the row:
//   ds = (g − mean(g) − x̂ · mean(g·x̂)) / √(σ² + ε);  d_residual = ds,  dx = mask_in · ds
//   dγ = Σ_rows mask_out·dy·x̂,  dβ = Σ_rows mask_out·dy
//
// A thread works on a whole row: no barriers, which software adapters pay dearly for.

struct Op {
    width: u32,         // vec4s of a row: hidden / 4
    site_in: u32,
    site_out: u32,
    has_residual: u32,
    kind: u32,          // extent of the rows
    fixed: u32,
    epsilon: f32,
    pad: u32,
}

// Rows that one partial sum of parameter gradients covers; src/kernels/mod.rs: CHUNK.
const CHUNK = 64u;

@group(0) @binding(1) var<uniform> op: Op;
// [tokens]: the token's key into the dropout masks, first token of its row, end of its row, row.
@group(0) @binding(2) var<storage, read> spans: array<vec4<u32>>;
// γ then β, [2, hidden].
@group(0) @binding(3) var<storage, read> weights: array<vec4<f32>>;
// forward: the residual. backward: dy.
@group(0) @binding(4) var<storage, read> other: array<vec4<f32>>;

// Forward. In: x; out: s.
@group(0) @binding(5) var<storage, read_write> sums: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read_write> normalized: array<vec4<f32>>;
// μ and 1/√(σ² + ε) of each row.
@group(0) @binding(7) var<storage, read_write> statistics: array<vec2<f32>>;

@compute @workgroup_size(64)
fn layer_norm(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
              @builtin(local_invocation_index) local: u32) {
    let row = unfold(group, groups) * 64u + local;
    if (row >= extent(op.kind, op.fixed)) { return; }
    let start = row * op.width;
    let key = spans[row].x;
    let length = f32(4u * op.width);

    var total = vec4(0.0);
    for (var i = 0u; i < op.width; i++) {
        var s = sums[start + i] * keep4(op.site_in, key, i);
        if (op.has_residual != 0u) {
            s += other[start + i];
        }
        sums[start + i] = s;
        total += s;
    }
    let mean = (total.x + total.y + total.z + total.w) / length;

    var squares = vec4(0.0);
    for (var i = 0u; i < op.width; i++) {
        let d = sums[start + i] - mean;
        squares += d * d;
    }
    let variance = (squares.x + squares.y + squares.z + squares.w) / length;
    let scale = 1.0 / sqrt(variance + op.epsilon);

    for (var i = 0u; i < op.width; i++) {
        let y = (sums[start + i] - mean) * scale * weights[i] + weights[op.width + i];
        normalized[start + i] = y * keep4(op.site_out, key, i);
    }
    statistics[row] = vec2(mean, scale);
}

// Backward. In: s, statistics, dy.
@group(0) @binding(5) var<storage, read> saved_sums: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read> saved_statistics: array<vec2<f32>>;
@group(0) @binding(7) var<storage, read_write> d_residual: array<vec4<f32>>;
@group(0) @binding(8) var<storage, read_write> dx: array<vec4<f32>>;

// Parameter gradients, first half: [⌈rows / 64⌉, 2, hidden]; reduce.wgsl adds the parts.
@group(0) @binding(9) var<storage, read_write> partials: array<vec4<f32>>;

fn backward_of_row(row: u32) {
    if (row >= extent(op.kind, op.fixed)) { return; }
    let start = row * op.width;
    let key = spans[row].x;
    let length = f32(4u * op.width);
    let mean = saved_statistics[row].x;
    let scale = saved_statistics[row].y;

    var gradient = vec4(0.0);
    var projected = vec4(0.0);
    for (var i = 0u; i < op.width; i++) {
        let g = weights[i] * keep4(op.site_out, key, i) * other[start + i];
        gradient += g;
        projected += g * (saved_sums[start + i] - mean) * scale;
    }
    let mean_gradient = (gradient.x + gradient.y + gradient.z + gradient.w) / length;
    let mean_projected = (projected.x + projected.y + projected.z + projected.w) / length;

    for (var i = 0u; i < op.width; i++) {
        let g = weights[i] * keep4(op.site_out, key, i) * other[start + i];
        let x_hat = (saved_sums[start + i] - mean) * scale;
        let ds = (g - mean_gradient - x_hat * mean_projected) * scale;
        d_residual[start + i] = ds;
        dx[start + i] = ds * keep4(op.site_in, key, i);
    }
}

fn partial_of_parameters(part: u32, i: u32) {
    let rows = extent(op.kind, op.fixed);
    let begin = part * CHUNK;
    if (begin >= rows || i >= op.width) { return; }
    var d_gamma = vec4(0.0);
    var d_beta = vec4(0.0);
    for (var row = begin; row < min(begin + CHUNK, rows); row++) {
        let g = keep4(op.site_out, spans[row].x, i) * other[row * op.width + i];
        let statistic = saved_statistics[row];
        d_gamma += g * (saved_sums[row * op.width + i] - statistic.x) * statistic.y;
        d_beta += g;
    }
    partials[2u * part * op.width + i] = d_gamma;
    partials[(2u * part + 1u) * op.width + i] = d_beta;
}

// For every chunk of rows one workgroup whose threads have a row each, and as many more as it takes to have a thread
// for every vec4 of the parameters.
@compute @workgroup_size(64)
fn layer_norm_backward(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                       @builtin(local_invocation_index) local: u32) {
    let index = unfold(group, groups);
    let groups_of_chunk = 1u + (op.width + 63u) / 64u;
    let chunk = index / groups_of_chunk;
    let role = index % groups_of_chunk;
    if (role == 0u) {
        backward_of_row(chunk * CHUNK + local);
    } else {
        partial_of_parameters(chunk, (role - 1u) * 64u + local);
    }
}
