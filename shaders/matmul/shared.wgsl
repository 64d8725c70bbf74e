// Matrix products for real GPUs: a workgroup's 16×16 threads cover 64×64 of C, a 4×4 block each, and pass 16 of K at
// a time through workgroup memory (8 KiB), where every element that is loaded once serves 64 products.
// Both operands lie there as [k][row or column], so that a thread reads four neighbours as one vec4.
//
// Barriers need every thread: none leaves early, elements beyond an operand count as zero, and blocks beyond C are
// not stored.

const ROWS = 64u;
const COLUMNS = 64u;
const DEPTH = 16u;

// A row has a vec4 more than it needs: threads that store down a column then meet different banks.
const STRIDE = 17u;
var<workgroup> a_tile: array<vec4<f32>, 272>;   // [DEPTH][STRIDE]
var<workgroup> b_tile: array<vec4<f32>, 272>;

// C's block += the tiles' product.
fn multiply(block: mat4x4<f32>, local: vec3<u32>) -> mat4x4<f32> {
    var sum = block;
    for (var k = 0u; k < DEPTH; k++) {
        let rows = a_tile[k * STRIDE + local.y];
        let columns = b_tile[k * STRIDE + local.x];
        sum[0] += rows.x * columns;
        sum[1] += rows.y * columns;
        sum[2] += rows.z * columns;
        sum[3] += rows.w * columns;
    }
    return sum;
}

// Operands stored [row, K]: a thread loads a 4×4 block, the `index`-th of the tile's 16×4, and turns it.

fn load_a(row: u32, k: u32, m: u32) -> vec4<f32> {
    if (row >= m || k >= op.k) { return vec4(0.0); }
    return a[(row * op.k + k) / 4u];
}

fn stage_a_rows(first: u32, k: u32, m: u32, index: u32) {
    if (index >= 64u) { return; }
    let row = first + 4u * (index / 4u);
    let at = k + 4u * (index % 4u);
    let block = transpose(mat4x4(
        load_a(row, at, m), load_a(row + 1u, at, m), load_a(row + 2u, at, m), load_a(row + 3u, at, m)));
    let place = 4u * (index % 4u) * STRIDE + index / 4u;
    a_tile[place] = block[0];
    a_tile[place + STRIDE] = block[1];
    a_tile[place + 2u * STRIDE] = block[2];
    a_tile[place + 3u * STRIDE] = block[3];
}

fn load_b(row: u32, k: u32) -> vec4<f32> {
    if (row >= op.n || k >= op.k) { return vec4(0.0); }
    return b[(row * op.k + k) / 4u];
}

// By the threads behind those that load A.
fn stage_b_rows(first: u32, k: u32, thread: u32) {
    if (thread < 64u || thread >= 128u) { return; }
    let index = thread - 64u;
    let row = first + 4u * (index / 4u);
    let at = k + 4u * (index % 4u);
    let block = transpose(mat4x4(
        load_b(row, at), load_b(row + 1u, at), load_b(row + 2u, at), load_b(row + 3u, at)));
    let place = 4u * (index % 4u) * STRIDE + index / 4u;
    b_tile[place] = block[0];
    b_tile[place + STRIDE] = block[1];
    b_tile[place + 2u * STRIDE] = block[2];
    b_tile[place + 3u * STRIDE] = block[3];
}

// Operands stored [K, column]: thread i loads the vec4 (k i / 16, column 4·(i % 16)), which is stored as it is.

fn stage_a_columns(first: u32, k: u32, end: u32, index: u32) {
    let at = k + index / 16u;
    let column = first + 4u * (index % 16u);
    var value = vec4(0.0);
    if (at < end && column < op.m) { value = a[(at * op.m + column) / 4u]; }
    a_tile[(index / 16u) * STRIDE + index % 16u] = value;
}

fn stage_b_columns(first: u32, k: u32, end: u32, index: u32) {
    let at = k + index / 16u;
    let column = first + 4u * (index % 16u);
    var value = vec4(0.0);
    if (at < end && column < op.n) { value = b[(at * op.n + column) / 4u]; }
    b_tile[(index / 16u) * STRIDE + index % 16u] = value;
}

fn product_nt(place: vec2<u32>, local: vec3<u32>, m: u32) -> mat4x4<f32> {
    let index = local.y * 16u + local.x;
    var block: mat4x4<f32>;
    for (var k = 0u; k < op.k; k += DEPTH) {
        stage_a_rows(place.x, k, m, index);
        stage_b_rows(place.y, k, index);
        workgroupBarrier();
        block = multiply(block, local);
        workgroupBarrier();
    }
    return block;
}

fn product_nn(place: vec2<u32>, local: vec3<u32>, m: u32) -> mat4x4<f32> {
    let index = local.y * 16u + local.x;
    var block: mat4x4<f32>;
    for (var k = 0u; k < op.k; k += DEPTH) {
        stage_a_rows(place.x, k, m, index);
        stage_b_columns(place.y, k, op.k, index);
        workgroupBarrier();
        block = multiply(block, local);
        workgroupBarrier();
    }
    return block;
}

@compute @workgroup_size(16, 16)
fn nt(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
      @builtin(local_invocation_id) local: vec3<u32>) {
    let m = extent(op.m_kind, op.m);
    let place = corner(unfold(group, groups), ROWS, COLUMNS);
    let block = product_nt(place, local, m);
    finish_nt(m, place.x + 4u * local.y, place.y + 4u * local.x, block);
}

@compute @workgroup_size(16, 16)
fn nn(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
      @builtin(local_invocation_id) local: vec3<u32>) {
    let m = extent(op.m_kind, op.m);
    let place = corner(unfold(group, groups), ROWS, COLUMNS);
    let block = product_nn(place, local, m);
    finish_nn(m, place.x + 4u * local.y, place.y + 4u * local.x, block);
}

@compute @workgroup_size(16, 16)
fn tn(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
      @builtin(local_invocation_id) local: vec3<u32>) {
    let tiles = tiles_of_gradient(ROWS, COLUMNS);
    let group_index = unfold(group, groups);
    let split = group_index / tiles;
    let place = corner(group_index % tiles, ROWS, COLUMNS);
    let index = local.y * 16u + local.x;
    // A group beyond the last split has nothing to add up.
    let part = select(vec2(0u), part_of_k(split), split < op.splits);
    var block: mat4x4<f32>;
    var bias = vec4(0.0);
    for (var k = part.x; k < part.y; k += DEPTH) {
        stage_a_columns(place.x, k, part.y, index);
        stage_b_columns(place.y, k, part.y, index);
        workgroupBarrier();
        block = multiply(block, local);
        if (place.y == 0u && local.x == 0u) {
            for (var i = 0u; i < DEPTH; i++) {
                bias += a_tile[i * STRIDE + local.y];
            }
        }
        workgroupBarrier();
    }
    if (split >= op.splits) { return; }
    let row = place.x + 4u * local.y;
    finish_tn(split, row, place.y + 4u * local.x, block);
    if (place.y == 0u && local.x == 0u) {
        finish_bias(split, row, bias);
    }
}
