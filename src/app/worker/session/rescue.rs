//! A run whose device is gone, until another one takes it up.

use web_sys::Blob;

use super::Session;
use crate::app::{
    protocol::Event,
    worker::{
        error::WorkerError,
        keeper::Keeper,
        outbox::post,
        run::Run,
        run_store::{read_state, step_of},
    },
};

pub struct Rescued {
    id: u64,
    keeper: Keeper,
    /// The last state that was kept, and its step.
    state: Blob,
    pub step: u32,
}

impl Rescued {
    /// `None` where no state of it was kept.
    pub async fn of(run: Run) -> Option<Self> {
        let id = run.id();
        let keeper = run.into_keeper();
        let state = keeper.latest().await?;
        let step = step_of(&state).await?;
        Some(Self { id, keeper, state, step })
    }
}

impl Session {
    /// Goes on, paused, with a run on the device at hand. Should that fail, it is still there for another.
    pub(super) async fn go_on_with(&mut self, rescued: Rescued) -> Result<(), WorkerError> {
        let run = match self.rebuilt(&rescued.state).await {
            Ok(run) => run,
            Err(error) => {
                self.rescued = Some(rescued);
                return Err(error);
            }
        };
        let Rescued { id, keeper, step, .. } = rescued;
        self.begin_again(run.kept_as(id, keeper));
        post(Event::Paused { step });
        Ok(())
    }

    async fn rebuilt(&mut self, state: &Blob) -> Result<Run, WorkerError> {
        let state = read_state(state).await?;
        self.resumed(0, state).await
    }
}
