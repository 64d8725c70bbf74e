use thiserror::Error;
use wasm_bindgen::JsValue;

use crate::{
    app::worker::files::words,
    model::ModelError,
    said::{Reason, Said, Say, said},
    store::hub::{HubError, HubModel},
};

/// Why a model could not be had from the hub or from the browser's storage.
#[derive(Debug, Error)]
pub enum HubAccessError {
    #[error("a model is being downloaded already; wait for it or cancel it")]
    Busy,
    #[error("this browser is offline; connect it and try again, or load a model that is stored here already")]
    Offline,
    #[error(
        "{base} could not be reached. The connection, a firewall or an extension may be in the way, or the server does \
         not allow requests from this site (CORS). Try again later, or download the model's files by other means and \
         drop them here"
    )]
    Unreachable { base: String },
    #[error(
        "there is no model {model} at {base}, or it is private. Check owner, name and revision, upper and lower case \
         too"
    )]
    Unknown { model: HubModel, base: String },
    #[error(
        "{base} gives {model} only to people who accepted its conditions. Download it there with your account and \
         drop its files here"
    )]
    Gated { model: HubModel, base: String },
    #[error("{base} asks to wait before further requests (too many were made); try again in a few minutes")]
    TooMany { base: String },
    #[error("{file} could not be downloaded: the server answered {status}; try again later")]
    Status { file: String, status: u16 },
    #[error(
        "the download of {file} broke off after {got:.0}{} bytes; nothing of the model was kept. Try again",
        expected.map(|expected| format!(" of {expected:.0}")).unwrap_or_default()
    )]
    Truncated { file: String, got: f64, expected: Option<f64> },
    #[error(
        "there is no room for {file}: this browser's storage for the site is full. Remove downloaded models below or \
         free space on the disk, then try again"
    )]
    Full { file: String },
    #[error("{0} is no longer in this browser's storage; download it again")]
    Evicted(HubModel),
    #[error("this browser does not let the site store files (a private window?): {0}")]
    Browser(Reason),
    #[error("{model} cannot be used: {error}")]
    Unusable { model: HubModel, error: HubError },
    #[error("{model} cannot be used: {error}")]
    Config { model: HubModel, error: ModelError },
}

impl Say for HubAccessError {
    fn said(&self) -> Option<Said> {
        let name = |model: &HubModel| model.to_string();
        Some(match self {
            Self::Busy => said!("hub-busy"),
            Self::Offline => said!("hub-offline"),
            Self::Unreachable { base } => said!("hub-unreachable", base),
            Self::Unknown { model, base } => said!("hub-unknown", model = name(model), base),
            Self::Gated { model, base } => said!("hub-gated", model = name(model), base),
            Self::TooMany { base } => said!("hub-too-many", base),
            Self::Status { file, status } => said!("hub-status", file, status),
            Self::Truncated { file, got, expected: None } => {
                said!("hub-truncated", file, got = format!("{got:.0}"))
            }
            Self::Truncated { file, got, expected: Some(expected) } => {
                let (got, expected) = (format!("{got:.0}"), format!("{expected:.0}"));
                said!("hub-truncated-of", file, got, expected)
            }
            Self::Full { file } => said!("hub-full", file),
            Self::Evicted(model) => said!("hub-evicted", model = name(model)),
            Self::Browser(words) => said!("hub-no-storage", words),
            Self::Unusable { model, error } => {
                said!("hub-unusable", model = name(model), error = error.reason())
            }
            Self::Config { model, error } => {
                said!("hub-unusable", model = name(model), error = error.reason())
            }
        })
    }
}

impl HubAccessError {
    pub fn browser(error: &JsValue) -> Self {
        Self::Browser(words(error).into())
    }
}
