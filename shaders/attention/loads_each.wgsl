// Every thread of a quad loads what it needs: for devices without subgroups.

fn shared_qkv_part(i: u32, lane: u32) -> mat4x4<f32> {
    return own_qkv_part(i);
}

fn shared_d_context_part(i: u32, lane: u32) -> mat4x4<f32> {
    return own_d_context_part(i);
}
