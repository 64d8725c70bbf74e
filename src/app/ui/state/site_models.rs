//! The models that come with the site.

use std::collections::BTreeMap;

use leptos::{prelude::*, task::spawn_local};
use serde::Deserialize;

use crate::{
    app::{
        protocol::{SiteFile, Source},
        ui::browser::site::{fetch_text, site_url},
    },
    localize::Localized,
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
    /// The files of a model with the words of the first picture only, by their names in a folder of its own.
    #[serde(default)]
    arrival: BTreeMap<String, String>,
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

    /// Those of the model that shows the first picture before the whole is here; `None` where there is no such thing.
    pub fn first_files(&self) -> Option<Vec<SiteFile>> {
        let file = |(name, file): (&String, &String)| SiteFile {
            path: format!("{}/{name}", self.path),
            url: site_url(&format!("{MODELS}{}/{file}", self.path)),
        };
        let files: Vec<SiteFile> = self.arrival.iter().map(file).collect();
        (!files.is_empty()).then_some(files)
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
pub struct SiteModels(RwSignal<Option<Result<Vec<SiteModel>, Localized>>>);

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
    pub fn get(self) -> Option<Result<Vec<SiteModel>, Localized>> {
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
