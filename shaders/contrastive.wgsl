// SimCSE's contrastive loss (arXiv 2104.08821, eq. 4 and 5; princeton-nlp/SimCSE `simcse/models.py`, cl_forward), two
// variants of it, and the gradient. The R = views · N embeddings z come view after view: z1, z2 [, z3, hard negatives].
//
// Forward:
//   n_r = z_r / max(‖z_r‖, 1e-8)
//   S_ac = n_a · n_c / τ  (+ w where c = 2N + i is the hard negative of item i, of which a is a sentence)
//   loss = mean over anchors a of (log Σ_c exp S_ac − S_a,p(a)),   p(a) the positive: the item in the other view
// The form says which rows are anchors (A of them) and what their candidates c are (C of them):
//   one-way     anchors z1:      candidates z2, z3                        (the paper's)
//   symmetric   z1 as above, and anchors z2 with candidates z1
//   NT-Xent     anchors z1, z2:  candidates all rows but the anchor       (SimCLR, arXiv 2002.05709)
// A negative whose cosine exceeds the threshold, where there is one, is taken for a false negative and left out; an
// item's own hard negative stays.
//
// Backward:
//   dS_ac = (softmax(S_a)_c − [c = p(a)]) / A
//   dn_r = (Σ_c dS_rc n_c + Σ_a dS_ar n_a) / τ
//   dz = (dn − n (n·dn)) / ‖z‖      (dn / 1e-8 where the norm was clamped)
// Only the first W columns of z count (Matryoshka, arXiv 2205.13147), W = H otherwise; calls of several widths add up.
//
// entry point            reads → writes                    cost                   workgroups
//   normalize_rows       z [R, H] → n [R, W], ‖z‖ [R]      2RW floats moved       ⌈R/4⌉
//   similarity           n → S [A, stride]                 2ACW FLOPs             A/N · ⌈N/16⌉ · ⌈stride/16⌉
//   cross_entropy        S → dS [A, stride], losses [A]    4 passes over S or dS  A
//   mean_loss            losses → metrics[0]               A floats moved         1
//   similarity_backward  n, dS → dn [R, W]                 4ACW FLOPs             ⌈R/64⌉ · W/4
//   normalize_backward   n, dn, ‖z‖ → dz [R, H]            2RW + RH floats moved  ⌈R/4⌉

struct Op {
    width: u32,         // vec4s of an embedding that count: W / 4
    stride: u32,        // floats between rows of S and dS, at least C
    form: u32,          // 0: one-way, 1: symmetric, 2: NT-Xent
    row_width: u32,     // vec4s of a row of z and dz: H / 4
    accumulate: u32,    // 1: loss and dz are added to
    pad0: u32,
    pad1: u32,
    pad2: u32,
}

const SMALLEST_NORM = 1e-8;
const ONE_WAY = 0u;
const SYMMETRIC = 1u;
const NT_XENT = 2u;
// The logit of a candidate that is left out: its exponential is 0.
const LEFT_OUT = -1e30;

@group(0) @binding(1) var<uniform> op: Op;

fn anchors() -> u32 {
    return select(2u, 1u, op.form == ONE_WAY) * step.items;
}

// Candidates of an anchor: the rows first_candidate … candidates_end − 1, columns 0, 1, … of its row of S.

fn first_candidate(anchor: u32) -> u32 {
    return select(step.items, 0u, op.form == NT_XENT || anchor >= step.items);
}

fn candidates_end(anchor: u32) -> u32 {
    return select(step.rows, step.items, op.form == SYMMETRIC && anchor >= step.items);
}

// p(a), a row.
fn positive(anchor: u32) -> u32 {
    return select(anchor - step.items, anchor + step.items, anchor < step.items);
}

// Forward: unit vectors; a team per row.

@group(0) @binding(2) var<storage, read> embeddings: array<vec4<f32>>;       // z [R, H]
@group(0) @binding(3) var<storage, read_write> unit_out: array<vec4<f32>>;   // n [R, W]
@group(0) @binding(4) var<storage, read_write> norms_out: array<f32>;        // ‖z‖ [R]

@compute @workgroup_size(64)
fn normalize_rows(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                  @builtin(local_invocation_index) local: u32) {
    let row = unfold(group, groups) * TEAMS + local / TEAM;
    let lane = local % TEAM;
    let inside = row < step.rows;
    let end = select(0u, op.width, inside);
    var squares = vec4(0.0);
    for (var i = lane; i < end; i += TEAM) {
        let z = embeddings[row * op.row_width + i];
        squares += z * z;
    }
    let norm = sqrt(team_sum(local, TEAM, sum4(squares)));
    let divisor = max(norm, SMALLEST_NORM);
    for (var i = lane; i < end; i += TEAM) {
        unit_out[row * op.width + i] = embeddings[row * op.row_width + i] / divisor;
    }
    if (inside && lane == 0u) { norms_out[row] = norm; }
}

// Forward: S. A workgroup has a tile of 16 anchors of one view and 16 candidates, and passes 8 vec4s of their unit
// vectors at a time through workgroup memory; a thread has one anchor and every fourth candidate.

@group(0) @binding(2) var<storage, read> unit: array<vec4<f32>>;             // n [R, W]
@group(0) @binding(3) var<storage, read_write> logits_out: array<f32>;       // S [A, stride]

const SIDE = 16u;       // src/kernels/contrastive/mod.rs has the same constant
const DEPTH = 8u;
// One vec4 of padding, so that neighbouring rows begin in different memory banks.
const PITCH = DEPTH + 1u;
var<workgroup> anchor_rows: array<vec4<f32>, SIDE * PITCH>;
var<workgroup> candidate_rows: array<vec4<f32>, SIDE * PITCH>;

// Zero from row `end` on and beyond the width.
fn load_unit(row: u32, end: u32, i: u32) -> vec4<f32> {
    if (row >= end || i >= op.width) { return vec4(0.0); }
    return unit[row * op.width + i];
}

// S_ac
fn logit(anchor: u32, candidate: u32, cosine: f32) -> f32 {
    let own_hard_negative = candidate == 2u * step.items + anchor % step.items;
    let labelled = own_hard_negative || candidate == positive(anchor);
    let threshold = step.false_negative_threshold;
    let left_out = candidate == anchor || (threshold > 0.0 && cosine > threshold && !labelled);
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
    // The same for the whole workgroup, so the barriers below are reached by all threads or none.
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
            logits_out[anchor * op.stride + candidate - candidates] = logit(anchor, candidate, cosines[i]);
        }
    }
}

// Forward: loss of each anchor, and with it dS; a workgroup per anchor.

@group(0) @binding(2) var<storage, read> logits: array<f32>;                 // S [A, stride]
@group(0) @binding(3) var<storage, read_write> d_logits_out: array<f32>;     // dS [A, stride]
@group(0) @binding(4) var<storage, read_write> losses_out: array<f32>;       // [A]

@compute @workgroup_size(64)
fn cross_entropy(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                 @builtin(local_invocation_index) local: u32) {
    let anchor = unfold(group, groups);
    if (anchor >= anchors()) { return; }
    let start = anchor * op.stride;
    let candidates = candidates_end(anchor) - first_candidate(anchor);
    let label = positive(anchor) - first_candidate(anchor);
    var lane_max = LEFT_OUT;
    for (var j = local; j < candidates; j += THREADS) {
        lane_max = max(lane_max, logits[start + j]);
    }
    let largest = team_max(local, THREADS, lane_max);
    // Σ exp over all candidates, and over all but the positive.
    var sums = vec2(0.0);
    for (var j = local; j < candidates; j += THREADS) {
        let e = exp(logits[start + j] - largest);
        sums += vec2(e, select(e, 0.0, j == label));
    }
    sums = team_sums(local, THREADS, sums);
    let sum = sums.x;
    let others = sums.y;
    // loss_a = log(1 + x) with x = Σ_{c≠p} exp(S_ac − S_ap), so that a small loss keeps its digits. WGSL's log is
    // accurate to an absolute 2⁻²¹ near 1 only, so small x takes the series of 2·atanh(x / (2 + x)), next term < 2e-9.
    let x = others / max(exp(logits[start + label] - largest), 1e-38);
    let s = x / (2.0 + x);
    let u = s * s;
    let near = 2.0 * s * (1.0 + u * (1.0 / 3.0 + u * (1.0 / 5.0 + u * (1.0 / 7.0 + u * (1.0 / 9.0)))));
    let far = log(sum) + (largest - logits[start + label]);
    if (local == 0u) { losses_out[anchor] = select(far, near, x < 0.5); }
    let count = f32(anchors());
    for (var j = local; j < candidates; j += THREADS) {
        // softmax − 1 as −others/sum: no cancellation where the positive has nearly all of the sum.
        let gradient = select(exp(logits[start + j] - largest), -others, j == label) / sum;
        d_logits_out[start + j] = gradient / count;
    }
}

// Forward: mean of the losses into the step's metrics; one workgroup.

@group(0) @binding(2) var<storage, read> losses: array<f32>;                 // [A]
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

// Backward: dn; a thread per (row, vec4).

@group(0) @binding(3) var<storage, read> d_logits: array<f32>;               // dS [A, stride]
@group(0) @binding(4) var<storage, read_write> d_unit_out: array<vec4<f32>>; // dn [R, W]

@compute @workgroup_size(64)
fn similarity_backward(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                       @builtin(local_invocation_index) local: u32) {
    let index = unfold(group, groups) * THREADS + local;
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
    // The row as a candidate: of the anchors `anchor` … `end` − 1.
    var anchor = select(0u, step.items, op.form == SYMMETRIC && row < step.items);
    var end = select(step.items, anchors(), op.form == NT_XENT || anchor > 0u);
    end = select(end, 0u, op.form == ONE_WAY && row < step.items);
    for (; anchor < end; anchor++) {
        sum += d_logits[anchor * op.stride + row - first_candidate(anchor)] * unit[anchor * op.width + i];
    }
    d_unit_out[index] = sum * step.inverse_temperature;
}

// Backward: dz; a team per row.

@group(0) @binding(3) var<storage, read> norms: array<f32>;                  // ‖z‖ [R]
@group(0) @binding(4) var<storage, read> d_unit: array<vec4<f32>>;           // dn [R, W]
@group(0) @binding(5) var<storage, read_write> d_embeddings: array<vec4<f32>>;   // dz [R, H]

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
    // A clamped norm is a constant: it has no gradient.
    let norm = norms[row];
    let along = select(team_sum(local, TEAM, sum4(sums)), 0.0, norm <= SMALLEST_NORM);
    let divisor = max(norm, SMALLEST_NORM);
    let out = row * op.row_width;
    for (var i = lane; i < select(0u, op.row_width, inside); i += TEAM) {
        var gradient = vec4(0.0);
        if (i < op.width) {
            gradient = (d_unit[start + i] - unit[start + i] * along) / divisor;
        }
        d_embeddings[out + i] = select(gradient, gradient + d_embeddings[out + i], op.accumulate != 0u);
    }
}
