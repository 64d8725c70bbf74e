//! `train`: fine-tunes a model.

use std::{
    io::Write,
    path::{Path, PathBuf},
    time::Instant,
};

use serde::Serialize;

use super::{
    args::{RunArgs, TrainArgs},
    device::open_device,
    error::CliError,
    files, terminal,
    terminal::{print_json, progress_bar},
};
use crate::{
    device::{Device, DeviceChoice, DeviceError, DeviceOptions},
    eval::StsEvaluation,
    train::{
        Dataset, MemoryEstimate, SaveCadence, StepReport, TrainError, TrainOptions, Trainer, TrainingState,
        export_trained,
    },
};

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
    data.check(options.objective, &model.checkpoint.config)?;
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
    let begin = async |device: &Device| {
        let (data, evaluation) = (data.clone(), evaluation.clone());
        Ok(Trainer::new(device, &model.checkpoint, data, evaluation, options.clone()).await?)
    };
    let finish = async |trainer: &Trainer, end| match end {
        End::Done | End::Diverged => save_model(trainer, &model, &options, &args.run.output).await,
        End::Stopped => Ok(()),
    };
    fit((device, device_options), begin, &args.run, finish).await
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

/// How often another device takes up a run that does not get on in between; the last of them is the CPU.
const TRIES: u32 = 3;

/// Runs to the end or to where `args` stop it, state saved; `finish` takes the trainer as it is then. `begin` makes the
/// trainer: where a GPU goes away, on another one, or at last on the CPU, and the run goes on from its last state.
pub(super) async fn fit(
    (mut device, options): (Device, DeviceOptions),
    begin: impl AsyncFn(&Device) -> Result<Trainer, CliError>,
    args: &RunArgs,
    finish: impl AsyncFn(&Trainer, End) -> Result<(), CliError>,
) -> Result<(), CliError> {
    let mut run = Running::new(args);
    let (mut resume, mut tries, mut lost) = (args.resume, 0, None::<(u32, String)>);
    loop {
        let mut trainer = None;
        let outcome = async {
            let trainer = trainer.insert(begin(&device).await?);
            if resume {
                trainer.restore(TrainingState::from_safetensors(&files::read(&run.state)?)?)?;
            }
            if let Some((before, reason)) = &lost {
                let (step, name) = (trainer.position(), &device.info().name);
                terminal::warn(&format!(
                    "the GPU went away at step {before} ({reason}). The run goes on from step {step} on {name}"
                ));
            }
            run.run(trainer, &finish).await
        };
        let Err(error) = outcome.await else { return Ok(()) };
        let Err(DeviceError::DeviceLost(reason)) = device.check() else { return Err(error) };
        let before = lost.as_ref().map_or(0, |(step, _)| *step);
        let step = trainer.map_or(before, |trainer| trainer.position());
        tries = if step > before { 1 } else { tries + 1 };
        lost = Some((step, reason));
        let choice = match tries {
            ..TRIES => options.choice,
            TRIES => DeviceChoice::Cpu,
            _ => return Err(error),
        };
        let matmul = device.matmul();
        device = open_device(DeviceOptions { choice, ..options }).await?;
        // A run that goes on is to give the same numbers.
        matmul.into_iter().for_each(|kind| device.set_matmul(kind));
        resume = args.resume || run.saved;
    }
}

/// What a run keeps to itself when its device goes away.
struct Running<'a> {
    args: &'a RunArgs,
    /// Where its state is kept.
    state: PathBuf,
    /// Whether a state of this run is there.
    saved: bool,
    /// The last step whose metrics were printed, and the last one whose evaluation was.
    printed: (u32, Option<u32>),
}

impl<'a> Running<'a> {
    fn new(args: &'a RunArgs) -> Self {
        Self { args, state: args.output.join(files::STATE_FILE), saved: false, printed: (0, None) }
    }

    async fn run(
        &mut self,
        trainer: &mut Trainer,
        finish: &impl AsyncFn(&Trainer, End) -> Result<(), CliError>,
    ) -> Result<(), CliError> {
        let bar = progress_bar(trainer.total() as usize, "steps");
        let outcome = self.steps(trainer, &bar).await;
        bar.finish_and_clear();
        let output = &self.args.output;
        let diverged = match outcome {
            Err(CliError::Train(error @ TrainError::Diverged { .. })) => Some(error),
            Ok(()) => None,
            Err(error) => {
                // Nobody reads the metrics any more, say: what was computed is kept all the same, as far as that can be.
                if self.save(trainer).await.is_ok() {
                    let step = trainer.position();
                    terminal::note(&format!("the state of step {step} is in {}", output.display()));
                }
                return Err(error);
            }
        };
        self.save(trainer).await?;
        let end = match (&diverged, trainer.finished()) {
            (Some(_), _) => End::Diverged,
            (None, true) => End::Done,
            (None, false) => End::Stopped,
        };
        finish(trainer, end).await?;
        match diverged {
            None => Ok(()),
            Some(error) => {
                let kept = trainer.best().map_or("the weights of before".to_owned(), |best| {
                    format!("the best weights, of step {}", best.step)
                });
                let words = format!("{error}. {kept}, and the state of before are in {}", output.display());
                Err(CliError::Input(words))
            }
        }
    }

    async fn steps(&mut self, trainer: &mut Trainer, bar: &indicatif::ProgressBar) -> Result<(), CliError> {
        let every = self.args.checkpoint_every;
        let end = self.args.stop_after.map_or(trainer.total(), |step| step.min(trainer.total()));
        if trainer.evaluation_due() {
            self.evaluate(trainer).await?;
        }
        let mut cadence = SaveCadence::default();
        cadence.saved(Instant::now());
        while trainer.position() < end {
            let begun = Instant::now();
            let report = trainer.step().await?;
            self.print(report, bar)?;
            let wished = every > 0 && trainer.position().is_multiple_of(every);
            let (evaluation_due, due) = (trainer.evaluation_due(), cadence.due_before(begun.elapsed()));
            if evaluation_due || wished || due {
                self.drain(trainer, bar).await?;
            }
            if evaluation_due {
                self.evaluate(trainer).await?;
            }
            if wished || due || (evaluation_due && cadence.due_at_evaluation()) {
                let begun = Instant::now();
                self.save(trainer).await?;
                cadence.saved(begun);
            }
        }
        self.drain(trainer, bar).await
    }

    async fn drain(&mut self, trainer: &mut Trainer, bar: &indicatif::ProgressBar) -> Result<(), CliError> {
        while let Some(report) = trainer.next_report().await? {
            self.print(Some(report), bar)?;
        }
        Ok(())
    }

    /// A step's metrics, unless it was made before, on a device that went away.
    fn print(&mut self, report: Option<StepReport>, bar: &indicatif::ProgressBar) -> Result<(), CliError> {
        let Some(report) = report else { return Ok(()) };
        bar.set_position(u64::from(report.step));
        if report.step <= self.printed.0 {
            return Ok(());
        }
        self.printed.0 = report.step;
        print_json(&report)
    }

    async fn evaluate(&mut self, trainer: &mut Trainer) -> Result<(), CliError> {
        let step = trainer.position();
        let Some(evaluation) = trainer.evaluate(|_| ()).await? else { return Ok(()) };
        if self.printed.1.is_some_and(|printed| step <= printed) {
            return Ok(());
        }
        self.printed.1 = Some(step);
        print_json(&EvaluationLine { step, evaluation: &evaluation })
    }

    async fn save(&mut self, trainer: &Trainer) -> Result<(), CliError> {
        save_state(trainer, &self.state).await?;
        self.saved = true;
        Ok(())
    }
}

/// The training items as tokens. The text itself, which may be gigabytes, is let go.
fn dataset(args: &TrainArgs, model: &files::Model, options: &TrainOptions) -> Result<Dataset, CliError> {
    let corpus = files::corpus(&args.data)?;
    files::dataset(model, &corpus.data, &args.dictionary, options)
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

#[cfg(test)]
mod tests {
    use std::{cell::Cell, time::Duration};

    use super::*;
    use crate::verify::small;

    const STEPS: u32 = 40;

    fn options() -> TrainOptions {
        TrainOptions { steps: Some(STEPS), ..small::options() }
    }

    fn args(output: &Path) -> RunArgs {
        let output = output.to_owned();
        RunArgs { output, resume: false, overwrite: false, checkpoint_every: 3, stop_after: None }
    }

    async fn gpu() -> (Device, DeviceOptions) {
        let options = DeviceOptions { choice: DeviceChoice::Gpu, ..DeviceOptions::default() };
        (Device::open(options).await.expect("a driver is there"), options)
    }

    /// Has a GPU go away some time from now.
    fn lose(device: &Device, after: Duration) {
        let Device::Gpu(gpu) = device else { panic!("not a GPU") };
        let device = gpu.device().clone();
        std::thread::spawn(move || {
            std::thread::sleep(after);
            device.destroy();
        });
    }

    /// What a run ends with whose devices go away after these times, its losses' bits among it, and how many devices it
    /// had.
    async fn end(losses: &[Duration]) -> ((TrainingState, Vec<u32>), usize) {
        let folder = tempfile::tempdir().unwrap();
        let begun = Cell::new(0);
        let begin = async |device: &Device| {
            let trainer = Trainer::new(device, &small::checkpoint()?, small::data(), None, options()).await?;
            if let Some(after) = losses.get(begun.get()) {
                lose(device, *after);
            }
            begun.set(begun.get() + 1);
            Ok(trainer)
        };
        let end = Cell::new(None);
        let finish = async |trainer: &Trainer, how| {
            end.set(Some((how, trainer.state().await?)));
            Ok(())
        };
        fit(gpu().await, begin, &args(folder.path()), finish).await.unwrap();
        let (how, mut state) = end.take().unwrap();
        assert_eq!(how, End::Done);
        // It has the seconds that each step took.
        let history = std::mem::take(&mut state.history);
        ((state, history.steps.iter().map(|step| step.loss.to_bits()).collect()), begun.get())
    }

    #[pollster::test]
    async fn a_run_whose_gpu_goes_away_goes_on_to_the_same_bits() {
        let (undisturbed, devices) = end(&[]).await;
        assert!(devices == 1 && undisturbed.1.len() == STEPS as usize);
        for milliseconds in [1, 40, 150] {
            let (resumed, devices) = end(&[Duration::from_millis(milliseconds)]).await;
            assert!(devices <= 2 && resumed == undisturbed, "lost after {milliseconds} ms");
        }
    }

    #[pollster::test]
    async fn a_gpu_that_goes_away_again_and_again_is_left_for_the_cpu() {
        let folder = tempfile::tempdir().unwrap();
        let kinds = std::cell::RefCell::new(Vec::new());
        let begin = async |device: &Device| {
            kinds.borrow_mut().push(device.info().is_cpu());
            let trainer = Trainer::new(device, &small::checkpoint()?, small::data(), None, options()).await?;
            if let Device::Gpu(gpu) = device {
                gpu.device().destroy();
            }
            Ok(trainer)
        };
        let finish = async |trainer: &Trainer, _| {
            assert!(trainer.finished());
            Ok(())
        };
        fit(gpu().await, begin, &args(folder.path()), finish).await.unwrap();
        assert_eq!(kinds.take(), [false, false, false, true]);
    }
}
