//! Models on the Hugging Face hub, or on a server with the same layout: their addresses, and which of their files are
//! needed. No input or output here: the caller asks what to fetch next, and reports the result.

mod plan;

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::localize::{Localize, Localized, display_localized, messages};
pub use plan::{FilePlan, Wanted};

/// The default server, which the page's `hub` parameter replaces.
pub const HUGGING_FACE: &str = "https://huggingface.co";
const MAIN: &str = "main";

/// A model's name on the hub: `owner/name`, or `name` for a few old models without an owner, followed by `@revision`
/// for a branch, tag or commit other than main.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct HubModel {
    pub id: String,
    pub revision: String,
}

/// Why a model on the hub cannot be used: its name is wrong, or the repository lacks what is needed.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum HubError {
    Id(String),
    NoConfig,
    NoTokenizer,
    NoWeights,
    Pickled { id: String },
    File { file: String, reason: Localized },
}

impl Localize for HubError {
    fn localized(&self) -> Localized {
        match self {
            Self::Id(typed) => messages::hub_id(typed),
            Self::NoConfig => messages::hub_no_config(),
            Self::NoTokenizer => messages::hub_no_tokenizer(),
            Self::NoWeights => messages::hub_no_weights(),
            Self::Pickled { id } => messages::hub_pickled(id),
            Self::File { file, reason } => messages::hub_file(file, reason),
        }
    }
}

display_localized!(HubError);

impl FromStr for HubModel {
    type Err = HubError;

    /// Accepts the address of a model's page on huggingface.co too.
    fn from_str(text: &str) -> Result<Self, HubError> {
        let wrong = || HubError::Id(text.trim().to_owned());
        let mut name = text.trim();
        for start in ["https://", "http://", "huggingface.co/", "hf.co/"] {
            name = name.strip_prefix(start).unwrap_or(name);
        }
        let name = name.trim_end_matches('/');
        let (id, revision) =
            name.split_once('@').or_else(|| name.split_once("/tree/")).unwrap_or((name, MAIN));
        let fits = |part: &str| {
            !part.is_empty()
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
                && part.bytes().any(|byte| byte != b'.')
        };
        let parts: Vec<&str> = id.split('/').collect();
        if parts.len() > 2 || !parts.into_iter().all(fits) || !revision.split('/').all(fits) {
            return Err(wrong());
        }
        Ok(Self { id: id.to_owned(), revision: revision.to_owned() })
    }
}

impl fmt::Display for HubModel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.revision.as_str() {
            MAIN => formatter.write_str(&self.id),
            revision => write!(formatter, "{}@{revision}", self.id),
        }
    }
}

impl Localize for HubModel {
    fn localized(&self) -> Localized {
        self.to_string().into()
    }
}

impl HubModel {
    /// The address of a file: `{base}/{id}/resolve/{revision}/{file}`.
    pub fn url(&self, base: &str, file: &str) -> String {
        // The hub expects a revision such as refs/pr/1 as one path segment.
        let revision = self.revision.replace('/', "%2F");
        format!("{}/{}/resolve/{revision}/{file}", base.trim_end_matches('/'), self.id)
    }

    /// The last part of the id, which names the loaded model.
    pub fn name(&self) -> &str {
        self.id.rsplit('/').next().unwrap_or(&self.id)
    }
}

/// The `hub` parameter of the page's address (decoded) if it is an http address, else [`HUGGING_FACE`]. It is for
/// mirrors and tests; the page shows which server it will ask.
pub fn hub_base(parameter: Option<&str>) -> String {
    let is_http = |base: &&str| base.starts_with("https://") || base.starts_with("http://");
    parameter.filter(is_http).unwrap_or(HUGGING_FACE).trim_end_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(text: &str) -> HubModel {
        text.parse().unwrap()
    }

    #[test]
    fn ids_are_read_with_and_without_a_revision() {
        let plain = model(" google-bert/bert-base-uncased ");
        assert_eq!((plain.id.as_str(), plain.revision.as_str()), ("google-bert/bert-base-uncased", "main"));
        assert_eq!(
            (plain.to_string().as_str(), plain.name()),
            ("google-bert/bert-base-uncased", "bert-base-uncased")
        );
        let other = model("a/b@refs/pr/3");
        assert_eq!((other.to_string().as_str(), other.revision.as_str()), ("a/b@refs/pr/3", "refs/pr/3"));
        assert_eq!(model("https://huggingface.co/a/b/"), model("a/b"));
        assert_eq!(model("https://huggingface.co/a/b/tree/v1.0"), model("a/b@v1.0"));
        assert_eq!(model("bert-base-uncased").name(), "bert-base-uncased");
    }

    #[test]
    fn text_that_is_not_a_model_id_is_refused() {
        for text in
            ["", "a/b/c", "a//b", "a b/c", "a/b@", "a/b@x y", "../b", "a/..", "a/b?x=1", "a/b#c", "a/ü"]
        {
            assert_eq!(text.parse::<HubModel>(), Err(HubError::Id(text.to_owned())), "{text}");
        }
    }

    #[test]
    fn file_addresses_have_the_hubs_layout() {
        let url = model("a/b").url(HUGGING_FACE, "1_Pooling/config.json");
        assert_eq!(url, "https://huggingface.co/a/b/resolve/main/1_Pooling/config.json");
        let url = model("a/b@refs/pr/3").url("http://localhost:8000/", "config.json");
        assert_eq!(url, "http://localhost:8000/a/b/resolve/refs%2Fpr%2F3/config.json");
    }

    #[test]
    fn the_page_asks_hugging_face_unless_told_otherwise() {
        assert_eq!(hub_base(None), HUGGING_FACE);
        assert_eq!(hub_base(Some("javascript:alert(1)")), HUGGING_FACE);
        assert_eq!(hub_base(Some("http://localhost:8000/")), "http://localhost:8000");
    }
}
