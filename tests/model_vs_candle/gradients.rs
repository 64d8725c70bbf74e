//! The contrastive loss and all gradients agree with candle's autograd.

use simcse_lab::{
    kernels::LossForm,
    model::{self, Head, Network},
    train::{Batch as StepBatch, TrainingStep},
};

use crate::{
    DROPOUT, MODELS,
    case::{Case, UNSUPERVISED, check},
    engine,
    reference::{pooling::Pooler, tiny::Sizes},
};

#[pollster::test]
async fn loss_and_all_gradients_agree_with_autograd_for_unsupervised_batches() {
    for device in engine::devices().await {
        for sizes in MODELS {
            for p in [0.0, DROPOUT] {
                check(&device, Case { sizes, p, ..UNSUPERVISED }).await;
                check(&device, Case { sizes, p, temperature: 1.0, ..UNSUPERVISED }).await;
            }
        }
    }
}

#[pollster::test]
async fn loss_and_all_gradients_agree_with_autograd_for_every_pooler() {
    for device in engine::devices().await {
        for sizes in MODELS {
            for pooler in Pooler::ALL {
                check(&device, Case { sizes, pooler, p: DROPOUT, ..UNSUPERVISED }).await;
            }
        }
    }
}

#[pollster::test]
async fn loss_and_all_gradients_agree_with_autograd_for_pairs_and_triplets() {
    for device in engine::devices().await {
        for sizes in MODELS {
            let pairs = Case { sizes, sentences: 2, ..UNSUPERVISED };
            check(&device, pairs).await;
            check(&device, Case { pooler: Pooler::Average, p: DROPOUT, ..pairs }).await;
            let triplets = Case { sentences: 3, hard_negative_weight: 0.7, ..pairs };
            check(&device, triplets).await;
            check(&device, Case { p: DROPOUT, ..triplets }).await;
        }
    }
}

#[pollster::test]
async fn loss_and_all_gradients_agree_with_autograd_for_every_variant_of_the_objective() {
    for device in engine::devices().await {
        for sentences in [1, 3] {
            let case =
                Case { sizes: MODELS[3], sentences, p: DROPOUT, hard_negative_weight: 0.3, ..UNSUPERVISED };
            for form in [LossForm::Symmetric, LossForm::NtXent] {
                check(&device, Case { form, ..case }).await;
            }
            check(&device, Case { threshold: 0.2, temperature: 1.0, pooler: Pooler::Average, ..case }).await;
            check(&device, Case { widths: &[48, 12, 28], ..case }).await;
            check(&device, Case { widths: &[20], form: LossForm::NtXent, ..case }).await;
        }
        check(&device, Case { fixed_mask: true, p: DROPOUT, ..UNSUPERVISED }).await;
    }
}

#[pollster::test]
async fn a_word_table_in_pieces_gives_the_same_loss_and_gradients_bit_for_bit() {
    for device in engine::devices().await {
        for sizes in [MODELS[0], MODELS[3]] {
            let sizes = Sizes { vocabulary: 400, ..sizes };
            let case = Case { sizes, p: DROPOUT, ..UNSUPERVISED };
            let whole = case.engine(&device);
            // The smallest limit that queries, keys and values fit into: 6,912 floats, or 144 of the 400 words; a
            // piece is rounded down to 128 words.
            let limit = 4 * 3 * (sizes.hidden * sizes.hidden) as u64;
            let checkpoint = engine::checkpoint(sizes, &case.weights());
            let network = Network::within(&device, &checkpoint, Head::Stored, limit).unwrap();
            let step = TrainingStep::new(&network, &whole.data, &case.options()).unwrap();
            device.ready().await.unwrap();
            let pieces = network.weights.table(model::WORD_EMBEDDINGS).len();
            assert_eq!(pieces, 4);
            let rows = whole.rows();
            let actual = step.gradients(&StepBatch::new(&rows, &whole.data), case.step()).await.unwrap();
            assert_eq!(actual, whole.metrics_and_gradients(&case).await);
            assert_eq!(network.read_weights().await.unwrap(), whole.network.read_weights().await.unwrap());
        }
    }
}
