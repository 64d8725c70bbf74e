//! Errors of downloading and reading models from the hub.

use thiserror::Error;
use wasm_bindgen::JsValue;

use crate::{
    app::{
        protocol::FailureKind,
        worker::{browser::js_error_text, failure},
    },
    files::hub::{HubError, HubModel},
    localize::{Localize, Localized, display_localized, messages},
    model::ModelError,
};

/// Why a model could not be had from the hub or from the browser's storage.
#[derive(Debug, Error)]
pub enum HubAccessError {
    Busy,
    Offline,
    Unreachable { base: String },
    Unknown { model: HubModel, base: String },
    Gated { model: HubModel, base: String },
    TooMany { base: String },
    Status { file: String, status: u16 },
    Truncated { file: String, got: f64, expected: Option<f64> },
    Full { file: String },
    Evicted(HubModel),
    Browser(Localized),
    Unusable { model: HubModel, error: HubError },
    Config { model: HubModel, error: ModelError },
}

impl Localize for HubAccessError {
    fn localized(&self) -> Localized {
        match self {
            Self::Busy => messages::hub_busy(),
            Self::Offline => messages::hub_offline(),
            Self::Unreachable { base } => messages::hub_unreachable(base),
            Self::Unknown { model, base } => messages::hub_unknown(model, base),
            Self::Gated { model, base } => messages::hub_gated(base, model),
            Self::TooMany { base } => messages::hub_too_many(base),
            Self::Status { file, status } => messages::hub_status(file, status),
            Self::Truncated { file, got, expected: None } => {
                messages::hub_truncated(file, format!("{got:.0}"))
            }
            Self::Truncated { file, got, expected: Some(expected) } => {
                let (got, expected) = (format!("{got:.0}"), format!("{expected:.0}"));
                messages::hub_truncated_of(file, got, expected)
            }
            Self::Full { file } => messages::hub_full(file),
            Self::Evicted(model) => messages::hub_evicted(model),
            Self::Browser(words) => messages::hub_no_storage(words),
            Self::Unusable { model, error } => messages::hub_unusable(model, error),
            Self::Config { model, error } => messages::hub_unusable(model, error),
        }
    }
}

display_localized!(HubAccessError);

impl HubAccessError {
    pub fn kind(&self) -> FailureKind {
        match self {
            Self::Busy => FailureKind::Busy,
            Self::Unusable { .. } => FailureKind::Model,
            Self::Config { error, .. } => failure::of_model(error),
            _ => FailureKind::Network,
        }
    }

    pub fn browser(error: &JsValue) -> Self {
        Self::Browser(js_error_text(error).into())
    }
}
