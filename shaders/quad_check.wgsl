// Which threads make a quad: kernels that share loads take it for four neighbours by local index, and WGSL leaves that
// to the device. Each thread writes the local index of its quad's first thread, in a row of 64 and in 8×8.

@group(0) @binding(0) var<storage, read_write> first_of_quad: array<u32>;    // [2, 64]

@compute @workgroup_size(64)
fn quads_of_row(@builtin(local_invocation_index) index: u32) {
    first_of_quad[index] = quadBroadcast(index, 0u);
}

@compute @workgroup_size(8, 8)
fn quads_of_square(@builtin(local_invocation_index) index: u32) {
    first_of_quad[64u + index] = quadBroadcast(index, 0u);
}
