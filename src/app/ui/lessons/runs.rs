//! Runs of the real engine that a lesson waits for.

use futures_channel::oneshot;
use leptos::prelude::*;

use crate::{
    app::{
        protocol::{EndReason, Evaluation, Request, TrainingItems, Weights},
        ui::{
            state::{
                engine::Engine,
                store::{Phase, Store, Topic},
            },
            words::i18n::t,
        },
    },
    localize::Localized,
    train::TrainOptions,
};

/// Why a run did not come to its end.
#[derive(Debug, Clone, PartialEq)]
pub enum Halt {
    /// By the visitor, here or in the studio.
    Stopped,
    Failed(Localized),
}

/// Waits until `found` finds something; it is asked again whenever a signal that it read changes.
async fn until<T: 'static>(found: impl Fn() -> Option<T> + 'static) -> Option<T> {
    let (sender, receiver) = oneshot::channel();
    let sender = std::cell::Cell::new(Some(sender));
    // Ends when it is dropped, behind the await.
    let _watch = RenderEffect::new(move |_| {
        if let Some(waiting) = sender.take() {
            match found() {
                Some(value) => {
                    // Whoever waits is this very function.
                    let _ = waiting.send(value);
                }
                None => sender.set(Some(waiting)),
            }
        }
    });
    receiver.await.ok()
}

/// Trains from the loaded weights and waits for the end. Returns the evaluations of the run, the one before the first
/// step and those that the recipe asks for.
pub async fn train(store: Store, engine: Engine, options: TrainOptions) -> Result<Vec<Evaluation>, Halt> {
    engine.train(options, Weights::Original);
    let slot = store.slot(Topic::Run);
    let ended = until(move || match store.phase.get() {
        Phase::Finished(end) if end.reason == EndReason::Stopped => Some(Err(Halt::Stopped)),
        Phase::Finished(_) => Some(Ok(store.evaluations.get_untracked())),
        Phase::Failed { reason, .. } => Some(Err(Halt::Failed(reason))),
        Phase::Idle | Phase::Starting => slot.error.get().map(|message| Err(Halt::Failed(message))),
        _ => None,
    });
    ended.await.unwrap_or_else(|| Err(Halt::Failed(t!("lesson-no-answer").into())))
}

/// Makes `items` the studio's training text.
pub async fn give(store: Store, engine: Engine, items: TrainingItems) -> Result<(), Halt> {
    engine.send(Topic::Training, Request::GiveTraining { items });
    let slot = store.slot(Topic::Training);
    let given = until(move || (!slot.busy()).then(|| slot.error.get_untracked()));
    match given.await {
        Some(None) => Ok(()),
        Some(Some(message)) => Err(Halt::Failed(message)),
        None => Err(Halt::Failed(t!("lesson-no-answer").into())),
    }
}
