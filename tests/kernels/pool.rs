//! Poolers.

use simcse_lab::verify::kernels::pool;

use crate::{device_test, devices::pass_on_each_device};

#[device_test]
async fn poolers_take_the_first_token_or_the_mean_and_give_their_gradients_back() {
    pass_on_each_device(pool::first_and_mean).await;
}
