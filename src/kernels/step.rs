//! The step uniform, which every kernel reads: sizes of the batch, dropout and optimiser settings; and the extents over
//! its sizes.

use bytemuck::{Pod, Zeroable};

use super::drop_threshold;
use crate::device::Extent;

/// β₁ and β₂ of AdamW.
pub(super) const BETA1: f64 = 0.9;
pub(super) const BETA2: f64 = 0.999;

/// T, tokens of the packed batch.
pub const TOKENS: Extent = Extent::Dynamic(1);
/// R, encoded rows.
pub const ROWS: Extent = Extent::Dynamic(2);
/// N, items of the contrastive batch.
pub const ITEMS: Extent = Extent::Dynamic(3);
/// Distinct token ids of the batch.
pub const DISTINCT: Extent = Extent::Dynamic(4);

/// Attention's tiles of the batch: up to [`TILE`] consecutive tokens of a row each.
pub const TILES: Extent = Extent::Dynamic(5);

/// Tokens of a tile at most; shaders/attention/tiles.wgsl has the same constant.
pub const TILE: u32 = 16;

/// Σ_rows length², the pairs of tokens that attend to each other: attention's work.
pub const PAIRS: Extent = Extent::Dynamic(6);

/// The step uniform: what changes from step to step. `shaders/common/step.wgsl` documents each field.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default, Pod, Zeroable)]
pub struct Step {
    pub tokens: u32,
    pub rows: u32,
    pub items: u32,
    pub distinct: u32,
    pub seed: u32,
    pub step: u32,
    pub drop_threshold: u32,
    pub keep_scale: f32,
    pub accumulate: u32,
    pub learning_rate: f32,
    pub first_correction: f32,
    pub second_correction: f32,
    pub weight_decay: f32,
    pub max_norm: f32,
    pub inverse_temperature: f32,
    pub hard_negative_weight: f32,
    pub false_negative_threshold: f32,
    pub loss_scale: f32,
    pub tiles: u32,
    pub longest: u32,
    pub pairs: u32,
    pub pad: [u32; 3],
}

impl Step {
    /// Values of the dynamic extents, in the order of the constants above.
    pub fn sizes(&self) -> [u32; 7] {
        [0, self.tokens, self.rows, self.items, self.distinct, self.tiles, self.pairs]
    }

    /// The value of an extent in this step.
    pub(super) fn extent(&self, extent: Extent) -> usize {
        extent.resolve(&self.sizes()) as usize
    }

    /// Dropout with probability 0 ≤ `p` < 1; 0 switches it off.
    pub fn with_dropout(mut self, p: f32) -> Self {
        self.drop_threshold = drop_threshold(p);
        self.keep_scale = if p > 0.0 { 1.0 / (1.0 - p) } else { 1.0 };
        self
    }

    /// Learning rate and bias corrections 1/(1 − β₁ᵗ), 1/√(1 − β₂ᵗ) of AdamW's `t`-th update, t from 1, computed in
    /// f64.
    pub fn with_update(mut self, t: u32, learning_rate: f64) -> Self {
        let t = i32::try_from(t.max(1)).unwrap_or(i32::MAX);
        self.learning_rate = learning_rate as f32;
        self.first_correction = (1.0 / (1.0 - BETA1.powi(t))) as f32;
        self.second_correction = (1.0 / (1.0 - BETA2.powi(t)).sqrt()) as f32;
        self
    }
}

/// An extent as the arguments `kind` and `fixed` of the shaders' `extent()`.
pub(super) fn shader_extent(extent: Extent) -> (u32, u32) {
    match extent {
        Extent::Fixed(value) => (0, value),
        Extent::Dynamic(index) => (index as u32, 0),
    }
}
