//! The memory that a run allocates, and its estimate.

use std::rc::Rc;

use simcse_lab::train::{Dataset, MemoryEstimate, TrainOptions, Trainer};

use crate::{SIZES, checkpoint, data, engine, options, reference::tiny::random_rows, train_to, trainer};

#[pollster::test]
async fn training_allocates_nothing_after_its_start() {
    for device in engine::devices().await {
        let mut trainer = trainer(&device, options()).await;
        let bytes = trainer.gpu_bytes();
        train_to(&mut trainer, 5).await.unwrap();
        trainer.embedder().embed(&random_rows(SIZES.vocabulary, 30, 10, 4), |_| ()).await.unwrap();
        trainer.state().await.unwrap();
        train_to(&mut trainer, 8).await.unwrap();
        assert_eq!(trainer.gpu_bytes(), bytes);
    }
}

#[pollster::test]
async fn the_memory_estimate_is_exactly_what_is_allocated() {
    for device in engine::devices().await {
        for (mlm_weight, micro_batch_size) in [(0.0, 0), (0.0, 2), (0.1, 3)] {
            let options = TrainOptions { mlm_weight, micro_batch_size, ..options() };
            let data = data().with_corrupt(Rc::new(|row, _| (row.to_vec(), Vec::new())));
            let estimate = MemoryEstimate::new(&device, &checkpoint().config, &data, &options).unwrap();
            let trainer = Trainer::new(&device, &checkpoint(), data, None, options).await.unwrap();
            assert_eq!(estimate.total, trainer.gpu_bytes());
            let parts = [estimate.weights, estimate.gradients, estimate.activations, estimate.evaluation];
            assert_eq!(parts.iter().sum::<u64>() + estimate.optimizer, estimate.total);
            assert_eq!(estimate.optimizer, 2 * estimate.weights);
            assert_eq!(estimate.gradients, estimate.weights);
        }
    }
}

#[pollster::test]
async fn a_run_that_does_not_fit_is_refused_with_a_micro_batch_size_that_does() {
    for device in engine::devices().await {
        let (config, options) = (checkpoint().config, TrainOptions { batch_size: 20, ..options() });
        let preflight = |options: &TrainOptions, limit| {
            MemoryEstimate::preflight(&device, &config, &data(), options, Some(limit))
        };
        let whole = preflight(&options, u64::MAX).unwrap();
        assert!(preflight(&options, whole.total).is_ok());
        // Enough for half of the activations only.
        let limit = whole.total - whole.activations / 2;
        let message = preflight(&options, limit).unwrap_err().to_string();
        let (_, items) =
            message.split_once("set the micro-batch to ").expect("the message names a micro-batch");
        let micro_batch_size = items.split(' ').next().unwrap().parse().unwrap();
        assert!((2..=10).contains(&micro_batch_size), "{message}");
        let smaller = TrainOptions { micro_batch_size, ..options.clone() };
        assert!(preflight(&smaller, limit).unwrap().total <= limit);
        let message = preflight(&options, whole.weights).unwrap_err().to_string();
        assert!(message.contains("smaller model"), "{message}");
    }
}

/// 512 items in micro-batches of 32, compared with 32 items: only the loss of 1024 vectors needs more memory.
#[pollster::test]
async fn a_batch_of_512_needs_little_more_memory_than_one_of_32() {
    for device in engine::devices().await {
        let rows = vec![vec![1_u32; 10]; 600];
        let data = Dataset::new(rows, 1);
        let config = checkpoint().config;
        let total = |batch_size, micro_batch_size| {
            let options = TrainOptions { batch_size, micro_batch_size, ..options() };
            MemoryEstimate::new(&device, &config, &data, &options).unwrap().total
        };
        let (small, large) = (total(32, 0), total(512, 32));
        // Vectors, unit vectors, two gradients of each: 4 of [1024, hidden] and the two matrices of 512 × 512.
        let loss = 4 * (4 * 1024 * SIZES.hidden + 2 * 512 * 512) as u64;
        assert!(large - small <= loss + loss / 20, "{} more, {loss} of it the loss's", large - small);
        assert!(total(512, 0) - small > 4 * loss, "without micro-batches it is much more");
    }
}
