// Global gradient norm, clipping and AdamW over flat shards of all parameters.
//   norm = √Σ g²,   clip = min(1, max_norm / (norm + 1e-6))                    (torch clip_grad_norm_)
//   m ← β₁m + (1−β₁)ĝ,  v ← β₂v + (1−β₂)ĝ²,  ĝ = clip·g
//   p ← p − lr·λ·p − lr · (m/(1−β₁ᵗ)) / (√v/√(1−β₂ᵗ) + ε)                      (AdamW, arXiv 1711.05101)
// A norm that is not finite leaves parameters and moments as they are; the host is told by the metrics.

struct Op {
    length: u32,        // vec4s of this shard
    decay_end: u32,     // vec4s before this one have weight decay
    first_partial: u32, // where this shard's partial sums go
    partials: u32,      // partial sums of this shard; for the clip factor, of all of them
}

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

@group(0) @binding(1) var<uniform> op: Op;

@group(0) @binding(2) var<storage, read> gradients: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> partial_sums: array<f32>;

// A workgroup per partial sum; all of them go through the shard side by side.
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
    if (local == 0u) { partial_sums[op.first_partial + part] = sum; }
}

fn is_finite(x: f32) -> bool {
    // By bits: implementations may assume that floats are never NaN or infinite.
    return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u;
}

// One workgroup: metrics[1] = norm before clipping, [2] = clip factor (0: this update is left out).
@group(0) @binding(2) var<storage, read> all_partial_sums: array<f32>;
@group(0) @binding(3) var<storage, read_write> metrics_out: array<f32>;

@compute @workgroup_size(64)
fn clip_factor(@builtin(local_invocation_index) local: u32) {
    var part = 0.0;
    for (var i = local; i < op.partials; i += THREADS) {
        part += all_partial_sums[i];
    }
    let sum = team_sum(local, THREADS, part);
    if (local > 0u) { return; }
    let norm = sqrt(sum);
    let clip = select(1.0, min(1.0, step.max_norm / (norm + 1e-6)), step.max_norm > 0.0);
    metrics_out[1] = norm;
    metrics_out[2] = select(0.0, clip, is_finite(sum));
}

@group(0) @binding(3) var<storage, read> metrics: array<f32>;
@group(0) @binding(4) var<storage, read_write> parameters: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> first_moments: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read_write> second_moments: array<vec4<f32>>;

// Vec4s that a thread updates: what it has to read first, sizes and rates, is then read once for several.
const UPDATES = 8u;

fn update(i: u32, clip: f32) {
    let g = gradients[i] * clip;
    let old_m = first_moments[i];
    let old_v = second_moments[i];
    let decay = select(0.0, step.weight_decay, i < op.decay_end);
    // A word that no batch has had yet stays as it is, and most of the table are such words for long.
    if (decay == 0.0 && all(g == vec4(0.0)) && all(old_m == vec4(0.0)) && all(old_v == vec4(0.0))) { return; }
    let m = BETA1 * old_m + (1.0 - BETA1) * g;
    let v = BETA2 * old_v + (1.0 - BETA2) * g * g;
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
    let first = unfold(group, groups) * 64u * UPDATES + local;
    let end = min(first + 64u * UPDATES, op.length);
    for (var i = first; i < end; i += 64u) {
        update(i, clip);
    }
}
