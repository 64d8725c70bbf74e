// Multi-head self-attention over packed rows: a token attends to the tokens of its own row, and nothing is padded.
// For query i, key j, head h, with d = head_dim:
//   s_ij = q_i·k_j / √d,  p_ij = exp(s_ij − L_i),  L_i = log Σ_j exp(s_ij),  o_i = Σ_j m_ij p_ij v_j
// where m is the dropout mask on probabilities (0 or 1/(1−p)).
//
// Backward, recomputing p from the saved L instead of storing it:
//   δ_i = do_i·o_i,  dv_j = Σ_i m_ij p_ij do_i,  ds_ij = p_ij (m_ij do_i·v_j − δ_i)
//   dq_i = Σ_j ds_ij k_j / √d,  dk_j = Σ_i ds_ij q_i / √d
//
// One thread per (token, head). Neighbouring threads of a workgroup are neighbouring tokens of the same head, so
// they read the same keys and values. A head's vector lives in up to eight named 4×4 blocks (16 dimensions each);
// blocks beyond head_dim are cut off by the override constant when the pipeline is compiled.

override head_dim: u32 = 64u;

struct Op {
    heads: u32,
    hidden: u32,
    blocks: u32,    // ⌈max positions / 4⌉: dropout blocks of one (query, head)
    site: u32,
}

@group(0) @binding(1) var<uniform> op: Op;
// [tokens]: the token's key into the dropout masks, first token of its row, end of its row, row.
@group(0) @binding(2) var<storage, read> spans: array<vec4<u32>>;
@group(0) @binding(3) var<storage, read> qkv: array<f32>;                // [tokens, 3, hidden]

struct Head {
    p0: mat4x4<f32>,
    p1: mat4x4<f32>,
    p2: mat4x4<f32>,
    p3: mat4x4<f32>,
    p4: mat4x4<f32>,
    p5: mat4x4<f32>,
    p6: mat4x4<f32>,
    p7: mat4x4<f32>,
}

fn load_qkv_part(at: u32, from_dim: u32) -> mat4x4<f32> {
    return mat4x4(load_qkv4(at, from_dim), load_qkv4(at, from_dim + 4u), load_qkv4(at, from_dim + 8u), load_qkv4(at, from_dim + 12u));
}

// Four elements of the head that starts at `at`, zeros from head_dim on.
fn load_qkv4(at: u32, dim: u32) -> vec4<f32> {
    let i = at + dim;
    let inside = vec4(dim, dim + 1u, dim + 2u, dim + 3u) < vec4(head_dim);
    return select(vec4(0.0), vec4(qkv[i], qkv[i + 1u], qkv[i + 2u], qkv[i + 3u]), inside);
}

fn load_qkv(at: u32) -> Head {
    var head: Head;
    head.p0 = load_qkv_part(at, 0u);
    if (head_dim > 16u) { head.p1 = load_qkv_part(at, 16u); }
    if (head_dim > 32u) { head.p2 = load_qkv_part(at, 32u); }
    if (head_dim > 48u) { head.p3 = load_qkv_part(at, 48u); }
    if (head_dim > 64u) { head.p4 = load_qkv_part(at, 64u); }
    if (head_dim > 80u) { head.p5 = load_qkv_part(at, 80u); }
    if (head_dim > 96u) { head.p6 = load_qkv_part(at, 96u); }
    if (head_dim > 112u) { head.p7 = load_qkv_part(at, 112u); }
    return head;
}

fn dot_part(x: mat4x4<f32>, y: mat4x4<f32>) -> f32 {
    return dot(x[0], y[0]) + dot(x[1], y[1]) + dot(x[2], y[2]) + dot(x[3], y[3]);
}

fn dot_heads(x: Head, y: Head) -> f32 {
    var sum = dot_part(x.p0, y.p0);
    if (head_dim > 16u) { sum += dot_part(x.p1, y.p1); }
    if (head_dim > 32u) { sum += dot_part(x.p2, y.p2); }
    if (head_dim > 48u) { sum += dot_part(x.p3, y.p3); }
    if (head_dim > 64u) { sum += dot_part(x.p4, y.p4); }
    if (head_dim > 80u) { sum += dot_part(x.p5, y.p5); }
    if (head_dim > 96u) { sum += dot_part(x.p6, y.p6); }
    if (head_dim > 112u) { sum += dot_part(x.p7, y.p7); }
    return sum;
}

// a·x + b·y
fn blend(a: f32, x: Head, b: f32, y: Head) -> Head {
    var sum: Head;
    sum.p0 = a * x.p0 + b * y.p0;
    if (head_dim > 16u) { sum.p1 = a * x.p1 + b * y.p1; }
    if (head_dim > 32u) { sum.p2 = a * x.p2 + b * y.p2; }
    if (head_dim > 48u) { sum.p3 = a * x.p3 + b * y.p3; }
    if (head_dim > 64u) { sum.p4 = a * x.p4 + b * y.p4; }
    if (head_dim > 80u) { sum.p5 = a * x.p5 + b * y.p5; }
    if (head_dim > 96u) { sum.p6 = a * x.p6 + b * y.p6; }
    if (head_dim > 112u) { sum.p7 = a * x.p7 + b * y.p7; }
    return sum;
}

fn scale_of_scores() -> f32 {
    return 1.0 / sqrt(f32(head_dim));
}

// Where the (query, key, head) triple's dropout factor comes from.
fn keep(query_key: u32, head: u32, key_position: u32) -> f32 {
    return keep4(op.site, query_key, head * op.blocks + key_position / 4u)[key_position % 4u];
}

// (token, head) of a thread; the token is beyond the batch for threads without work.
fn place_of(group: vec3<u32>, groups: vec3<u32>, local: u32) -> vec2<u32> {
    let index = unfold(group, groups);
    return vec2((index / op.heads) * 64u + local, index % op.heads);
}

// Forward.
@group(0) @binding(4) var<storage, read_write> context: array<f32>;      // o [tokens, hidden]
@group(0) @binding(5) var<storage, read_write> log_sums: array<f32>;     // L [tokens, heads]

fn store_context4(at: u32, dim: u32, value: vec4<f32>) {
    for (var i = 0u; i < 4u; i++) {
        if (dim + i < head_dim) { context[at + dim + i] = value[i]; }
    }
}

fn store_context_part(at: u32, dim: u32, value: mat4x4<f32>) {
    store_context4(at, dim, value[0]);
    store_context4(at, dim + 4u, value[1]);
    store_context4(at, dim + 8u, value[2]);
    store_context4(at, dim + 12u, value[3]);
}

@compute @workgroup_size(64)
fn attention(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
             @builtin(local_invocation_index) local: u32) {
    let place = place_of(group, groups, local);
    let token = place.x;
    let head = place.y;
    if (token >= step.tokens) { return; }
    let offset = head * head_dim;
    let row_length = 3u * op.hidden;
    let query = load_qkv(token * row_length + offset);
    let query_key = spans[token].x;
    let begin = spans[token].y;
    let end = spans[token].z;
    let scale = scale_of_scores();

    // Online softmax: `sum` and `output` are relative to the largest score so far.
    var largest = dot_heads(query, load_qkv(begin * row_length + op.hidden + offset)) * scale;
    var sum = 0.0;
    var output: Head;
    for (var j = begin; j < end; j++) {
        let at = j * row_length + op.hidden + offset;
        let score = dot_heads(query, load_qkv(at)) * scale;
        let larger = max(largest, score);
        let shrink = exp(largest - larger);
        let p = exp(score - larger);
        largest = larger;
        sum = sum * shrink + p;
        output = blend(shrink, output, p * keep(query_key, head, j - begin), load_qkv(at + op.hidden));
    }
    let at = token * op.hidden + offset;
    let share = 1.0 / sum;
    store_context_part(at, 0u, share * output.p0);
    if (head_dim > 16u) { store_context_part(at, 16u, share * output.p1); }
    if (head_dim > 32u) { store_context_part(at, 32u, share * output.p2); }
    if (head_dim > 48u) { store_context_part(at, 48u, share * output.p3); }
    if (head_dim > 64u) { store_context_part(at, 64u, share * output.p4); }
    if (head_dim > 80u) { store_context_part(at, 80u, share * output.p5); }
    if (head_dim > 96u) { store_context_part(at, 96u, share * output.p6); }
    if (head_dim > 112u) { store_context_part(at, 112u, share * output.p7); }
    log_sums[token * op.heads + head] = largest + log(sum);
}

// Backward, queries: writes dq and δ.
@group(0) @binding(4) var<storage, read> d_context: array<f32>;          // do [tokens, hidden]
@group(0) @binding(5) var<storage, read> saved_context: array<f32>;      // o [tokens, hidden]
@group(0) @binding(6) var<storage, read> saved_log_sums: array<f32>;     // L [tokens, heads]
@group(0) @binding(7) var<storage, read_write> delta: array<f32>;        // δ [tokens, heads]
@group(0) @binding(8) var<storage, read_write> d_qkv: array<f32>;       // [tokens, 3, hidden]

fn load_d_context_part(at: u32, from_dim: u32) -> mat4x4<f32> {
    return mat4x4(load_d_context4(at, from_dim), load_d_context4(at, from_dim + 4u), load_d_context4(at, from_dim + 8u), load_d_context4(at, from_dim + 12u));
}

// Four elements of the head that starts at `at`, zeros from head_dim on.
fn load_d_context4(at: u32, dim: u32) -> vec4<f32> {
    let i = at + dim;
    let inside = vec4(dim, dim + 1u, dim + 2u, dim + 3u) < vec4(head_dim);
    return select(vec4(0.0), vec4(d_context[i], d_context[i + 1u], d_context[i + 2u], d_context[i + 3u]), inside);
}

fn load_d_context(at: u32) -> Head {
    var head: Head;
    head.p0 = load_d_context_part(at, 0u);
    if (head_dim > 16u) { head.p1 = load_d_context_part(at, 16u); }
    if (head_dim > 32u) { head.p2 = load_d_context_part(at, 32u); }
    if (head_dim > 48u) { head.p3 = load_d_context_part(at, 48u); }
    if (head_dim > 64u) { head.p4 = load_d_context_part(at, 64u); }
    if (head_dim > 80u) { head.p5 = load_d_context_part(at, 80u); }
    if (head_dim > 96u) { head.p6 = load_d_context_part(at, 96u); }
    if (head_dim > 112u) { head.p7 = load_d_context_part(at, 112u); }
    return head;
}

fn load_context_part(at: u32, from_dim: u32) -> mat4x4<f32> {
    return mat4x4(load_context4(at, from_dim), load_context4(at, from_dim + 4u), load_context4(at, from_dim + 8u), load_context4(at, from_dim + 12u));
}

fn load_context4(at: u32, dim: u32) -> vec4<f32> {
    let i = at + dim;
    let inside = vec4(dim, dim + 1u, dim + 2u, dim + 3u) < vec4(head_dim);
    return select(vec4(0.0), vec4(saved_context[i], saved_context[i + 1u], saved_context[i + 2u], saved_context[i + 3u]), inside);
}

fn load_context(at: u32) -> Head {
    var head: Head;
    head.p0 = load_context_part(at, 0u);
    if (head_dim > 16u) { head.p1 = load_context_part(at, 16u); }
    if (head_dim > 32u) { head.p2 = load_context_part(at, 32u); }
    if (head_dim > 48u) { head.p3 = load_context_part(at, 48u); }
    if (head_dim > 64u) { head.p4 = load_context_part(at, 64u); }
    if (head_dim > 80u) { head.p5 = load_context_part(at, 80u); }
    if (head_dim > 96u) { head.p6 = load_context_part(at, 96u); }
    if (head_dim > 112u) { head.p7 = load_context_part(at, 112u); }
    return head;
}

fn store_d_qkv4(at: u32, dim: u32, value: vec4<f32>) {
    for (var i = 0u; i < 4u; i++) {
        if (dim + i < head_dim) { d_qkv[at + dim + i] = value[i]; }
    }
}

fn store_d_qkv_part(at: u32, dim: u32, value: mat4x4<f32>) {
    store_d_qkv4(at, dim, value[0]);
    store_d_qkv4(at, dim + 4u, value[1]);
    store_d_qkv4(at, dim + 8u, value[2]);
    store_d_qkv4(at, dim + 12u, value[3]);
}

fn store_d_qkv(at: u32, value: Head) {
    store_d_qkv_part(at, 0u, value.p0);
    if (head_dim > 16u) { store_d_qkv_part(at, 16u, value.p1); }
    if (head_dim > 32u) { store_d_qkv_part(at, 32u, value.p2); }
    if (head_dim > 48u) { store_d_qkv_part(at, 48u, value.p3); }
    if (head_dim > 64u) { store_d_qkv_part(at, 64u, value.p4); }
    if (head_dim > 80u) { store_d_qkv_part(at, 80u, value.p5); }
    if (head_dim > 96u) { store_d_qkv_part(at, 96u, value.p6); }
    if (head_dim > 112u) { store_d_qkv_part(at, 112u, value.p7); }
}

@compute @workgroup_size(64)
fn attention_backward_query(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                            @builtin(local_invocation_index) local: u32) {
    let place = place_of(group, groups, local);
    let token = place.x;
    let head = place.y;
    if (token >= step.tokens) { return; }
    let offset = head * head_dim;
    let row_length = 3u * op.hidden;
    let query = load_qkv(token * row_length + offset);
    let gradient = load_d_context(token * op.hidden + offset);
    let d = dot_heads(gradient, load_context(token * op.hidden + offset));
    let log_sum = saved_log_sums[token * op.heads + head];
    let query_key = spans[token].x;
    let begin = spans[token].y;
    let end = spans[token].z;
    let scale = scale_of_scores();

    var d_query: Head;
    for (var j = begin; j < end; j++) {
        let at = j * row_length + op.hidden + offset;
        let key = load_qkv(at);
        let p = exp(dot_heads(query, key) * scale - log_sum);
        let d_probability = dot_heads(gradient, load_qkv(at + op.hidden)) * keep(query_key, head, j - begin);
        d_query = blend(1.0, d_query, p * (d_probability - d) * scale, key);
    }
    store_d_qkv(token * row_length + offset, d_query);
    delta[token * op.heads + head] = d;
}

// Backward, keys and values, one after the other because both at once would need too many registers.
@group(0) @binding(7) var<storage, read> saved_delta: array<f32>;        // δ [tokens, heads]

@compute @workgroup_size(64)
fn attention_backward_key(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                          @builtin(local_invocation_index) local: u32) {
    let place = place_of(group, groups, local);
    let token = place.x;
    let head = place.y;
    if (token >= step.tokens) { return; }
    let offset = head * head_dim;
    let row_length = 3u * op.hidden;
    let at = token * row_length + op.hidden + offset;
    let key = load_qkv(at);
    let value = load_qkv(at + op.hidden);
    let begin = spans[token].y;
    let end = spans[token].z;
    let scale = scale_of_scores();

    var d_key: Head;
    for (var i = begin; i < end; i++) {
        let query = load_qkv(i * row_length + offset);
        let p = exp(dot_heads(query, key) * scale - saved_log_sums[i * op.heads + head]);
        let d_probability = dot_heads(load_d_context(i * op.hidden + offset), value)
            * keep(spans[i].x, head, token - begin);
        d_key = blend(1.0, d_key, p * (d_probability - saved_delta[i * op.heads + head]) * scale, query);
    }
    store_d_qkv(at, d_key);
}

@compute @workgroup_size(64)
fn attention_backward_value(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                            @builtin(local_invocation_index) local: u32) {
    let place = place_of(group, groups, local);
    let token = place.x;
    let head = place.y;
    if (token >= step.tokens) { return; }
    let offset = head * head_dim;
    let row_length = 3u * op.hidden;
    let at = token * row_length + op.hidden + offset;
    let key = load_qkv(at);
    let begin = spans[token].y;
    let end = spans[token].z;
    let scale = scale_of_scores();

    var d_value: Head;
    for (var i = begin; i < end; i++) {
        let query = load_qkv(i * row_length + offset);
        let p = exp(dot_heads(query, key) * scale - saved_log_sums[i * op.heads + head])
            * keep(spans[i].x, head, token - begin);
        d_value = blend(1.0, d_value, p, load_d_context(i * op.hidden + offset));
    }
    store_d_qkv(at + op.hidden, d_value);
}
