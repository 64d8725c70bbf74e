//! Global gradient norm, clipping and AdamW over several shards.

use simcse_lab::verify::kernels::optimizer;

use crate::{device_test, devices::pass_on_each_device};

#[device_test]
async fn an_update_is_adamw_with_decay_only_where_it_belongs() {
    pass_on_each_device(optimizer::updates).await;
}

#[device_test]
async fn the_norm_counts_every_gradient_of_a_shard_longer_than_its_threads_have_at_once() {
    pass_on_each_device(optimizer::long_norm).await;
}

#[device_test]
async fn gradients_are_clipped_only_where_their_norm_exceeds_the_maximum() {
    let exceeds = optimizer::CLIPPED.map(|(size, most)| optimizer::norm_of(size) > f64::from(most));
    assert_eq!(exceeds, [true, false, true]);
    pass_on_each_device(optimizer::clipping).await;
}

#[device_test]
async fn gradients_that_are_no_numbers_leave_weights_and_moments_alone() {
    pass_on_each_device(optimizer::gradients_not_finite).await;
}
