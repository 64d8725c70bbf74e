// First part of every shader module: sizes and settings of the step, and helpers for extents and folded grids.
// Rust side: src/kernels/step.rs (Step), src/device/gpu/dispatch.rs (Grid).
//
// Notation of all shaders: [rows, columns] are shapes, row-major; T tokens of the batch, packed end to end without
// padding; R rows (encoded texts); N items of the contrastive batch; H hidden size, a multiple of 4; dx is the gradient
// of the loss with respect to x. Numbers are float32 unless said otherwise.
// The table at the head of each shader lists its entry points: what each reads → writes, the least number of floats that
// it moves through memory (4 bytes each), and the workgroups dispatched, of 64 threads unless said otherwise.

struct Step {
    tokens: u32,                // T; in the step of mlm.wgsl the corrupted tokens M
    rows: u32,                  // R = views · N; in the step of mlm.wgsl the tokens T
    items: u32,                 // N
    distinct: u32,              // distinct token ids of the batch
    seed: u32,                  // of the dropout masks
    step: u32,                  // counter of the dropout masks
    drop_threshold: u32,        // p · 2³²: an element with 32 random bits below this is dropped; 0: no dropout
    keep_scale: f32,            // 1 / (1 − p)
    accumulate: u32,            // 0: gradients are overwritten, 1: added to
    learning_rate: f32,
    first_correction: f32,      // 1 / (1 − β₁ᵗ)
    second_correction: f32,     // 1 / √(1 − β₂ᵗ)
    weight_decay: f32,
    max_norm: f32,              // 0: no clipping
    inverse_temperature: f32,   // 1 / τ
    hard_negative_weight: f32,  // w = ln α, added to the logit of each item's own hard negative
    false_negative_threshold: f32,  // negatives with a cosine above it are left out; 0: none are
    loss_scale: f32,            // of masked-language modelling: weight / corrupted tokens of the batch
    tiles: u32,                 // attention's tiles: up to 16 consecutive tokens of a row each
    longest: u32,               // tokens of the longest row
    pairs: u32,                 // Σ_rows length²: pairs of tokens that attend to each other
    pad0: u32,
    pad1: u32,
    pad2: u32,
}

@group(0) @binding(0) var<uniform> step: Step;

// Value of an extent: `fixed`, or the size of the step that `kind` numbers (src/kernels/step.rs: TOKENS … PAIRS).
fn extent(kind: u32, fixed: u32) -> u32 {
    switch kind {
        case 1u: { return step.tokens; }
        case 2u: { return step.rows; }
        case 3u: { return step.items; }
        case 4u: { return step.distinct; }
        case 5u: { return step.tiles; }
        case 6u: { return step.pairs; }
        default: { return fixed; }
    }
}

// Of a workgroup in every one-dimensional kernel; src/kernels/mod.rs has the same constant.
const THREADS = 64u;

// Index of a workgroup in a grid that the host folded to two dimensions, of 65,535 workgroups at most each.
fn unfold(group: vec3<u32>, groups: vec3<u32>) -> u32 {
    return group.y * groups.x + group.x;
}
