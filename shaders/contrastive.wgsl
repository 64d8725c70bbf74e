// SimCSE's objective (arXiv 2104.08821, eq. 4 and 5; princeton-nlp/SimCSE models.py, cl_forward) and two variants.
// The R = views · N embeddings z come view after view: z1, z2 [, z3 (hard negatives)], N rows each.
//   n_r = z_r / max(‖z_r‖, 1e-8)
//   S_ac = n_a · n_c / τ  (+ w where c = 2N + i: the hard negative of item i, which a is a sentence of)
//   loss = mean over anchors a of (log Σ_c exp S_ac − S_a,p(a)), where p(a) is the item's sentence in the other view
// The form says who is an anchor and what its candidates c are:
//   one-way     anchors z1:      candidates z2, z3                        (the paper's)
//   symmetric   z1 as above, and anchors z2 with candidates z1
//   NT-Xent     anchors z1, z2:  candidates all rows but the anchor       (SimCLR, arXiv 2002.05709)
// A negative whose cosine exceeds the threshold, if there is one, is taken for a false one and left out; the hard
// negatives that the data names stay.
// Backward:
//   dS_ac = (softmax(S_a)_c − [c = p(a)]) / anchors
//   dn_r = (Σ_c dS_rc n_c + Σ_a dS_ar n_a) / τ
//   dz = (dn − n (n·dn)) / ‖z‖      (dn / 1e-8 where the norm was clamped)
// With a width below that of the embeddings only their first columns count (Matryoshka, arXiv 2205.13147); calls of
// several widths add up.

struct Op {
    width: u32,         // vec4s of an embedding that count
    stride: u32,        // floats between rows of S
    form: u32,          // 0: one-way, 1: symmetric, 2: NT-Xent
    row: u32,           // vec4s of an embedding: hidden / 4
    accumulate: u32,    // 1: loss and dz are added to
    pad0: u32,
    pad1: u32,
    pad2: u32,
}

const SMALLEST_NORM = 1e-8;
const SYMMETRIC = 1u;
const NT_XENT = 2u;
// The logit of a candidate that is left out: its exponential is 0.
const LEFT_OUT = -1e30;

@group(0) @binding(1) var<uniform> op: Op;

fn anchors() -> u32 {
    return select(2u, 1u, op.form == 0u) * step.items;
}

// First candidate row of an anchor: column 0 of its row of S.
fn first_candidate(anchor: u32) -> u32 {
    return select(step.items, 0u, op.form == NT_XENT || anchor >= step.items);
}

fn candidates_end(anchor: u32) -> u32 {
    return select(step.rows, step.items, op.form == SYMMETRIC && anchor >= step.items);
}

// p(a)
fn positive(anchor: u32) -> u32 {
    return select(anchor - step.items, anchor + step.items, anchor < step.items);
}

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
        let z = embeddings[row * op.row + i];
        squares += z * z;
    }
    let norm = sqrt(squares.x + squares.y + squares.z + squares.w);
    let divisor = max(norm, SMALLEST_NORM);
    for (var i = 0u; i < op.width; i++) {
        unit_out[row * op.width + i] = embeddings[row * op.row + i] / divisor;
    }
    norms_out[row] = norm;
}

// S; a thread per (anchor, column).
@group(0) @binding(2) var<storage, read> unit: array<vec4<f32>>;             // n [R, width]
@group(0) @binding(3) var<storage, read_write> similarity_out: array<f32>;   // S [anchors, stride]

@compute @workgroup_size(64)
fn similarity(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
              @builtin(local_invocation_index) local: u32) {
    let index = unfold(group, groups) * 64u + local;
    let anchor = index / op.stride;
    let candidate = first_candidate(anchor) + index % op.stride;
    if (anchor >= anchors() || candidate >= candidates_end(anchor)) { return; }
    var sums = vec4(0.0);
    let first = anchor * op.width;
    let second = candidate * op.width;
    for (var i = 0u; i < op.width; i++) {
        sums += unit[first + i] * unit[second + i];
    }
    let cosine = sums.x + sums.y + sums.z + sums.w;
    let own_hard_negative = candidate == 2u * step.items + anchor % step.items;
    let named = own_hard_negative || candidate == positive(anchor);
    let threshold = step.false_negative_threshold;
    let left_out = candidate == anchor || (threshold > 0.0 && cosine > threshold && !named);
    let logit = cosine * step.inverse_temperature + select(0.0, step.hard_negative_weight, own_hard_negative);
    similarity_out[index] = select(logit, LEFT_OUT, left_out);
}

// Loss of each anchor and dS; a thread per anchor.
@group(0) @binding(2) var<storage, read> logits: array<f32>;                 // S [anchors, stride]
@group(0) @binding(3) var<storage, read_write> d_logits_out: array<f32>;     // dS [anchors, stride]
@group(0) @binding(4) var<storage, read_write> losses_out: array<f32>;       // [anchors]

@compute @workgroup_size(64)
fn cross_entropy(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                 @builtin(local_invocation_index) local: u32) {
    let anchor = unfold(group, groups) * 64u + local;
    if (anchor >= anchors()) { return; }
    let start = anchor * op.stride;
    let candidates = candidates_end(anchor) - first_candidate(anchor);
    let label = positive(anchor) - first_candidate(anchor);
    var largest = logits[start];
    for (var j = 1u; j < candidates; j++) {
        largest = max(largest, logits[start + j]);
    }
    var sum = 0.0;
    var others = 0.0;
    for (var j = 0u; j < candidates; j++) {
        let e = exp(logits[start + j] - largest);
        sum += e;
        others += select(e, 0.0, j == label);
    }
    // −log softmax_i = log(1 + x) with x = Σ_{j≠i} exp(S_ij − S_ii): a small loss keeps its digits. WGSL's log is
    // good to 2⁻²¹ absolute near 1 only, so small x goes through 2·atanh(x / (2 + x)), next term below 2e-9.
    let x = others / max(exp(logits[start + label] - largest), 1e-38);
    let s = x / (2.0 + x);
    let u = s * s;
    let near = 2.0 * s * (1.0 + u * (1.0 / 3.0 + u * (1.0 / 5.0 + u * (1.0 / 7.0 + u * (1.0 / 9.0)))));
    let far = log(sum) + (largest - logits[start + label]);
    losses_out[anchor] = select(far, near, x < 0.5);
    let count = f32(anchors());
    for (var j = 0u; j < candidates; j++) {
        // softmax − 1 as −others/sum: no cancellation where the positive takes nearly all.
        let gradient = select(exp(logits[start + j] - largest), -others, j == label) / sum;
        d_logits_out[start + j] = gradient / count;
    }
}

// Mean of the losses into the step's metrics; one thread.
@group(0) @binding(2) var<storage, read> losses: array<f32>;                 // [anchors]
@group(0) @binding(3) var<storage, read_write> metrics: array<f32>;          // [0]: loss

@compute @workgroup_size(1)
fn mean_loss() {
    var sum = 0.0;
    for (var anchor = 0u; anchor < anchors(); anchor++) {
        sum += losses[anchor];
    }
    let mean = sum / f32(anchors());
    metrics[0] = select(mean, mean + metrics[0], op.accumulate != 0u);
}

// dn; a thread per (row, vec4).
@group(0) @binding(3) var<storage, read> d_logits: array<f32>;               // dS [anchors, stride]
@group(0) @binding(4) var<storage, read_write> d_unit_out: array<vec4<f32>>; // dn [R, width]

@compute @workgroup_size(64)
fn similarity_backward(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                       @builtin(local_invocation_index) local: u32) {
    let index = unfold(group, groups) * 64u + local;
    let row = index / op.width;
    let i = index % op.width;
    if (row >= step.rows) { return; }
    var sum = vec4(0.0);
    if (row < anchors()) {
        let begin = first_candidate(row);
        for (var candidate = begin; candidate < candidates_end(row); candidate++) {
            sum += d_logits[row * op.stride + candidate - begin] * unit[candidate * op.width + i];
        }
    }
    // The anchors that have this row among their candidates.
    var anchor = select(0u, step.items, op.form == SYMMETRIC && row < step.items);
    var end = select(step.items, anchors(), op.form == NT_XENT || anchor > 0u);
    end = select(end, 0u, op.form == 0u && row < step.items);
    for (; anchor < end; anchor++) {
        sum += d_logits[anchor * op.stride + row - first_candidate(anchor)] * unit[anchor * op.width + i];
    }
    d_unit_out[index] = sum * step.inverse_temperature;
}

// dz; a thread per row.
@group(0) @binding(3) var<storage, read> norms: array<f32>;                  // [R]
@group(0) @binding(4) var<storage, read> d_unit: array<vec4<f32>>;           // dn [R, width]
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
    let out = row * op.row;
    for (var i = 0u; i < op.row; i++) {
        var gradient = vec4(0.0);
        if (i < op.width) {
            gradient = (d_unit[start + i] - unit[start + i] * along) / divisor;
        }
        d_embeddings[out + i] = select(gradient, gradient + d_embeddings[out + i], op.accumulate != 0u);
    }
}
