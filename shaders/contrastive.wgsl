// SimCSE's objective (arXiv 2104.08821, eq. 4 and 5; princeton-nlp/SimCSE models.py, cl_forward).
// The R = views · N embeddings z come view after view: z1 = rows 0…N−1, then the candidates, C = R − N of them.
//   n_r = z_r / max(‖z_r‖, 1e-8)
//   S_ij = n_i · n_{N+j} / τ  (+ w where j = N + i: the item's own hard negative, with three views)
//   loss = (1/N) Σ_i (log Σ_j exp S_ij − S_ii)
// Backward:
//   dS_ij = (softmax(S_i)_j − [i = j]) / N
//   dn_i = Σ_j dS_ij n_{N+j} / τ,   dn_{N+j} = Σ_i dS_ij n_i / τ
//   dz = (dn − n (n·dn)) / ‖z‖      (dn / 1e-8 where the norm was clamped)

struct Op {
    width: u32,     // vec4s of an embedding: hidden / 4
    stride: u32,    // floats between rows of S
    pad0: u32,
    pad1: u32,
}

const SMALLEST_NORM = 1e-8;

@group(0) @binding(1) var<uniform> op: Op;

// n and ‖z‖ of each row; a thread per row.
@group(0) @binding(2) var<storage, read> embeddings: array<vec4<f32>>;       // z [R, hidden]
@group(0) @binding(3) var<storage, read_write> unit_out: array<vec4<f32>>;   // n [R, hidden]
@group(0) @binding(4) var<storage, read_write> norms_out: array<f32>;        // [R]

@compute @workgroup_size(64)
fn normalize_rows(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                  @builtin(local_invocation_index) local: u32) {
    let row = unfold(group, groups) * 64u + local;
    if (row >= step.rows) { return; }
    var squares = vec4(0.0);
    for (var i = 0u; i < op.width; i++) {
        let z = embeddings[row * op.width + i];
        squares += z * z;
    }
    let norm = sqrt(squares.x + squares.y + squares.z + squares.w);
    let divisor = max(norm, SMALLEST_NORM);
    for (var i = 0u; i < op.width; i++) {
        unit_out[row * op.width + i] = embeddings[row * op.width + i] / divisor;
    }
    norms_out[row] = norm;
}

// S; a thread per (item, candidate).
@group(0) @binding(2) var<storage, read> unit: array<vec4<f32>>;             // n [R, hidden]
@group(0) @binding(3) var<storage, read_write> similarity_out: array<f32>;   // S [N, stride]

@compute @workgroup_size(64)
fn similarity(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
              @builtin(local_invocation_index) local: u32) {
    let index = unfold(group, groups) * 64u + local;
    let item = index / op.stride;
    let candidate = index % op.stride;
    if (item >= step.items || candidate >= step.rows - step.items) { return; }
    var sums = vec4(0.0);
    let first = item * op.width;
    let second = (step.items + candidate) * op.width;
    for (var i = 0u; i < op.width; i++) {
        sums += unit[first + i] * unit[second + i];
    }
    let cosine = sums.x + sums.y + sums.z + sums.w;
    let own_hard_negative = candidate == step.items + item;
    similarity_out[index] = cosine * step.inverse_temperature
        + select(0.0, step.hard_negative_weight, own_hard_negative);
}

// Loss of each item and dS; a thread per item.
@group(0) @binding(2) var<storage, read> logits: array<f32>;                 // S [N, stride]
@group(0) @binding(3) var<storage, read_write> d_logits_out: array<f32>;     // dS [N, stride]
@group(0) @binding(4) var<storage, read_write> losses_out: array<f32>;       // [N]

@compute @workgroup_size(64)
fn cross_entropy(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                 @builtin(local_invocation_index) local: u32) {
    let item = unfold(group, groups) * 64u + local;
    if (item >= step.items) { return; }
    let start = item * op.stride;
    let candidates = step.rows - step.items;
    var largest = logits[start];
    for (var j = 1u; j < candidates; j++) {
        largest = max(largest, logits[start + j]);
    }
    var sum = 0.0;
    var others = 0.0;
    for (var j = 0u; j < candidates; j++) {
        let e = exp(logits[start + j] - largest);
        sum += e;
        others += select(e, 0.0, j == item);
    }
    // −log softmax_i = log(1 + x) with x = Σ_{j≠i} exp(S_ij − S_ii): a small loss keeps its digits. WGSL's log is
    // good to 2⁻²¹ absolute near 1 only, so small x goes through 2·atanh(x / (2 + x)), next term below 2e-9.
    let x = others / max(exp(logits[start + item] - largest), 1e-38);
    let s = x / (2.0 + x);
    let u = s * s;
    let near = 2.0 * s * (1.0 + u * (1.0 / 3.0 + u * (1.0 / 5.0 + u * (1.0 / 7.0 + u * (1.0 / 9.0)))));
    let far = log(sum) + (largest - logits[start + item]);
    losses_out[item] = select(far, near, x < 0.5);
    let count = f32(step.items);
    for (var j = 0u; j < candidates; j++) {
        // softmax − 1 as −others/sum: no cancellation where the positive takes nearly all.
        let gradient = select(exp(logits[start + j] - largest), -others, j == item) / sum;
        d_logits_out[start + j] = gradient / count;
    }
}

// Mean of the losses into the step's metrics; one thread.
@group(0) @binding(2) var<storage, read> losses: array<f32>;                 // [N]
@group(0) @binding(3) var<storage, read_write> metrics: array<f32>;          // [0]: loss

@compute @workgroup_size(1)
fn mean_loss() {
    var sum = 0.0;
    for (var item = 0u; item < step.items; item++) {
        sum += losses[item];
    }
    metrics[0] = sum / f32(step.items);
}

// dn; a thread per (row, vec4).
@group(0) @binding(3) var<storage, read> d_logits: array<f32>;               // dS [N, stride]
@group(0) @binding(4) var<storage, read_write> d_unit_out: array<vec4<f32>>; // dn [R, hidden]

@compute @workgroup_size(64)
fn similarity_backward(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                       @builtin(local_invocation_index) local: u32) {
    let index = unfold(group, groups) * 64u + local;
    let row = index / op.width;
    let i = index % op.width;
    if (row >= step.rows) { return; }
    var sum = vec4(0.0);
    if (row < step.items) {
        for (var j = 0u; j < step.rows - step.items; j++) {
            sum += d_logits[row * op.stride + j] * unit[(step.items + j) * op.width + i];
        }
    } else {
        for (var item = 0u; item < step.items; item++) {
            sum += d_logits[item * op.stride + row - step.items] * unit[item * op.width + i];
        }
    }
    d_unit_out[index] = sum * step.inverse_temperature;
}

// dz; a thread per row.
@group(0) @binding(3) var<storage, read> norms: array<f32>;                  // [R]
@group(0) @binding(4) var<storage, read> d_unit: array<vec4<f32>>;           // dn [R, hidden]
@group(0) @binding(5) var<storage, read_write> d_embeddings: array<vec4<f32>>;

@compute @workgroup_size(64)
fn normalize_backward(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                      @builtin(local_invocation_index) local: u32) {
    let row = unfold(group, groups) * 64u + local;
    if (row >= step.rows) { return; }
    let start = row * op.width;
    var sums = vec4(0.0);
    for (var i = 0u; i < op.width; i++) {
        sums += unit[start + i] * d_unit[start + i];
    }
    // A clamped norm is a constant, so nothing flows through it.
    let clamped = norms[row] <= SMALLEST_NORM;
    let along = select(sums.x + sums.y + sums.z + sums.w, 0.0, clamped);
    let divisor = max(norms[row], SMALLEST_NORM);
    for (var i = 0u; i < op.width; i++) {
        d_embeddings[start + i] = (d_unit[start + i] - unit[start + i] * along) / divisor;
    }
}
