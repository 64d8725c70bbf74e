// Masked-language modelling on the M corrupted tokens of a batch (Devlin et al. 2019, section 3.1). The step's tokens
// are these M here, and its rows are all T tokens of the batch, of which the M are a part.
//   x_m = h[place_m];  u = x·W_tᵀ + b_t;  y = LayerNorm(gelu(u));  l = y·Eᵀ + b     (E: the word embeddings)
//   loss = scale · Σ_m (log Σ_v exp l_mv − l_m,label)
// Backward: dl_mv = scale · (softmax(l_m)_v − [v = label_m]), then through the products, LayerNorm and
//   du = da · gelu'(u),  dh[t] = dx_m where t = place_m, 0 elsewhere.
// A word table that comes in pieces gives its logits piece by piece. Each row's largest logit and sum of exponentials
// is found in two steps: PARTS workgroups a piece, then a team over all parts.

struct Op {
    width: u32,         // vec4s of a row
    stride: u32,        // floats between rows of logits: words of the piece, rounded up to 4
    words: u32,         // words of the piece
    first_word: u32,
    first_part: u32,    // parts of the pieces before
    parts: u32,         // parts of all pieces
    pad0: u32,
    pad1: u32,
}

// Workgroups that share a row of a piece; src/kernels/mlm/mod.rs has the same constant.
const PARTS = 8u;
const SMALLEST = -3.0e38;

@group(0) @binding(1) var<uniform> op: Op;

// x; a thread per (masked token, vec4).
@group(0) @binding(2) var<storage, read> places: array<u32>;                 // [M] token
@group(0) @binding(3) var<storage, read> states: array<vec4<f32>>;           // h [T, hidden]
@group(0) @binding(4) var<storage, read_write> gathered: array<vec4<f32>>;   // x [M, hidden]

@compute @workgroup_size(64)
fn gather(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
          @builtin(local_invocation_index) local: u32) {
    let index = unfold(group, groups) * 64u + local;
    let row = index / op.width;
    if (row >= step.tokens) { return; }
    gathered[index] = states[places[row] * op.width + index % op.width];
}

// dh; a thread per (token, vec4).
@group(0) @binding(2) var<storage, read> slots: array<u32>;                  // [T] masked token, or M or more for none
@group(0) @binding(3) var<storage, read> d_gathered: array<vec4<f32>>;       // dx [M, hidden]
@group(0) @binding(4) var<storage, read_write> d_states: array<vec4<f32>>;   // dh [T, hidden]

@compute @workgroup_size(64)
fn scatter(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
           @builtin(local_invocation_index) local: u32) {
    let index = unfold(group, groups) * 64u + local;
    let token = index / op.width;
    if (token >= step.rows) { return; }
    let slot = slots[token];
    var gradient = vec4(0.0);
    if (slot < step.tokens) {
        gradient = d_gathered[slot * op.width + index % op.width];
    }
    d_states[index] = gradient;
}

// du in the place of da; a thread per (masked token, vec4).
@group(0) @binding(2) var<storage, read> u: array<vec4<f32>>;                // [M, hidden]
@group(0) @binding(4) var<storage, read_write> d_u: array<vec4<f32>>;        // in: da, out: du

@compute @workgroup_size(64)
fn gelu_backward(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                 @builtin(local_invocation_index) local: u32) {
    let index = unfold(group, groups) * 64u + local;
    if (index / op.width >= step.tokens) { return; }
    let x = u[index];
    d_u[index] *= gelu_slope4(x, normal_cdf4(x));
}

// Largest logit and sum of exponentials of each part, and the label's logit; a workgroup per (masked token, part). The
// logits of a vocabulary come from memory, so they are read once: a lane's sum is relative to the largest so far.
@group(0) @binding(2) var<storage, read> labels: array<u32>;                 // [M]
@group(0) @binding(3) var<storage, read> logits: array<vec4<f32>>;           // l [M, stride]
@group(0) @binding(4) var<storage, read_write> partials: array<vec2<f32>>;   // [M, parts]
@group(0) @binding(5) var<storage, read_write> targets: array<f32>;          // l_label [M]

@compute @workgroup_size(64)
fn partial_sums(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                @builtin(local_invocation_index) local: u32) {
    let index = unfold(group, groups);
    let row = index / PARTS;
    let part = index % PARTS;
    if (row >= step.tokens) { return; }
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
    partials[row * op.parts + op.first_part + part] = vec2(largest_of_all, total);
    let label = labels[row];
    if (part == 0u && label >= op.first_word && label - op.first_word < op.words) {
        let column = label - op.first_word;
        targets[row] = logits[start + column / 4u][column % 4u];
    }
}

// A team per masked token.
@group(0) @binding(2) var<storage, read> all_partials: array<vec2<f32>>;     // [M, parts]
@group(0) @binding(3) var<storage, read> label_logits: array<f32>;           // [M]
@group(0) @binding(4) var<storage, read_write> statistics: array<vec2<f32>>; // [M]: largest logit, Σ exp(l − largest)
@group(0) @binding(5) var<storage, read_write> losses: array<f32>;           // [M]

@compute @workgroup_size(64)
fn token_losses(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                @builtin(local_invocation_index) local: u32) {
    let row = unfold(group, groups) * TEAMS + local / TEAM;
    let lane = local % TEAM;
    let inside = row < step.tokens;
    let end = select(0u, op.parts, inside);
    let start = row * op.parts;
    var found = SMALLEST;
    for (var part = lane; part < end; part += TEAM) {
        found = max(found, all_partials[start + part].x);
    }
    let largest = team_max(local, TEAM, found);
    var sum = 0.0;
    for (var part = lane; part < end; part += TEAM) {
        let partial = all_partials[start + part];
        sum += partial.y * exp(partial.x - largest);
    }
    sum = team_sum(local, TEAM, sum);
    if (!inside || lane > 0u) { return; }
    statistics[row] = vec2(largest, sum);
    losses[row] = log(sum) + (largest - label_logits[row]);
}

// Their scaled sum, added to the step's metrics; one workgroup.
@group(0) @binding(2) var<storage, read> all_losses: array<f32>;             // [M]
@group(0) @binding(3) var<storage, read_write> metrics: array<f32>;          // [0]: whole loss, [3]: this part of it

@compute @workgroup_size(64)
fn add_loss(@builtin(local_invocation_index) local: u32) {
    var part = 0.0;
    for (var row = local; row < step.tokens; row += THREADS) {
        part += all_losses[row];
    }
    let sum = team_sum(local, THREADS, part);
    if (local > 0u) { return; }
    metrics[0] += sum * step.loss_scale;
    metrics[3] += sum * step.loss_scale;
}

// dl in the place of l; a thread per (masked token, vec4 of words). Columns beyond the words become 0.
@group(0) @binding(3) var<storage, read> row_statistics: array<vec2<f32>>;   // [M]
@group(0) @binding(4) var<storage, read_write> d_logits: array<vec4<f32>>;   // [M, stride]

@compute @workgroup_size(64)
fn logits_backward(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                   @builtin(local_invocation_index) local: u32) {
    let index = unfold(group, groups) * 64u + local;
    let row = index / (op.stride / 4u);
    if (row >= step.tokens) { return; }
    let word = vec4(4u * (index % (op.stride / 4u))) + vec4(0u, 1u, 2u, 3u);
    let statistic = row_statistics[row];
    let probability = exp(d_logits[index] - statistic.x) / statistic.y;
    let target_share = select(vec4(0.0), vec4(1.0), vec4(op.first_word) + word == vec4(labels[row]));
    d_logits[index] = select(vec4(0.0), (probability - target_share) * step.loss_scale, word < vec4(op.words));
}
