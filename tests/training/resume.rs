//! Runs that are saved and resumed end with the same bits as uninterrupted ones.

use simcse_lab::{
    kernels::LossForm,
    model,
    train::{Dataset, HeadMode, StepReport, TrainError, TrainOptions, Trainer, TrainingState},
};

use crate::{
    ITEMS, SIZES, assert_identical, checkpoint, engine, options, random_views, reference::tiny::random_rows,
    train, train_to, trainer,
};

#[pollster::test]
async fn a_run_saved_at_step_20_and_resumed_ends_like_one_that_never_stopped() {
    for device in engine::devices().await {
        let options = TrainOptions { steps: Some(30), ..options() };
        let (reports, uninterrupted) = train(&device, options.clone()).await;
        let mut first = trainer(&device, options.clone()).await;
        // In the middle of an epoch, with steps still in flight.
        while first.position() < 20 {
            first.step().await.unwrap();
        }
        let file = first.state().await.unwrap().to_safetensors().unwrap();
        drop(first);

        let mut second = trainer(&device, options).await;
        second.restore(TrainingState::from_safetensors(&file).unwrap()).unwrap();
        assert_eq!(second.position(), 20);
        let rest = train_to(&mut second, 30).await.unwrap();
        assert_identical(&second.weights().await.unwrap(), &uninterrupted);
        let losses = |reports: &[StepReport]| -> Vec<(u32, f32)> {
            reports.iter().map(|report| (report.step, report.loss)).collect()
        };
        assert_eq!(losses(&rest), losses(&reports[20..]));
    }
}

#[pollster::test]
async fn a_run_with_every_extra_resumes_bit_for_bit_wherever_it_was_saved() {
    for device in engine::devices().await {
        let options = TrainOptions {
            steps: Some(9),
            mlm_weight: 0.1,
            micro_batch_size: 4,
            matryoshka: vec![32, 8],
            loss: LossForm::Symmetric,
            ..options()
        };
        let trainer = async || {
            Trainer::new(&device, &checkpoint(), random_views(), None, options.clone())
                .await
                .expect("valid options")
        };
        let mut whole = trainer().await;
        let reports = train_to(&mut whole, 9).await.unwrap();
        assert!(reports.iter().all(|report| report.mlm > 0.0 && report.mlm < report.loss));
        let uninterrupted = whole.weights().await.unwrap();
        for stop in [1, 3, 4, 8] {
            let mut first = trainer().await;
            while first.position() < stop {
                first.step().await.unwrap();
            }
            let file = first.state().await.unwrap().to_safetensors().unwrap();
            let mut second = trainer().await;
            second.restore(TrainingState::from_safetensors(&file).unwrap()).unwrap();
            train_to(&mut second, 9).await.unwrap();
            assert_identical(&second.weights().await.unwrap(), &uninterrupted);
        }
    }
}

#[pollster::test]
async fn pretraining_lowers_its_loss_and_resumes_bit_for_bit() {
    for device in engine::devices().await {
        let options = TrainOptions {
            contrastive: false,
            mlm_weight: 1.0,
            steps: Some(60),
            learning_rate: 5e-3,
            pooler: model::Pooler::Avg,
            head: HeadMode::None,
            ..options()
        };
        let trainer = async || {
            let data = random_views().once();
            Trainer::new(&device, &checkpoint(), data, None, options.clone()).await.expect("valid options")
        };
        let mut whole = trainer().await;
        let reports = train_to(&mut whole, 60).await.unwrap();
        // The loss is that of masked-language modelling only, and each sentence is encoded once.
        assert!(reports.iter().all(|report| report.mlm == report.loss && report.tokens <= 6 * 10));
        let mean =
            |part: &[StepReport]| part.iter().map(|report| report.loss).sum::<f32>() / part.len() as f32;
        let (first, last) = (mean(&reports[..10]), mean(&reports[50..]));
        assert!(last < first - 0.5, "the loss went from {first} to {last}");

        let mut begun = trainer().await;
        train_to(&mut begun, 23).await.unwrap();
        let file = begun.state().await.unwrap().to_safetensors().unwrap();
        let mut resumed = trainer().await;
        resumed.restore(TrainingState::from_safetensors(&file).unwrap()).unwrap();
        train_to(&mut resumed, 60).await.unwrap();
        assert_identical(&resumed.weights().await.unwrap(), &whole.weights().await.unwrap());
    }
}

#[pollster::test]
async fn a_saved_run_is_refused_with_another_recipe_or_other_data() {
    for device in engine::devices().await {
        let state = trainer(&device, options()).await.state().await.unwrap();
        let mut other = trainer(&device, TrainOptions { learning_rate: 2e-3, ..options() }).await;
        assert!(matches!(other.restore(state.clone()), Err(TrainError::Checkpoint(_))));
        let rows = random_rows(SIZES.vocabulary, ITEMS, 10, 3);
        let mut other =
            Trainer::new(&device, &checkpoint(), Dataset::new(rows, 1), None, options()).await.unwrap();
        assert!(matches!(other.restore(state), Err(TrainError::Checkpoint(_))));
    }
}
