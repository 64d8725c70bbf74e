// Matrix products in the three forms that a linear layer y = x·Wᵀ + b needs; W is [out, in], as checkpoints store it.
//
// Forward:   nt   C[M,N] = A[M,K] · B[N,K]ᵀ + bias[N]     y = x·Wᵀ + b;  with gelu: u = x·Wᵀ + b, gelu(u)
// Backward:  nn   C[M,N] (+)= A[M,K] · B[K,N]             dx = dy·W;     with gelu: du = (dy·W) · gelu'(u), gelu(u)
//            tn   C[M,N] (+)= A[K,M]ᵀ · B[K,N]            dW = dyᵀ·x,  db = Σ_rows dy
//
// entry point   reads → writes                                     FLOPs   floats moved               workgroups, of threads² threads
//   nt          x [M, K], W [N, K], b [N] → C [M, N], gelu(C)      2MNK    MK + NK + MN, gelu + MN    ⌈M/side⌉ · ⌈N/side⌉
//   nn          dy [M, K], W [K, N], u [M, N] → C [M, N], gelu(u)  2MNK    MK + NK + MN, gelu + 2MN   ⌈M/side⌉ · ⌈N/side⌉
//   tn          dy [K, M], x [K, N] → dW [M, N], db [M], or        2MNK    MK + NK + MN · splits      ⌈M/side⌉ · ⌈N/side⌉ · splits
//               partials [splits, M, N], [splits, M], which
//               reduce.wgsl adds up
// Floats moved are the least; in fact A is read ⌈N/side⌉ times and B ⌈M/side⌉ times. Row lengths (K of nt, N and K of nn, M and N of tn) are multiples of
// 4; row counts are free. nn computes gelu(u) again, for the weight gradient of the layer after the GELU.
//
// A workgroup computes a square tile of C and passes `depth` of K at a time through workgroup memory, so that an
// element loaded once serves a whole side of the tile. Both operands lie there as [k][row or column], so that a thread
// reads four neighbours as one vec4. A thread has one 4×4 block of C, or four blocks half a tile apart, in registers,
// as named variables: an array indexed in a loop would lie in memory. More blocks mean more products for each element
// read from workgroup memory, and fewer workgroups.
//
// Every thread of a workgroup must reach each barrier: a workgroup returns early as a whole, elements beyond an operand
// count as zero, and blocks beyond C are not stored.

// Threads along a side of the tile, 4×4 blocks of a thread along it (1 or 2), elements of K at a time (a multiple of 4).
override threads: u32;
override blocks: u32;
override depth: u32;

struct Op {
    m_kind: u32,        // extent of M, see step.wgsl
    m: u32,
    n: u32,
    k_kind: u32,        // extent of K
    k: u32,
    splits: u32,        // tn: parts that K is cut into, each with a partial result of its own
    accumulate: u32,    // nn: 1 adds to C
    gelu: u32,          // nt: 1 also writes gelu(C); nn: 1 multiplies by gelu'(u) and also writes gelu(u)
}

@group(0) @binding(1) var<uniform> op: Op;
@group(0) @binding(2) var<storage, read> a: array<vec4<f32>>;                   // A
@group(0) @binding(3) var<storage, read> b: array<Stored>;                      // B, as shaders/stored has it
@group(0) @binding(4) var<storage, read> bias: array<vec4<f32>>;                // nt: [N]
@group(0) @binding(4) var<storage, read> saved_u: array<vec4<f32>>;             // nn with gelu: u [M, N]
@group(0) @binding(5) var<storage, read_write> c_out: array<vec4<f32>>;         // C
@group(0) @binding(6) var<storage, read_write> activated: array<vec4<f32>>;     // nt, nn with gelu: [M, N]
@group(0) @binding(6) var<storage, read_write> d_bias: array<vec4<f32>>;        // tn: db [M] or its parts

// Storing a finished block: rows `row` … `row` + 3 of C below M, columns `column` … `column` + 3 unless beyond N.
// Column i of the mat4x4 is row i of the block, so a row is one vec4. Loops, because statements written out for every
// row of every block take long to compile.

// With gelu, C is u, which the backward pass reads.
fn finish_nt(m: u32, row: u32, column: u32, finished: mat4x4<f32>) {
    if (column >= op.n) { return; }
    var block = finished;
    let column_bias = bias[column / 4u];
    for (var i = 0u; i < 4u && row + i < m; i++) {
        let index = ((row + i) * op.n + column) / 4u;
        let u = block[i] + column_bias;
        c_out[index] = u;
        if (op.gelu != 0u) { activated[index] = gelu4(u); }
    }
}

fn finish_nn(m: u32, row: u32, column: u32, finished: mat4x4<f32>) {
    if (column >= op.n) { return; }
    var block = finished;
    for (var i = 0u; i < 4u && row + i < m; i++) {
        let index = ((row + i) * op.n + column) / 4u;
        if (op.gelu == 0u) {
            c_out[index] = select(block[i], block[i] + c_out[index], op.accumulate != 0u);
        } else {
            let u = saved_u[index];
            let cdf = normal_cdf4(u);
            c_out[index] = block[i] * gelu_slope4(u, cdf);
            activated[index] = u * cdf;
        }
    }
}

// With one split the gradients are overwritten, or added to where the step accumulates; with more, each split writes a
// part of its own.
fn adds_to_gradient() -> bool {
    return op.splits == 1u && step.accumulate != 0u;
}

// M is a multiple of 4, so a block has all its rows or none.
fn finish_tn(split: u32, row: u32, column: u32, finished: mat4x4<f32>) {
    if (row >= op.m || column >= op.n) { return; }
    var block = finished;
    for (var i = 0u; i < 4u; i++) {
        let index = ((split * op.m + row + i) * op.n + column) / 4u;
        c_out[index] = select(block[i], block[i] + c_out[index], adds_to_gradient());
    }
}

fn finish_bias(split: u32, row: u32, sum: vec4<f32>) {
    if (row >= op.m) { return; }
    let place = (split * op.m + row) / 4u;
    d_bias[place] = select(sum, sum + d_bias[place], adds_to_gradient());
}

// Begin and end of the part of K that a split covers.
fn part_of_k(split: u32) -> vec2<u32> {
    let length = extent(op.k_kind, op.k);
    let share = (length + op.splits - 1u) / op.splits;
    let begin = split * share;
    return vec2(begin, min(begin + share, length));
}

// Side of the tile in vec4s and in elements.
override width: u32 = threads * blocks;
override side: u32 = 4u * width;
// One vec4 of padding per row, so that threads storing down a column write to different memory banks.
override pitch: u32 = width + 1u;
// 4×4 blocks of the tile of an operand stored as [row, K].
override row_blocks: u32 = width * depth / 4u;
var<workgroup> a_tile: array<vec4<f32>, depth * pitch>;
var<workgroup> b_tile: array<vec4<f32>, depth * pitch>;

// A thread's blocks of C, by half of the tile: c00 upper left, c01 upper right, and so on. With one block only c00.
struct Blocks {
    c00: mat4x4<f32>,
    c01: mat4x4<f32>,
    c10: mat4x4<f32>,
    c11: mat4x4<f32>,
}

// sum + the outer product of four rows and four columns at one k.
fn add_product(sum: mat4x4<f32>, rows: vec4<f32>, columns: vec4<f32>) -> mat4x4<f32> {
    return mat4x4(
        sum[0] + rows.x * columns, sum[1] + rows.y * columns, sum[2] + rows.z * columns, sum[3] + rows.w * columns);
}

// sums + the outer products at one k; `row` and `column` are the thread's first vec4s of A's and B's tile there.
fn add_products(sums: Blocks, row: u32, column: u32) -> Blocks {
    var c = sums;
    let upper = a_tile[row];
    let left = b_tile[column];
    c.c00 = add_product(c.c00, upper, left);
    if (blocks > 1u) {
        let lower = a_tile[row + threads];
        let right = b_tile[column + threads];
        c.c01 = add_product(c.c01, upper, right);
        c.c10 = add_product(c.c10, lower, left);
        c.c11 = add_product(c.c11, lower, right);
    }
    return c;
}

// sums + the tiles' product. Four steps are unrolled by hand: loop overhead would be a quarter of the time, and the
// guards that browsers add to loops keep compilers from unrolling.
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

// Operands stored as [row, K]: a thread loads a 4×4 block and transposes it.

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

// By the threads after those that load A.
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

// Operands stored as [K, column]: vec4s are copied as they are.

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

// The first row and column of a tile of C.
struct Corner {
    row: u32,
    column: u32,
}

// Of the `index`-th tile, counted row by row.
fn corner(index: u32) -> Corner {
    let across = (op.n + side - 1u) / side;
    return Corner(index / across * side, index % across * side);
}

// Forward.

@compute @workgroup_size(threads, threads)
fn nt(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
      @builtin(local_invocation_id) local: vec3<u32>) {
    let m = extent(op.m_kind, op.m);
    let first = corner(unfold(group, groups));
    let index = local.y * threads + local.x;
    var c: Blocks;
    for (var k = 0u; k < op.k; k += depth) {
        stage_a_rows(first.row, k, m, index);
        stage_b_rows(first.column, k, index);
        workgroupBarrier();
        c = multiply(c, local);
        workgroupBarrier();
    }
    let row = first.row + 4u * local.y;
    let column = first.column + 4u * local.x;
    finish_nt(m, row, column, c.c00);
    if (blocks > 1u) {
        finish_nt(m, row, column + 4u * threads, c.c01);
        finish_nt(m, row + 4u * threads, column, c.c10);
        finish_nt(m, row + 4u * threads, column + 4u * threads, c.c11);
    }
}

// Backward: gradient of the input.

@compute @workgroup_size(threads, threads)
fn nn(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
      @builtin(local_invocation_id) local: vec3<u32>) {
    let m = extent(op.m_kind, op.m);
    let first = corner(unfold(group, groups));
    let index = local.y * threads + local.x;
    var c: Blocks;
    for (var k = 0u; k < op.k; k += depth) {
        stage_a_rows(first.row, k, m, index);
        stage_b_columns(first.column, k, op.k, index);
        workgroupBarrier();
        c = multiply(c, local);
        workgroupBarrier();
    }
    let row = first.row + 4u * local.y;
    let column = first.column + 4u * local.x;
    finish_nn(m, row, column, c.c00);
    if (blocks > 1u) {
        finish_nn(m, row, column + 4u * threads, c.c01);
        finish_nn(m, row + 4u * threads, column, c.c10);
        finish_nn(m, row + 4u * threads, column + 4u * threads, c.c11);
    }
}

// Backward: gradients of weight and bias.

@compute @workgroup_size(threads, threads)
fn tn(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
      @builtin(local_invocation_id) local: vec3<u32>) {
    let tiles = ((op.m + side - 1u) / side) * ((op.n + side - 1u) / side);
    let group_index = unfold(group, groups);
    let split = group_index / tiles;
    if (split >= op.splits) { return; }
    let first = corner(group_index % tiles);
    let index = local.y * threads + local.x;
    let part = part_of_k(split);
    // Tiles at the left edge also sum the columns of A that they load: the bias gradient.
    let has_bias = first.column == 0u && local.x == 0u;
    var upper_bias = vec4(0.0);
    var lower_bias = vec4(0.0);
    var c: Blocks;
    for (var k = part.x; k < part.y; k += depth) {
        stage_a_columns(first.row, k, part.y, index);
        stage_b_columns(first.column, k, part.y, index);
        workgroupBarrier();
        c = multiply(c, local);
        if (has_bias) {
            for (var i = 0u; i < depth; i++) {
                upper_bias += a_tile[i * pitch + local.y];
                if (blocks > 1u) { lower_bias += a_tile[i * pitch + local.y + threads]; }
            }
        }
        workgroupBarrier();
    }
    let row = first.row + 4u * local.y;
    let column = first.column + 4u * local.x;
    finish_tn(split, row, column, c.c00);
    if (has_bias) { finish_bias(split, row, upper_bias); }
    if (blocks > 1u) {
        finish_tn(split, row, column + 4u * threads, c.c01);
        finish_tn(split, row + 4u * threads, column, c.c10);
        finish_tn(split, row + 4u * threads, column + 4u * threads, c.c11);
        if (has_bias) { finish_bias(split, row + 4u * threads, lower_bias); }
    }
}
