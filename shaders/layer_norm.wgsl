// LayerNorm of a residual sum with dropout before and after, as BERT's post-LN blocks have it (LayerNorm: arXiv
// 1607.06450; BERT: arXiv 1810.04805).
//
// Forward, for each token, means over its H elements:
//   s = m_in · x + residual,   μ = mean(s),   σ² = mean((s − μ)²),   r = 1/√(σ² + ε)
//   x̂ = (s − μ)·r,   y = m_out · (γ·x̂ + β)
// m_in is the dropout mask after a dense layer, m_out that after the embeddings' LayerNorm; either may be NO_DROPOUT.
//
// Backward, with g = γ · m_out · dy:
//   ds = (g − mean(g) − x̂ · mean(g·x̂)) · r,   d_residual = ds,   dx = m_in · ds
//   dγ = Σ_tokens m_out·dy·x̂,   dβ = Σ_tokens m_out·dy
//
// entry point            reads → writes                                      floats moved   workgroups
//   layer_norm           x, residual [T, H] → s, y [T, H], (μ, r) [T, 2]     4TH            ⌈T/4⌉
//   layer_norm_backward  s, dy [T, H], (μ, r) [T, 2] → d_residual, dx        4TH            ⌈T/64⌉ · (16 + ⌈H/64⌉)
//                        [T, H], partials of dγ and dβ [⌈T/64⌉, 2, H]
// reduce.wgsl adds up the partials.
//
// A team of 16 lanes has a token, and goes over it three times forward and twice backward. Mean and variance take a
// pass each: a sum of squares in one pass loses digits where a token's mean is far from 0.

struct Op {
    width: u32,         // vec4s of a token: H / 4
    site_in: u32,       // dropout sites of m_in and m_out
    site_out: u32,
    has_residual: u32,
    epsilon: f32,
    pad0: u32,
    pad1: u32,
    pad2: u32,
}

@group(0) @binding(1) var<uniform> op: Op;
// [T]: the token's dropout key, first token of its row, end of its row, row.
@group(0) @binding(2) var<storage, read> spans: array<vec4<u32>>;
@group(0) @binding(3) var<storage, read> weights: array<vec4<f32>>;             // γ then β, [2, H]

// Forward.

@group(0) @binding(4) var<storage, read> residual: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> sums: array<vec4<f32>>;          // in: x, out: s
@group(0) @binding(6) var<storage, read_write> normalized: array<vec4<f32>>;    // y
@group(0) @binding(7) var<storage, read_write> statistics: array<vec2<f32>>;    // μ, r

@compute @workgroup_size(64)
fn layer_norm(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
              @builtin(local_invocation_index) local: u32) {
    let token = unfold(group, groups) * TEAMS + local / TEAM;
    let lane = local % TEAM;
    let inside = token < step.tokens;
    let end = select(0u, op.width, inside);
    let start = token * op.width;
    let key = spans[token].x;
    let length = f32(4u * op.width);

    var total = vec4(0.0);
    for (var i = lane; i < end; i += TEAM) {
        var s = sums[start + i] * keep4(op.site_in, key, i);
        if (op.has_residual != 0u) {
            s += residual[start + i];
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
        statistics[token] = vec2(mean, scale);
    }
}

// Backward.

@group(0) @binding(4) var<storage, read> dy: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read> saved_sums: array<vec4<f32>>;          // s
@group(0) @binding(6) var<storage, read> saved_statistics: array<vec2<f32>>;    // μ, r
@group(0) @binding(7) var<storage, read_write> d_residual: array<vec4<f32>>;
@group(0) @binding(8) var<storage, read_write> dx: array<vec4<f32>>;
@group(0) @binding(9) var<storage, read_write> partials: array<vec4<f32>>;      // of dγ then dβ, [⌈T/64⌉, 2, H]

// ds and dx of four tokens.
fn backward_of_tokens(first_token: u32, local: u32) {
    let token = first_token + local / TEAM;
    let lane = local % TEAM;
    let end = select(0u, op.width, token < step.tokens);
    let start = token * op.width;
    let key = spans[token].x;
    let length = f32(4u * op.width);
    let mean = saved_statistics[token].x;
    let scale = saved_statistics[token].y;

    var gradient = vec4(0.0);
    var projected = vec4(0.0);
    for (var i = lane; i < end; i += TEAM) {
        let g = weights[i] * keep4(op.site_out, key, i) * dy[start + i];
        gradient += g;
        projected += g * (saved_sums[start + i] - mean) * scale;
    }
    // mean(g) and mean(g·x̂)
    let means = team_sums(local, TEAM, vec2(sum4(gradient), sum4(projected))) / length;

    for (var i = lane; i < end; i += TEAM) {
        let g = weights[i] * keep4(op.site_out, key, i) * dy[start + i];
        let x_hat = (saved_sums[start + i] - mean) * scale;
        let ds = (g - means.x - x_hat * means.y) * scale;
        d_residual[start + i] = ds;
        dx[start + i] = ds * keep4(op.site_in, key, i);
    }
}

// Partial dγ and dβ of a chunk of tokens: a lane has a vec4 of the parameters, a team every fourth token.
fn partial_of_parameters(chunk: u32, first_vec4: u32, local: u32) {
    let i = first_vec4 + local % TEAM;
    let begin = chunk * CHUNK;
    let end = select(0u, min(begin + CHUNK, step.tokens), i < op.width);
    var d_gamma = vec4(0.0);
    var d_beta = vec4(0.0);
    for (var token = begin + local / TEAM; token < end; token += TEAMS) {
        let g = keep4(op.site_out, spans[token].x, i) * dy[token * op.width + i];
        let statistic = saved_statistics[token];
        d_gamma += g * (saved_sums[token * op.width + i] - statistic.x) * statistic.y;
        d_beta += g;
    }
    d_gamma = sum_of_teams(local, d_gamma);
    d_beta = sum_of_teams(local, d_beta);
    if (local >= TEAM || begin >= end) { return; }
    partials[2u * chunk * op.width + i] = d_gamma;
    partials[(2u * chunk + 1u) * op.width + i] = d_beta;
}

// A chunk of 64 tokens has 16 workgroups for ds and dx, and ⌈H/64⌉ more for its partial dγ and dβ.
@compute @workgroup_size(64)
fn layer_norm_backward(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                       @builtin(local_invocation_index) local: u32) {
    let index = unfold(group, groups);
    let token_groups = CHUNK / TEAMS;
    let groups_of_chunk = token_groups + (op.width + TEAM - 1u) / TEAM;
    let chunk = index / groups_of_chunk;
    let role = index % groups_of_chunk;
    if (role < token_groups) {
        backward_of_tokens(chunk * CHUNK + role * TEAMS, local);
    } else {
        partial_of_parameters(chunk, (role - token_groups) * TEAM, local);
    }
}
