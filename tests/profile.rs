//! Profiles of a training step agree with what can be counted without one.
#![cfg(not(target_arch = "wasm32"))]

mod engine;
mod reference;

use reference::tiny::{SMALL, Sizes, random_rows, random_weights};
use simcse_lab::{
    device::{Device, DeviceChoice, DeviceOptions},
    model::{Checkpoint, Pooler},
    train::{Dataset, HeadMode, TrainError, TrainOptions, Trainer},
};

const SIZES: Sizes = SMALL;

fn checkpoint() -> Checkpoint {
    engine::checkpoint(SIZES, &random_weights(SIZES, false, 1))
}

fn data() -> Dataset {
    Dataset::new(random_rows(SIZES.vocabulary, 9, 10, 2), 1)
}

fn options() -> TrainOptions {
    let (pooler, head) = (Pooler::Avg, HeadMode::None);
    TrainOptions { batch_size: 4, max_length: 10, pooler, head, ..TrainOptions::default() }
}

#[pollster::test]
async fn a_profile_covers_the_first_batch_and_all_memory_of_a_run() {
    for choice in [DeviceChoice::Gpu, DeviceChoice::Cpu] {
        // Not the baseline device of the other tests, which has no timestamps.
        let options = DeviceOptions { choice, ..DeviceOptions::default() };
        check_profile(&Device::open(options).await.expect("a device opens")).await;
    }
}

async fn check_profile(device: &Device) {
    let mut heard = Vec::new();
    let compiling = |done, of| heard.push((done, of));
    let trainer =
        Trainer::new_with(device, &checkpoint(), data(), None, options(), compiling).await.expect("a run");
    let of = heard.len();
    assert!(of > 10 || device.info().is_cpu(), "a new device has compiled nothing yet");
    assert_eq!(heard, (1..=of).map(|done| (done, of)).collect::<Vec<_>>());

    let expected = trainer.estimate().total;
    let profile = trainer.profile().await.expect("a profile");
    let first = &data().order(options().seed, 0)[..4];
    let lengths = first.iter().map(|item| data().rows()[*item as usize].len());
    assert_eq!((profile.rows, profile.tokens), (8, 2 * lengths.clone().sum::<usize>()));
    assert_eq!(Some(profile.longest), lengths.max());
    assert_eq!(profile.gpu_bytes(), expected);
    assert!(profile.host_milliseconds > 0.0 && profile.step_milliseconds > profile.host_milliseconds);
    assert_eq!(profile.kernels.is_empty(), !device.info().timestamps);
    if device.info().timestamps {
        let calls: usize = profile.kernels.iter().map(|kernel| kernel.calls).sum();
        assert_eq!(calls, profile.dispatches);
        let shares: f64 = profile.kernels.iter().map(|kernel| kernel.share).sum();
        // A sum of some forty f64 values.
        assert!((shares - 1.0).abs() < 1e-12, "{shares}");
    }
}

#[pollster::test]
async fn only_a_recipe_in_one_piece_can_be_profiled() {
    for device in engine::devices().await {
        let run = async |options| {
            let data = data().with_corrupt(std::rc::Rc::new(|row, _| (row.to_vec(), Vec::new())));
            Trainer::new(&device, &checkpoint(), data, None, options).await.expect("a run").profile().await
        };
        let parts = TrainOptions { micro_batch_size: 2, ..options() };
        let masked = TrainOptions { mlm_weight: 0.1, ..options() };
        for (options, named) in [(&parts, "micro batch size"), (&masked, "mlm weight")] {
            let refused = run(options.clone()).await;
            assert!(
                matches!(&refused, Err(TrainError::Option { option, .. }) if option.english == named),
                "{refused:?}"
            );
        }
        let parts = TrainOptions { mlm_weight: 0.1, ..parts };
        assert!(run(parts.in_one_piece()).await.is_ok());
    }
}
