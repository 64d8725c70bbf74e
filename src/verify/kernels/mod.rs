//! Every kernel, forward and backward, against its `f64` reference on random data.
//!
//! A file for each kernel, with a function for each thing that is to be known of it; the tests call the same functions
//! with all their cases.

pub mod attention;
pub mod contrastive;
pub mod embedding;
pub mod grid;
pub mod layer_norm;
pub mod linear;
pub mod mlm;
pub mod optimizer;
pub mod pool;
pub mod tanh;

use std::pin::Pin;

use super::check::Checks;
use crate::device::DeviceError;

type Checking<'a> = Pin<Box<dyn Future<Output = Result<(), DeviceError>> + 'a>>;

/// All checks of a kernel, under its name.
pub struct Kernel {
    pub name: &'static str,
    pub check: for<'a> fn(&'a Checks) -> Checking<'a>,
}

/// All kernels.
pub const KERNELS: [Kernel; 10] = [
    Kernel { name: "embedding", check: |checks| Box::pin(embedding(checks)) },
    Kernel { name: "layer_norm", check: |checks| Box::pin(layer_norm(checks)) },
    Kernel { name: "linear", check: |checks| Box::pin(linear(checks)) },
    Kernel { name: "attention", check: |checks| Box::pin(attention(checks)) },
    Kernel { name: "pool", check: |checks| Box::pin(pool::first_and_mean(checks)) },
    Kernel { name: "tanh", check: |checks| Box::pin(tanh(checks)) },
    Kernel { name: "contrastive", check: |checks| Box::pin(contrastive(checks)) },
    Kernel { name: "mlm", check: |checks| Box::pin(mlm(checks)) },
    Kernel { name: "optimizer", check: |checks| Box::pin(optimizer(checks)) },
    Kernel { name: "grid", check: |checks| Box::pin(grid::folded(checks)) },
];

async fn embedding(checks: &Checks) -> Result<(), DeviceError> {
    embedding::sums(checks).await?;
    if !checks.device().info().is_cpu() {
        embedding::sums_of_halves(checks).await?;
    }
    embedding::table_gradients(checks).await
}

async fn layer_norm(checks: &Checks) -> Result<(), DeviceError> {
    layer_norm::shapes_and_settings(checks).await?;
    layer_norm::without_dropout(checks).await
}

async fn linear(checks: &Checks) -> Result<(), DeviceError> {
    linear::forward(checks).await?;
    if !checks.device().info().is_cpu() {
        linear::forward_of_halves(checks).await?;
    }
    linear::forward_of_sentences(checks).await?;
    linear::forward_with_gelu(checks).await?;
    linear::gelu_arguments(checks).await?;
    linear::input_gradient(checks).await?;
    linear::input_gradient_through_gelu(checks).await?;
    linear::weight_gradients(checks).await
}

async fn attention(checks: &Checks) -> Result<(), DeviceError> {
    attention::head_sizes(checks).await?;
    attention::tile_ends(checks).await?;
    attention::row_lengths(checks).await?;
    attention::part_of_a_batch(checks).await?;
    attention::one_token(checks).await
}

async fn tanh(checks: &Checks) -> Result<(), DeviceError> {
    tanh::arguments(checks).await?;
    tanh::gradient(checks).await
}

async fn contrastive(checks: &Checks) -> Result<(), DeviceError> {
    contrastive::pairs_and_triplets(checks).await?;
    contrastive::other_forms(checks).await?;
    contrastive::false_negatives(checks).await?;
    contrastive::narrow_widths(checks).await?;
    contrastive::no_negatives(checks).await?;
    contrastive::one_negative(checks).await?;
    contrastive::tiny_losses(checks).await?;
    contrastive::nearly_equal(checks).await?;
    contrastive::zero_embeddings(checks).await
}

async fn mlm(checks: &Checks) -> Result<(), DeviceError> {
    mlm::gather_and_scatter(checks).await?;
    mlm::gelu_gradient(checks).await?;
    mlm::loss(checks).await?;
    mlm::nothing_masked(checks).await
}

async fn optimizer(checks: &Checks) -> Result<(), DeviceError> {
    optimizer::updates(checks).await?;
    optimizer::long_norm(checks).await?;
    optimizer::clipping(checks).await?;
    optimizer::no_numbers(checks).await
}
