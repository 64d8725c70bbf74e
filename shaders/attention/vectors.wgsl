// Reading and writing heads whose size is a multiple of 4, as vec4s: the `i`-th vec4 of the head that begins at float
// `at`. scalars.wgsl is the alternative for other sizes.

alias Element = vec4<f32>;

fn load_qkv(at: u32, i: u32) -> vec4<f32> {
    return qkv[at / 4u + i];
}

fn load_context(at: u32, i: u32) -> vec4<f32> {
    return saved_context[at / 4u + i];
}

fn load_d_context(at: u32, i: u32) -> vec4<f32> {
    return d_context[at / 4u + i];
}

fn store_context(at: u32, i: u32, value: vec4<f32>) {
    context[at / 4u + i] = value;
}

fn store_d_qkv(at: u32, i: u32, value: vec4<f32>) {
    d_qkv[at / 4u + i] = value;
}
