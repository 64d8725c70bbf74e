//! Linear layers: forward with and without GELU, gradients of input, weight and bias.

use simcse_lab::{device::DeviceChoice, verify::kernels::linear};

use crate::{
    device_test,
    devices::{pass_on, pass_on_each_device},
};

#[device_test]
async fn a_linear_layer_is_x_times_its_transposed_weight_plus_bias() {
    pass_on_each_device(linear::forward).await;
}

#[device_test]
async fn on_a_gpu_a_linear_layers_weight_may_be_halves() {
    pass_on(DeviceChoice::Gpu, linear::forward_with_float16_weight).await;
}

#[device_test]
async fn the_rows_of_a_linear_layer_may_be_sentences_instead_of_tokens() {
    pass_on_each_device(linear::forward_over_rows).await;
}

#[device_test]
async fn a_linear_layer_with_gelu_gives_its_sum_and_the_exact_gelu_of_it() {
    pass_on_each_device(linear::forward_with_gelu).await;
}

#[device_test]
async fn gelu_is_right_from_its_flat_tail_over_zero_to_the_identity() {
    pass_on_each_device(linear::gelu_arguments).await;
}

#[device_test]
async fn the_input_gradient_is_dy_times_the_weight_and_adds_up_if_asked() {
    pass_on_each_device(linear::input_gradient).await;
}

#[device_test]
async fn the_input_gradient_goes_through_gelu_and_gives_its_value_once_more() {
    pass_on_each_device(linear::input_gradient_through_gelu).await;
}

#[device_test]
async fn weight_and_bias_gradients_are_sums_over_rows_in_any_number_of_parts() {
    pass_on_each_device(linear::weight_gradients).await;
}
