//! What the site brings along.

use leptos::{prelude::*, task::spawn_local};
use serde::Deserialize;

use super::{engine::site_url, examples::fitting, i18n::Language, store::Store};
use crate::{
    app::protocol::{SiteFile, Source},
    said::{Reason, reason},
    train::TrainOptions,
};

/// Where set-up puts models, beside index.html.
const MODELS: &str = "models/";

/// A model of the site's, from `models/index.json`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct SiteModel {
    pub name: String,
    /// Folder below `models/`.
    pub path: String,
    /// In its folder, those that the engine reads.
    pub files: Vec<String>,
    /// Of the weights.
    pub bytes: f64,
    pub licence: String,
    /// What its makers pool with.
    pub pooler: Option<crate::model::Pooler>,
    /// Where it comes from, for people.
    pub source: Option<String>,
    /// A recipe that shows within a minute what training does to it; none: the usual one.
    pub demo: Option<TrainOptions>,
}

impl SiteModel {
    /// Its files, as the engine asks for them.
    pub fn source(&self) -> Source {
        let names = self.files.iter().map(|name| format!("{}/{name}", self.path));
        Source::Site(names.zip(self.addresses()).map(|(path, url)| SiteFile { path, url }).collect())
    }

    /// Its files' addresses.
    pub fn addresses(&self) -> Vec<String> {
        self.files.iter().map(|name| site_url(&format!("{MODELS}{}/{name}", self.path))).collect()
    }

    pub fn licence_url(&self) -> String {
        site_url(&format!("{MODELS}{}/LICENSE", self.path))
    }
}

/// The models that were set up with the site, once their index is there.
#[derive(Clone, Copy)]
pub struct SiteModels(RwSignal<Option<Result<Vec<SiteModel>, Reason>>>);

impl SiteModels {
    /// Fetches the index.
    pub fn fetch() -> Self {
        let known = RwSignal::new(None);
        spawn_local(async move {
            let text = fetch_text(&site_url(&format!("{MODELS}index.json"))).await;
            known.set(Some(text.and_then(|text| {
                serde_json::from_str(&text)
                    .map_err(|error| format!("models/index.json cannot be read: {error}").into())
            })));
        });
        Self(known)
    }

    /// `None` before the index came, an error where there is none; tracked.
    pub fn get(self) -> Option<Result<Vec<SiteModel>, Reason>> {
        self.0.get()
    }

    /// The one that is first offered; tracked.
    pub fn first(self) -> Option<SiteModel> {
        self.get()?.ok()?.into_iter().next()
    }

    /// The recipe that a model of this name comes with.
    pub fn demo(self, name: &str) -> Option<TrainOptions> {
        let named = |models: &Vec<SiteModel>| models.iter().find(|model| model.path == name)?.demo.clone();
        self.0.with_untracked(|known| known.as_ref()?.as_ref().ok().and_then(named))
    }
}

/// Texts that come with the site, by what they are for; all but Brown's are our own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sample {
    /// Sentences of the Brown corpus, which set-up takes from its package.
    Brown,
    /// What one sees on pictures, news, questions, explanations, everyday ones; a third in families that share their frames.
    English,
    /// A few of other kinds.
    Sentences,
    Triplets,
    /// A few, soon evaluated on.
    Pairs,
    /// More, alike to those of the STS benchmark.
    EverydayPairs,
    /// Those few and others, in which shared words say nothing about the score.
    HardPairs,
    /// For a Chinese encoder, the same three kinds.
    Chinese,
    ChineseTriplets,
    ChinesePairs,
}

impl Sample {
    /// Sentences that the loaded encoder has words for, in the visitor's language where it can be.
    pub fn sentences(store: Store) -> Self {
        match untrack(|| fitting(store)) {
            Language::English => Self::English,
            Language::Chinese => Self::Chinese,
        }
    }

    /// Graded pairs, likewise.
    pub fn pairs(store: Store) -> Self {
        match untrack(|| fitting(store)) {
            Language::English => Self::EverydayPairs,
            Language::Chinese => Self::ChinesePairs,
        }
    }

    /// Triplets, likewise.
    pub fn triplets(store: Store) -> Self {
        match untrack(|| fitting(store)) {
            Language::English => Self::Triplets,
            Language::Chinese => Self::ChineseTriplets,
        }
    }

    /// Folder below the site's address, and name.
    fn place(self) -> (&'static str, &'static str) {
        match self {
            Self::Brown => ("texts", "brown-sentences.txt"),
            Self::English => ("data", "english-sentences.txt"),
            Self::Sentences => ("data", "sample-sentences.txt"),
            Self::Triplets => ("data", "sample-triplets.csv"),
            Self::Pairs => ("data", "sample-pairs.tsv"),
            Self::EverydayPairs => ("data", "everyday-pairs.tsv"),
            Self::HardPairs => ("data", "hard-pairs.tsv"),
            Self::Chinese => ("data", "chinese-sentences.txt"),
            Self::ChineseTriplets => ("data", "chinese-triplets.csv"),
            Self::ChinesePairs => ("data", "chinese-pairs.tsv"),
        }
    }

    /// Below the site's address.
    pub fn path(self) -> String {
        let (folder, name) = self.place();
        format!("{folder}/{name}")
    }

    pub fn source(self) -> Source {
        let (_, name) = self.place();
        Source::Site(vec![SiteFile { path: name.to_owned(), url: site_url(&self.path()) }])
    }
}

/// A text of the site's own.
///
/// # Errors
/// It could not be fetched.
pub async fn fetch_text(url: &str) -> Result<String, Reason> {
    use wasm_bindgen::JsCast;
    use wasm_bindgen_futures::JsFuture;
    let unfetched = |error: Reason| reason!("page-fetch", "{url} could not be fetched: {error}", url, error);
    let failed = |error| unfetched(format!("{error:?}").into());
    let response = JsFuture::from(window().fetch_with_str(url)).await.map_err(failed)?;
    let response: web_sys::Response = response.unchecked_into();
    if !response.ok() {
        let status = response.status();
        return Err(unfetched(reason!("page-status", "the server answered {status}", status)));
    }
    let text = JsFuture::from(response.text().map_err(failed)?).await.map_err(failed)?;
    Ok(text.as_string().unwrap_or_default())
}
