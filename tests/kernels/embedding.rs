//! The sum of word, position and type embeddings, and the gradients of the three tables.

use simcse_lab::{device::DeviceChoice, verify::kernels::embedding};

use crate::{
    device_test,
    devices::{pass_on, pass_on_each_device},
};

#[device_test]
async fn an_embedding_is_the_sum_of_word_position_and_first_type() {
    pass_on_each_device(embedding::sums).await;
}

#[device_test]
async fn on_a_gpu_the_word_table_may_be_halves() {
    pass_on(DeviceChoice::Gpu, embedding::sums_with_float16_table).await;
}

#[device_test]
async fn table_gradients_sum_over_the_tokens_of_each_row_of_the_table() {
    pass_on_each_device(embedding::table_gradients).await;
}
