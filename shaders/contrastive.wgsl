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

// n and ‖z‖ of each row; a team per row.
@group(0) @binding(2) var<storage, read> embeddings: array<vec4<f32>>;       // z [R, hidden]
@group(0) @binding(3) var<storage, read_write> unit_out: array<vec4<f32>>;   // n [R, width]
@group(0) @binding(4) var<storage, read_write> norms_out: array<f32>;        // [R]

@compute @workgroup_size(64)
fn normalize_rows(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                  @builtin(local_invocation_index) local: u32) {
    let row = unfold(group, groups) * TEAMS + local / TEAM;
    let lane = local % TEAM;
    let inside = row < step.rows;
    let end = select(0u, op.width, inside);
    var squares = vec4(0.0);
    for (var i = lane; i < end; i += TEAM) {
        let z = embeddings[row * op.row + i];
        squares += z * z;
    }
    let norm = sqrt(team_sum(local, TEAM, sum4(squares)));
    let divisor = max(norm, SMALLEST_NORM);
    for (var i = lane; i < end; i += TEAM) {
        unit_out[row * op.width + i] = embeddings[row * op.row + i] / divisor;
    }
    if (inside && lane == 0u) { norms_out[row] = norm; }
}

// S. A workgroup has 16 anchors of one view and 16 columns, and passes 8 vec4s of their embeddings at a time through
// workgroup memory; a thread has an anchor and every fourth column.
@group(0) @binding(2) var<storage, read> unit: array<vec4<f32>>;             // n [R, width]
@group(0) @binding(3) var<storage, read_write> similarity_out: array<f32>;   // S [anchors, stride]

const SIDE = 16u;       // src/kernels/contrastive/mod.rs has the same constant
const DEPTH = 8u;
// A vec4 more than there are, so that neighbouring rows begin in different banks.
const PITCH = DEPTH + 1u;
var<workgroup> anchor_rows: array<vec4<f32>, SIDE * PITCH>;
var<workgroup> candidate_rows: array<vec4<f32>, SIDE * PITCH>;

// What lies beyond the rows before `end` or beyond the width counts as zero.
fn load_unit(row: u32, end: u32, i: u32) -> vec4<f32> {
    if (row >= end || i >= op.width) { return vec4(0.0); }
    return unit[row * op.width + i];
}

fn logit(anchor: u32, candidate: u32, cosine: f32) -> f32 {
    let own_hard_negative = candidate == 2u * step.items + anchor % step.items;
    let named = own_hard_negative || candidate == positive(anchor);
    let threshold = step.false_negative_threshold;
    let left_out = candidate == anchor || (threshold > 0.0 && cosine > threshold && !named);
    let value = cosine * step.inverse_temperature + select(0.0, step.hard_negative_weight, own_hard_negative);
    return select(value, LEFT_OUT, left_out);
}

@compute @workgroup_size(64)
fn similarity(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
              @builtin(local_invocation_index) local: u32) {
    let across = (op.stride + SIDE - 1u) / SIDE;
    let down = (step.items + SIDE - 1u) / SIDE;
    let index = unfold(group, groups);
    let view = index / across / down;
    let first_anchor = view * step.items + index / across % down * SIDE;
    let anchors_end = (view + 1u) * step.items;
    let candidates = first_candidate(first_anchor);
    let first = candidates + index % across * SIDE;
    let end = candidates_end(first_anchor);
    // Of the whole workgroup.
    if (view * step.items >= anchors() || first >= end) { return; }

    let row = local / 4u;
    let column = local % 4u;
    var cosines = vec4(0.0);
    for (var begin = 0u; begin < op.width; begin += DEPTH) {
        for (var i = local; i < SIDE * DEPTH; i += THREADS) {
            let place = i / DEPTH * PITCH + i % DEPTH;
            anchor_rows[place] = load_unit(first_anchor + i / DEPTH, anchors_end, begin + i % DEPTH);
            candidate_rows[place] = load_unit(first + i / DEPTH, end, begin + i % DEPTH);
        }
        workgroupBarrier();
        for (var i = 0u; i < DEPTH; i++) {
            let z = anchor_rows[row * PITCH + i];
            cosines += vec4(
                dot(z, candidate_rows[column * PITCH + i]), dot(z, candidate_rows[(column + 4u) * PITCH + i]),
                dot(z, candidate_rows[(column + 8u) * PITCH + i]), dot(z, candidate_rows[(column + 12u) * PITCH + i]));
        }
        workgroupBarrier();
    }
    let anchor = first_anchor + row;
    if (anchor >= anchors_end) { return; }
    for (var i = 0u; i < 4u; i++) {
        let candidate = first + column + 4u * i;
        if (candidate < end) {
            similarity_out[anchor * op.stride + candidate - candidates] = logit(anchor, candidate, cosines[i]);
        }
    }
}

// Loss of each anchor and dS; a workgroup per anchor.
@group(0) @binding(2) var<storage, read> logits: array<f32>;                 // S [anchors, stride]
@group(0) @binding(3) var<storage, read_write> d_logits_out: array<f32>;     // dS [anchors, stride]
@group(0) @binding(4) var<storage, read_write> losses_out: array<f32>;       // [anchors]

@compute @workgroup_size(64)
fn cross_entropy(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                 @builtin(local_invocation_index) local: u32) {
    let anchor = unfold(group, groups);
    if (anchor >= anchors()) { return; }
    let start = anchor * op.stride;
    let candidates = candidates_end(anchor) - first_candidate(anchor);
    let label = positive(anchor) - first_candidate(anchor);
    var found = LEFT_OUT;
    for (var j = local; j < candidates; j += THREADS) {
        found = max(found, logits[start + j]);
    }
    let largest = team_max(local, THREADS, found);
    // Σ exp, and the same without the positive.
    var sums = vec2(0.0);
    for (var j = local; j < candidates; j += THREADS) {
        let e = exp(logits[start + j] - largest);
        sums += vec2(e, select(e, 0.0, j == label));
    }
    sums = team_sums(local, THREADS, sums);
    let sum = sums.x;
    let others = sums.y;
    // −log softmax_i = log(1 + x) with x = Σ_{j≠i} exp(S_ij − S_ii): a small loss keeps its digits. WGSL's log is
    // good to 2⁻²¹ absolute near 1 only, so small x goes through 2·atanh(x / (2 + x)), next term below 2e-9.
    let x = others / max(exp(logits[start + label] - largest), 1e-38);
    let s = x / (2.0 + x);
    let u = s * s;
    let near = 2.0 * s * (1.0 + u * (1.0 / 3.0 + u * (1.0 / 5.0 + u * (1.0 / 7.0 + u * (1.0 / 9.0)))));
    let far = log(sum) + (largest - logits[start + label]);
    if (local == 0u) { losses_out[anchor] = select(far, near, x < 0.5); }
    let count = f32(anchors());
    for (var j = local; j < candidates; j += THREADS) {
        // softmax − 1 as −others/sum: no cancellation where the positive takes nearly all.
        let gradient = select(exp(logits[start + j] - largest), -others, j == label) / sum;
        d_logits_out[start + j] = gradient / count;
    }
}

// Mean of the losses into the step's metrics; one workgroup.
@group(0) @binding(2) var<storage, read> losses: array<f32>;                 // [anchors]
@group(0) @binding(3) var<storage, read_write> metrics: array<f32>;          // [0]: loss

@compute @workgroup_size(64)
fn mean_loss(@builtin(local_invocation_index) local: u32) {
    var part = 0.0;
    for (var anchor = local; anchor < anchors(); anchor += THREADS) {
        part += losses[anchor];
    }
    let mean = team_sum(local, THREADS, part) / f32(anchors());
    if (local > 0u) { return; }
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

// dz; a team per row.
@group(0) @binding(3) var<storage, read> norms: array<f32>;                  // [R]
@group(0) @binding(4) var<storage, read> d_unit: array<vec4<f32>>;           // dn [R, width]
@group(0) @binding(5) var<storage, read_write> d_embeddings: array<vec4<f32>>;

@compute @workgroup_size(64)
fn normalize_backward(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                      @builtin(local_invocation_index) local: u32) {
    let row = unfold(group, groups) * TEAMS + local / TEAM;
    let lane = local % TEAM;
    let inside = row < step.rows;
    let start = row * op.width;
    var sums = vec4(0.0);
    for (var i = lane; i < select(0u, op.width, inside); i += TEAM) {
        sums += unit[start + i] * d_unit[start + i];
    }
    // A clamped norm is a constant, so nothing flows through it.
    let norm = norms[row];
    let along = select(team_sum(local, TEAM, sum4(sums)), 0.0, norm <= SMALLEST_NORM);
    let divisor = max(norm, SMALLEST_NORM);
    let out = row * op.row;
    for (var i = lane; i < select(0u, op.row, inside); i += TEAM) {
        var gradient = vec4(0.0);
        if (i < op.width) {
            gradient = (d_unit[start + i] - unit[start + i] * along) / divisor;
        }
        d_embeddings[out + i] = select(gradient, gradient + d_embeddings[out + i], op.accumulate != 0u);
    }
}
