// Heads of any size up to 128, read and written as single floats. Blocks beyond head_dim are cut off by the override
// constant when the pipeline is compiled; dimensions beyond it count as zero.

override head_dim: u32 = 128u;

alias Element = f32;

struct Head {
    p0: mat4x4<f32>,
    p1: mat4x4<f32>,
    p2: mat4x4<f32>,
    p3: mat4x4<f32>,
    p4: mat4x4<f32>,
    p5: mat4x4<f32>,
    p6: mat4x4<f32>,
    p7: mat4x4<f32>,
}

fn head_size() -> u32 {
    return head_dim;
}

fn dot_part(x: mat4x4<f32>, y: mat4x4<f32>) -> f32 {
    return dot(x[0], y[0]) + dot(x[1], y[1]) + dot(x[2], y[2]) + dot(x[3], y[3]);
}

fn dot_heads(x: Head, y: Head) -> f32 {
    var sum = dot_part(x.p0, y.p0);
    if (head_dim > 16u) { sum += dot_part(x.p1, y.p1); }
    if (head_dim > 32u) { sum += dot_part(x.p2, y.p2); }
    if (head_dim > 48u) { sum += dot_part(x.p3, y.p3); }
    if (head_dim > 64u) { sum += dot_part(x.p4, y.p4); }
    if (head_dim > 80u) { sum += dot_part(x.p5, y.p5); }
    if (head_dim > 96u) { sum += dot_part(x.p6, y.p6); }
    if (head_dim > 112u) { sum += dot_part(x.p7, y.p7); }
    return sum;
}

fn scaled(a: f32, x: Head) -> Head {
    var product: Head;
    product.p0 = a * x.p0;
    if (head_dim > 16u) { product.p1 = a * x.p1; }
    if (head_dim > 32u) { product.p2 = a * x.p2; }
    if (head_dim > 48u) { product.p3 = a * x.p3; }
    if (head_dim > 64u) { product.p4 = a * x.p4; }
    if (head_dim > 80u) { product.p5 = a * x.p5; }
    if (head_dim > 96u) { product.p6 = a * x.p6; }
    if (head_dim > 112u) { product.p7 = a * x.p7; }
    return product;
}

fn add_scaled(sum: Head, a: f32, x: Head) -> Head {
    var total: Head;
    total.p0 = sum.p0 + a * x.p0;
    if (head_dim > 16u) { total.p1 = sum.p1 + a * x.p1; }
    if (head_dim > 32u) { total.p2 = sum.p2 + a * x.p2; }
    if (head_dim > 48u) { total.p3 = sum.p3 + a * x.p3; }
    if (head_dim > 64u) { total.p4 = sum.p4 + a * x.p4; }
    if (head_dim > 80u) { total.p5 = sum.p5 + a * x.p5; }
    if (head_dim > 96u) { total.p6 = sum.p6 + a * x.p6; }
    if (head_dim > 112u) { total.p7 = sum.p7 + a * x.p7; }
    return total;
}

fn inside_head(dim: u32) -> vec4<bool> {
    return vec4(dim, dim + 1u, dim + 2u, dim + 3u) < vec4(head_dim);
}

fn own_qkv4(at: u32, dim: u32) -> vec4<f32> {
    let i = at + dim;
    return select(vec4(0.0), vec4(qkv[i], qkv[i + 1u], qkv[i + 2u], qkv[i + 3u]), inside_head(dim));
}

fn own_qkv_part(at: u32, dim: u32) -> mat4x4<f32> {
    return mat4x4(
        own_qkv4(at, dim), own_qkv4(at, dim + 4u), own_qkv4(at, dim + 8u), own_qkv4(at, dim + 12u));
}

fn own_qkv(at: u32) -> Head {
    var head: Head;
    head.p0 = own_qkv_part(at, 0u);
    if (head_dim > 16u) { head.p1 = own_qkv_part(at, 16u); }
    if (head_dim > 32u) { head.p2 = own_qkv_part(at, 32u); }
    if (head_dim > 48u) { head.p3 = own_qkv_part(at, 48u); }
    if (head_dim > 64u) { head.p4 = own_qkv_part(at, 64u); }
    if (head_dim > 80u) { head.p5 = own_qkv_part(at, 80u); }
    if (head_dim > 96u) { head.p6 = own_qkv_part(at, 96u); }
    if (head_dim > 112u) { head.p7 = own_qkv_part(at, 112u); }
    return head;
}

fn own_d_context4(at: u32, dim: u32) -> vec4<f32> {
    let i = at + dim;
    return select(vec4(0.0), vec4(d_context[i], d_context[i + 1u], d_context[i + 2u], d_context[i + 3u]), inside_head(dim));
}

fn own_d_context_part(at: u32, dim: u32) -> mat4x4<f32> {
    return mat4x4(
        own_d_context4(at, dim), own_d_context4(at, dim + 4u), own_d_context4(at, dim + 8u), own_d_context4(at, dim + 12u));
}

fn own_d_context(at: u32) -> Head {
    var head: Head;
    head.p0 = own_d_context_part(at, 0u);
    if (head_dim > 16u) { head.p1 = own_d_context_part(at, 16u); }
    if (head_dim > 32u) { head.p2 = own_d_context_part(at, 32u); }
    if (head_dim > 48u) { head.p3 = own_d_context_part(at, 48u); }
    if (head_dim > 64u) { head.p4 = own_d_context_part(at, 64u); }
    if (head_dim > 80u) { head.p5 = own_d_context_part(at, 80u); }
    if (head_dim > 96u) { head.p6 = own_d_context_part(at, 96u); }
    if (head_dim > 112u) { head.p7 = own_d_context_part(at, 112u); }
    return head;
}

fn own_context4(at: u32, dim: u32) -> vec4<f32> {
    let i = at + dim;
    return select(vec4(0.0), vec4(saved_context[i], saved_context[i + 1u], saved_context[i + 2u], saved_context[i + 3u]), inside_head(dim));
}

fn own_context_part(at: u32, dim: u32) -> mat4x4<f32> {
    return mat4x4(
        own_context4(at, dim), own_context4(at, dim + 4u), own_context4(at, dim + 8u), own_context4(at, dim + 12u));
}

fn own_context(at: u32) -> Head {
    var head: Head;
    head.p0 = own_context_part(at, 0u);
    if (head_dim > 16u) { head.p1 = own_context_part(at, 16u); }
    if (head_dim > 32u) { head.p2 = own_context_part(at, 32u); }
    if (head_dim > 48u) { head.p3 = own_context_part(at, 48u); }
    if (head_dim > 64u) { head.p4 = own_context_part(at, 64u); }
    if (head_dim > 80u) { head.p5 = own_context_part(at, 80u); }
    if (head_dim > 96u) { head.p6 = own_context_part(at, 96u); }
    if (head_dim > 112u) { head.p7 = own_context_part(at, 112u); }
    return head;
}

fn store_context4(at: u32, dim: u32, value: vec4<f32>) {
    for (var i = 0u; i < 4u; i++) {
        if (dim + i < head_dim) { context[at + dim + i] = value[i]; }
    }
}

fn store_context_part(at: u32, dim: u32, value: mat4x4<f32>) {
    store_context4(at, dim, value[0]);
    store_context4(at, dim + 4u, value[1]);
    store_context4(at, dim + 8u, value[2]);
    store_context4(at, dim + 12u, value[3]);
}

fn store_context(at: u32, value: Head) {
    store_context_part(at, 0u, value.p0);
    if (head_dim > 16u) { store_context_part(at, 16u, value.p1); }
    if (head_dim > 32u) { store_context_part(at, 32u, value.p2); }
    if (head_dim > 48u) { store_context_part(at, 48u, value.p3); }
    if (head_dim > 64u) { store_context_part(at, 64u, value.p4); }
    if (head_dim > 80u) { store_context_part(at, 80u, value.p5); }
    if (head_dim > 96u) { store_context_part(at, 96u, value.p6); }
    if (head_dim > 112u) { store_context_part(at, 112u, value.p7); }
}

fn store_d_qkv4(at: u32, dim: u32, value: vec4<f32>) {
    for (var i = 0u; i < 4u; i++) {
        if (dim + i < head_dim) { d_qkv[at + dim + i] = value[i]; }
    }
}

fn store_d_qkv_part(at: u32, dim: u32, value: mat4x4<f32>) {
    store_d_qkv4(at, dim, value[0]);
    store_d_qkv4(at, dim + 4u, value[1]);
    store_d_qkv4(at, dim + 8u, value[2]);
    store_d_qkv4(at, dim + 12u, value[3]);
}

fn store_d_qkv(at: u32, value: Head) {
    store_d_qkv_part(at, 0u, value.p0);
    if (head_dim > 16u) { store_d_qkv_part(at, 16u, value.p1); }
    if (head_dim > 32u) { store_d_qkv_part(at, 32u, value.p2); }
    if (head_dim > 48u) { store_d_qkv_part(at, 48u, value.p3); }
    if (head_dim > 64u) { store_d_qkv_part(at, 64u, value.p4); }
    if (head_dim > 80u) { store_d_qkv_part(at, 80u, value.p5); }
    if (head_dim > 96u) { store_d_qkv_part(at, 96u, value.p6); }
    if (head_dim > 112u) { store_d_qkv_part(at, 112u, value.p7); }
}
