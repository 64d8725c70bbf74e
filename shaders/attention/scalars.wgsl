// Reading and writing heads whose size is not a multiple of 4, as single floats: the `i`-th four floats of the head
// that begins at float `at`, the last four padded with zeros. vectors.wgsl is the alternative for multiples of 4.

alias Element = f32;

fn inside_head(i: u32) -> vec4<bool> {
    return vec4(4u * i) + vec4(0u, 1u, 2u, 3u) < vec4(head_dim);
}

fn load_qkv(at: u32, i: u32) -> vec4<f32> {
    let first = at + 4u * i;
    let value = vec4(qkv[first], qkv[first + 1u], qkv[first + 2u], qkv[first + 3u]);
    return select(vec4(0.0), value, inside_head(i));
}

fn load_context(at: u32, i: u32) -> vec4<f32> {
    let first = at + 4u * i;
    let value =
        vec4(saved_context[first], saved_context[first + 1u], saved_context[first + 2u], saved_context[first + 3u]);
    return select(vec4(0.0), value, inside_head(i));
}

fn load_d_context(at: u32, i: u32) -> vec4<f32> {
    let first = at + 4u * i;
    let value = vec4(d_context[first], d_context[first + 1u], d_context[first + 2u], d_context[first + 3u]);
    return select(vec4(0.0), value, inside_head(i));
}

fn store_context(at: u32, i: u32, value: vec4<f32>) {
    for (var dim = 4u * i; dim < min(4u * i + 4u, head_dim); dim++) {
        context[at + dim] = value[dim % 4u];
    }
}

fn store_d_qkv(at: u32, i: u32, value: vec4<f32>) {
    for (var dim = 4u * i; dim < min(4u * i + 4u, head_dim); dim++) {
        d_qkv[at + dim] = value[dim % 4u];
    }
}
