// Counter-based dropout: an element's fate depends only on (seed, step, site, token key, position in the row), so
// the backward pass recomputes the mask that the forward pass used, and nothing is stored.
// Hash: PCG4D of Jarzynski and Olano, "Hash Functions for GPU Rendering", JCGT 9(3), 2020.
// Rust side, bit for bit: src/kernels/dropout.rs.

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

// Factors (0 or 1/(1−p)) of the four neighbouring elements 4·block … 4·block+3 of a token at a dropout site.
fn keep4(site: u32, token_key: u32, block: u32) -> vec4<f32> {
    if (site == NO_DROPOUT || step.drop_threshold == 0u) {
        return vec4(1.0);
    }
    let bits = pcg4d(vec4(block, token_key, (step.step << 8u) | site, step.seed));
    return select(vec4(0.0), vec4(step.keep_scale), bits >= vec4(step.drop_threshold));
}
