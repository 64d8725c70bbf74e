// The threads of a quad load a vec4 each of every four and broadcast it.

fn of_quad(own: vec4<f32>) -> mat4x4<f32> {
    return mat4x4(quadBroadcast(own, 0u), quadBroadcast(own, 1u), quadBroadcast(own, 2u), quadBroadcast(own, 3u));
}

fn shared_qkv_part(i: u32, lane: u32) -> mat4x4<f32> {
    return of_quad(qkv[i + lane]);
}

fn shared_d_context_part(i: u32, lane: u32) -> mat4x4<f32> {
    return of_quad(d_context[i + lane]);
}
