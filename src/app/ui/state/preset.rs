//! Ready-made recipes for the model and the text at hand.

use leptos::prelude::*;

use super::store::Store;
use crate::{
    model::Pooler,
    train::{HeadMode, Objective, TrainOptions},
};

/// Ready-made recipes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    PaperUnsupervised,
    PaperSupervised,
    Demo,
}

impl Preset {
    pub const ALL: [Self; 3] = [Self::Demo, Self::PaperUnsupervised, Self::PaperSupervised];

    /// Its name, a message id.
    pub fn label(self) -> &'static str {
        match self {
            Self::PaperUnsupervised => "preset-unsupervised",
            Self::PaperSupervised => "preset-supervised",
            Self::Demo => "preset-demo",
        }
    }

    /// The message that says what it is for.
    pub fn help(self) -> &'static str {
        match self {
            Self::PaperUnsupervised => "preset-unsupervised-help",
            Self::PaperSupervised => "preset-supervised-help",
            Self::Demo => "preset-demo-help",
        }
    }

    /// For the model at hand.
    pub fn recipe(self, store: Store, objective: Objective) -> TrainOptions {
        let model =
            store.model.with_untracked(|model| Some((model.as_ref()?.name.clone(), model.as_ref()?.pooler)));
        let own = model.as_ref().and_then(|(name, _)| store.site_models.demo(name));
        match own.filter(|_| self == Self::Demo && objective == Objective::Unsup) {
            Some(own) => own,
            None => self.options(objective, model.map(|(_, pooler)| pooler)),
        }
    }

    /// `objective` and `model_pooler` are what text and model are for.
    fn options(self, objective: Objective, model_pooler: Option<Pooler>) -> TrainOptions {
        let paper = TrainOptions::default();
        match self {
            Self::PaperUnsupervised => paper,
            Self::PaperSupervised => TrainOptions {
                objective: Objective::Sup,
                batch_size: 512,
                learning_rate: 5e-5,
                epochs: 3,
                head: HeadMode::Keep,
                ..paper
            },
            Self::Demo => {
                let pooler = model_pooler.unwrap_or(Pooler::Avg).trainable();
                let head = if pooler == Pooler::Cls { HeadMode::TrainOnly } else { HeadMode::None };
                let (batch_size, steps, eval_every) = (16, Some(40), 5);
                TrainOptions { objective, batch_size, steps, eval_every, pooler, head, ..paper }
            }
        }
    }
}
