//! Masked-language modelling, with the contrastive loss and without it.

use simcse_lab::{
    model::{self, Head, Network, Parts},
    train::TrainingStep,
};

use crate::{
    DROPOUT, MODELS, VOCABULARY,
    case::{Case, Engine, UNSUPERVISED, check},
    distance, engine, norm,
    reference::{pooling::Pooler, tiny::Sizes},
};

#[pollster::test]
async fn masked_language_modelling_adds_its_loss_and_gradients() {
    for device in engine::devices().await {
        for sizes in [MODELS[0], MODELS[2], MODELS[3]] {
            // A vocabulary size that is not a multiple of 4.
            let sizes = Sizes { vocabulary: VOCABULARY + 3, ..sizes };
            for (mlm_weight, p, sentences) in [(0.1, 0.0, 1), (2.0, DROPOUT, 3)] {
                let case = Case { sizes, sentences, mlm_weight, p, temperature: 1.0, ..UNSUPERVISED };
                check(&device, case).await;
                check(&device, Case { micro_batch: 4, ..case }).await;
            }
        }
    }
}

#[pollster::test]
async fn masked_language_modelling_without_contrastive_loss_agrees_with_autograd() {
    for device in engine::devices().await {
        let sizes = Sizes { vocabulary: VOCABULARY + 3, ..MODELS[2] };
        for p in [0.0, DROPOUT] {
            let pooler = Pooler::Average;
            let case = Case {
                sizes,
                mlm_weight: 1.0,
                p,
                pooler,
                temperature: 1.0,
                contrastive: false,
                ..UNSUPERVISED
            };
            check(&device, case).await;
        }
    }
}

#[pollster::test]
async fn masked_language_modelling_over_a_word_table_in_pieces_gives_the_same() {
    for device in engine::devices().await {
        let sizes = Sizes { vocabulary: 402, ..MODELS[0] };
        let case = Case { sizes, p: DROPOUT, mlm_weight: 1.0, ..UNSUPERVISED };
        let whole = case.engine(&device);
        let limit = 4 * 3 * (sizes.hidden * sizes.hidden) as u64;
        let checkpoint = engine::checkpoint(sizes, &case.weights());
        let parts = Parts { head: Head::Stored, mlm: Some(0) };
        let network = Network::within(&device, &checkpoint, parts, limit).unwrap();
        assert!(network.weights.table(model::WORD_EMBEDDINGS).len() > 1);
        let step = TrainingStep::new(&network, &whole.data, &case.options()).unwrap();
        let cut = Engine { network, data: whole.data.clone(), step };
        device.ready().await.unwrap();
        let (metrics, gradients) = cut.metrics_and_gradients(&case).await;
        let (expected_metrics, expected) = whole.metrics_and_gradients(&case).await;
        assert!(expected_metrics.mlm > 1.0 && expected_metrics.mlm < expected_metrics.loss);
        // Sums over the words are split differently, so they round differently.
        assert!((metrics.mlm - expected_metrics.mlm).abs() <= 1e-5 * expected_metrics.mlm);
        for (name, expected) in &expected {
            let expected: Vec<f64> = expected.data.iter().map(|value| f64::from(*value)).collect();
            let size = if name.ends_with("key.bias") { 1.0 } else { norm(&expected) };
            assert!(distance(&gradients[name].data, &expected) <= 1e-5 * size, "{name}");
        }
    }
}
