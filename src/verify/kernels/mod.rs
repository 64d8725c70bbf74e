//! Every kernel, forward and backward, against its `f64` reference on random data.
//!
//! Each kernel has a file with one function per property; `tests/kernels` calls the same functions with all cases.

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

use super::check::Checks;
use crate::device::DeviceError;

/// Names of all kernels. Apart from `check`, so that a page that only lists them need not contain a single kernel.
pub const KERNELS: [&str; 10] = [
    "embedding",
    "layer_norm",
    "linear",
    "attention",
    "pool",
    "tanh",
    "contrastive",
    "mlm",
    "optimizer",
    "grid",
];

/// All checks of the kernel of this name; a name that nothing checks is a check that fails.
pub(super) async fn check(name: &str, checks: &Checks) -> Result<(), DeviceError> {
    match name {
        "embedding" => embedding(checks).await,
        "layer_norm" => layer_norm(checks).await,
        "linear" => linear(checks).await,
        "attention" => attention(checks).await,
        "pool" => pool::first_and_mean(checks).await,
        "tanh" => tanh(checks).await,
        "contrastive" => contrastive(checks).await,
        "mlm" => mlm(checks).await,
        "optimizer" => optimizer(checks).await,
        "grid" => grid::folded(checks).await,
        _ => {
            checks.none("kernel", name, std::iter::once(format!("nothing checks {name}")));
            Ok(())
        }
    }
}

async fn embedding(checks: &Checks) -> Result<(), DeviceError> {
    embedding::sums(checks).await?;
    if !checks.device().info().is_cpu() {
        embedding::sums_with_float16_table(checks).await?;
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
        linear::forward_with_float16_weight(checks).await?;
    }
    linear::forward_over_rows(checks).await?;
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
    optimizer::gradients_not_finite(checks).await
}
