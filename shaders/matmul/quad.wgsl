// Matrix products for adapters with subgroups whose loads cost more than their arithmetic: SwiftShader and lavapipe.
// The four threads of a quad compute the same 16 rows of C, 8 columns each (32 columns a quad). What they share of A
// each of them loads a quarter of and broadcasts: 4 + 8 vec4 loads feed 16×8×4 products a thread, where a thread on
// its own (direct.wgsl) needs 8 + 8 loads for half as many. A workgroup's 8×8 threads cover 128×64 of C.
//
// All four threads of a quad stay until the end, also those beyond N: a broadcast reads from every one of them.

const ROWS = 128u;
const COLUMNS = 64u;

struct Tile {
    c00: mat4x4<f32>,   // rows 0–3, columns 0–3
    c01: mat4x4<f32>,   // rows 0–3, columns 4–7
    c10: mat4x4<f32>,
    c11: mat4x4<f32>,
    c20: mat4x4<f32>,
    c21: mat4x4<f32>,
    c30: mat4x4<f32>,
    c31: mat4x4<f32>,
}

// The blocks row by row, two each.
fn blocks_of(t: Tile) -> array<mat4x4<f32>, 8> {
    return array(t.c00, t.c01, t.c10, t.c11, t.c20, t.c21, t.c30, t.c31);
}

// First row and column of a thread's tile.
fn place_of(index: u32, local: vec3<u32>) -> vec2<u32> {
    return corner(index, ROWS, COLUMNS) + vec2(16u, 8u) * local.yx;
}

// First column of the quad: where it is beyond N none of the four has work.
fn first_column(column: u32, local: vec3<u32>) -> u32 {
    return column - 8u * (local.x & 3u);
}

// The quad's four vec4s, one a column.
fn of_quad(own: vec4<f32>) -> mat4x4<f32> {
    return mat4x4(quadBroadcast(own, 0u), quadBroadcast(own, 1u), quadBroadcast(own, 2u), quadBroadcast(own, 3u));
}

// First vec4 of the rows of A that this thread loads: one of each four.
fn own_rows(row: u32, lane: u32, m: u32, k4: u32) -> vec4<u32> {
    return min(vec4(row, row + 4u, row + 8u, row + 12u) + lane, vec4(m - 1u)) * k4;
}

fn product_nt(row: u32, column: u32, lane: u32, m: u32) -> Tile {
    let k4 = op.k / 4u;
    let rows = own_rows(row, lane, m, k4);
    // Columns beyond N are computed from the last ones and never stored.
    let low = min(column, op.n - 4u) * k4;
    let low1 = low + k4;
    let low2 = low1 + k4;
    let low3 = low2 + k4;
    let high = min(column + 4u, op.n - 4u) * k4;
    let high1 = high + k4;
    let high2 = high1 + k4;
    let high3 = high2 + k4;
    var t: Tile;
    for (var k = 0u; k < k4; k++) {
        let left = transpose(mat4x4(b[low + k], b[low1 + k], b[low2 + k], b[low3 + k]));
        let right = transpose(mat4x4(b[high + k], b[high1 + k], b[high2 + k], b[high3 + k]));
        let a0 = of_quad(a[rows.x + k]);
        t.c00 += left * a0;
        t.c01 += right * a0;
        let a1 = of_quad(a[rows.y + k]);
        t.c10 += left * a1;
        t.c11 += right * a1;
        let a2 = of_quad(a[rows.z + k]);
        t.c20 += left * a2;
        t.c21 += right * a2;
        let a3 = of_quad(a[rows.w + k]);
        t.c30 += left * a3;
        t.c31 += right * a3;
    }
    return t;
}

fn product_nn(row: u32, column: u32, lane: u32, m: u32) -> Tile {
    let k4 = op.k / 4u;
    let n4 = op.n / 4u;
    let rows = own_rows(row, lane, m, k4);
    let n42 = 2u * n4;
    let n43 = 3u * n4;
    var low = min(column, op.n - 4u) / 4u;
    var high = min(column + 4u, op.n - 4u) / 4u;
    var t: Tile;
    for (var k = 0u; k < k4; k++) {
        let left = mat4x4(b[low], b[low + n4], b[low + n42], b[low + n43]);
        let right = mat4x4(b[high], b[high + n4], b[high + n42], b[high + n43]);
        let a0 = of_quad(a[rows.x + k]);
        t.c00 += left * a0;
        t.c01 += right * a0;
        let a1 = of_quad(a[rows.y + k]);
        t.c10 += left * a1;
        t.c11 += right * a1;
        let a2 = of_quad(a[rows.z + k]);
        t.c20 += left * a2;
        t.c21 += right * a2;
        let a3 = of_quad(a[rows.w + k]);
        t.c30 += left * a3;
        t.c31 += right * a3;
        low += 4u * n4;
        high += 4u * n4;
    }
    return t;
}

@compute @workgroup_size(8, 8)
fn nt(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
      @builtin(local_invocation_id) local: vec3<u32>) {
    let m = extent(op.m_kind, op.m);
    let place = place_of(unfold(group, groups), local);
    let row = place.x;
    let column = place.y;
    if (row >= m || first_column(column, local) >= op.n) { return; }
    let t = product_nt(row, column, local.x & 3u, m);
    var blocks = blocks_of(t);
    for (var i = 0u; i < 8u; i++) {
        finish_nt(m, row + i / 2u * 4u, column + i % 2u * 4u, blocks[i]);
    }
}

@compute @workgroup_size(8, 8)
fn nn(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
      @builtin(local_invocation_id) local: vec3<u32>) {
    let m = extent(op.m_kind, op.m);
    let place = place_of(unfold(group, groups), local);
    let row = place.x;
    let column = place.y;
    if (row >= m || first_column(column, local) >= op.n) { return; }
    let t = product_nn(row, column, local.x & 3u, m);
    var blocks = blocks_of(t);
    for (var i = 0u; i < 8u; i++) {
        finish_nn(m, row + i / 2u * 4u, column + i % 2u * 4u, blocks[i]);
    }
}

// Four columns of dy of this thread's row of K; zeros behind the end.
fn load_dy(index: u32, inside: bool) -> vec4<f32> {
    return select(vec4(0.0), a[index], inside);
}

fn sum_of_quad(own: vec4<f32>) -> vec4<f32> {
    let all = of_quad(own);
    return all[0] + all[1] + all[2] + all[3];
}

@compute @workgroup_size(8, 8)
fn tn(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
      @builtin(local_invocation_id) local: vec3<u32>) {
    let tiles = tiles_of_gradient(ROWS, COLUMNS);
    let index = unfold(group, groups);
    let split = index / tiles;
    let place = place_of(index % tiles, local);
    let row = place.x;
    let column = place.y;
    let first = first_column(column, local);
    if (split >= op.splits || row >= op.m || first >= op.n) { return; }

    let part = part_of_k(split);
    let m4 = op.m / 4u;
    let n4 = op.n / 4u;
    let lane = local.x & 3u;
    // Rows beyond M are computed from the last ones and never stored.
    let tops = min(vec4(row, row + 4u, row + 8u, row + 12u), vec4(op.m - 4u)) / 4u;
    let low = min(column, op.n - 4u) / 4u;
    let high = min(column + 4u, op.n - 4u) / 4u;
    var t: Tile;
    var bias0 = vec4(0.0);
    var bias1 = vec4(0.0);
    var bias2 = vec4(0.0);
    var bias3 = vec4(0.0);
    for (var k = part.x; k < part.y; k += 4u) {
        // Rows behind the end: dy counts as zero there, and x comes from a row that is a number.
        let r0 = k * n4;
        let r1 = select(r0, r0 + n4, k + 1u < part.y);
        let r2 = select(r0, r0 + 2u * n4, k + 2u < part.y);
        let r3 = select(r0, r0 + 3u * n4, k + 3u < part.y);
        let left = mat4x4(b[r0 + low], b[r1 + low], b[r2 + low], b[r3 + low]);
        let right = mat4x4(b[r0 + high], b[r1 + high], b[r2 + high], b[r3 + high]);
        let inside = k + lane < part.y;
        let s = (k + lane) * m4;
        let dy0 = load_dy(s + tops.x, inside);
        let a0 = transpose(of_quad(dy0));
        t.c00 += left * a0;
        t.c01 += right * a0;
        let dy1 = load_dy(s + tops.y, inside);
        let a1 = transpose(of_quad(dy1));
        t.c10 += left * a1;
        t.c11 += right * a1;
        let dy2 = load_dy(s + tops.z, inside);
        let a2 = transpose(of_quad(dy2));
        t.c20 += left * a2;
        t.c21 += right * a2;
        let dy3 = load_dy(s + tops.w, inside);
        let a3 = transpose(of_quad(dy3));
        t.c30 += left * a3;
        t.c31 += right * a3;
        if (first == 0u) {
            bias0 += dy0;
            bias1 += dy1;
            bias2 += dy2;
            bias3 += dy3;
        }
    }
    var blocks = blocks_of(t);
    for (var i = 0u; i < 8u; i++) {
        finish_tn(split, row + i / 2u * 4u, column + i % 2u * 4u, blocks[i]);
    }
    if (first == 0u) {
        let total0 = sum_of_quad(bias0);
        let total1 = sum_of_quad(bias1);
        let total2 = sum_of_quad(bias2);
        let total3 = sum_of_quad(bias3);
        if (lane == 0u) {
            finish_bias(split, row, total0);
            finish_bias(split, row + 4u, total1);
            finish_bias(split, row + 8u, total2);
            finish_bias(split, row + 12u, total3);
        }
    }
}
