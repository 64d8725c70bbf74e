//! What the lessons compute without the page: losses, points on a circle, histograms, ablations and their statistics,
//! vectors under dropout.

mod ablation;
mod circle;
mod contrast;
mod cosines;
mod layer_norm;
mod record;
mod sizes;
mod triplets;
mod views;
pub mod written;

pub use ablation::{Ablation, Order, Setting, Spread};
pub use circle::{POINTS, alignment, partner, uniformity};
pub use contrast::{Contrast, ITEMS, even_loss};
pub use cosines::Spectrum;
pub use layer_norm::{EPSILON, KERNEL_STAGES, KernelStage, RowInFull, WIDTH};
pub use record::AblationRecord;
pub use sizes::{OF_STARTERS, PUBLISHED_SIZES, SizedScore};
pub use triplets::{Sides, means};
pub use views::{Masks, PublishedDropout, Views, published_dropout};
