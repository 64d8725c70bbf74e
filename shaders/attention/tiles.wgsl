// Multi-head self-attention over packed rows: a token attends to the tokens of its own row, and nothing is padded.
// For query i, key j, head h, with d = head_dim:
//   s_ij = q_i·k_j / √d,  p_ij = exp(s_ij − L_i),  L_i = log Σ_j exp(s_ij),  o_i = Σ_j m_ij p_ij v_j
// where m is the dropout mask on probabilities (0 or 1/(1−p)).
//
// Backward, recomputing p from the saved L instead of storing it (FlashAttention, arXiv 2205.14135):
//   δ_i = do_i·o_i,  dv_j = Σ_i m_ij p_ij do_i,  ds_ij = p_ij (m_ij do_i·v_j − δ_i)
//   dq_i = Σ_j ds_ij k_j / √d,  dk_j = Σ_i ds_ij q_i / √d
//
// A workgroup has one head of a tile: up to 16 neighbouring tokens of one row. It holds their vectors and sums in
// registers and passes the row through workgroup memory, 16 tokens at a time. Each of its tokens has four threads, lanes
// 0 to 3; a lane has every fourth vec4 of the token's vector. So a product of two heads is a sum over four lanes:
// they write their parts of a token's 16 products to workgroup memory, and lane l adds up the four from 4·l on, which
// are one block of the dropout masks.
//
// Barriers need every thread: vectors of tokens behind the row's end count as zero, and are not stored.
//
// The file before this one says how a vec4 of a head is read and written (vectors.wgsl, scalars.wgsl).

override head_dim: u32;
// vec4s of a head, and how many of them a lane has.
override head_width: u32 = (head_dim + 3u) / 4u;
override share: u32 = (head_width + 3u) / 4u;
// vec4s between rows of the tile.
override pitch: u32 = 4u * share;

struct Op {
    heads: u32,
    hidden: u32,
    blocks: u32,    // ⌈max positions / 4⌉: dropout blocks of one (query, head)
    site: u32,
}

@group(0) @binding(1) var<uniform> op: Op;
// [tiles]: first token, first token of its row, end of the row, key into the dropout masks of the row's first token.
@group(0) @binding(2) var<storage, read> tiles: array<vec4<u32>>;
@group(0) @binding(3) var<storage, read> qkv: array<Element>;                 // [tokens, 3, hidden]

const THREADS = 64u;
// Tokens of a tile; src/kernels/step.rs has the same constant.
const SIDE = 16u;
const QUERY = 0u;
const KEY = 1u;
const VALUE = 2u;
// Below every score.
const LOWEST = -1e30;

// Vectors of 16 tokens, [SIDE][pitch].
var<workgroup> tile: array<vec4<f32>, SIDE * pitch>;
// Parts of products, [4 blocks of the tile's tokens][THREADS], and a vec4 more a block, so that the lanes of a token
// find theirs in different banks.
const PARTS_PITCH = THREADS + 1u;
var<workgroup> parts: array<vec4<f32>, 4u * PARTS_PITCH>;
// Of every token of the workgroup the weights that the tile's tokens have in its sum, a lane's block each.
var<workgroup> weights: array<vec4<f32>, THREADS>;
// One value of each thread.
var<workgroup> lane_values: array<f32, THREADS>;

// A lane's vec4s of a vector, by name and not in an array, which would lie in memory instead of registers. Those from
// the `share`-th on are never touched: the conditions below are constants.
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

// From the tile; `at` is the lane's first vec4 of a row.
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

// The lane's part of x · a row of the tile.
fn dot_row(x: Share, at: u32) -> f32 {
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

// x + a · a row of the tile.
fn add_row(x: Share, a: f32, at: u32) -> Share {
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

// Where a thread's own vector lies in the tile.
fn own_row(local: u32) -> u32 {
    return local / 4u * pitch + local % 4u;
}

// x of this thread's token times the tile's first `rows` tokens: the four of its lane. Behind the barrier within, the
// tile is used up; a barrier must lie between two calls.
fn products(x: Share, rows: u32, local: u32) -> vec4<f32> {
    let lane = local % 4u;
    for (var block = 0u; 4u * block < rows; block++) {
        let at = 4u * block * pitch + lane;
        parts[block * PARTS_PITCH + local] = vec4(
            dot_row(x, at), dot_row(x, at + pitch), dot_row(x, at + 2u * pitch), dot_row(x, at + 3u * pitch));
    }
    workgroupBarrier();
    let at = lane * PARTS_PITCH + local - lane;
    return (parts[at] + parts[at + 1u]) + (parts[at + 2u] + parts[at + 3u]);
}

// sum + Σ of the tile's first `rows` tokens, times this thread's token's weights.
fn add_rows(sum: Share, rows: u32, local: u32) -> Share {
    let lane = local % 4u;
    var total = sum;
    for (var block = 0u; 4u * block < rows; block++) {
        let weight = weights[local - lane + block];
        let at = 4u * block * pitch + lane;
        total = add_row(total, weight.x, at);
        total = add_row(total, weight.y, at + pitch);
        total = add_row(total, weight.z, at + 2u * pitch);
        total = add_row(total, weight.w, at + 3u * pitch);
    }
    return total;
}

// Σ over the lanes of a token, for all four of them. A barrier must lie between two of these.
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

// The lane's four tokens of those from `first` on.
fn tokens_of_lane(first: u32, local: u32) -> vec4<u32> {
    return vec4(first + 4u * (local % 4u)) + vec4(0u, 1u, 2u, 3u);
}

fn scale_of_scores() -> f32 {
    return 1.0 / sqrt(f32(head_dim));
}

// Where a head of the query, key or value of a token begins.
fn part_at(token: u32, part: u32, head: u32) -> u32 {
    return (3u * token + part) * op.hidden + head * head_dim;
}

fn context_at(token: u32, head: u32) -> u32 {
    return token * op.hidden + head * head_dim;
}

// Vectors of the tokens from `first` on into the tile: neighbouring threads read neighbouring vec4s.

fn stage_qkv(first: u32, end: u32, part: u32, head: u32, local: u32) {
    for (var i = local; i < SIDE * pitch; i += THREADS) {
        let token = first + i / pitch;
        var value = vec4(0.0);
        if (token < end && i % pitch < head_width) { value = load_qkv(part_at(token, part, head), i % pitch); }
        tile[i] = value;
    }
}

fn stage_context(first: u32, end: u32, head: u32, local: u32) {
    for (var i = local; i < SIDE * pitch; i += THREADS) {
        let token = first + i / pitch;
        var value = vec4(0.0);
        if (token < end && i % pitch < head_width) { value = load_context(context_at(token, head), i % pitch); }
        tile[i] = value;
    }
}

fn stage_d_context(first: u32, end: u32, head: u32, local: u32) {
    for (var i = local; i < SIDE * pitch; i += THREADS) {
        let token = first + i / pitch;
        var value = vec4(0.0);
        if (token < end && i % pitch < head_width) { value = load_d_context(context_at(token, head), i % pitch); }
        tile[i] = value;
    }
}

// This thread's share of the workgroup's own vectors, which were staged.
fn own_share(local: u32) -> Share {
    workgroupBarrier();
    let x = take_share(own_row(local));
    workgroupBarrier();
    return x;
}

// And back, by way of the tile, which nobody reads any more.

fn write_context(first: u32, end: u32, head: u32, local: u32, x: Share) {
    put_share(own_row(local), x);
    workgroupBarrier();
    for (var i = local; i < SIDE * pitch; i += THREADS) {
        let token = first + i / pitch;
        if (token < end && i % pitch < head_width) { store_context(context_at(token, head), i % pitch, tile[i]); }
    }
}

fn write_d_qkv(first: u32, end: u32, part: u32, head: u32, local: u32, x: Share) {
    put_share(own_row(local), x);
    workgroupBarrier();
    for (var i = local; i < SIDE * pitch; i += THREADS) {
        let token = first + i / pitch;
        if (token < end && i % pitch < head_width) { store_d_qkv(part_at(token, part, head), i % pitch, tile[i]); }
    }
}

// A workgroup's tile.
struct Place {
    head: u32,
    first: u32,     // token
    begin: u32,     // first token of the row
    end: u32,       // of the row
    key: u32,       // into the dropout masks, of the row's first token
}

// Of the `index`-th workgroup: heads of a tile follow each other.
fn place_of(index: u32) -> Place {
    let own = tiles[index / op.heads];
    return Place(index % op.heads, own.x, own.y, own.z, own.w);
}

// The lane's four keys of those from `first` on, as a block of the dropout masks.
fn block_of_lane(own: Place, first: u32, local: u32) -> u32 {
    return own.head * op.blocks + (first - own.begin) / 4u + local % 4u;
}

// Forward; a workgroup's tile are queries.
@group(0) @binding(4) var<storage, read_write> context: array<Element>;       // o [tokens, hidden]
@group(0) @binding(5) var<storage, read_write> log_sums: array<f32>;          // L [tokens, heads]

@compute @workgroup_size(64)
fn attention(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
             @builtin(local_invocation_index) local: u32) {
    let index = unfold(group, groups);
    if (index / op.heads >= step.tiles) { return; }
    let own = place_of(index);
    let token = own.first + local / 4u;
    let query_key = own.key + token - own.begin;
    stage_qkv(own.first, own.end, QUERY, own.head, local);
    let query = own_share(local);

    // Online softmax: `sum`, a lane's part of it, and `output` are relative to the largest score so far.
    var largest = LOWEST;
    var sum = 0.0;
    var output: Share;
    for (var first = own.begin; first < own.end; first += SIDE) {
        let rows = min(SIDE, own.end - first);
        stage_qkv(first, own.end, KEY, own.head, local);
        workgroupBarrier();
        let s = products(query, rows, local) * scale_of_scores();
        stage_qkv(first, own.end, VALUE, own.head, local);
        let scores = select(vec4(LOWEST), s, tokens_of_lane(first, local) < vec4(own.end));
        let larger =
            max(largest, max_of_lanes(max(max(scores.x, scores.y), max(scores.z, scores.w)), local));
        let shrink = exp(largest - larger);
        let p = exp(scores - larger);
        largest = larger;
        sum = sum * shrink + dot(p, vec4(1.0));
        weights[local] = p * keep4(op.site, query_key, block_of_lane(own, first, local));
        workgroupBarrier();
        output = add_rows(scaled(shrink, output), rows, local);
        workgroupBarrier();
    }
    let total = sum_of_lanes(sum, local);
    write_context(own.first, own.end, own.head, local, scaled(1.0 / total, output));
    if (token < own.end && local % 4u == 0u) {
        log_sums[token * op.heads + own.head] = largest + log(total);
    }
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
    let index = unfold(group, groups);
    if (index / op.heads >= step.tiles) { return; }
    let own = place_of(index);
    let token = own.first + local / 4u;
    let query_key = own.key + token - own.begin;
    let log_sum = saved_log_sums[min(token, own.end - 1u) * op.heads + own.head];
    let scale = scale_of_scores();
    stage_d_context(own.first, own.end, own.head, local);
    let gradient = own_share(local);
    stage_context(own.first, own.end, own.head, local);
    workgroupBarrier();
    let d = sum_of_lanes(dot_row(gradient, own_row(local)), local);
    stage_qkv(own.first, own.end, QUERY, own.head, local);
    let query = own_share(local);

    var d_query: Share;
    for (var first = own.begin; first < own.end; first += SIDE) {
        let rows = min(SIDE, own.end - first);
        stage_qkv(first, own.end, VALUE, own.head, local);
        workgroupBarrier();
        let d_weight = products(gradient, rows, local);
        stage_qkv(first, own.end, KEY, own.head, local);
        workgroupBarrier();
        let s = products(query, rows, local) * scale;
        let p = select(vec4(0.0), exp(s - log_sum), tokens_of_lane(first, local) < vec4(own.end));
        weights[local] = p * (d_weight * keep4(op.site, query_key, block_of_lane(own, first, local)) - d) * scale;
        workgroupBarrier();
        d_query = add_rows(d_query, rows, local);
        workgroupBarrier();
    }
    write_d_qkv(own.first, own.end, QUERY, own.head, local, d_query);
    if (token < own.end && local % 4u == 0u) {
        delta[token * op.heads + own.head] = d;
    }
}

// Backward, keys and values; a workgroup's tile are keys, and the queries pass by.
@group(0) @binding(7) var<storage, read> saved_delta: array<f32>;             // δ [tokens, heads]

// Of every query that passes: the masks of the workgroup's keys, [SIDE][4 blocks], and L and δ.
var<workgroup> masks: array<vec4<f32>, THREADS>;
var<workgroup> statistics: array<vec2<f32>, SIDE>;

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
    for (var first = own.begin; first < own.end; first += SIDE) {
        let rows = min(SIDE, own.end - first);
        // Each thread has one (query, four keys) of the masks, and the first 16 have a query's numbers.
        let query_key = own.key + first + local / 4u - own.begin;
        masks[local] = keep4(op.site, query_key, block_of_lane(own, own.first, local));
        if (local < SIDE) {
            let at = min(first + local, own.end - 1u) * op.heads + own.head;
            statistics[local] = vec2(saved_log_sums[at], saved_delta[at]);
        }
        stage_qkv(first, own.end, QUERY, own.head, local);
        workgroupBarrier();
        let s = products(key, rows, local) * scale;
        stage_d_context(first, own.end, own.head, local);
        workgroupBarrier();
        let d_weight = products(value, rows, local);

        let query = 4u * (local % 4u);
        let own_block = local / 16u;
        let own_key = local / 4u % 4u;
        let keep = vec4(
            masks[4u * query + own_block][own_key], masks[4u * (query + 1u) + own_block][own_key],
            masks[4u * (query + 2u) + own_block][own_key], masks[4u * (query + 3u) + own_block][own_key]);
        let of0 = statistics[query];
        let of1 = statistics[query + 1u];
        let of2 = statistics[query + 2u];
        let of3 = statistics[query + 3u];
        let log_sum = vec4(of0.x, of1.x, of2.x, of3.x);
        let d = vec4(of0.y, of1.y, of2.y, of3.y);
        let p = select(vec4(0.0), exp(s - log_sum), tokens_of_lane(first, local) < vec4(own.end));

        weights[local] = p * keep;
        workgroupBarrier();
        d_value = add_rows(d_value, rows, local);
        workgroupBarrier();
        stage_qkv(first, own.end, QUERY, own.head, local);
        weights[local] = p * (d_weight * keep - d) * scale;
        workgroupBarrier();
        d_key = add_rows(d_key, rows, local);
        workgroupBarrier();
    }
    write_d_qkv(own.first, own.end, KEY, own.head, local, d_key);
    workgroupBarrier();
    write_d_qkv(own.first, own.end, VALUE, own.head, local, d_value);
}
