//! A run whose device is gone, until another one takes it up.

use web_sys::Blob;

use super::Session;
use crate::{
    app::{
        protocol::{Event, Weights},
        worker::{
            error::WorkerError,
            keeper::Keeper,
            outbox::post,
            run::Run,
            run_store::{read_state, step_of},
        },
    },
    train::TrainOptions,
};

pub struct Rescued {
    id: u64,
    keeper: Keeper,
    from: From,
    /// Of what it goes on from.
    pub step: u32,
}

/// What a run is taken up from.
enum From {
    /// The last state that was kept.
    State(Blob),
    /// Its beginning: it had not got as far as a state.
    Start(Box<TrainOptions>, Weights),
}

impl Rescued {
    /// `None` where there is neither a state nor a beginning.
    pub async fn of(run: Run) -> Option<Self> {
        let (id, start) = (run.id(), run.start());
        let keeper = run.into_keeper();
        let (from, step) = match keeper.latest().await {
            Some(state) => {
                let step = step_of(&state).await?;
                (From::State(state), step)
            }
            None => {
                let (options, weights) = start?;
                (From::Start(options.into(), weights), 0)
            }
        };
        Some(Self { id, keeper, from, step })
    }
}

impl Session {
    /// Goes on, paused, with a run on the device at hand. Should that fail, it is still there for another.
    pub(super) async fn go_on_with(&mut self, rescued: Rescued) -> Result<(), WorkerError> {
        let run = match self.rebuilt(&rescued.from).await {
            Ok(run) => run,
            Err(error) => {
                self.rescued = Some(rescued);
                return Err(error);
            }
        };
        let Rescued { id, keeper, step, .. } = rescued;
        self.begin_restored(run.kept_as(id, keeper));
        post(Event::Paused { step });
        Ok(())
    }

    async fn rebuilt(&mut self, from: &From) -> Result<Run, WorkerError> {
        match from {
            From::State(state) => {
                let state = read_state(state).await?;
                self.paused_run_from(0, state).await
            }
            From::Start(options, weights) => {
                let mut run = self.prepare(0, (**options).clone(), *weights).await?;
                run.paused = true;
                Ok(run)
            }
        }
    }
}
