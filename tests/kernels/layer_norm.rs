//! Residual LayerNorm with dropout before and after, its statistics, and all its gradients.

use simcse_lab::verify::kernels::layer_norm;

use crate::{device_test, devices::pass_on_each_device};

#[device_test]
async fn layer_norm_and_its_gradients_agree_with_the_reference() {
    pass_on_each_device(layer_norm::shapes_and_settings).await;
}

#[device_test]
async fn dropout_of_zero_at_its_sites_changes_nothing() {
    pass_on_each_device(layer_norm::without_dropout).await;
}
