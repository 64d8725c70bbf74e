//! Cosine similarities, contrastive cross-entropy and its gradient with respect to the embeddings.

use simcse_lab::verify::{kernels::contrastive, reference::kernels::contrastive as reference};

use crate::{device_test, devices::pass_on_each_device};

#[device_test]
async fn loss_and_gradient_agree_with_the_reference_for_pairs_and_for_triplets() {
    pass_on_each_device(contrastive::pairs_and_triplets).await;
}

#[device_test]
async fn symmetric_loss_and_nt_xent_agree_with_the_reference() {
    pass_on_each_device(contrastive::other_forms).await;
}

#[device_test]
async fn negatives_above_the_threshold_are_left_out_and_named_hard_negatives_stay() {
    for case in contrastive::threshold_cases() {
        let unit = reference::normalize(&case.embeddings, 12);
        let cosines = reference::cosine_matrix(&unit, &unit, 12);
        let nearest = cosines.iter().map(|cosine| (cosine - f64::from(case.threshold)).abs());
        assert!(nearest.fold(1.0, f64::min) > 1e-5, "another seed is needed");
    }
    pass_on_each_device(contrastive::false_negatives).await;
}

#[device_test]
async fn a_width_below_the_embeddings_counts_their_first_columns_only() {
    pass_on_each_device(contrastive::narrow_widths).await;
}

#[device_test]
async fn a_single_item_without_negatives_has_neither_loss_nor_gradient() {
    pass_on_each_device(contrastive::no_negatives).await;
}

#[device_test]
async fn a_single_item_with_its_hard_negative_has_both() {
    pass_on_each_device(contrastive::one_negative).await;
}

#[device_test]
async fn a_tiny_loss_and_its_gradient_keep_their_relative_accuracy() {
    let losses = contrastive::tiny_cases().map(|case| case.reference().loss);
    assert!(losses[0] < 1e-8 && losses[5] > 1e-2, "{losses:?}");
    assert!(losses.iter().any(|loss| (1e-4..1e-2).contains(loss)), "{losses:?}");
    pass_on_each_device(contrastive::tiny_losses).await;
}

#[device_test]
async fn embeddings_that_are_nearly_equal_give_the_log_of_their_number() {
    let loss = contrastive::nearly_equal_case().reference().loss;
    assert!((loss - 7_f64.ln()).abs() < 1e-3, "{loss}");
    pass_on_each_device(contrastive::nearly_equal).await;
}

#[device_test]
async fn a_zero_embedding_has_cosine_zero_and_the_gradient_of_its_clamped_norm() {
    pass_on_each_device(contrastive::zero_embeddings).await;
}
