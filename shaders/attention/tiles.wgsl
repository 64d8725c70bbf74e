// Multi-head self-attention over packed rows: a token attends to the tokens of its own row, and nothing is padded.
// vectors.wgsl or scalars.wgsl, the part of the module before this one, reads and writes a vec4 of a head.
//
// Forward, for query i, key j and each head, with d = head_dim:
//   s_ij = q_i·k_j / √d,   L_i = log Σ_j exp(s_ij),   p_ij = exp(s_ij − L_i),   o_i = Σ_j m_ij p_ij v_j
// m is the dropout mask of the probabilities, 0 or 1/(1−p).
//
// Backward, with p recomputed from the saved L instead of stored (FlashAttention, arXiv 2205.14135):
//   δ_i = do_i·o_i,   dv_j = Σ_i m_ij p_ij do_i,   ds_ij = p_ij (m_ij do_i·v_j − δ_i)
//   dq_i = Σ_j ds_ij k_j / √d,   dk_j = Σ_i ds_ij q_i / √d
//
// With P = Σ_rows length², the pairs of tokens of one row, and [T, 3, H] for queries, keys and values side by side:
//
// entry point                      reads → writes                                      FLOPs   floats moved
//   attention                      qkv [T, 3, H] → o [T, H], L [T, heads]              4PH     4TH
//   attention_backward_query       qkv, do, o, L → dq of dqkv [T, 3, H], δ [T, heads]  6PH     6TH
//   attention_backward_key_value   qkv, do, L, δ → dk, dv of dqkv                      8PH     6TH
// One workgroup per head and tile. Each reads its whole row, so the row's vectors are read ⌈length/16⌉ times.
//
// A tile is up to 16 consecutive tokens of one row. A workgroup holds its tile's vectors and sums in registers and
// passes the row through workgroup memory, 16 tokens at a time. Each token of the tile has four threads, lanes 0 to 3;
// a lane has every fourth vec4 of the token's vector, so a product of two vectors is a sum over four lanes: they write
// their parts of a token's 16 products to workgroup memory, and lane l adds up the four from 4·l on, which are one
// block of the dropout masks.
//
// Every thread of a workgroup must reach each barrier: vectors of tokens beyond the row's end count as zero and are not
// stored.

override head_dim: u32;
// vec4s of a head, and how many of them a lane has at most.
override head_width: u32 = (head_dim + 3u) / 4u;
override share: u32 = (head_width + 3u) / 4u;
// vec4s between tokens of the tile.
override pitch: u32 = 4u * share;

struct Op {
    heads: u32,
    hidden: u32,    // H = heads · head_dim, in floats
    blocks: u32,    // ⌈max positions / 4⌉: dropout blocks of one (query, head)
    site: u32,      // dropout site of the probabilities
}

@group(0) @binding(1) var<uniform> op: Op;
// [tiles]: first token, first token of its row, end of the row, dropout key of the row's first token.
@group(0) @binding(2) var<storage, read> tiles: array<vec4<u32>>;
@group(0) @binding(3) var<storage, read> qkv: array<Element>;                 // [T, 3, H]

// Tokens of a tile at most; src/kernels/step.rs has the same constant.
const TILE = 16u;
const QUERY = 0u;
const KEY = 1u;
const VALUE = 2u;
// Below every score: its exponential is 0.
const LOWEST = -1e30;

// Vectors of 16 tokens, [TILE][pitch].
var<workgroup> tile: array<vec4<f32>, TILE * pitch>;
// Each lane's part of the products, [4 blocks of the passing tokens][THREADS], with one vec4 of padding per block, so
// that the lanes of a token read different memory banks.
const PRODUCTS_PITCH = THREADS + 1u;
var<workgroup> partial_products: array<vec4<f32>, 4u * PRODUCTS_PITCH>;
// For each token of the workgroup, the weights of the passing tokens in its sum: a block of four per lane.
var<workgroup> weights: array<vec4<f32>, THREADS>;
// One value of each thread.
var<workgroup> lane_values: array<f32, THREADS>;

// A lane's vec4s of a vector, as named fields: an array would lie in memory instead of registers. Fields from the
// `share`-th on are never touched: the conditions below are constant once the pipeline is made.
struct Share {
    v0: vec4<f32>,
    v1: vec4<f32>,
    v2: vec4<f32>,
    v3: vec4<f32>,
    v4: vec4<f32>,
    v5: vec4<f32>,
    v6: vec4<f32>,
    v7: vec4<f32>,
}

// From the tile; `at` is the lane's first vec4 of a token.
fn take_share(at: u32) -> Share {
    var x: Share;
    x.v0 = tile[at];
    if (share > 1u) { x.v1 = tile[at + 4u]; }
    if (share > 2u) { x.v2 = tile[at + 8u]; }
    if (share > 3u) { x.v3 = tile[at + 12u]; }
    if (share > 4u) { x.v4 = tile[at + 16u]; }
    if (share > 5u) { x.v5 = tile[at + 20u]; }
    if (share > 6u) { x.v6 = tile[at + 24u]; }
    if (share > 7u) { x.v7 = tile[at + 28u]; }
    return x;
}

// The reverse.
fn put_share(at: u32, x: Share) {
    tile[at] = x.v0;
    if (share > 1u) { tile[at + 4u] = x.v1; }
    if (share > 2u) { tile[at + 8u] = x.v2; }
    if (share > 3u) { tile[at + 12u] = x.v3; }
    if (share > 4u) { tile[at + 16u] = x.v4; }
    if (share > 5u) { tile[at + 20u] = x.v5; }
    if (share > 6u) { tile[at + 24u] = x.v6; }
    if (share > 7u) { tile[at + 28u] = x.v7; }
}

fn scaled(a: f32, x: Share) -> Share {
    var y = x;
    y.v0 *= a;
    if (share > 1u) { y.v1 *= a; }
    if (share > 2u) { y.v2 *= a; }
    if (share > 3u) { y.v3 *= a; }
    if (share > 4u) { y.v4 *= a; }
    if (share > 5u) { y.v5 *= a; }
    if (share > 6u) { y.v6 *= a; }
    if (share > 7u) { y.v7 *= a; }
    return y;
}

// The lane's part of the product of x and a token of the tile.
fn dot_token(x: Share, at: u32) -> f32 {
    var sum = dot(x.v0, tile[at]);
    if (share > 1u) { sum += dot(x.v1, tile[at + 4u]); }
    if (share > 2u) { sum += dot(x.v2, tile[at + 8u]); }
    if (share > 3u) { sum += dot(x.v3, tile[at + 12u]); }
    if (share > 4u) { sum += dot(x.v4, tile[at + 16u]); }
    if (share > 5u) { sum += dot(x.v5, tile[at + 20u]); }
    if (share > 6u) { sum += dot(x.v6, tile[at + 24u]); }
    if (share > 7u) { sum += dot(x.v7, tile[at + 28u]); }
    return sum;
}

// x + a · (a token of the tile).
fn add_token(x: Share, a: f32, at: u32) -> Share {
    var y = x;
    y.v0 += a * tile[at];
    if (share > 1u) { y.v1 += a * tile[at + 4u]; }
    if (share > 2u) { y.v2 += a * tile[at + 8u]; }
    if (share > 3u) { y.v3 += a * tile[at + 12u]; }
    if (share > 4u) { y.v4 += a * tile[at + 16u]; }
    if (share > 5u) { y.v5 += a * tile[at + 20u]; }
    if (share > 6u) { y.v6 += a * tile[at + 24u]; }
    if (share > 7u) { y.v7 += a * tile[at + 28u]; }
    return y;
}

// Where the vector of a thread's own token lies in the tile.
fn own_token_at(local: u32) -> u32 {
    return local / 4u * pitch + local % 4u;
}

// Products of x, the vector of this thread's token, and the tile's first `count` tokens: the four of its lane. After
// the barrier inside, the tile may be overwritten; a barrier must separate two calls.
fn products(x: Share, count: u32, local: u32) -> vec4<f32> {
    let lane = local % 4u;
    for (var block = 0u; 4u * block < count; block++) {
        let at = 4u * block * pitch + lane;
        partial_products[block * PRODUCTS_PITCH + local] = vec4(
            dot_token(x, at), dot_token(x, at + pitch),
            dot_token(x, at + 2u * pitch), dot_token(x, at + 3u * pitch));
    }
    workgroupBarrier();
    let at = lane * PRODUCTS_PITCH + local - lane;
    return (partial_products[at] + partial_products[at + 1u])
        + (partial_products[at + 2u] + partial_products[at + 3u]);
}

// sum + Σ of the tile's first `count` tokens, each times its weight for this thread's token.
fn add_tokens(sum: Share, count: u32, local: u32) -> Share {
    let lane = local % 4u;
    var total = sum;
    for (var block = 0u; 4u * block < count; block++) {
        let weight = weights[local - lane + block];
        let at = 4u * block * pitch + lane;
        total = add_token(total, weight.x, at);
        total = add_token(total, weight.y, at + pitch);
        total = add_token(total, weight.z, at + 2u * pitch);
        total = add_token(total, weight.w, at + 3u * pitch);
    }
    return total;
}

// Σ over the lanes of a token, returned to all four. A barrier must separate two calls of this and the next function.
fn sum_of_lanes(value: f32, local: u32) -> f32 {
    lane_values[local] = value;
    workgroupBarrier();
    let first = local - local % 4u;
    return (lane_values[first] + lane_values[first + 1u]) + (lane_values[first + 2u] + lane_values[first + 3u]);
}

fn max_of_lanes(value: f32, local: u32) -> f32 {
    lane_values[local] = value;
    workgroupBarrier();
    let first = local - local % 4u;
    return max(max(lane_values[first], lane_values[first + 1u]), max(lane_values[first + 2u], lane_values[first + 3u]));
}

// The lane's four of the 16 tokens from `first` on.
fn tokens_of_lane(first: u32, local: u32) -> vec4<u32> {
    return vec4(first + 4u * (local % 4u)) + vec4(0u, 1u, 2u, 3u);
}

fn scale_of_scores() -> f32 {
    return 1.0 / sqrt(f32(head_dim));
}

// Float where a head of a token's query, key or value begins.
fn part_at(token: u32, part: u32, head: u32) -> u32 {
    return (3u * token + part) * op.hidden + head * head_dim;
}

fn context_at(token: u32, head: u32) -> u32 {
    return token * op.hidden + head * head_dim;
}

// Loading the vectors of the 16 tokens from `first` on into the tile: neighbouring threads read neighbouring vec4s.

fn stage_qkv(first: u32, end: u32, part: u32, head: u32, local: u32) {
    for (var i = local; i < TILE * pitch; i += THREADS) {
        let token = first + i / pitch;
        var value = vec4(0.0);
        if (token < end && i % pitch < head_width) { value = load_qkv(part_at(token, part, head), i % pitch); }
        tile[i] = value;
    }
}

fn stage_context(first: u32, end: u32, head: u32, local: u32) {
    for (var i = local; i < TILE * pitch; i += THREADS) {
        let token = first + i / pitch;
        var value = vec4(0.0);
        if (token < end && i % pitch < head_width) { value = load_context(context_at(token, head), i % pitch); }
        tile[i] = value;
    }
}

fn stage_d_context(first: u32, end: u32, head: u32, local: u32) {
    for (var i = local; i < TILE * pitch; i += THREADS) {
        let token = first + i / pitch;
        var value = vec4(0.0);
        if (token < end && i % pitch < head_width) { value = load_d_context(context_at(token, head), i % pitch); }
        tile[i] = value;
    }
}

// This thread's share of the workgroup's own vectors, just loaded into the tile.
fn own_share(local: u32) -> Share {
    workgroupBarrier();
    let x = take_share(own_token_at(local));
    workgroupBarrier();
    return x;
}

// Storing the workgroup's own vectors by way of the tile, which is free by then.

fn write_context(first: u32, end: u32, head: u32, local: u32, x: Share) {
    put_share(own_token_at(local), x);
    workgroupBarrier();
    for (var i = local; i < TILE * pitch; i += THREADS) {
        let token = first + i / pitch;
        if (token < end && i % pitch < head_width) { store_context(context_at(token, head), i % pitch, tile[i]); }
    }
}

fn write_d_qkv(first: u32, end: u32, part: u32, head: u32, local: u32, x: Share) {
    put_share(own_token_at(local), x);
    workgroupBarrier();
    for (var i = local; i < TILE * pitch; i += THREADS) {
        let token = first + i / pitch;
        if (token < end && i % pitch < head_width) { store_d_qkv(part_at(token, part, head), i % pitch, tile[i]); }
    }
}

// A workgroup's head and tile.
struct Place {
    head: u32,
    first: u32,     // first token of the tile
    begin: u32,     // first token of the row
    end: u32,       // end of the row
    dropout_key: u32,   // of the row's first token
}

// Place of the `index`-th workgroup: the heads of a tile are consecutive.
fn place_of(index: u32) -> Place {
    let own = tiles[index / op.heads];
    return Place(index % op.heads, own.x, own.y, own.z, own.w);
}

// Block of the dropout masks of the lane's four keys, of the 16 from `first` on.
fn block_of_lane(own: Place, first: u32, local: u32) -> u32 {
    return own.head * op.blocks + (first - own.begin) / 4u + local % 4u;
}

// Forward: the workgroup's tile holds queries, and keys and values pass.

@group(0) @binding(4) var<storage, read_write> context: array<Element>;       // o [T, H]
@group(0) @binding(5) var<storage, read_write> log_sums: array<f32>;          // L [T, heads]

@compute @workgroup_size(64)
fn attention(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
             @builtin(local_invocation_index) local: u32) {
    let index = unfold(group, groups);
    if (index / op.heads >= step.tiles) { return; }
    let own = place_of(index);
    let token = own.first + local / 4u;
    let query_dropout_key = own.dropout_key + token - own.begin;
    stage_qkv(own.first, own.end, QUERY, own.head, local);
    let query = own_share(local);

    // Online softmax: `sum` (a lane's part of it) and `output` are relative to exp of the largest score so far.
    var largest = LOWEST;
    var sum = 0.0;
    var output: Share;
    for (var first = own.begin; first < own.end; first += TILE) {
        let count = min(TILE, own.end - first);
        stage_qkv(first, own.end, KEY, own.head, local);
        workgroupBarrier();
        let s = products(query, count, local) * scale_of_scores();
        stage_qkv(first, own.end, VALUE, own.head, local);
        let scores = select(vec4(LOWEST), s, tokens_of_lane(first, local) < vec4(own.end));
        let new_largest =
            max(largest, max_of_lanes(max(max(scores.x, scores.y), max(scores.z, scores.w)), local));
        let rescale = exp(largest - new_largest);
        let p = exp(scores - new_largest);
        largest = new_largest;
        sum = sum * rescale + dot(p, vec4(1.0));
        weights[local] = p * keep4(op.site, query_dropout_key, block_of_lane(own, first, local));
        workgroupBarrier();
        output = add_tokens(scaled(rescale, output), count, local);
        workgroupBarrier();
    }
    let total = sum_of_lanes(sum, local);
    write_context(own.first, own.end, own.head, local, scaled(1.0 / total, output));
    if (token < own.end && local % 4u == 0u) {
        log_sums[token * op.heads + own.head] = largest + log(total);
    }
}

// Backward, dq and δ: the workgroup's tile holds queries, and keys and values pass.

@group(0) @binding(4) var<storage, read> d_context: array<Element>;           // do [T, H]
@group(0) @binding(5) var<storage, read> saved_context: array<Element>;       // o [T, H]
@group(0) @binding(6) var<storage, read> saved_log_sums: array<f32>;          // L [T, heads]
@group(0) @binding(7) var<storage, read_write> delta: array<f32>;             // δ [T, heads]
@group(0) @binding(8) var<storage, read_write> d_qkv: array<Element>;         // [T, 3, H]

@compute @workgroup_size(64)
fn attention_backward_query(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                            @builtin(local_invocation_index) local: u32) {
    let index = unfold(group, groups);
    if (index / op.heads >= step.tiles) { return; }
    let own = place_of(index);
    let token = own.first + local / 4u;
    let query_dropout_key = own.dropout_key + token - own.begin;
    let log_sum = saved_log_sums[min(token, own.end - 1u) * op.heads + own.head];
    let scale = scale_of_scores();
    stage_d_context(own.first, own.end, own.head, local);
    let gradient = own_share(local);
    stage_context(own.first, own.end, own.head, local);
    workgroupBarrier();
    let own_delta = sum_of_lanes(dot_token(gradient, own_token_at(local)), local);
    stage_qkv(own.first, own.end, QUERY, own.head, local);
    let query = own_share(local);

    var d_query: Share;
    for (var first = own.begin; first < own.end; first += TILE) {
        let count = min(TILE, own.end - first);
        stage_qkv(first, own.end, VALUE, own.head, local);
        workgroupBarrier();
        let d_weight = products(gradient, count, local);
        stage_qkv(first, own.end, KEY, own.head, local);
        workgroupBarrier();
        let s = products(query, count, local) * scale;
        let p = select(vec4(0.0), exp(s - log_sum), tokens_of_lane(first, local) < vec4(own.end));
        let keep = keep4(op.site, query_dropout_key, block_of_lane(own, first, local));
        weights[local] = p * (d_weight * keep - own_delta) * scale;
        workgroupBarrier();
        d_query = add_tokens(d_query, count, local);
        workgroupBarrier();
    }
    write_d_qkv(own.first, own.end, QUERY, own.head, local, d_query);
    if (token < own.end && local % 4u == 0u) {
        delta[token * op.heads + own.head] = own_delta;
    }
}

// Backward, dk and dv: the workgroup's tile holds keys, and queries pass.

@group(0) @binding(7) var<storage, read> saved_delta: array<f32>;             // δ [T, heads]

// For each passing query: the masks of the workgroup's keys, [TILE][4 blocks], and L and δ.
var<workgroup> masks: array<vec4<f32>, THREADS>;
var<workgroup> statistics: array<vec2<f32>, TILE>;

@compute @workgroup_size(64)
fn attention_backward_key_value(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                                @builtin(local_invocation_index) local: u32) {
    let index = unfold(group, groups);
    if (index / op.heads >= step.tiles) { return; }
    let own = place_of(index);
    let scale = scale_of_scores();
    stage_qkv(own.first, own.end, KEY, own.head, local);
    let key = own_share(local);
    stage_qkv(own.first, own.end, VALUE, own.head, local);
    let value = own_share(local);

    var d_key: Share;
    var d_value: Share;
    for (var first = own.begin; first < own.end; first += TILE) {
        let count = min(TILE, own.end - first);
        // Each thread computes the masks of one query and four keys; the first 16 load L and δ of a query.
        let query_dropout_key = own.dropout_key + first + local / 4u - own.begin;
        masks[local] = keep4(op.site, query_dropout_key, block_of_lane(own, own.first, local));
        if (local < TILE) {
            let at = min(first + local, own.end - 1u) * op.heads + own.head;
            statistics[local] = vec2(saved_log_sums[at], saved_delta[at]);
        }
        stage_qkv(first, own.end, QUERY, own.head, local);
        workgroupBarrier();
        let s = products(key, count, local) * scale;
        stage_d_context(first, own.end, own.head, local);
        workgroupBarrier();
        let d_weight = products(value, count, local);

        let first_query = 4u * (local % 4u);
        let own_block = local / 16u;
        let key_in_block = local / 4u % 4u;
        let keep = vec4(
            masks[4u * first_query + own_block][key_in_block], masks[4u * (first_query + 1u) + own_block][key_in_block],
            masks[4u * (first_query + 2u) + own_block][key_in_block], masks[4u * (first_query + 3u) + own_block][key_in_block]);
        let query0 = statistics[first_query];
        let query1 = statistics[first_query + 1u];
        let query2 = statistics[first_query + 2u];
        let query3 = statistics[first_query + 3u];
        let log_sum = vec4(query0.x, query1.x, query2.x, query3.x);
        let deltas = vec4(query0.y, query1.y, query2.y, query3.y);
        let p = select(vec4(0.0), exp(s - log_sum), tokens_of_lane(first, local) < vec4(own.end));

        weights[local] = p * keep;
        workgroupBarrier();
        d_value = add_tokens(d_value, count, local);
        workgroupBarrier();
        stage_qkv(first, own.end, QUERY, own.head, local);
        weights[local] = p * (d_weight * keep - deltas) * scale;
        workgroupBarrier();
        d_key = add_tokens(d_key, count, local);
        workgroupBarrier();
    }
    write_d_qkv(own.first, own.end, KEY, own.head, local, d_key);
    workgroupBarrier();
    write_d_qkv(own.first, own.end, VALUE, own.head, local, d_value);
}
