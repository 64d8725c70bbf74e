//! Masked-language modelling: gathering and scattering of tokens, GELU's gradient, cross-entropy over the vocabulary.

use simcse_lab::verify::kernels::mlm;

use crate::{device_test, devices::pass_on_each_device};

#[device_test]
async fn masked_tokens_are_gathered_and_their_gradients_scattered_among_zeros() {
    pass_on_each_device(mlm::gather_and_scatter).await;
}

#[device_test]
async fn the_gradient_goes_back_through_gelu() {
    pass_on_each_device(mlm::gelu_gradient).await;
}

#[device_test]
async fn the_loss_over_the_words_and_its_gradient_agree_with_the_reference() {
    pass_on_each_device(mlm::loss).await;
}

#[device_test]
async fn a_batch_without_masked_tokens_adds_nothing() {
    pass_on_each_device(mlm::nothing_masked).await;
}
