//! Multi-head attention over packed rows and its gradients, with and without dropout on probabilities.

use simcse_lab::verify::kernels::attention;

use crate::{device_test, devices::pass_on_each_device};

#[device_test]
async fn attention_and_its_gradients_agree_with_the_reference_at_every_head_size() {
    pass_on_each_device(attention::head_sizes).await;
}

#[device_test]
async fn rows_end_at_before_and_behind_the_ends_of_tiles_of_16_tokens() {
    pass_on_each_device(attention::tile_ends).await;
}

#[device_test]
async fn a_batch_of_one_row_agrees_with_the_reference_at_every_row_length() {
    pass_on_each_device(attention::row_lengths).await;
}

#[device_test]
async fn masks_of_a_part_of_a_batch_are_those_of_the_whole() {
    pass_on_each_device(attention::part_of_a_batch).await;
}

#[device_test]
async fn a_row_of_one_token_attends_to_itself() {
    pass_on_each_device(attention::one_token).await;
}
