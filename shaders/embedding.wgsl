// Embedding lookup and its gradients.
//   forward   e[t] = word[id_t] + position[p_t] + type[0]            (one sentence: every token has type 0)
//   backward  d_word[v] = Σ_{t: id_t = v} de[t],  d_position[p] = Σ_{t: p_t = p} de[t],  d_type[0] = Σ_t de[t]
// A row's first token has position 0 in BERT and 2 in RoBERTa. A word table too large to be bound at once comes in
// pieces of whole rows, a call each, which leaves the words of other pieces alone.
// WGSL has no float atomics; the host lists each distinct token's places instead, so sums have a fixed order. A
// workgroup has 16 vec4s of one row of a gradient table, a lane each, and each of its four teams a quarter of the sum:
// [CLS] is in every row, and a loop over all of them by one thread is what everything else would wait for.

struct Op {
    width: u32,         // vec4s of a row: hidden / 4
    positions: u32,     // rows of the position table
    types: u32,         // rows of the type table
    chunk: u32,         // tokens that one partial sum of d_type covers
    first_position: u32,
    first_word: u32,    // words of the bound piece of the table
    end_word: u32,
    pad: u32,
}

@group(0) @binding(1) var<uniform> op: Op;

// Forward.
@group(0) @binding(2) var<storage, read> token_ids: array<u32>;
@group(0) @binding(3) var<storage, read> token_positions: array<u32>;
@group(0) @binding(4) var<storage, read> word: array<Stored>;
@group(0) @binding(5) var<storage, read> position: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read> token_type: array<vec4<f32>>;
@group(0) @binding(7) var<storage, read_write> embedded: array<vec4<f32>>;

@compute @workgroup_size(64)
fn embed(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
         @builtin(local_invocation_index) local: u32) {
    let index = unfold(group, groups) * 64u + local;
    let token = index / op.width;
    let i = index % op.width;
    if (token >= step.tokens) { return; }
    let id = token_ids[token];
    if (id < op.first_word || id >= op.end_word) { return; }
    let words = widened(word[(id - op.first_word) * op.width + i]);
    embedded[index] = words + position[token_positions[token] * op.width + i]
        + token_type[i];
}

// Workgroups of a row of so many vec4s, and a thread's vec4 of it.

fn groups_of(width: u32) -> u32 {
    return (width + TEAM - 1u) / TEAM;
}

fn vec4_of(index: u32, width: u32, local: u32) -> u32 {
    return index % groups_of(width) * TEAM + local % TEAM;
}

// Backward: words. The gradient table was cleared where the step does not accumulate.
// [distinct][id, first place, end]; places are indices into `places`, which lists tokens.
@group(0) @binding(2) var<storage, read> distinct: array<u32>;
@group(0) @binding(3) var<storage, read> places: array<u32>;
@group(0) @binding(4) var<storage, read> gradient: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> table: array<vec4<f32>>;

@compute @workgroup_size(64)
fn embed_word_backward(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                       @builtin(local_invocation_index) local: u32) {
    let index = unfold(group, groups);
    let entry = index / groups_of(op.width);
    if (entry >= step.distinct) { return; }
    let id = distinct[3u * entry];
    let i = vec4_of(index, op.width, local);
    let inside = id >= op.first_word && id < op.end_word && i < op.width;
    let end = select(0u, distinct[3u * entry + 2u], inside);
    var sum = vec4(0.0);
    for (var place = distinct[3u * entry + 1u] + local / TEAM; place < end; place += TEAMS) {
        sum += gradient[places[place] * op.width + i];
    }
    sum = sum_of_teams(local, sum);
    if (local >= TEAM || !inside) { return; }
    table[(id - op.first_word) * op.width + i] += sum;
}

// Backward: positions. `places` holds row_starts here, [rows + 1]; token t of row r has
// position first_position + t − row_starts[r].
@compute @workgroup_size(64)
fn embed_position_backward(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                           @builtin(local_invocation_index) local: u32) {
    let index = unfold(group, groups);
    let p = index / groups_of(op.width);
    if (p >= op.positions) { return; }
    let i = vec4_of(index, op.width, local);
    // No token has a position before the first or behind the longest row's end: the loop then has no row.
    let used = p >= op.first_position && p < op.first_position + step.longest;
    let rows = select(0u, step.rows, used && i < op.width);
    var sum = vec4(0.0);
    for (var row = local / TEAM; row < rows; row += TEAMS) {
        let token = places[row] + p - op.first_position;
        if (token < places[row + 1u]) {
            sum += gradient[token * op.width + i];
        }
    }
    sum = sum_of_teams(local, sum);
    if (local >= TEAM || i >= op.width) { return; }
    let at = p * op.width + i;
    table[at] = select(sum, sum + table[at], step.accumulate != 0u);
}

// Backward: types, first half: partial [⌈tokens / chunk⌉, types, hidden], zero for all types but the first.
@compute @workgroup_size(64)
fn embed_type_backward(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                       @builtin(local_invocation_index) local: u32) {
    let row = op.types * op.width;
    let index = unfold(group, groups);
    let part = index / groups_of(row);
    let i = vec4_of(index, row, local);
    let begin = part * op.chunk;
    let end = select(0u, min(begin + op.chunk, step.tokens), i < op.width);
    var sum = vec4(0.0);
    for (var token = begin + local / TEAM; token < end; token += TEAMS) {
        sum += gradient[token * op.width + i];
    }
    sum = sum_of_teams(local, sum);
    if (local >= TEAM || begin >= step.tokens || i >= row) { return; }
    table[part * row + i] = sum;
}
