// Matrix products in the three forms a linear layer y = x·Wᵀ + b needs; W is [out, in] as checkpoints store it.
//
//   forward   nt:  C[M,N] = A[M,K] · B[N,K]ᵀ (+ bias[N])     y  = x · Wᵀ + b
//   backward  nn:  C[M,N] = A[M,K] · B[K,N]                  dx = dy · W
//   backward  tn:  C[M,N] = A[K,M]ᵀ · B[K,N]                 dW = dyᵀ · x,  db = Σ_rows dy
//
// A thread holds an 8×8 tile of C as four named 4×4 blocks (an accumulator array indexed in a loop would live in
// memory, not in registers) and reads its operands as vec4 straight from the buffers. A workgroup's 8×8 threads
// cover 64×64 of C. Row lengths (K of nt, N and K of nn, M and N of tn) are multiples of 4; the row counts are free.
// Column i of a block is row i of the tile, so a block's row of C is one vec4.

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

const TILE = 8u;
const GROUP = 64u;

// First row and column (elements) of this thread's tile.
fn tile_of(group: vec3<u32>, groups: vec3<u32>, local: vec3<u32>, index: u32) -> vec2<u32> {
    let columns = (op.n + GROUP - 1u) / GROUP;
    return vec2((index / columns) * GROUP + local.y * TILE, (index % columns) * GROUP + local.x * TILE);
}

struct Tile {
    c00: mat4x4<f32>,   // rows 0–3, columns 0–3
    c01: mat4x4<f32>,   // rows 0–3, columns 4–7
    c10: mat4x4<f32>,
    c11: mat4x4<f32>,
}

// A's rows `row` … `row`+7 times B's rows `column` … `column`+7.
fn product_nt(row: u32, column: u32, m: u32) -> Tile {
    let k4 = op.k / 4u;
    let last_row = m - 1u;
    let a0 = row * k4;
    let a1 = min(row + 1u, last_row) * k4;
    let a2 = min(row + 2u, last_row) * k4;
    let a3 = min(row + 3u, last_row) * k4;
    let a4 = min(row + 4u, last_row) * k4;
    let a5 = min(row + 5u, last_row) * k4;
    let a6 = min(row + 6u, last_row) * k4;
    let a7 = min(row + 7u, last_row) * k4;
    let low = column * k4;
    // N may end in the middle of the tile; its second half is then computed from the first and never stored.
    let high = select(low, low + 4u * k4, column + 4u < op.n);
    var t: Tile;
    for (var k = 0u; k < k4; k++) {
        let top = mat4x4(a[a0 + k], a[a1 + k], a[a2 + k], a[a3 + k]);
        let bottom = mat4x4(a[a4 + k], a[a5 + k], a[a6 + k], a[a7 + k]);
        let left = transpose(mat4x4(b[low + k], b[low + k4 + k], b[low + 2u * k4 + k], b[low + 3u * k4 + k]));
        let right = transpose(mat4x4(b[high + k], b[high + k4 + k], b[high + 2u * k4 + k], b[high + 3u * k4 + k]));
        t.c00 += left * top;
        t.c01 += right * top;
        t.c10 += left * bottom;
        t.c11 += right * bottom;
    }
    return t;
}

// A's rows `row` … `row`+7 times B's columns `column` … `column`+7.
fn product_nn(row: u32, column: u32, m: u32) -> Tile {
    let k4 = op.k / 4u;
    let n4 = op.n / 4u;
    let last_row = m - 1u;
    let a0 = row * k4;
    let a1 = min(row + 1u, last_row) * k4;
    let a2 = min(row + 2u, last_row) * k4;
    let a3 = min(row + 3u, last_row) * k4;
    let a4 = min(row + 4u, last_row) * k4;
    let a5 = min(row + 5u, last_row) * k4;
    let a6 = min(row + 6u, last_row) * k4;
    let a7 = min(row + 7u, last_row) * k4;
    let low = column / 4u;
    let high = select(low, low + 1u, column + 4u < op.n);
    var t: Tile;
    for (var k = 0u; k < k4; k++) {
        let top = mat4x4(a[a0 + k], a[a1 + k], a[a2 + k], a[a3 + k]);
        let bottom = mat4x4(a[a4 + k], a[a5 + k], a[a6 + k], a[a7 + k]);
        let r = 4u * k * n4;
        let left = mat4x4(b[r + low], b[r + n4 + low], b[r + 2u * n4 + low], b[r + 3u * n4 + low]);
        let right = mat4x4(b[r + high], b[r + n4 + high], b[r + 2u * n4 + high], b[r + 3u * n4 + high]);
        t.c00 += left * top;
        t.c01 += right * top;
        t.c10 += left * bottom;
        t.c11 += right * bottom;
    }
    return t;
}

// Calls of the epilogues below: `index` is the vec4's place in C.

fn store_row_nt(m: u32, row: u32, column: u32, low: vec4<f32>, high: vec4<f32>) {
    if (row < m) {
        let index = (row * op.n + column) / 4u;
        c[index] = low + extra[column / 4u];
        if (column + 4u < op.n) {
            c[index + 1u] = high + extra[column / 4u + 1u];
        }
    }
}

@compute @workgroup_size(8, 8)
fn nt(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
      @builtin(local_invocation_id) local: vec3<u32>) {
    let m = extent(op.m_kind, op.m);
    let place = tile_of(group, groups, local, unfold(group, groups));
    let row = place.x;
    let column = place.y;
    if (row >= m || column >= op.n) { return; }
    let t = product_nt(row, column, m);
    store_row_nt(m, row, column, t.c00[0], t.c01[0]);
    store_row_nt(m, row + 1u, column, t.c00[1], t.c01[1]);
    store_row_nt(m, row + 2u, column, t.c00[2], t.c01[2]);
    store_row_nt(m, row + 3u, column, t.c00[3], t.c01[3]);
    store_row_nt(m, row + 4u, column, t.c10[0], t.c11[0]);
    store_row_nt(m, row + 5u, column, t.c10[1], t.c11[1]);
    store_row_nt(m, row + 6u, column, t.c10[2], t.c11[2]);
    store_row_nt(m, row + 7u, column, t.c10[3], t.c11[3]);
}

// As nt, with C = u and second = gelu(u): the feed-forward layer keeps u for the backward pass.
fn store_row_nt_gelu(m: u32, row: u32, column: u32, low: vec4<f32>, high: vec4<f32>) {
    if (row < m) {
        let index = (row * op.n + column) / 4u;
        let first = low + extra[column / 4u];
        c[index] = first;
        second[index] = gelu4(first);
        if (column + 4u < op.n) {
            let next = high + extra[column / 4u + 1u];
            c[index + 1u] = next;
            second[index + 1u] = gelu4(next);
        }
    }
}

@compute @workgroup_size(8, 8)
fn nt_gelu(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
           @builtin(local_invocation_id) local: vec3<u32>) {
    let m = extent(op.m_kind, op.m);
    let place = tile_of(group, groups, local, unfold(group, groups));
    let row = place.x;
    let column = place.y;
    if (row >= m || column >= op.n) { return; }
    let t = product_nt(row, column, m);
    store_row_nt_gelu(m, row, column, t.c00[0], t.c01[0]);
    store_row_nt_gelu(m, row + 1u, column, t.c00[1], t.c01[1]);
    store_row_nt_gelu(m, row + 2u, column, t.c00[2], t.c01[2]);
    store_row_nt_gelu(m, row + 3u, column, t.c00[3], t.c01[3]);
    store_row_nt_gelu(m, row + 4u, column, t.c10[0], t.c11[0]);
    store_row_nt_gelu(m, row + 5u, column, t.c10[1], t.c11[1]);
    store_row_nt_gelu(m, row + 6u, column, t.c10[2], t.c11[2]);
    store_row_nt_gelu(m, row + 7u, column, t.c10[3], t.c11[3]);
}

fn store_row_nn(m: u32, row: u32, column: u32, low: vec4<f32>, high: vec4<f32>) {
    if (row < m) {
        let index = (row * op.n + column) / 4u;
        let add = op.accumulate != 0u;
        c[index] = select(low, low + c[index], add);
        if (column + 4u < op.n) {
            c[index + 1u] = select(high, high + c[index + 1u], add);
        }
    }
}

@compute @workgroup_size(8, 8)
fn nn(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
      @builtin(local_invocation_id) local: vec3<u32>) {
    let m = extent(op.m_kind, op.m);
    let place = tile_of(group, groups, local, unfold(group, groups));
    let row = place.x;
    let column = place.y;
    if (row >= m || column >= op.n) { return; }
    let t = product_nn(row, column, m);
    store_row_nn(m, row, column, t.c00[0], t.c01[0]);
    store_row_nn(m, row + 1u, column, t.c00[1], t.c01[1]);
    store_row_nn(m, row + 2u, column, t.c00[2], t.c01[2]);
    store_row_nn(m, row + 3u, column, t.c00[3], t.c01[3]);
    store_row_nn(m, row + 4u, column, t.c10[0], t.c11[0]);
    store_row_nn(m, row + 5u, column, t.c10[1], t.c11[1]);
    store_row_nn(m, row + 6u, column, t.c10[2], t.c11[2]);
    store_row_nn(m, row + 7u, column, t.c10[3], t.c11[3]);
}

// As nn, through the GELU before it: C = du = (A·B) · gelu'(u), and second = gelu(u) once more, for the weight
// gradient of the layer behind the GELU.
fn store_vec4_nn_gelu(index: u32, gradient: vec4<f32>) {
    let u = extra[index];
    let cdf = normal_cdf4(u);
    c[index] = gradient * gelu_slope4(u, cdf);
    second[index] = u * cdf;
}

fn store_row_nn_gelu(m: u32, row: u32, column: u32, low: vec4<f32>, high: vec4<f32>) {
    if (row < m) {
        let index = (row * op.n + column) / 4u;
        store_vec4_nn_gelu(index, low);
        if (column + 4u < op.n) {
            store_vec4_nn_gelu(index + 1u, high);
        }
    }
}

@compute @workgroup_size(8, 8)
fn nn_gelu(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
           @builtin(local_invocation_id) local: vec3<u32>) {
    let m = extent(op.m_kind, op.m);
    let place = tile_of(group, groups, local, unfold(group, groups));
    let row = place.x;
    let column = place.y;
    if (row >= m || column >= op.n) { return; }
    let t = product_nn(row, column, m);
    store_row_nn_gelu(m, row, column, t.c00[0], t.c01[0]);
    store_row_nn_gelu(m, row + 1u, column, t.c00[1], t.c01[1]);
    store_row_nn_gelu(m, row + 2u, column, t.c00[2], t.c01[2]);
    store_row_nn_gelu(m, row + 3u, column, t.c00[3], t.c01[3]);
    store_row_nn_gelu(m, row + 4u, column, t.c10[0], t.c11[0]);
    store_row_nn_gelu(m, row + 5u, column, t.c10[1], t.c11[1]);
    store_row_nn_gelu(m, row + 6u, column, t.c10[2], t.c11[2]);
    store_row_nn_gelu(m, row + 7u, column, t.c10[3], t.c11[3]);
}

// Four neighbouring columns of four rows of A (or B), rows from `end` on as zeros. `index` is the vec4 of row 0.
fn rows_a(index: u32, stride: u32, k: u32, end: u32) -> mat4x4<f32> {
    return mat4x4(
        a[index],
        select(vec4(0.0), a[index + stride], k + 1u < end),
        select(vec4(0.0), a[index + 2u * stride], k + 2u < end),
        select(vec4(0.0), a[index + 3u * stride], k + 3u < end),
    );
}

fn rows_b(index: u32, stride: u32, k: u32, end: u32) -> mat4x4<f32> {
    return mat4x4(
        b[index],
        select(vec4(0.0), b[index + stride], k + 1u < end),
        select(vec4(0.0), b[index + 2u * stride], k + 2u < end),
        select(vec4(0.0), b[index + 3u * stride], k + 3u < end),
    );
}

// Weight gradient: with one split it goes to C and the bias gradient to `second`, overwritten or added to as the
// step says; with more, each split writes its own part, [splits, M·N] and [splits, M], and sum_partials adds them up.
fn store_row_tn(offset: u32, row: u32, column: u32, low: vec4<f32>, high: vec4<f32>) {
    if (row < op.m) {
        let index = offset + (row * op.n + column) / 4u;
        let add = op.splits == 1u && step.accumulate != 0u;
        c[index] = select(low, low + c[index], add);
        if (column + 4u < op.n) {
            c[index + 1u] = select(high, high + c[index + 1u], add);
        }
    }
}

@compute @workgroup_size(8, 8)
fn tn(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
      @builtin(local_invocation_id) local: vec3<u32>) {
    let tiles = ((op.m + GROUP - 1u) / GROUP) * ((op.n + GROUP - 1u) / GROUP);
    let index = unfold(group, groups);
    let split = index / tiles;
    let place = tile_of(group, groups, local, index % tiles);
    let row = place.x;
    let column = place.y;
    if (split >= op.splits || row >= op.m || column >= op.n) { return; }

    let length = extent(op.k_kind, op.k);
    let share = (length + op.splits - 1u) / op.splits;
    let begin = split * share;
    let end = min(begin + share, length);
    let m4 = op.m / 4u;
    let n4 = op.n / 4u;
    let has_lower = row + 4u < op.m;
    let top = row / 4u;
    let bottom = select(top, top + 1u, has_lower);
    let low = column / 4u;
    let high = select(low, low + 1u, column + 4u < op.n);
    var t: Tile;
    var bias_top = vec4(0.0);
    var bias_bottom = vec4(0.0);
    for (var k = begin; k < end; k += 4u) {
        let dy_top = rows_a(k * m4 + top, m4, k, end);
        let dy_bottom = rows_a(k * m4 + bottom, m4, k, end);
        let x_left = rows_b(k * n4 + low, n4, k, end);
        let x_right = rows_b(k * n4 + high, n4, k, end);
        let across_top = transpose(dy_top);
        let across_bottom = transpose(dy_bottom);
        t.c00 += x_left * across_top;
        t.c01 += x_right * across_top;
        t.c10 += x_left * across_bottom;
        t.c11 += x_right * across_bottom;
        if (column == 0u) {
            bias_top += dy_top[0] + dy_top[1] + dy_top[2] + dy_top[3];
            bias_bottom += dy_bottom[0] + dy_bottom[1] + dy_bottom[2] + dy_bottom[3];
        }
    }
    let offset = split * op.m * n4;
    store_row_tn(offset, row, column, t.c00[0], t.c01[0]);
    store_row_tn(offset, row + 1u, column, t.c00[1], t.c01[1]);
    store_row_tn(offset, row + 2u, column, t.c00[2], t.c01[2]);
    store_row_tn(offset, row + 3u, column, t.c00[3], t.c01[3]);
    store_row_tn(offset, row + 4u, column, t.c10[0], t.c11[0]);
    store_row_tn(offset, row + 5u, column, t.c10[1], t.c11[1]);
    store_row_tn(offset, row + 6u, column, t.c10[2], t.c11[2]);
    store_row_tn(offset, row + 7u, column, t.c10[3], t.c11[3]);
    if (column == 0u) {
        let add = op.splits == 1u && step.accumulate != 0u;
        let place = split * m4 + top;
        second[place] = select(bias_top, bias_top + second[place], add);
        if (has_lower) {
            second[place + 1u] = select(bias_bottom, bias_bottom + second[place + 1u], add);
        }
    }
}
