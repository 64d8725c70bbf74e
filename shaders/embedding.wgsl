// Sum of word, position and type embeddings, before LayerNorm, and the gradients of the three tables.
//
// Forward:   e_t = word[id_t] + position[p_t] + type[0]              a text is one segment: every token has type 0
// Backward:  d_word[v] = Σ_{t: id_t = v} de_t,   d_position[p] = Σ_{t: p_t = p} de_t,   d_type[0] = Σ_t de_t
// A row's first token has position 0 in BERT and 2 in RoBERTa (first_position). V words, P positions and Y types have
// embeddings; D distinct token ids are in the batch.
//
// entry point                reads → writes                                           floats moved   workgroups
//   embed                    ids, positions [T], tables [V, H], [P, H] → e [T, H]     3TH            ⌈T/64⌉ · H/4
//   embed_word_backward      de [T, H], distinct [D, 3], places [T] → d_word [V, H]   TH + 2DH       D · ⌈H/64⌉
//   embed_position_backward  de [T, H], row_starts [R + 1] → d_position [P, H]        TH + PH        P · ⌈H/64⌉
//   embed_type_backward      de [T, H] → partials of d_type [⌈T/64⌉, Y, H]            TH             ⌈T/64⌉ · ⌈YH/64⌉
// embed_word_backward adds to d_word, which the host clears first; the others overwrite, or add where the step
// accumulates. reduce.wgsl adds up the partials of d_type.
//
// A word table too large to be bound at once comes in pieces of whole rows, one call each, which skips the words of
// other pieces.
// WGSL has no float atomics: the host lists the places of each distinct token instead, and sums have a fixed order. In
// the backward kernels a workgroup has 16 vec4s of one row of a table, one per lane, and each of its four teams sums a
// quarter of the tokens: [CLS] is in every row, and one thread that sums over all rows would hold up everything else.

struct Op {
    width: u32,         // vec4s of a table's row: H / 4
    positions: u32,     // P
    types: u32,         // Y
    first_position: u32,
    first_word: u32,    // the bound piece of the word table: words first_word … end_word − 1
    end_word: u32,
    pad0: u32,
    pad1: u32,
}

@group(0) @binding(1) var<uniform> op: Op;

// Forward. A thread has one vec4 of a token.

@group(0) @binding(2) var<storage, read> token_ids: array<u32>;
@group(0) @binding(3) var<storage, read> token_positions: array<u32>;
@group(0) @binding(4) var<storage, read> word: array<Stored>;
@group(0) @binding(5) var<storage, read> position: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read> token_type: array<vec4<f32>>;
@group(0) @binding(7) var<storage, read_write> embedded: array<vec4<f32>>;

@compute @workgroup_size(64)
fn embed(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
         @builtin(local_invocation_index) local: u32) {
    let index = unfold(group, groups) * THREADS + local;
    let token = index / op.width;
    let i = index % op.width;
    if (token >= step.tokens) { return; }
    let id = token_ids[token];
    if (id < op.first_word || id >= op.end_word) { return; }
    let words = widened(word[(id - op.first_word) * op.width + i]);
    embedded[index] = words + position[token_positions[token] * op.width + i] + token_type[i];
}

// Backward.

// Workgroups of a table's row of `width` vec4s.
fn groups_of(width: u32) -> u32 {
    return (width + TEAM - 1u) / TEAM;
}

// A thread's vec4 of that row, in the `index`-th workgroup.
fn vec4_of(index: u32, width: u32, local: u32) -> u32 {
    return index % groups_of(width) * TEAM + local % TEAM;
}

@group(0) @binding(2) var<storage, read> d_embedded: array<vec4<f32>>;          // de

// Words.

@group(0) @binding(3) var<storage, read> distinct: array<u32>;                  // [D][id, first, end in `places`]
@group(0) @binding(4) var<storage, read> places: array<u32>;                    // tokens, ordered by id
@group(0) @binding(5) var<storage, read_write> d_word: array<vec4<f32>>;        // of the bound piece

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
        sum += d_embedded[places[place] * op.width + i];
    }
    sum = sum_of_teams(local, sum);
    if (local >= TEAM || !inside) { return; }
    d_word[(id - op.first_word) * op.width + i] += sum;
}

// Positions: token t of row r has position first_position + t − row_starts[r].

@group(0) @binding(3) var<storage, read> row_starts: array<u32>;
@group(0) @binding(4) var<storage, read_write> d_position: array<vec4<f32>>;

@compute @workgroup_size(64)
fn embed_position_backward(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                           @builtin(local_invocation_index) local: u32) {
    let index = unfold(group, groups);
    let p = index / groups_of(op.width);
    if (p >= op.positions) { return; }
    let i = vec4_of(index, op.width, local);
    // Positions before the first and beyond the longest row's end have no token: the loop runs over no row.
    let used = p >= op.first_position && p < op.first_position + step.longest;
    let rows = select(0u, step.rows, used && i < op.width);
    var sum = vec4(0.0);
    for (var row = local / TEAM; row < rows; row += TEAMS) {
        let token = row_starts[row] + p - op.first_position;
        if (token < row_starts[row + 1u]) {
            sum += d_embedded[token * op.width + i];
        }
    }
    sum = sum_of_teams(local, sum);
    if (local >= TEAM || i >= op.width) { return; }
    let at = p * op.width + i;
    d_position[at] = select(sum, sum + d_position[at], step.accumulate != 0u);
}

// Types: the partials are zero for all types but the first.

@group(0) @binding(3) var<storage, read_write> d_type_partials: array<vec4<f32>>;   // [⌈T/64⌉, Y, H]

@compute @workgroup_size(64)
fn embed_type_backward(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                       @builtin(local_invocation_index) local: u32) {
    let part_width = op.types * op.width;
    let index = unfold(group, groups);
    let part = index / groups_of(part_width);
    let i = vec4_of(index, part_width, local);
    let begin = part * CHUNK;
    let end = select(0u, min(begin + CHUNK, step.tokens), i < op.width);
    var sum = vec4(0.0);
    for (var token = begin + local / TEAM; token < end; token += TEAMS) {
        sum += d_embedded[token * op.width + i];
    }
    sum = sum_of_teams(local, sum);
    if (local >= TEAM || begin >= step.tokens || i >= part_width) { return; }
    d_type_partials[part * part_width + i] = sum;
}
