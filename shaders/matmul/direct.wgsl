// Matrix products for adapters without subgroups that gain nothing from workgroup memory: software ones.
// A thread holds an 8×8 tile of C as four named 4×4 blocks (an accumulator array indexed in a loop would live in
// memory, not in registers) and reads its operands as vec4 straight from the buffers. A workgroup's 8×8 threads
// cover 64×64 of C.

const ROWS = 64u;
const COLUMNS = 64u;

struct Tile {
    c00: mat4x4<f32>,   // rows 0–3, columns 0–3
    c01: mat4x4<f32>,   // rows 0–3, columns 4–7
    c10: mat4x4<f32>,
    c11: mat4x4<f32>,
}

// The blocks row by row, two each.
fn blocks_of(t: Tile) -> array<mat4x4<f32>, 4> {
    return array(t.c00, t.c01, t.c10, t.c11);
}

// First row and column of a thread's tile.
fn place_of(index: u32, local: vec3<u32>) -> vec2<u32> {
    return corner(index, ROWS, COLUMNS) + 8u * local.yx;
}

// A's rows `row` … `row`+7 times B's rows `column` … `column`+7.
fn product_nt(row: u32, column: u32, m: u32) -> Tile {
    let k4 = op.k / 4u;
    let last = m - 1u;
    let a0 = row * k4;
    let a1 = min(row + 1u, last) * k4;
    let a2 = min(row + 2u, last) * k4;
    let a3 = min(row + 3u, last) * k4;
    let a4 = min(row + 4u, last) * k4;
    let a5 = min(row + 5u, last) * k4;
    let a6 = min(row + 6u, last) * k4;
    let a7 = min(row + 7u, last) * k4;
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
    let last = m - 1u;
    let a0 = row * k4;
    let a1 = min(row + 1u, last) * k4;
    let a2 = min(row + 2u, last) * k4;
    let a3 = min(row + 3u, last) * k4;
    let a4 = min(row + 4u, last) * k4;
    let a5 = min(row + 5u, last) * k4;
    let a6 = min(row + 6u, last) * k4;
    let a7 = min(row + 7u, last) * k4;
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

@compute @workgroup_size(8, 8)
fn nt(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
      @builtin(local_invocation_id) local: vec3<u32>) {
    let m = extent(op.m_kind, op.m);
    let place = place_of(unfold(group, groups), local);
    if (place.x >= m || place.y >= op.n) { return; }
    let t = product_nt(place.x, place.y, m);
    var blocks = blocks_of(t);
    for (var i = 0u; i < 4u; i++) {
        finish_nt(m, place.x + i / 2u * 4u, place.y + i % 2u * 4u, blocks[i]);
    }
}

@compute @workgroup_size(8, 8)
fn nn(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
      @builtin(local_invocation_id) local: vec3<u32>) {
    let m = extent(op.m_kind, op.m);
    let place = place_of(unfold(group, groups), local);
    if (place.x >= m || place.y >= op.n) { return; }
    let t = product_nn(place.x, place.y, m);
    var blocks = blocks_of(t);
    for (var i = 0u; i < 4u; i++) {
        finish_nn(m, place.x + i / 2u * 4u, place.y + i % 2u * 4u, blocks[i]);
    }
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

@compute @workgroup_size(8, 8)
fn tn(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
      @builtin(local_invocation_id) local: vec3<u32>) {
    let tiles = tiles_of_gradient(ROWS, COLUMNS);
    let index = unfold(group, groups);
    let split = index / tiles;
    let place = place_of(index % tiles, local);
    if (split >= op.splits || place.x >= op.m || place.y >= op.n) { return; }

    let part = part_of_k(split);
    let m4 = op.m / 4u;
    let n4 = op.n / 4u;
    let top = place.x / 4u;
    let bottom = select(top, top + 1u, place.x + 4u < op.m);
    let low = place.y / 4u;
    let high = select(low, low + 1u, place.y + 4u < op.n);
    var t: Tile;
    var bias_top = vec4(0.0);
    var bias_bottom = vec4(0.0);
    for (var k = part.x; k < part.y; k += 4u) {
        let dy_top = rows_a(k * m4 + top, m4, k, part.y);
        let dy_bottom = rows_a(k * m4 + bottom, m4, k, part.y);
        let x_left = rows_b(k * n4 + low, n4, k, part.y);
        let x_right = rows_b(k * n4 + high, n4, k, part.y);
        let across_top = transpose(dy_top);
        let across_bottom = transpose(dy_bottom);
        t.c00 += x_left * across_top;
        t.c01 += x_right * across_top;
        t.c10 += x_left * across_bottom;
        t.c11 += x_right * across_bottom;
        if (place.y == 0u) {
            bias_top += dy_top[0] + dy_top[1] + dy_top[2] + dy_top[3];
            bias_bottom += dy_bottom[0] + dy_bottom[1] + dy_bottom[2] + dy_bottom[3];
        }
    }
    var blocks = blocks_of(t);
    for (var i = 0u; i < 4u; i++) {
        finish_tn(split, place.x + i / 2u * 4u, place.y + i % 2u * 4u, blocks[i]);
    }
    if (place.y == 0u) {
        finish_bias(split, place.x, bias_top);
        finish_bias(split, place.x + 4u, bias_bottom);
    }
}
