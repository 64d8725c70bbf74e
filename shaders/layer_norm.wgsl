// Residual LayerNorm with its dropouts, as BERT's blocks have them (post-LN):
//   s = mask_in · x + residual,  μ, σ over a row,  x̂ = (s − μ)/√(σ² + ε),  y = mask_out · (γ·x̂ + β)
// mask_in: after a dense layer; mask_out: after the embeddings' LayerNorm. Either may be absent (NO_DROPOUT).
//
// Backward, with g = γ · mask_out · dy and means over the row:
//   ds = (g − mean(g) − x̂ · mean(g·x̂)) / √(σ² + ε);  d_residual = ds,  dx = mask_in · ds
//   dγ = Σ_rows mask_out·dy·x̂,  dβ = Σ_rows mask_out·dy
//
// A team of 16 lanes has a row. Mean and variance are found one after the other: a sum of squares in one pass loses
// digits where a row's mean is far from 0.

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
    let row = unfold(group, groups) * TEAMS + local / TEAM;
    let lane = local % TEAM;
    let inside = row < extent(op.kind, op.fixed);
    let end = select(0u, op.width, inside);
    let start = row * op.width;
    let key = spans[row].x;
    let length = f32(4u * op.width);

    var total = vec4(0.0);
    for (var i = lane; i < end; i += TEAM) {
        var s = sums[start + i] * keep4(op.site_in, key, i);
        if (op.has_residual != 0u) {
            s += other[start + i];
        }
        sums[start + i] = s;
        total += s;
    }
    let mean = team_sum(local, TEAM, sum4(total)) / length;

    var squares = vec4(0.0);
    for (var i = lane; i < end; i += TEAM) {
        let d = sums[start + i] - mean;
        squares += d * d;
    }
    let variance = team_sum(local, TEAM, sum4(squares)) / length;
    let scale = 1.0 / sqrt(variance + op.epsilon);

    for (var i = lane; i < end; i += TEAM) {
        let y = (sums[start + i] - mean) * scale * weights[i] + weights[op.width + i];
        normalized[start + i] = y * keep4(op.site_out, key, i);
    }
    if (inside && lane == 0u) {
        statistics[row] = vec2(mean, scale);
    }
}

// Backward. In: s, statistics, dy.
@group(0) @binding(5) var<storage, read> saved_sums: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read> saved_statistics: array<vec2<f32>>;
@group(0) @binding(7) var<storage, read_write> d_residual: array<vec4<f32>>;
@group(0) @binding(8) var<storage, read_write> dx: array<vec4<f32>>;

// Parameter gradients, first half: [⌈rows / 64⌉, 2, hidden]; reduce.wgsl adds the parts.
@group(0) @binding(9) var<storage, read_write> partials: array<vec4<f32>>;

fn backward_of_rows(first: u32, local: u32) {
    let row = first + local / TEAM;
    let lane = local % TEAM;
    let end = select(0u, op.width, row < extent(op.kind, op.fixed));
    let start = row * op.width;
    let key = spans[row].x;
    let length = f32(4u * op.width);
    let mean = saved_statistics[row].x;
    let scale = saved_statistics[row].y;

    var gradient = vec4(0.0);
    var projected = vec4(0.0);
    for (var i = lane; i < end; i += TEAM) {
        let g = weights[i] * keep4(op.site_out, key, i) * other[start + i];
        gradient += g;
        projected += g * (saved_sums[start + i] - mean) * scale;
    }
    // mean(g) and mean(g·x̂)
    let means = team_sums(local, TEAM, vec2(sum4(gradient), sum4(projected))) / length;

    for (var i = lane; i < end; i += TEAM) {
        let g = weights[i] * keep4(op.site_out, key, i) * other[start + i];
        let x_hat = (saved_sums[start + i] - mean) * scale;
        let ds = (g - means.x - x_hat * means.y) * scale;
        d_residual[start + i] = ds;
        dx[start + i] = ds * keep4(op.site_in, key, i);
    }
}

// A lane has a vec4 of the parameters, a team every fourth row of the chunk.
fn partial_of_parameters(part: u32, first: u32, local: u32) {
    let i = first + local % TEAM;
    let begin = part * CHUNK;
    let end = select(0u, min(begin + CHUNK, extent(op.kind, op.fixed)), i < op.width);
    var d_gamma = vec4(0.0);
    var d_beta = vec4(0.0);
    for (var row = begin + local / TEAM; row < end; row += TEAMS) {
        let g = keep4(op.site_out, spans[row].x, i) * other[row * op.width + i];
        let statistic = saved_statistics[row];
        d_gamma += g * (saved_sums[row * op.width + i] - statistic.x) * statistic.y;
        d_beta += g;
    }
    d_gamma = sum_of_teams(local, d_gamma);
    d_beta = sum_of_teams(local, d_beta);
    if (local >= TEAM || begin >= end) { return; }
    partials[2u * part * op.width + i] = d_gamma;
    partials[(2u * part + 1u) * op.width + i] = d_beta;
}

// For every chunk of rows 16 workgroups whose teams have a row each, and as many more as it takes to have a lane for
// every vec4 of the parameters.
@compute @workgroup_size(64)
fn layer_norm_backward(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                       @builtin(local_invocation_index) local: u32) {
    let index = unfold(group, groups);
    let groups_of_rows = CHUNK / TEAMS;
    let groups_of_chunk = groups_of_rows + (op.width + TEAM - 1u) / TEAM;
    let chunk = index / groups_of_chunk;
    let role = index % groups_of_chunk;
    if (role < groups_of_rows) {
        backward_of_rows(chunk * CHUNK + role * TEAMS, local);
    } else {
        partial_of_parameters(chunk, (role - groups_of_rows) * TEAM, local);
    }
}
