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
    kept: Option<KeptRun>,
    /// What the run reads, until that is kept: with the first state, so that the first step need not wait for it.
    inputs: Option<RunInputs>,
    memory: Option<Blob>,
    cadence: SaveCadence,
    /// Why states do not get into files, as it was last said.
    problem: Option<String>,
}

impl Keeper {
    /// In memory only.
    pub fn in_memory() -> Self {
        Self { kept: None, inputs: None, memory: None, cadence: SaveCadence::default(), problem: None }
    }

    /// Of a run that begins.
    pub fn of_new(kept: KeptRun, inputs: RunInputs) -> Self {
        Self { inputs: Some(inputs), ..Self::of_kept(kept) }
    }

    /// Of a run that has a state already.
    pub fn of_kept(kept: KeptRun) -> Self {
        Self { kept: Some(kept), ..Self::in_memory() }
    }

    /// Whether the run outlives the tab.
    pub fn outlives(&self) -> bool {
        self.kept.is_some()
    }

    /// Whether a state has to be kept before something that takes as long as `next`.
    pub fn due_before(&self, next: Duration) -> bool {
        self.cadence.due_before(next)
    }

    /// Whether a state follows the evaluation that has just been made.
    pub fn due_at_evaluation(&self) -> bool {
        self.cadence.due_at_evaluation()
    }

    /// Keeps the state of a run that has no step in flight. That there is no room for it is said, once, and the run goes
    /// on.
    ///
    /// # Errors
    /// The device's.
    pub async fn keep(&mut self, trainer: &Trainer) -> Result<(), TrainError> {
        let begun = Instant::now();
        let step = trainer.position();
        match self.write(trainer, true).await {
            Ok(true) => {
                (self.memory, self.problem) = (None, None);
                post(Event::RunKept { step });
            }
            Ok(false) => self.memory = Some(state_in_memory(trainer).await?),
            Err(WorkerError::Train(error)) => return Err(error),
            Err(error) => {
                self.report(error.localized());
                self.memory = Some(state_in_memory(trainer).await?);
            }
        }
        self.cadence.saved(begun);
        Ok(())
    }

    /// Keeps what a run that is over has reached: its last and best weights, without what only a further step needs.
    pub async fn finish(mut self, trainer: &Trainer, outcome: Outcome) {
        // Should it fail, the last whole state is still there.
        if let Err(error) = self.write(trainer, false).await {
            self.report(error.localized());
        }
        self.note(outcome).await;
    }

    /// Notes how a run ended whose last state stays.
    pub async fn note(&mut self, outcome: Outcome) {
        // Nothing of a run is there before its inputs are.
        let (Some(kept), None) = (&mut self.kept, &self.inputs) else { return };
        if let Err(error) = kept.set_outcome(outcome).await {
            self.report(error.localized());
        }
    }

    /// Whether there is a file to write to, and it was written.
    async fn write(&mut self, trainer: &Trainer, moments: bool) -> Result<bool, WorkerError> {
        let Some(kept) = &mut self.kept else { return Ok(false) };
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

    fn report(&mut self, reason: Localized) {
        let words = reason.english.clone().into_owned();
        if self.problem.as_ref() != Some(&words) {
            self.problem = Some(words);
            post(Event::RunNotKept { reason });
        }
    }

    /// The last state that was kept.
    pub async fn latest(&self) -> Option<Blob> {
        match (&self.memory, &self.kept) {
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
