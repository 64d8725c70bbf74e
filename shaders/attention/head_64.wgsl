// Heads of 64 dimensions (BERT's and RoBERTa's), read and written as vec4s.

struct Head {
    p0: mat4x4<f32>,
    p1: mat4x4<f32>,
    p2: mat4x4<f32>,
    p3: mat4x4<f32>,
}

fn head_size() -> u32 {
    return 64u;
}

fn dot_part(x: mat4x4<f32>, y: mat4x4<f32>) -> f32 {
    return dot(x[0], y[0]) + dot(x[1], y[1]) + dot(x[2], y[2]) + dot(x[3], y[3]);
}

fn dot_heads(x: Head, y: Head) -> f32 {
    return dot_part(x.p0, y.p0) + dot_part(x.p1, y.p1) + dot_part(x.p2, y.p2) + dot_part(x.p3, y.p3);
}

fn scaled(a: f32, x: Head) -> Head {
    return Head(a * x.p0, a * x.p1, a * x.p2, a * x.p3);
}

fn add_scaled(sum: Head, a: f32, x: Head) -> Head {
    return Head(sum.p0 + a * x.p0, sum.p1 + a * x.p1, sum.p2 + a * x.p2, sum.p3 + a * x.p3);
}

fn own_qkv(at: u32) -> Head {
    return Head(own_qkv_part(at / 4u), own_qkv_part(at / 4u + 4u), own_qkv_part(at / 4u + 8u), own_qkv_part(at / 4u + 12u));
}

fn own_d_context(at: u32) -> Head {
    return Head(own_d_context_part(at / 4u), own_d_context_part(at / 4u + 4u), own_d_context_part(at / 4u + 8u), own_d_context_part(at / 4u + 12u));
}

fn own_context(at: u32) -> Head {
    return Head(own_context_part(at / 4u), own_context_part(at / 4u + 4u), own_context_part(at / 4u + 8u), own_context_part(at / 4u + 12u));
}

fn store_context(at: u32, value: Head) {
    store_context_part(at / 4u, value.p0);
    store_context_part(at / 4u + 4u, value.p1);
    store_context_part(at / 4u + 8u, value.p2);
    store_context_part(at / 4u + 12u, value.p3);
}

fn store_d_qkv(at: u32, value: Head) {
    store_d_qkv_part(at / 4u, value.p0);
    store_d_qkv_part(at / 4u + 4u, value.p1);
    store_d_qkv_part(at / 4u + 8u, value.p2);
    store_d_qkv_part(at / 4u + 12u, value.p3);
}
