//! GradCache: a batch in micro-batches gives the gradients of the whole batch.

use simcse_lab::{
    model::{Head, HostTensor, Network},
    train::{Batch as StepBatch, Dataset, TrainOptions, TrainingStep},
};

use crate::{
    DROPOUT, LONGEST, MODELS, VOCABULARY,
    case::{Case, UNSUPERVISED, check},
    distance, engine, norm,
    reference::{pooling::Pooler, tiny::random_rows},
};

/// The vectors have the same bits as those of the whole batch, so the loss has too; gradients are summed in another
/// order.
#[pollster::test]
async fn micro_batches_give_the_loss_and_gradients_of_the_whole_batch() {
    for device in engine::devices().await {
        for (sizes, sentences) in [(MODELS[0], 1), (MODELS[3], 3)] {
            let direct = Case { sizes, sentences, p: DROPOUT, ..UNSUPERVISED };
            let whole = direct.engine(&device);
            device.ready().await.unwrap();
            let (expected_loss, expected) = whole.gradients(&direct).await;
            for micro_batch in [1, 4, 8, 9] {
                let case = Case { micro_batch, ..direct };
                let parts = case.engine(&device);
                device.ready().await.unwrap();
                // Twice, to see that nothing is left from the first time.
                parts.gradients(&case).await;
                let (loss, actual) = parts.gradients(&case).await;
                assert_eq!(loss, expected_loss, "{case:?}");
                for (name, expected) in &expected {
                    let expected: Vec<f64> = expected.data.iter().map(|value| f64::from(*value)).collect();
                    // The gradient of a key's bias is 0 up to rounding.
                    let size = match name.strip_suffix("key.bias") {
                        Some(_) => 1.0,
                        None => norm(&expected),
                    };
                    let error = distance(&actual[name].data, &expected);
                    assert!(error <= 1e-5 * size, "{case:?}: {name} is off by {:e}", error / size);
                }
                check(&device, case).await;
            }
        }
    }
}

#[pollster::test]
async fn a_batch_of_256_in_micro_batches_of_16_has_the_gradients_of_the_whole() {
    for device in engine::devices().await {
        let case = Case { p: DROPOUT, pooler: Pooler::Average, ..UNSUPERVISED };
        let checkpoint = engine::checkpoint(case.sizes, &case.weights());
        let data = Dataset::new(random_rows(VOCABULARY, 256, LONGEST, 6), 1);
        let items: Vec<u32> = (0..256).collect();
        let rows = data.batch(&items);
        let mut results = Vec::new();
        for micro_batch_size in [0, 16] {
            let options = TrainOptions { batch_size: 256, micro_batch_size, ..case.options() };
            let network = Network::new(&device, &checkpoint, Head::None).unwrap();
            let step = TrainingStep::new(&network, &data, &options).unwrap();
            device.ready().await.unwrap();
            results.push(step.gradients(&StepBatch::new(&rows, &data), case.step()).await.unwrap());
        }
        let [(metrics, expected), (parts_metrics, actual)] = &results[..] else { unreachable!("two runs") };
        assert_eq!(metrics.loss, parts_metrics.loss);
        let wide =
            |tensor: &HostTensor| tensor.data.iter().map(|value| f64::from(*value)).collect::<Vec<_>>();
        let whole: Vec<f64> = expected.values().flat_map(wide).collect();
        let parts: Vec<f32> = actual.values().flat_map(|tensor| tensor.data.clone()).collect();
        // The limit for sums in another order.
        assert!(distance(&parts, &whole) <= 1e-5 * norm(&whole));
    }
}
