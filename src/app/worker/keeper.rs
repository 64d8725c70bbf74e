//! When and where a run's state is saved, so that a crash loses little.

use std::time::Duration;

use js_sys::{Array, Uint8Array};
use web_sys::Blob;
use web_time::Instant;

use super::{
    error::WorkerError,
    inputs::RunInputs,
    outbox::post,
    private_files::{PrivateFileError, blob_of},
    run_store::KeptRun,
};
use crate::{
    app::protocol::Event,
    localize::{Localize, Localized},
    runs::Outcome,
    train::{SaveCadence, TrainError, Trainer},
};

/// Keeps a run's states: in the browser's private files, else in memory, which helps against the loss of the device.
pub struct Keeper {
    /// The run's folder in the browser's private files.
    files: Option<KeptRun>,
    /// What the run reads, until that is kept: with the first state, so that the first step need not wait for it.
    inputs: Option<RunInputs>,
    /// The last state, where it is not in files.
    state_in_memory: Option<Blob>,
    cadence: SaveCadence,
    /// Why states do not get into files, as it was last said.
    problem: Option<String>,
}

impl Keeper {
    /// In memory only.
    pub fn in_memory() -> Self {
        Self {
            files: None,
            inputs: None,
            state_in_memory: None,
            cadence: SaveCadence::default(),
            problem: None,
        }
    }

    /// Of a run that begins.
    pub fn of_new(kept: KeptRun, inputs: RunInputs) -> Self {
        Self { inputs: Some(inputs), ..Self::of_kept(kept) }
    }

    /// Of a run that has a state already.
    pub fn of_kept(kept: KeptRun) -> Self {
        Self { files: Some(kept), ..Self::in_memory() }
    }

    /// Whether the run outlives the tab.
    pub fn is_kept(&self) -> bool {
        self.files.is_some()
    }

    /// Whether a state has to be kept before something that takes as long as `next`.
    pub fn due_before(&self, next: Duration) -> bool {
        self.cadence.due_before(next)
    }

    /// Whether a state follows the evaluation that has just been made.
    pub fn due_at_evaluation(&self) -> bool {
        self.cadence.due_at_evaluation()
    }

    /// Saves the state of a run that has no step in flight. If files cannot take it, the page is told once, the state stays in
    /// memory, and the run continues.
    ///
    /// # Errors
    /// Those of the device.
    pub async fn keep(&mut self, trainer: &Trainer) -> Result<(), TrainError> {
        let begun = Instant::now();
        let step = trainer.position();
        match self.write(trainer, true).await {
            Ok(true) => {
                (self.state_in_memory, self.problem) = (None, None);
                post(Event::RunKept { step });
            }
            Ok(false) => self.state_in_memory = Some(state_in_memory(trainer).await?),
            Err(WorkerError::Train(error)) => return Err(error),
            Err(error) => {
                self.report_once(error.localized());
                self.state_in_memory = Some(state_in_memory(trainer).await?);
            }
        }
        self.cadence.saved(begun);
        Ok(())
    }

    /// Keeps what a run that is over has reached: its last and best weights, without what only a further step needs.
    pub async fn finish(mut self, trainer: &Trainer, outcome: Outcome) {
        // If this fails, the last complete state is still there.
        if let Err(error) = self.write(trainer, false).await {
            self.report_once(error.localized());
        }
        self.record_outcome(outcome).await;
    }

    /// Records how a run ended, without saving its state.
    pub async fn record_outcome(&mut self, outcome: Outcome) {
        // Before its inputs are written, the run has no manifest.
        let (Some(kept), None) = (&mut self.files, &self.inputs) else { return };
        if let Err(error) = kept.set_outcome(outcome).await {
            self.report_once(error.localized());
        }
    }

    /// Writes the state to the run's files; `false` if it has none.
    async fn write(&mut self, trainer: &Trainer, moments: bool) -> Result<bool, WorkerError> {
        let Some(kept) = &mut self.files else { return Ok(false) };
        if let Some(inputs) = &mut self.inputs {
            kept.write_inputs(async |file| inputs.content(file).await).await?;
            self.inputs = None;
        }
        let mut writer = kept.write_state().await?;
        let written = trainer
            .write_state(moments, async |bytes| Ok::<_, WorkerError>(writer.write(bytes).await?))
            .await;
        match written {
            Ok(()) => {
                writer.close().await?;
                Ok(true)
            }
            Err(error) => {
                writer.abort().await;
                Err(error)
            }
        }
    }

    fn report_once(&mut self, reason: Localized) {
        let words = reason.english.clone().into_owned();
        if self.problem.as_ref() != Some(&words) {
            self.problem = Some(words);
            post(Event::RunNotKept { reason });
        }
    }

    /// The last state that was kept.
    pub async fn latest(&self) -> Option<Blob> {
        match (&self.state_in_memory, &self.files) {
            (Some(memory), _) => Some(memory.clone()),
            (None, Some(kept)) => kept.state().await,
            (None, None) => None,
        }
    }
}

/// A state outside the memory of WebAssembly.
pub async fn state_in_memory(trainer: &Trainer) -> Result<Blob, TrainError> {
    let parts = Array::new();
    trainer
        .write_state(true, async |bytes| {
            parts.push(&Uint8Array::from(bytes));
            Ok::<_, TrainError>(())
        })
        .await?;
    blob_of(&parts).map_err(|error: PrivateFileError| TrainError::Checkpoint(error.localized()))
}
