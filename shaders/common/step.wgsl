// Shared by every kernel: what changes from step to step, and how a folded grid is unfolded.
// Rust side: src/kernels/step.rs.

struct Step {
    tokens: u32,                // T: tokens of all rows, packed end to end
    rows: u32,                  // R: encoded rows, views · items
    items: u32,                 // N: items of the contrastive batch
    distinct: u32,              // distinct token ids in the batch
    seed: u32,
    step: u32,
    drop_threshold: u32,        // an element is dropped when its 32 random bits are below this; 0: dropout off
    keep_scale: f32,            // 1 / (1 − p)
    accumulate: u32,            // 0: gradients are overwritten, 1: added to
    learning_rate: f32,
    first_correction: f32,      // 1 / (1 − β₁ᵗ)
    second_correction: f32,     // 1 / √(1 − β₂ᵗ)
    weight_decay: f32,
    max_norm: f32,              // 0: no clipping
    inverse_temperature: f32,   // 1 / τ
    hard_negative_weight: f32,  // w = ln α, added to each item's own hard-negative logit
    false_negative_threshold: f32,  // negatives with a cosine above it are left out; 0: none
    loss_scale: f32,            // of masked-language modelling: weight / masked tokens of the batch
    tiles: u32,                 // attention's tiles: up to 16 neighbouring tokens of a row each
    longest: u32,               // tokens of the longest row
    pairs: u32,                 // pairs of tokens of one row
    pad0: u32,
    pad1: u32,
    pad2: u32,
}

@group(0) @binding(0) var<uniform> step: Step;

// What an extent counts: a fixed number or one of the step's sizes (src/kernels/step.rs: EXTENT_…).
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

// Index of a workgroup in a grid that the host folded to two dimensions.
fn unfold(group: vec3<u32>, groups: vec3<u32>) -> u32 {
    return group.y * groups.x + group.x;
}
