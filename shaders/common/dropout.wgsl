// Counter-based dropout masks: whether an element is dropped depends only on (seed, step, site, dropout key of the token,
// element), so
// the backward pass recomputes the mask of the forward pass, and nothing is stored. For four elements at a time:
//   bits = PCG4D(block, dropout key, step << 8 | site, seed);   m = 0 where bits < p · 2³², else 1/(1 − p)
// A token's dropout key is (row in the whole batch) · max positions + position (src/model/batch.rs): a row has the same mask
// in whichever micro-batch it is.
// PCG4D: Jarzynski and Olano, "Hash Functions for GPU Rendering", JCGT 9(3), 2020.
// Rust side, equal bit for bit: src/kernels/dropout/mod.rs.

const NO_DROPOUT = 0xffffffffu;

fn pcg4d(counter: vec4<u32>) -> vec4<u32> {
    var v = counter * 1664525u + 1013904223u;
    v.x += v.y * v.w;
    v.y += v.z * v.x;
    v.z += v.x * v.y;
    v.w += v.y * v.z;
    v ^= v >> vec4(16u);
    v.x += v.y * v.w;
    v.y += v.z * v.x;
    v.z += v.x * v.y;
    v.w += v.y * v.z;
    return v;
}

// m, 0 or 1/(1−p), of the elements 4·block … 4·block+3 of a token at a dropout site (below 256), or of none.
fn keep4(site: u32, dropout_key: u32, block: u32) -> vec4<f32> {
    if (site == NO_DROPOUT || step.drop_threshold == 0u) {
        return vec4(1.0);
    }
    let bits = pcg4d(vec4(block, dropout_key, (step.step << 8u) | site, step.seed));
    return select(vec4(0.0), vec4(step.keep_scale), bits >= vec4(step.drop_threshold));
}
