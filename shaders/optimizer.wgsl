// Global gradient norm, clipping and AdamW over flat shards of all parameters, n floats each.
//
//   norm = √Σ g²,   clip = min(1, max_norm / (norm + 1e-6))               (torch.nn.utils.clip_grad_norm_)
//   ĝ = clip·g,   m ← β₁m + (1−β₁)ĝ,   v ← β₂v + (1−β₂)ĝ²
//   p ← p − lr·λ·p − lr · (m/(1−β₁ᵗ)) / (√v/√(1−β₂ᵗ) + ε)                 (AdamW: arXiv 1711.05101, algorithm 2)
// Where Σ g² is not finite, parameters and moments stay as they are, and metrics[2] = 0 tells the host.
//
// entry point     reads → writes                                         floats moved      workgroups
//   sum_squares   g [n] → partial sums of g²                             n                 ⌈n/1024⌉, at most 1,024
//   clip_factor   partial sums of all shards → norm, clip                as many as those  1
//   adamw         g, p, m, v [n], clip → p, m, v [n]                     7n                ⌈n/2048⌉

struct Op {
    length: u32,        // vec4s of the shard: n / 4
    decay_end: u32,     // adamw: vec4s before this one have weight decay λ
    first_partial: u32, // sum_squares: where the shard's partial sums go
    partials: u32,      // partial sums that sum_squares writes or clip_factor reads
}

// β₁, β₂, 1−β₁ and 1−β₂, each rounded once; src/kernels/step.rs has the numbers.
override beta1: f32;
override beta2: f32;
override rest1: f32;
override rest2: f32;
const EPSILON = 1e-8;

@group(0) @binding(1) var<uniform> op: Op;

// Gradient norm: a workgroup per partial sum; all workgroups stride over the whole shard.

@group(0) @binding(2) var<storage, read> gradients: array<vec4<f32>>;           // g, of adamw too
@group(0) @binding(3) var<storage, read_write> partials_out: array<f32>;

@compute @workgroup_size(64)
fn sum_squares(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
               @builtin(local_invocation_index) local: u32) {
    let part = unfold(group, groups);
    if (part >= op.partials) { return; }
    var sums = vec4(0.0);
    for (var i = part * THREADS + local; i < op.length; i += op.partials * THREADS) {
        let g = gradients[i];
        sums += g * g;
    }
    let sum = team_sum(local, THREADS, sum4(sums));
    if (local == 0u) { partials_out[op.first_partial + part] = sum; }
}

// Clipping; one workgroup.

fn is_finite(x: f32) -> bool {
    // By its bits: WGSL implementations may assume that floats are never NaN or infinite.
    return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u;
}

@group(0) @binding(2) var<storage, read> partials: array<f32>;
// [1]: norm before clipping, [2]: clip, 0 where the update is skipped.
@group(0) @binding(3) var<storage, read_write> metrics_out: array<f32>;

@compute @workgroup_size(64)
fn clip_factor(@builtin(local_invocation_index) local: u32) {
    var part = 0.0;
    for (var i = local; i < op.partials; i += THREADS) {
        part += partials[i];
    }
    let sum = team_sum(local, THREADS, part);
    if (local > 0u) { return; }
    let norm = sqrt(sum);
    let clip = select(1.0, min(1.0, step.max_norm / (norm + 1e-6)), step.max_norm > 0.0);
    metrics_out[1] = norm;
    metrics_out[2] = select(0.0, clip, is_finite(sum));
}

// Update.

@group(0) @binding(3) var<storage, read> metrics: array<f32>;
@group(0) @binding(4) var<storage, read_write> parameters: array<vec4<f32>>;        // p
@group(0) @binding(5) var<storage, read_write> first_moments: array<vec4<f32>>;     // m
@group(0) @binding(6) var<storage, read_write> second_moments: array<vec4<f32>>;    // v

// Vec4s that a thread updates, so that it reads sizes and rates once for several; src/kernels/optimizer/mod.rs has the
// same constant.
const UPDATES = 8u;

fn update(i: u32, clip: f32) {
    let g = gradients[i] * clip;
    let old_m = first_moments[i];
    let old_v = second_moments[i];
    let decay = select(0.0, step.weight_decay, i < op.decay_end);
    // Words that no batch has contained yet, most of the table for a long time: the update would be 0.
    if (decay == 0.0 && all(g == vec4(0.0)) && all(old_m == vec4(0.0)) && all(old_v == vec4(0.0))) { return; }
    let m = beta1 * old_m + rest1 * g;
    let v = beta2 * old_v + rest2 * g * g;
    let p = parameters[i];
    let change = (m * step.first_correction) / (sqrt(v) * step.second_correction + EPSILON);
    parameters[i] = p - step.learning_rate * (decay * p + change);
    first_moments[i] = m;
    second_moments[i] = v;
}

@compute @workgroup_size(64)
fn adamw(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
         @builtin(local_invocation_index) local: u32) {
    let clip = metrics[2];
    if (clip == 0.0) { return; }
    let first = unfold(group, groups) * THREADS * UPDATES + local;
    let end = min(first + THREADS * UPDATES, op.length);
    for (var i = first; i < end; i += THREADS) {
        update(i, clip);
    }
}
