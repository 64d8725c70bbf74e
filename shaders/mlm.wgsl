// Masked-language modelling (arXiv 1810.04805, section 3.1) on the M corrupted tokens of a batch. Linear layers and
// LayerNorm in between are matmul.wgsl and layer_norm.wgsl.
//
// Forward, with E the word embeddings [V, H]:
//   x_m = h[place_m];   u = x·W_tᵀ + b_t;   y = LayerNorm(gelu(u));   l = y·Eᵀ + b
//   loss = scale · Σ_m (log Σ_v exp l_mv − l_m,label)
// Backward:
//   dl_mv = scale · (softmax(l_m)_v − [v = label_m]),   then through the products and LayerNorm to a = gelu(u)
//   du = da · gelu'(u),   dh_t = dx_m where t = place_m, 0 elsewhere
//
// entry point        reads → writes                                             floats moved    workgroups
//   gather           h [T, H], places [M] → x [M, H]                            2MH             ⌈M/64⌉ · H/4
//   scatter          dx [M, H], slots [T] → dh [T, H]                           MH + TH         ⌈T/64⌉ · H/4
//   gelu_backward    u, da [M, H] → du [M, H], in place                         3MH             ⌈M/64⌉ · H/4
//   logit_partials   l [M, V], labels [M] → (max, Σ exp) [M, parts], l_label    MV              M · 8 a piece
//   token_losses     (max, Σ exp) [M, parts], l_label [M] → the same over all   2M · parts      ⌈M/4⌉
//                    parts [M, 2], losses [M]
//   add_loss         losses [M] → metrics[0], metrics[3]                        M               1
//   logits_backward  l [M, V], (max, Σ exp) [M, 2], labels → dl, in place       2MV             ⌈M/64⌉ · ⌈V/4⌉
//
// A word table that comes in pieces gives its logits piece by piece. The largest logit and the sum of exponentials of a
// token are found in two steps: PARTS workgroups for each piece, then a team over the parts of all pieces.

struct Op {
    width: u32,         // vec4s of a token: H / 4
    stride: u32,        // floats between rows of logits: words of the piece, rounded up to 4
    words: u32,         // words of the piece
    first_word: u32,
    first_part: u32,    // parts of the pieces before this one
    parts: u32,         // parts of all pieces
    pad0: u32,
    pad1: u32,
}

// Workgroups that share the logits of a token and piece; src/kernels/mlm/mod.rs has the same constant.
const PARTS = 8u;
const SMALLEST = -3.0e38;

@group(0) @binding(1) var<uniform> op: Op;

// These kernels have a step of their own (src/objective/mlm.rs), so that linear layers and LayerNorm run over the M
// corrupted tokens: these are its `tokens`, and the tokens of the batch are its `rows`.

// M
fn corrupted_tokens() -> u32 {
    return step.tokens;
}

// T
fn batch_tokens() -> u32 {
    return step.rows;
}

// Forward: x; a thread per (corrupted token, vec4).

@group(0) @binding(2) var<storage, read> places: array<u32>;                 // [M], tokens of the batch
@group(0) @binding(3) var<storage, read> states: array<vec4<f32>>;           // h [T, H]
@group(0) @binding(4) var<storage, read_write> gathered: array<vec4<f32>>;   // x [M, H]

@compute @workgroup_size(64)
fn gather(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
          @builtin(local_invocation_index) local: u32) {
    let index = unfold(group, groups) * THREADS + local;
    let row = index / op.width;
    if (row >= corrupted_tokens()) { return; }
    gathered[index] = states[places[row] * op.width + index % op.width];
}

// Backward: dh; a thread per (token, vec4).

@group(0) @binding(2) var<storage, read> slots: array<u32>;                  // [T], m with place_m = t; M or more: none
@group(0) @binding(3) var<storage, read> d_gathered: array<vec4<f32>>;       // dx [M, H]
@group(0) @binding(4) var<storage, read_write> d_states: array<vec4<f32>>;   // dh [T, H]

@compute @workgroup_size(64)
fn scatter(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
           @builtin(local_invocation_index) local: u32) {
    let index = unfold(group, groups) * THREADS + local;
    let token = index / op.width;
    if (token >= batch_tokens()) { return; }
    let slot = slots[token];
    var gradient = vec4(0.0);
    if (slot < corrupted_tokens()) {
        gradient = d_gathered[slot * op.width + index % op.width];
    }
    d_states[index] = gradient;
}

// Backward: du; a thread per (corrupted token, vec4).

@group(0) @binding(2) var<storage, read> saved_u: array<vec4<f32>>;          // u [M, H]
@group(0) @binding(3) var<storage, read_write> du_in_place: array<vec4<f32>>;   // [M, H], in: da, out: du

@compute @workgroup_size(64)
fn gelu_backward(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                 @builtin(local_invocation_index) local: u32) {
    let index = unfold(group, groups) * THREADS + local;
    if (index / op.width >= corrupted_tokens()) { return; }
    let x = saved_u[index];
    du_in_place[index] *= gelu_slope4(x, normal_cdf4(x));
}

// Forward: largest logit and sum of exponentials of each part, and the label's logit; a workgroup per (corrupted token,
// part). Each logit is read once (online softmax): a thread's sum is relative to the largest logit so far.

@group(0) @binding(2) var<storage, read> labels: array<u32>;                 // [M], words
@group(0) @binding(3) var<storage, read> logits: array<vec4<f32>>;           // l [M, stride]
@group(0) @binding(4) var<storage, read_write> partials_out: array<vec2<f32>>;   // [M, parts]: max, Σ exp(l − max)
@group(0) @binding(5) var<storage, read_write> label_logits_out: array<f32>;     // l_label [M]

@compute @workgroup_size(64)
fn logit_partials(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                  @builtin(local_invocation_index) local: u32) {
    let index = unfold(group, groups);
    let row = index / PARTS;
    let part = index % PARTS;
    if (row >= corrupted_tokens()) { return; }
    let start = row * (op.stride / 4u);
    var largest = SMALLEST;
    var sum = 0.0;
    for (var i = part * THREADS + local; 4u * i < op.words; i += PARTS * THREADS) {
        let word = vec4(4u * i) + vec4(0u, 1u, 2u, 3u);
        let l = select(vec4(SMALLEST), logits[start + i], word < vec4(op.words));
        let larger = max(largest, max(max(l.x, l.y), max(l.z, l.w)));
        sum = sum * exp(largest - larger) + sum4(exp(l - larger));
        largest = larger;
    }
    let largest_of_all = team_max(local, THREADS, largest);
    let total = team_sum(local, THREADS, sum * exp(largest - largest_of_all));
    if (local > 0u) { return; }
    partials_out[row * op.parts + op.first_part + part] = vec2(largest_of_all, total);
    let label = labels[row];
    if (part == 0u && label >= op.first_word && label - op.first_word < op.words) {
        let column = label - op.first_word;
        label_logits_out[row] = logits[start + column / 4u][column % 4u];
    }
}

// Forward: the loss of each corrupted token; a team per token.

@group(0) @binding(2) var<storage, read> partials: array<vec2<f32>>;             // [M, parts]: max, Σ exp(l − max)
@group(0) @binding(3) var<storage, read> label_logits: array<f32>;               // l_label [M]
@group(0) @binding(4) var<storage, read_write> statistics_out: array<vec2<f32>>; // [M]: max, Σ exp(l − max)
@group(0) @binding(5) var<storage, read_write> losses_out: array<f32>;           // [M]

@compute @workgroup_size(64)
fn token_losses(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                @builtin(local_invocation_index) local: u32) {
    let row = unfold(group, groups) * TEAMS + local / TEAM;
    let lane = local % TEAM;
    let inside = row < corrupted_tokens();
    let end = select(0u, op.parts, inside);
    let start = row * op.parts;
    var found = SMALLEST;
    for (var part = lane; part < end; part += TEAM) {
        found = max(found, partials[start + part].x);
    }
    let largest = team_max(local, TEAM, found);
    var sum = 0.0;
    for (var part = lane; part < end; part += TEAM) {
        let partial = partials[start + part];
        sum += partial.y * exp(partial.x - largest);
    }
    sum = team_sum(local, TEAM, sum);
    if (!inside || lane > 0u) { return; }
    statistics_out[row] = vec2(largest, sum);
    losses_out[row] = log(sum) + (largest - label_logits[row]);
}

// Forward: the scaled sum of the losses, added to the step's metrics; one workgroup.

@group(0) @binding(2) var<storage, read> losses: array<f32>;                 // [M]
@group(0) @binding(3) var<storage, read_write> metrics: array<f32>;          // [0]: whole loss, [3]: this part of it

@compute @workgroup_size(64)
fn add_loss(@builtin(local_invocation_index) local: u32) {
    var part = 0.0;
    for (var row = local; row < corrupted_tokens(); row += THREADS) {
        part += losses[row];
    }
    let sum = team_sum(local, THREADS, part);
    if (local > 0u) { return; }
    metrics[0] += sum * step.loss_scale;
    metrics[3] += sum * step.loss_scale;
}

// Backward: dl; a thread per (corrupted token, vec4 of words). Columns beyond the words become 0.

@group(0) @binding(3) var<storage, read> statistics: array<vec2<f32>>;       // [M]: max, Σ exp(l − max)
@group(0) @binding(4) var<storage, read_write> logits_in_place: array<vec4<f32>>;   // [M, stride], in: l, out: dl

@compute @workgroup_size(64)
fn logits_backward(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                   @builtin(local_invocation_index) local: u32) {
    let index = unfold(group, groups) * THREADS + local;
    let row = index / (op.stride / 4u);
    if (row >= corrupted_tokens()) { return; }
    let word = vec4(4u * (index % (op.stride / 4u))) + vec4(0u, 1u, 2u, 3u);
    let statistic = statistics[row];
    let probability = exp(logits_in_place[index] - statistic.x) / statistic.y;
    let target_share = select(vec4(0.0), vec4(1.0), vec4(op.first_word) + word == vec4(labels[row]));
    logits_in_place[index] = select(vec4(0.0), (probability - target_share) * step.loss_scale, word < vec4(op.words));
}
