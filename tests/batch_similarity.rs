//! The matrix of cosines that is shown for a batch gives the loss of its step.
#![cfg(not(target_arch = "wasm32"))]

mod engine;
mod reference;

use reference::tiny::{SMALL, Sizes, random_rows, random_weights};
use simcse_lab::{
    kernels::LossForm,
    model::Pooler,
    train::{BatchSimilarity, Dataset, HeadMode, Objective, TrainOptions, Trainer},
};

const SIZES: Sizes = Sizes { layers: 1, ..SMALL };
/// Not a multiple of the batch size, so that the last batch of an epoch is smaller.
const ITEMS: usize = 7;
const BATCH: usize = 5;

/// Mean cross-entropy of the rows (arXiv 2104.08821, eq. 4 and 5), in f64.
fn loss(batch: &BatchSimilarity, options: &TrainOptions) -> f64 {
    let rows = batch.cosines.chunks(batch.columns).enumerate().map(|(row, cosines)| {
        let second = row >= batch.items;
        let positive = match batch.form {
            LossForm::NtXent => (row + batch.items) % (2 * batch.items),
            _ => row % batch.items,
        };
        let logit = |column: usize, cosine: f32| {
            let own = match batch.form {
                LossForm::NtXent => column == 2 * batch.items + row % batch.items,
                _ => !second && column == batch.items + row,
            };
            f64::from(cosine) / f64::from(options.temperature)
                + if own { f64::from(options.hard_negative_weight) } else { 0.0 }
        };
        let kept = cosines.iter().enumerate().filter(|(_, cosine)| !cosine.is_nan());
        let sum: f64 = kept.map(|(column, cosine)| logit(column, *cosine).exp()).sum();
        sum.ln() - logit(positive, cosines[positive])
    });
    rows.sum::<f64>() / batch.rows as f64
}

#[pollster::test]
async fn the_loss_of_the_matrix_is_the_loss_of_the_step() {
    for device in engine::devices().await {
        let checkpoint = engine::checkpoint(SIZES, &random_weights(SIZES, true, 1));
        for (views, form) in [1, 3].into_iter().flat_map(|views| LossForm::ALL.map(|form| (views, form))) {
            let options = TrainOptions {
                objective: if views == 1 { Objective::Unsup } else { Objective::Sup },
                loss: form,
                batch_size: BATCH,
                steps: Some(2),
                max_length: 10,
                pooler: Pooler::Avg,
                head: HeadMode::None,
                temperature: 0.2,
                hard_negative_weight: if views == 3 { 0.7 } else { 0.0 },
                ..TrainOptions::default()
            };
            let data = Dataset::new(random_rows(SIZES.vocabulary, ITEMS * views, 10, 2), views);
            let mut trainer = Trainer::new(&device, &checkpoint, data, None, options.clone())
                .await
                .expect("the options are valid");
            assert_eq!(trainer.batch_similarity().await.expect("the device works"), None);
            for items in [BATCH, ITEMS - BATCH] {
                trainer.step().await.expect("a step");
                let batch = trainer.batch_similarity().await.expect("the device works").expect("a matrix");
                let report = trainer.next_report().await.expect("a step").expect("its report");
                assert_eq!((batch.step, batch.items), (report.step, items));
                assert!(batch.cosines.iter().all(|cosine| cosine.is_nan() || cosine.abs() < 1.0 + 1e-5));
                // Logits of at most 5 in f32, a rounding of cos/τ and back: 1e-5 leaves an order of magnitude.
                let expected = f64::from(report.loss);
                assert!(
                    (loss(&batch, &options) - expected).abs() < 1e-5,
                    "{views} views, {form:?}: {expected}"
                );
            }
        }
    }
}
