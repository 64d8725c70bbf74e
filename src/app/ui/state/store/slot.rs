//! Places on the page where progress and errors show.

use leptos::prelude::*;

use crate::{
    app::{
        protocol::{Progress, RequestId},
        ui::browser::files::offer_text,
    },
    localize::Localized,
};

/// What a request is about: each has one place on the page where progress and errors show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    Model,
    Download,
    Training,
    Evaluation,
    Run,
    Similarity,
    /// The vectors of the playground's list.
    Embedding,
    Measurement,
    Suite,
    Transfer,
    Analysis,
    Profile,
    Tuning,
    Verification,
    /// The sentences of the picture.
    Picture,
    Export,
}

impl Topic {
    pub(super) const COUNT: usize = Self::Export as usize + 1;
}

/// Progress and last error of one topic.
#[derive(Debug, Clone, Copy)]
pub struct Slot {
    pub pending: RwSignal<Option<RequestId>>,
    pub progress: RwSignal<Option<Progress>>,
    pub error: RwSignal<Option<Localized>>,
}

impl Slot {
    pub(super) fn new() -> Self {
        Self { pending: RwSignal::new(None), progress: RwSignal::new(None), error: RwSignal::new(None) }
    }

    pub fn busy(&self) -> bool {
        self.pending.with(Option::is_some)
    }

    /// Offers a text for download; an error becomes this slot's.
    pub fn offer_text(&self, file: &str, text: &str, media_type: &str) {
        if let Err(error) = offer_text(file, text, media_type) {
            self.error.set(Some(error));
        }
    }

    pub(super) fn settle(&self) {
        self.pending.set(None);
        self.progress.set(None);
    }
}
