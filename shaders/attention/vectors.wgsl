// Buffers of heads whose size is a multiple of 16, as vec4s.

alias Element = vec4<f32>;

// Sixteen dimensions from vec4 `i` on.
fn own_qkv_part(i: u32) -> mat4x4<f32> {
    return mat4x4(qkv[i], qkv[i + 1u], qkv[i + 2u], qkv[i + 3u]);
}

fn own_d_context_part(i: u32) -> mat4x4<f32> {
    return mat4x4(d_context[i], d_context[i + 1u], d_context[i + 2u], d_context[i + 3u]);
}

fn own_context_part(i: u32) -> mat4x4<f32> {
    return mat4x4(saved_context[i], saved_context[i + 1u], saved_context[i + 2u], saved_context[i + 3u]);
}

fn store_context_part(i: u32, value: mat4x4<f32>) {
    context[i] = value[0];
    context[i + 1u] = value[1];
    context[i + 2u] = value[2];
    context[i + 3u] = value[3];
}

fn store_d_qkv_part(i: u32, value: mat4x4<f32>) {
    d_qkv[i] = value[0];
    d_qkv[i + 1u] = value[1];
    d_qkv[i + 2u] = value[2];
    d_qkv[i + 3u] = value[3];
}
