// Matrix products in the three forms a linear layer y = x·Wᵀ + b needs; W is [out, in] as checkpoints store it.
//
//   forward   nt:  C[M,N] = A[M,K] · B[N,K]ᵀ (+ bias[N])     y  = x · Wᵀ + b
//   backward  nn:  C[M,N] = A[M,K] · B[K,N]                  dx = dy · W
//   backward  tn:  C[M,N] = A[K,M]ᵀ · B[K,N]                 dW = dyᵀ · x,  db = Σ_rows dy
//
// Row lengths (K of nt, N and K of nn, M and N of tn) are multiples of 4; the row counts are free. This file has the
// bindings and what becomes of a finished 4×4 block of C; the files beside it compute the blocks, each for another
// kind of adapter, with the entry points nt, nt_gelu, nn, nn_gelu and tn. Column i of a block is row i of C, so that
// a block's row is one vec4.

struct Op {
    m_kind: u32,        // extent of M
    m: u32,
    n: u32,
    k_kind: u32,        // extent of K
    k: u32,
    splits: u32,        // tn: parts that K is cut into, each written as a partial result
    accumulate: u32,    // nn: 1 adds to C
    pad: u32,
}

@group(0) @binding(1) var<uniform> op: Op;
@group(0) @binding(2) var<storage, read> a: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> b: array<vec4<f32>>;
// nt: bias [N]. nn_gelu: the GELU's input u [M,N].
@group(0) @binding(4) var<storage, read> extra: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> c: array<vec4<f32>>;
// nt_gelu, nn_gelu: gelu(u) [M,N]. tn: db [M].
@group(0) @binding(6) var<storage, read_write> second: array<vec4<f32>>;

// Rows `row` … `row`+3 of C below `m`, columns `column` … `column`+3; nothing where the columns are beyond N.

fn finish_nt(m: u32, row: u32, column: u32, block: mat4x4<f32>) {
    if (column >= op.n) { return; }
    let n4 = op.n / 4u;
    let index = row * n4 + column / 4u;
    let bias = extra[column / 4u];
    if (row < m) { c[index] = block[0] + bias; }
    if (row + 1u < m) { c[index + n4] = block[1] + bias; }
    if (row + 2u < m) { c[index + 2u * n4] = block[2] + bias; }
    if (row + 3u < m) { c[index + 3u * n4] = block[3] + bias; }
}

// As nt, with C = u and second = gelu(u): the feed-forward layer keeps u for the backward pass.
fn store_gelu(index: u32, u: vec4<f32>) {
    c[index] = u;
    second[index] = gelu4(u);
}

fn finish_nt_gelu(m: u32, row: u32, column: u32, block: mat4x4<f32>) {
    if (column >= op.n) { return; }
    let n4 = op.n / 4u;
    let index = row * n4 + column / 4u;
    let bias = extra[column / 4u];
    if (row < m) { store_gelu(index, block[0] + bias); }
    if (row + 1u < m) { store_gelu(index + n4, block[1] + bias); }
    if (row + 2u < m) { store_gelu(index + 2u * n4, block[2] + bias); }
    if (row + 3u < m) { store_gelu(index + 3u * n4, block[3] + bias); }
}

fn store_nn(index: u32, value: vec4<f32>) {
    c[index] = select(value, value + c[index], op.accumulate != 0u);
}

fn finish_nn(m: u32, row: u32, column: u32, block: mat4x4<f32>) {
    if (column >= op.n) { return; }
    let n4 = op.n / 4u;
    let index = row * n4 + column / 4u;
    if (row < m) { store_nn(index, block[0]); }
    if (row + 1u < m) { store_nn(index + n4, block[1]); }
    if (row + 2u < m) { store_nn(index + 2u * n4, block[2]); }
    if (row + 3u < m) { store_nn(index + 3u * n4, block[3]); }
}

// As nn, through the GELU before it: C = du = (A·B) · gelu'(u), and second = gelu(u) once more, for the weight
// gradient of the layer behind the GELU.
fn store_nn_gelu(index: u32, gradient: vec4<f32>) {
    let u = extra[index];
    let cdf = normal_cdf4(u);
    c[index] = gradient * gelu_slope4(u, cdf);
    second[index] = u * cdf;
}

fn finish_nn_gelu(m: u32, row: u32, column: u32, block: mat4x4<f32>) {
    if (column >= op.n) { return; }
    let n4 = op.n / 4u;
    let index = row * n4 + column / 4u;
    if (row < m) { store_nn_gelu(index, block[0]); }
    if (row + 1u < m) { store_nn_gelu(index + n4, block[1]); }
    if (row + 2u < m) { store_nn_gelu(index + 2u * n4, block[2]); }
    if (row + 3u < m) { store_nn_gelu(index + 3u * n4, block[3]); }
}

// Weight gradient: with one split it goes to C and the bias gradient to `second`, overwritten or added to as the
// step says; with more, each split writes its own part, [splits, M·N] and [splits, M], and reduce.wgsl adds them up.
fn adds_to_gradient() -> bool {
    return op.splits == 1u && step.accumulate != 0u;
}

fn store_tn(index: u32, value: vec4<f32>) {
    c[index] = select(value, value + c[index], adds_to_gradient());
}

// M is a multiple of 4, so a block has all its rows or none.
fn finish_tn(split: u32, row: u32, column: u32, block: mat4x4<f32>) {
    if (row >= op.m || column >= op.n) { return; }
    let n4 = op.n / 4u;
    let index = (split * op.m + row) * n4 + column / 4u;
    store_tn(index, block[0]);
    store_tn(index + n4, block[1]);
    store_tn(index + 2u * n4, block[2]);
    store_tn(index + 3u * n4, block[3]);
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

// First row and column of the `index`-th tile of `rows`×`columns`, row by row.
fn corner(index: u32, rows: u32, columns: u32) -> vec2<u32> {
    let across = (op.n + columns - 1u) / columns;
    return vec2(index / across * rows, index % across * columns);
}

// Tiles of `rows`×`columns` that a part of a weight gradient has.
fn tiles_of_gradient(rows: u32, columns: u32) -> u32 {
    return ((op.m + rows - 1u) / rows) * ((op.n + columns - 1u) / columns);
}
