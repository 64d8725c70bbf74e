use std::{io::Write, path::Path, time::Instant};

use serde::Serialize;

use super::{
    args::{RunArgs, TrainArgs},
    error::CliError,
    files, open_device, print_json, progress_bar,
};
use crate::{
    device::DeviceOptions,
    eval::StsEvaluation,
    train::{
        Dataset, MemoryEstimate, SaveCadence, StepReport, TrainError, TrainOptions, Trainer, TrainingState,
        export_trained,
    },
};

/// The training state's name in the output directory.
pub(super) const STATE_FILE: &str = "training-state.safetensors";

/// A line of an evaluation; step 0 is before training.
#[derive(Serialize)]
struct EvaluationLine<'a> {
    step: u32,
    #[serde(flatten)]
    evaluation: &'a StsEvaluation,
}

/// `train`: JSON lines of metrics on stdout, the model and the training state in the output directory.
pub async fn run(args: &TrainArgs, device_options: DeviceOptions) -> Result<(), CliError> {
    let model = files::load_model(&args.model.model)?;
    let options = args.options(model.training_pooler(args.model.pooler));
    options.validate()?;
    files::max_length(Some(options.max_length), &model)?;
    let data = dataset(args, &model, &options)?;
    data.check(options.objective)?;
    let evaluation = args.eval.as_ref().map(|path| files::evaluation_set(&model, path)).transpose()?;
    // Found out now, not after an hour of training.
    args.run.make_output(Some(&args.model.model))?;

    let device = open_device(device_options).await?;
    let limit = args.memory_limit.map(|mebibytes| mebibytes.saturating_mul(1 << 20));
    // The trainer makes an estimate of its own, without a limit.
    if args.estimate_memory || limit.is_some() {
        let config = &model.checkpoint.config;
        let estimate = MemoryEstimate::preflight(&device, config, &data, &options, limit)?;
        if args.estimate_memory {
            return print_json(&estimate);
        }
    }
    let trainer = Trainer::new(&device, &model.checkpoint, data, evaluation, options.clone()).await?;
    fit(trainer, &args.run, async |trainer, end| match end {
        End::Done | End::Diverged => save_model(trainer, &model, &options, &args.run.output).await,
        End::Stopped => Ok(()),
    })
    .await
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Done,
    /// Before its last step, to go on later.
    Stopped,
    /// The loss is no number any more; the trainer has the weights of before.
    Diverged,
}

/// Runs to the end or to where `args` stop it, state saved; `finish` takes the trainer as it is then.
pub(super) async fn fit(
    mut trainer: Trainer,
    args: &RunArgs,
    finish: impl AsyncFnOnce(&Trainer, End) -> Result<(), CliError>,
) -> Result<(), CliError> {
    let state_path = args.output.join(STATE_FILE);
    if args.resume {
        trainer.restore(TrainingState::from_safetensors(&files::read(&state_path)?)?)?;
    }
    let end = args.stop_after.map_or(trainer.total(), |step| step.min(trainer.total()));
    let bar = progress_bar(trainer.total() as usize, "steps");
    if trainer.evaluation_due() {
        evaluate(&mut trainer).await?;
    }
    let outcome = steps(&mut trainer, args, end, &state_path, &bar).await;
    bar.finish_and_clear();
    let diverged = match outcome {
        Err(CliError::Train(error @ TrainError::Diverged { .. })) => Some(error),
        Ok(()) => None,
        Err(error) => {
            // Nobody reads the metrics any more, say: what was computed is kept all the same, as far as that can be.
            if save_state(&trainer, &state_path).await.is_ok() {
                super::note(&format!(
                    "the state of step {} is in {}",
                    trainer.position(),
                    args.output.display()
                ));
            }
            return Err(error);
        }
    };
    save_state(&trainer, &state_path).await?;
    let end = match (&diverged, trainer.finished()) {
        (Some(_), _) => End::Diverged,
        (None, true) => End::Done,
        (None, false) => End::Stopped,
    };
    finish(&trainer, end).await?;
    match diverged {
        None => Ok(()),
        Some(error) => {
            let kept = trainer.best().map_or("the weights of before".to_owned(), |best| {
                format!("the best weights, of step {}", best.step)
            });
            Err(CliError::Input(format!(
                "{error}. {kept}, and the state of before are in {}",
                args.output.display()
            )))
        }
    }
}

/// The training items as tokens. The text itself, which may be gigabytes, is let go.
fn dataset(args: &TrainArgs, model: &files::Model, options: &TrainOptions) -> Result<Dataset, CliError> {
    let corpus = files::corpus(&args.data)?;
    files::dataset(model, &corpus.data, &args.recipe.dictionary, options)
}

async fn steps(
    trainer: &mut Trainer,
    args: &RunArgs,
    end: u32,
    state_path: &Path,
    bar: &indicatif::ProgressBar,
) -> Result<(), CliError> {
    let report = |report: Option<StepReport>| -> Result<bool, CliError> {
        let Some(report) = report else { return Ok(false) };
        bar.set_position(u64::from(report.step));
        print_json(&report)?;
        Ok(true)
    };
    let mut cadence = SaveCadence::default();
    cadence.saved(Instant::now());
    while trainer.position() < end {
        let begun = Instant::now();
        report(trainer.step().await?)?;
        let wished = args.checkpoint_every > 0 && trainer.position().is_multiple_of(args.checkpoint_every);
        let (evaluation_due, due) = (trainer.evaluation_due(), cadence.due_before(begun.elapsed()));
        if evaluation_due || wished || due {
            while report(trainer.drain().await?)? {}
        }
        if evaluation_due {
            evaluate(trainer).await?;
        }
        if wished || due || (evaluation_due && cadence.due_at_evaluation()) {
            let begun = Instant::now();
            save_state(trainer, state_path).await?;
            cadence.saved(begun);
        }
    }
    while report(trainer.drain().await?)? {}
    Ok(())
}

async fn evaluate(trainer: &mut Trainer) -> Result<(), CliError> {
    let step = trainer.position();
    match trainer.evaluate(|_| ()).await? {
        Some(evaluation) => print_json(&EvaluationLine { step, evaluation: &evaluation }),
        None => Ok(()),
    }
}

async fn save_state(trainer: &Trainer, path: &Path) -> Result<(), CliError> {
    // Written beside and renamed, so that a full disk or a power cut leaves the last good state.
    let partial = path.with_extension("partial");
    let mut file = files::create(&partial)?;
    let written = |reason| CliError::Write { path: partial.clone(), reason };
    trainer.write_state(true, async |bytes| file.write_all(bytes).map_err(written)).await?;
    file.into_inner().map_err(|error| written(error.into_error()))?.sync_all().map_err(written)?;
    std::fs::rename(&partial, path).map_err(|reason| CliError::Write { path: path.to_owned(), reason })
}

/// The best weights where there was an evaluation, else the last ones.
pub(super) async fn save_model(
    trainer: &Trainer,
    model: &files::Model,
    options: &TrainOptions,
    directory: &Path,
) -> Result<(), CliError> {
    let weights = match trainer.best() {
        Some(best) => best.weights.clone(),
        None => trainer.weights().await?,
    };
    for (name, bytes) in export_trained(&model.checkpoint, &weights, &model.tokenizer_files, options)? {
        files::write(&directory.join(name), &bytes)?;
    }
    Ok(())
}
