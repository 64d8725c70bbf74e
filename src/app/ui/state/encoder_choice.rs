//! Through which weights and pooler the views look at sentences; one choice for all of them.

use leptos::prelude::*;

use crate::{app::protocol::Weights, model::Pooler};

#[derive(Debug, Clone, Copy)]
pub struct EncoderChoice {
    pub weights: RwSignal<Weights>,
    pub pooler: RwSignal<Pooler>,
}

impl EncoderChoice {
    pub fn new() -> Self {
        Self { weights: RwSignal::new(Weights::Current), pooler: RwSignal::new(Pooler::Avg) }
    }
}
