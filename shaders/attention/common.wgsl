// Multi-head self-attention over packed rows: a token attends to the tokens of its own row, and nothing is padded.
// For query i, key j, head h, with d = head_dim:
//   s_ij = q_i·k_j / √d,  p_ij = exp(s_ij − L_i),  L_i = log Σ_j exp(s_ij),  o_i = Σ_j m_ij p_ij v_j
// where m is the dropout mask on probabilities (0 or 1/(1−p)).
//
// Backward, recomputing p from the saved L instead of storing it:
//   δ_i = do_i·o_i,  dv_j = Σ_i m_ij p_ij do_i,  ds_ij = p_ij (m_ij do_i·v_j − δ_i)
//   dq_i = Σ_j ds_ij k_j / √d,  dk_j = Σ_i ds_ij q_i / √d
//
// One thread per (token, head). The four threads of a quad are neighbouring tokens of one row, from a multiple of four
// on, and walk over the row together: they need the same keys, values and dropout hashes. A head's vector lives in
// named 4×4 blocks of 16 dimensions. The files beside this one say how many of them there are (head_*.wgsl) and how
// they are loaded:
//   struct Head, head_size(), dot_heads(x, y), add_scaled(sum, a, x) = sum + a·x
//   own_…(at): the vector from float `at` on
//   store_…(at, value)

struct Op {
    heads: u32,
    hidden: u32,
    blocks: u32,    // ⌈max positions / 4⌉: dropout blocks of one (query, head)
    site: u32,
}

@group(0) @binding(1) var<uniform> op: Op;
// [quads]: first token, first token of its row, end of the row, key into the dropout masks of the row's first token.
@group(0) @binding(2) var<storage, read> quads: array<vec4<u32>>;
@group(0) @binding(3) var<storage, read> qkv: array<Element>;                 // [tokens, 3, hidden]

// Below every score.
const LOWEST = -1e30;

struct Place {
    quad: u32,
    head: u32,
    lane: u32,
    token: u32,     // the row's last one for threads behind its end
    inside: bool,
    begin: u32,     // first token of the row
    end: u32,
    row_key: u32,
}

fn place_of(group: vec3<u32>, groups: vec3<u32>, local: u32) -> Place {
    let index = unfold(group, groups);
    var place: Place;
    place.quad = (index / op.heads) * 16u + local / 4u;
    place.head = index % op.heads;
    place.lane = local % 4u;
    let quad = quads[min(place.quad, step.quads - 1u)];
    place.begin = quad.y;
    place.end = quad.z;
    place.row_key = quad.w;
    place.token = min(quad.x + place.lane, quad.z - 1u);
    place.inside = quad.x + place.lane < quad.z;
    return place;
}

fn scale_of_scores() -> f32 {
    return 1.0 / sqrt(f32(head_size()));
}

// Dropout factors of four neighbouring keys, `key_block` fours behind the row's first.
fn keep_keys(query_key: u32, head: u32, key_block: u32) -> vec4<f32> {
    return keep4(op.site, query_key, head * op.blocks + key_block);
}

// Where the part (0 query, 1 key, 2 value) of a token's head begins.
fn part_at(token: u32, part: u32, head: u32) -> u32 {
    return (3u * token + part) * op.hidden + head * head_size();
}

fn context_at(token: u32, head: u32) -> u32 {
    return token * op.hidden + head * head_size();
}

// Forward.
@group(0) @binding(4) var<storage, read_write> context: array<Element>;       // o [tokens, hidden]
@group(0) @binding(5) var<storage, read_write> log_sums: array<f32>;          // L [tokens, heads]

@compute @workgroup_size(64)
fn attention(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
             @builtin(local_invocation_index) local: u32) {
    let place = place_of(group, groups, local);
    if (place.quad >= step.quads) { return; }
    let query = own_qkv(part_at(place.token, 0u, place.head));
    let query_key = place.row_key + place.token - place.begin;
    let scale = scale_of_scores();

    // Online softmax: `sum` and `output` are relative to the largest score so far.
    var largest = LOWEST;
    var sum = 0.0;
    var output: Head;
    for (var first = place.begin; first < place.end; first += 4u) {
        let keep = keep_keys(query_key, place.head, (first - place.begin) / 4u);
        for (var j = first; j < min(first + 4u, place.end); j++) {
            let key = own_qkv(part_at(j, 1u, place.head));
            let s = dot_heads(query, key) * scale;
            let larger = max(largest, s);
            let shrink = exp(largest - larger);
            let p = exp(s - larger);
            largest = larger;
            sum = sum * shrink + p;
            let value = own_qkv(part_at(j, 2u, place.head));
            output = add_scaled(scaled(shrink, output), p * keep[j - first], value);
        }
    }
    if (!place.inside) { return; }
    store_context(context_at(place.token, place.head), scaled(1.0 / sum, output));
    log_sums[place.token * op.heads + place.head] = largest + log(sum);
}

// Backward, queries: writes dq and δ.
@group(0) @binding(4) var<storage, read> d_context: array<Element>;           // do [tokens, hidden]
@group(0) @binding(5) var<storage, read> saved_context: array<Element>;       // o [tokens, hidden]
@group(0) @binding(6) var<storage, read> saved_log_sums: array<f32>;          // L [tokens, heads]
@group(0) @binding(7) var<storage, read_write> delta: array<f32>;             // δ [tokens, heads]
@group(0) @binding(8) var<storage, read_write> d_qkv: array<Element>;         // [tokens, 3, hidden]

@compute @workgroup_size(64)
fn attention_backward_query(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                            @builtin(local_invocation_index) local: u32) {
    let place = place_of(group, groups, local);
    if (place.quad >= step.quads) { return; }
    let query = own_qkv(part_at(place.token, 0u, place.head));
    let query_key = place.row_key + place.token - place.begin;
    let gradient = own_d_context(context_at(place.token, place.head));
    let d = dot_heads(gradient, own_context(context_at(place.token, place.head)));
    let log_sum = saved_log_sums[place.token * op.heads + place.head];
    let scale = scale_of_scores();

    var d_query: Head;
    for (var first = place.begin; first < place.end; first += 4u) {
        let keep = keep_keys(query_key, place.head, (first - place.begin) / 4u);
        for (var j = first; j < min(first + 4u, place.end); j++) {
            let key = own_qkv(part_at(j, 1u, place.head));
            let p = exp(dot_heads(query, key) * scale - log_sum);
            let value = own_qkv(part_at(j, 2u, place.head));
            let d_probability = dot_heads(gradient, value) * keep[j - first];
            d_query = add_scaled(d_query, p * (d_probability - d) * scale, key);
        }
    }
    if (!place.inside) { return; }
    store_d_qkv(part_at(place.token, 0u, place.head), d_query);
    delta[place.token * op.heads + place.head] = d;
}

// Backward, keys and values: both at once where the vectors are short enough for a GPU's registers, else one after
// the other.
@group(0) @binding(7) var<storage, read> saved_delta: array<f32>;             // δ [tokens, heads]

// m of query i and this thread's key. A quad's keys are one block of the masks, a lane each.
fn keep_own(i: u32, place: Place) -> f32 {
    let query_key = place.row_key + i - place.begin;
    return keep_keys(query_key, place.head, (place.token - place.begin) / 4u)[place.lane];
}

@compute @workgroup_size(64)
fn attention_backward_key_value(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                                @builtin(local_invocation_index) local: u32) {
    let place = place_of(group, groups, local);
    if (place.quad >= step.quads) { return; }
    let key = own_qkv(part_at(place.token, 1u, place.head));
    let value = own_qkv(part_at(place.token, 2u, place.head));
    let scale = scale_of_scores();

    var d_key: Head;
    var d_value: Head;
    for (var i = place.begin; i < place.end; i++) {
        let query = own_qkv(part_at(i, 0u, place.head));
        let gradient = own_d_context(context_at(i, place.head));
        let p = exp(dot_heads(query, key) * scale - saved_log_sums[i * op.heads + place.head]);
        let keep = keep_own(i, place);
        let d_probability = dot_heads(gradient, value) * keep;
        d_key = add_scaled(d_key, p * (d_probability - saved_delta[i * op.heads + place.head]) * scale, query);
        d_value = add_scaled(d_value, p * keep, gradient);
    }
    if (!place.inside) { return; }
    store_d_qkv(part_at(place.token, 1u, place.head), d_key);
    store_d_qkv(part_at(place.token, 2u, place.head), d_value);
}

@compute @workgroup_size(64)
fn attention_backward_key(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                          @builtin(local_invocation_index) local: u32) {
    let place = place_of(group, groups, local);
    if (place.quad >= step.quads) { return; }
    let key = own_qkv(part_at(place.token, 1u, place.head));
    let value = own_qkv(part_at(place.token, 2u, place.head));
    let scale = scale_of_scores();

    var d_key: Head;
    for (var i = place.begin; i < place.end; i++) {
        let query = own_qkv(part_at(i, 0u, place.head));
        let p = exp(dot_heads(query, key) * scale - saved_log_sums[i * op.heads + place.head]);
        let gradient = own_d_context(context_at(i, place.head));
        let d_probability = dot_heads(gradient, value) * keep_own(i, place);
        d_key = add_scaled(d_key, p * (d_probability - saved_delta[i * op.heads + place.head]) * scale, query);
    }
    if (!place.inside) { return; }
    store_d_qkv(part_at(place.token, 1u, place.head), d_key);
}

@compute @workgroup_size(64)
fn attention_backward_value(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                            @builtin(local_invocation_index) local: u32) {
    let place = place_of(group, groups, local);
    if (place.quad >= step.quads) { return; }
    let key = own_qkv(part_at(place.token, 1u, place.head));
    let scale = scale_of_scores();

    var d_value: Head;
    for (var i = place.begin; i < place.end; i++) {
        let query = own_qkv(part_at(i, 0u, place.head));
        let p = exp(dot_heads(query, key) * scale - saved_log_sums[i * op.heads + place.head]);
        let gradient = own_d_context(context_at(i, place.head));
        d_value = add_scaled(d_value, p * keep_own(i, place), gradient);
    }
    if (!place.inside) { return; }
    store_d_qkv(part_at(place.token, 2u, place.head), d_value);
}
