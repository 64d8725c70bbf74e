// Embedding lookup and its gradients.
//   forward   e[t] = word[id_t] + position[p_t] + type[0]            (one sentence: every token has type 0)
//   backward  d_word[v] = Σ_{t: id_t = v} de[t],  d_position[p] = Σ_{t: p_t = p} de[t],  d_type[0] = Σ_t de[t]
// A row's first token has position 0 in BERT and 2 in RoBERTa. A word table too large to be bound at once comes in
// pieces of whole rows, a call each, which leaves the words of other pieces alone.
// WGSL has no float atomics; the host lists each distinct token's places instead, so sums have a fixed order.

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
@group(0) @binding(4) var<storage, read> word: array<vec4<f32>>;
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
    embedded[index] = word[(id - op.first_word) * op.width + i] + position[token_positions[token] * op.width + i]
        + token_type[i];
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
    let index = unfold(group, groups) * 64u + local;
    let entry = index / op.width;
    let i = index % op.width;
    if (entry >= step.distinct) { return; }
    let id = distinct[3u * entry];
    if (id < op.first_word || id >= op.end_word) { return; }
    var sum = vec4(0.0);
    let end = distinct[3u * entry + 2u];
    for (var place = distinct[3u * entry + 1u]; place < end; place++) {
        sum += gradient[places[place] * op.width + i];
    }
    table[(id - op.first_word) * op.width + i] += sum;
}

// Backward: positions. `places` holds row_starts here, [rows + 1]; token t of row r has
// position first_position + t − row_starts[r].
@compute @workgroup_size(64)
fn embed_position_backward(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                           @builtin(local_invocation_index) local: u32) {
    let index = unfold(group, groups) * 64u + local;
    let p = index / op.width;
    let i = index % op.width;
    if (p >= op.positions) { return; }
    var sum = vec4(0.0);
    // No token has a position before the first or behind the longest row's end: the loop then has no row.
    let used = p >= op.first_position && p < op.first_position + step.longest;
    let rows = select(0u, step.rows, used);
    for (var row = 0u; row < rows; row++) {
        let token = places[row] + p - op.first_position;
        if (token < places[row + 1u]) {
            sum += gradient[token * op.width + i];
        }
    }
    table[index] = select(sum, sum + table[index], step.accumulate != 0u);
}

// Backward: types, first half: partial [⌈tokens / chunk⌉, types, hidden], zero for all types but the first. A lane has
// a vec4 of a type, a team every fourth token of the chunk.
@compute @workgroup_size(64)
fn embed_type_backward(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                       @builtin(local_invocation_index) local: u32) {
    let row = op.types * op.width;
    let groups_of_part = (row + TEAM - 1u) / TEAM;
    let index = unfold(group, groups);
    let part = index / groups_of_part;
    let i = index % groups_of_part * TEAM + local % TEAM;
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
