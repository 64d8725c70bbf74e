// Matrix products in the three forms a linear layer y = x·Wᵀ + b needs; W is [out, in] as checkpoints store it.
//
//   forward   nt:  C[M,N] = A[M,K] · B[N,K]ᵀ (+ bias[N])     y  = x · Wᵀ + b
//   backward  nn:  C[M,N] = A[M,K] · B[K,N]                  dx = dy · W
//   backward  tn:  C[M,N] = A[K,M]ᵀ · B[K,N]                 dW = dyᵀ · x,  db = Σ_rows dy
//
// Row lengths (K of nt, N and K of nn, M and N of tn) are multiples of 4; the row counts are free.
//
// A workgroup has a square tile of C and passes `depth` of K at a time through workgroup memory, where every element
// that is loaded once serves a whole side of the tile. Both operands lie there as [k][row or column], so that a thread
// reads four neighbours as one vec4. A thread has a 4×4 block of C, or four of them, half a tile apart, in registers:
// by name, because an array indexed in a loop would lie in memory. The more blocks, the more products an element read
// from workgroup memory serves, and the fewer workgroups there are to go round.
//
// Barriers need every thread: a workgroup leaves as a whole or not at all, elements beyond an operand count as zero, and
// blocks beyond C are not stored.

// Threads along a side of the tile, blocks of a thread along it (1 or 2), and elements of K at a time (a multiple of 4).
override threads: u32;
override pieces: u32;
override depth: u32;

struct Op {
    m_kind: u32,        // extent of M
    m: u32,
    n: u32,
    k_kind: u32,        // extent of K
    k: u32,
    splits: u32,        // tn: parts that K is cut into, each written as a partial result
    accumulate: u32,    // nn: 1 adds to C
    gelu: u32,          // 1: nt goes on through a GELU, nn comes back through one
}

@group(0) @binding(1) var<uniform> op: Op;
@group(0) @binding(2) var<storage, read> a: array<vec4<f32>>;
// W of nt and nn, x of tn: stored as the part of the module in shaders/stored says.
@group(0) @binding(3) var<storage, read> b: array<Stored>;
// nt: bias [N]. nn with gelu: the GELU's input u [M,N].
@group(0) @binding(4) var<storage, read> extra: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> c: array<vec4<f32>>;
// nt, nn with gelu: gelu(u) [M,N]. tn: db [M].
@group(0) @binding(6) var<storage, read_write> second: array<vec4<f32>>;

// What becomes of a finished block: rows `row` … `row`+3 of C below `m`, columns `column` … `column`+3, nothing where
// the columns are beyond N. Column i of a block is row i of C, so that a block's row is one vec4. Loops, because what is
// written out once for every row of every block takes long to compile.

// With gelu, C = u and second = gelu(u): the feed-forward layer keeps u for the backward pass.
fn finish_nt(m: u32, row: u32, column: u32, finished: mat4x4<f32>) {
    if (column >= op.n) { return; }
    var block = finished;
    let bias = extra[column / 4u];
    for (var i = 0u; i < 4u && row + i < m; i++) {
        let index = ((row + i) * op.n + column) / 4u;
        let u = block[i] + bias;
        c[index] = u;
        if (op.gelu != 0u) { second[index] = gelu4(u); }
    }
}

// With gelu, C = du = (A·B) · gelu'(u), and second = gelu(u) once more, for the weight gradient of the layer behind
// the GELU.
fn finish_nn(m: u32, row: u32, column: u32, finished: mat4x4<f32>) {
    if (column >= op.n) { return; }
    var block = finished;
    for (var i = 0u; i < 4u && row + i < m; i++) {
        let index = ((row + i) * op.n + column) / 4u;
        if (op.gelu == 0u) {
            c[index] = select(block[i], block[i] + c[index], op.accumulate != 0u);
        } else {
            let u = extra[index];
            let cdf = normal_cdf4(u);
            c[index] = block[i] * gelu_slope4(u, cdf);
            second[index] = u * cdf;
        }
    }
}

// Weight gradient: with one split it goes to C and the bias gradient to `second`, overwritten or added to as the
// step says; with more, each split writes its own part, [splits, M·N] and [splits, M], and reduce.wgsl adds them up.
fn adds_to_gradient() -> bool {
    return op.splits == 1u && step.accumulate != 0u;
}

// M is a multiple of 4, so a block has all its rows or none.
fn finish_tn(split: u32, row: u32, column: u32, finished: mat4x4<f32>) {
    if (row >= op.m || column >= op.n) { return; }
    var block = finished;
    for (var i = 0u; i < 4u; i++) {
        let index = ((split * op.m + row + i) * op.n + column) / 4u;
        c[index] = select(block[i], block[i] + c[index], adds_to_gradient());
    }
}

fn finish_bias(split: u32, row: u32, sum: vec4<f32>) {
    if (row >= op.m) { return; }
    let place = (split * op.m + row) / 4u;
    second[place] = select(sum, sum + second[place], adds_to_gradient());
}

// The rows of K that a split covers.
fn part_of_k(split: u32) -> vec2<u32> {
    let length = extent(op.k_kind, op.k);
    let share = (length + op.splits - 1u) / op.splits;
    let begin = split * share;
    return vec2(begin, min(begin + share, length));
}

// vec4s along a side of the tile.
override width: u32 = threads * pieces;
override side: u32 = 4u * width;
// A row has a vec4 more than it needs: threads that store down a column then meet different banks.
override pitch: u32 = width + 1u;
// 4×4 blocks of an operand's tile that is stored by rows.
override row_blocks: u32 = width * depth / 4u;
var<workgroup> a_tile: array<vec4<f32>, depth * pitch>;
var<workgroup> b_tile: array<vec4<f32>, depth * pitch>;

// A thread's blocks of C: upper or lower half of the tile, left or right half. With one piece c00 is all.
struct Blocks {
    c00: mat4x4<f32>,
    c01: mat4x4<f32>,
    c10: mat4x4<f32>,
    c11: mat4x4<f32>,
}

fn add_product(sum: mat4x4<f32>, rows: vec4<f32>, columns: vec4<f32>) -> mat4x4<f32> {
    return mat4x4(
        sum[0] + rows.x * columns, sum[1] + rows.y * columns, sum[2] + rows.z * columns, sum[3] + rows.w * columns);
}

// Row k of the tiles: `row` and `column` are the thread's vec4s in it.
fn add_products(sums: Blocks, row: u32, column: u32) -> Blocks {
    var c = sums;
    let upper = a_tile[row];
    let left = b_tile[column];
    c.c00 = add_product(c.c00, upper, left);
    if (pieces > 1u) {
        let lower = a_tile[row + threads];
        let right = b_tile[column + threads];
        c.c01 = add_product(c.c01, upper, right);
        c.c10 = add_product(c.c10, lower, left);
        c.c11 = add_product(c.c11, lower, right);
    }
    return c;
}

// C += the tiles' product. Four steps are written out: a loop around one would cost a quarter of its time, and browsers
// guard loops in ways that keep compilers from writing them out themselves.
fn multiply(sums: Blocks, local: vec3<u32>) -> Blocks {
    var c = sums;
    for (var k = 0u; k < depth; k += 4u) {
        let row = k * pitch + local.y;
        let column = k * pitch + local.x;
        c = add_products(c, row, column);
        c = add_products(c, row + pitch, column + pitch);
        c = add_products(c, row + 2u * pitch, column + 2u * pitch);
        c = add_products(c, row + 3u * pitch, column + 3u * pitch);
    }
    return c;
}

// Operands stored [row, K]: a thread loads a 4×4 block and turns it.

fn load_a(row: u32, k: u32, m: u32) -> vec4<f32> {
    if (row >= m || k >= op.k) { return vec4(0.0); }
    return a[(row * op.k + k) / 4u];
}

fn stage_a_rows(first: u32, k: u32, m: u32, index: u32) {
    if (index >= row_blocks) { return; }
    let across = index % (depth / 4u);
    let down = index / (depth / 4u);
    let row = first + 4u * down;
    let at = k + 4u * across;
    let block = transpose(mat4x4(
        load_a(row, at, m), load_a(row + 1u, at, m), load_a(row + 2u, at, m), load_a(row + 3u, at, m)));
    let place = 4u * across * pitch + down;
    a_tile[place] = block[0];
    a_tile[place + pitch] = block[1];
    a_tile[place + 2u * pitch] = block[2];
    a_tile[place + 3u * pitch] = block[3];
}

fn load_b(row: u32, k: u32) -> vec4<f32> {
    if (row >= op.n || k >= op.k) { return vec4(0.0); }
    return widened(b[(row * op.k + k) / 4u]);
}

// By the threads behind those that load A.
fn stage_b_rows(first: u32, k: u32, thread: u32) {
    if (thread < row_blocks || thread >= 2u * row_blocks) { return; }
    let across = (thread - row_blocks) % (depth / 4u);
    let down = (thread - row_blocks) / (depth / 4u);
    let row = first + 4u * down;
    let at = k + 4u * across;
    let block = transpose(mat4x4(
        load_b(row, at), load_b(row + 1u, at), load_b(row + 2u, at), load_b(row + 3u, at)));
    let place = 4u * across * pitch + down;
    b_tile[place] = block[0];
    b_tile[place + pitch] = block[1];
    b_tile[place + 2u * pitch] = block[2];
    b_tile[place + 3u * pitch] = block[3];
}

// Operands stored [K, column]: vec4s that are stored as they are.

fn stage_a_columns(first: u32, k: u32, end: u32, index: u32) {
    for (var i = index; i < depth * width; i += threads * threads) {
        let at = k + i / width;
        let column = first + 4u * (i % width);
        var value = vec4(0.0);
        if (at < end && column < op.m) { value = a[(at * op.m + column) / 4u]; }
        a_tile[i / width * pitch + i % width] = value;
    }
}

fn stage_b_columns(first: u32, k: u32, end: u32, index: u32) {
    for (var i = index; i < depth * width; i += threads * threads) {
        let at = k + i / width;
        let column = first + 4u * (i % width);
        var value = vec4(0.0);
        if (at < end && column < op.n) { value = widened(b[(at * op.n + column) / 4u]); }
        b_tile[i / width * pitch + i % width] = value;
    }
}

// First row and column of the `index`-th tile, row by row.
fn corner(index: u32) -> vec2<u32> {
    let across = (op.n + side - 1u) / side;
    return vec2(index / across * side, index % across * side);
}

@compute @workgroup_size(threads, threads)
fn nt(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
      @builtin(local_invocation_id) local: vec3<u32>) {
    let m = extent(op.m_kind, op.m);
    let place = corner(unfold(group, groups));
    let index = local.y * threads + local.x;
    var c: Blocks;
    for (var k = 0u; k < op.k; k += depth) {
        stage_a_rows(place.x, k, m, index);
        stage_b_rows(place.y, k, index);
        workgroupBarrier();
        c = multiply(c, local);
        workgroupBarrier();
    }
    let row = place.x + 4u * local.y;
    let column = place.y + 4u * local.x;
    finish_nt(m, row, column, c.c00);
    if (pieces > 1u) {
        finish_nt(m, row, column + 4u * threads, c.c01);
        finish_nt(m, row + 4u * threads, column, c.c10);
        finish_nt(m, row + 4u * threads, column + 4u * threads, c.c11);
    }
}

@compute @workgroup_size(threads, threads)
fn nn(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
      @builtin(local_invocation_id) local: vec3<u32>) {
    let m = extent(op.m_kind, op.m);
    let place = corner(unfold(group, groups));
    let index = local.y * threads + local.x;
    var c: Blocks;
    for (var k = 0u; k < op.k; k += depth) {
        stage_a_rows(place.x, k, m, index);
        stage_b_columns(place.y, k, op.k, index);
        workgroupBarrier();
        c = multiply(c, local);
        workgroupBarrier();
    }
    let row = place.x + 4u * local.y;
    let column = place.y + 4u * local.x;
    finish_nn(m, row, column, c.c00);
    if (pieces > 1u) {
        finish_nn(m, row, column + 4u * threads, c.c01);
        finish_nn(m, row + 4u * threads, column, c.c10);
        finish_nn(m, row + 4u * threads, column + 4u * threads, c.c11);
    }
}

@compute @workgroup_size(threads, threads)
fn tn(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
      @builtin(local_invocation_id) local: vec3<u32>) {
    let tiles = ((op.m + side - 1u) / side) * ((op.n + side - 1u) / side);
    let group_index = unfold(group, groups);
    let split = group_index / tiles;
    // A group beyond the last split has nothing to add up.
    if (split >= op.splits) { return; }
    let place = corner(group_index % tiles);
    let index = local.y * threads + local.x;
    let part = part_of_k(split);
    // The tiles at the left edge have the bias gradient on their way: sums over A's columns.
    let has_bias = place.y == 0u && local.x == 0u;
    var upper_bias = vec4(0.0);
    var lower_bias = vec4(0.0);
    var c: Blocks;
    for (var k = part.x; k < part.y; k += depth) {
        stage_a_columns(place.x, k, part.y, index);
        stage_b_columns(place.y, k, part.y, index);
        workgroupBarrier();
        c = multiply(c, local);
        if (has_bias) {
            for (var i = 0u; i < depth; i++) {
                upper_bias += a_tile[i * pitch + local.y];
                if (pieces > 1u) { lower_bias += a_tile[i * pitch + local.y + threads]; }
            }
        }
        workgroupBarrier();
    }
    let row = place.x + 4u * local.y;
    let column = place.y + 4u * local.x;
    finish_tn(split, row, column, c.c00);
    if (has_bias) { finish_bias(split, row, upper_bias); }
    if (pieces > 1u) {
        finish_tn(split, row, column + 4u * threads, c.c01);
        finish_tn(split, row + 4u * threads, column, c.c10);
        finish_tn(split, row + 4u * threads, column + 4u * threads, c.c11);
        if (has_bias) { finish_bias(split, row + 4u * threads, lower_bias); }
    }
}
