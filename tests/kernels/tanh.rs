//! The head's tanh.

use simcse_lab::verify::kernels::tanh;

use crate::{device_test, devices::pass_on_each_device};

#[device_test]
async fn tanh_keeps_its_relative_accuracy_from_tiny_to_saturated_arguments() {
    pass_on_each_device(tanh::arguments).await;
}

#[device_test]
async fn the_gradient_of_tanh_comes_from_its_output() {
    pass_on_each_device(tanh::gradient).await;
}
