// Matrix products in the three forms a linear layer y = x·Wᵀ + b needs; W is [out, in] as checkpoints store it.
//
//   forward   nt:  C[M,N] = A[M,K] · B[N,K]ᵀ (+ bias[N])     y  = x · Wᵀ + b
//   backward  nn:  C[M,N] = A[M,K] · B[K,N]                  dx = dy · W
//   backward  tn:  C[M,N] = A[K,M]ᵀ · B[K,N]                 dW = dyᵀ · x,  db = Σ_rows dy
//
// Row lengths (K of nt, N and K of nn, M and N of tn) are multiples of 4; the row counts are free. This file has the
// bindings and what becomes of a finished 4×4 block of C; the files beside it compute the blocks, each for another
// kind of adapter, with the entry points nt, nn and tn. Column i of a block is row i of C, so that
// a block's row is one vec4.

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
@group(0) @binding(3) var<storage, read> b: array<vec4<f32>>;
// nt: bias [N]. nn with gelu: the GELU's input u [M,N].
@group(0) @binding(4) var<storage, read> extra: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> c: array<vec4<f32>>;
// nt, nn with gelu: gelu(u) [M,N]. tn: db [M].
@group(0) @binding(6) var<storage, read_write> second: array<vec4<f32>>;

// What becomes of a finished block: rows `row` … `row`+3 of C below `m`, columns `column` … `column`+3, nothing where
// the columns are beyond N. Loops, because what is written out once for every row of every block takes long to compile.

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

// First row and column of the `index`-th tile of `rows`×`columns`, row by row.
fn corner(index: u32, rows: u32, columns: u32) -> vec2<u32> {
    let across = (op.n + columns - 1u) / columns;
    return vec2(index / across * rows, index % across * columns);
}

// Tiles of `rows`×`columns` that a part of a weight gradient has.
fn tiles_of_gradient(rows: u32, columns: u32) -> u32 {
    return ((op.m + rows - 1u) / rows) * ((op.n + columns - 1u) / columns);
}
