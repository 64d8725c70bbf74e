//! Links that bring the page into a state: the recipe, sentences, what is hidden or locked, and what was set in lessons.

use std::collections::{BTreeMap, BTreeSet};

use leptos::prelude::*;

use super::{route::Route, store::Phase, studio};
use crate::share::{Address, Lesson, Part, Place, Settings};

/// What the link that was followed says of the page itself.
#[derive(Clone, Copy)]
pub struct Shared {
    pub hidden: RwSignal<BTreeSet<Part>>,
    pub locked: RwSignal<BTreeSet<Part>>,
    /// For the playground, until it takes them.
    pub sentences: RwSignal<Option<String>>,
    /// What of the link could not be used.
    pub problems: RwSignal<Vec<String>>,
}

impl Shared {
    pub fn new() -> Self {
        Self {
            hidden: RwSignal::new(BTreeSet::new()),
            locked: RwSignal::new(BTreeSet::new()),
            sentences: RwSignal::new(None),
            problems: RwSignal::new(Vec::new()),
        }
    }

    /// Whether a part is left out of the page.
    pub fn hides(self, part: Part) -> bool {
        self.hidden.with(|parts| parts.contains(&part))
    }

    /// Names a key of the link that could not be used.
    pub fn leave_out(self, key: &str) {
        self.problems.update(|problems| problems.push(key.to_owned()));
    }

    /// Whether a part is there to be looked at only.
    pub fn locks(self, part: Part) -> bool {
        self.locked.with(|parts| parts.contains(&part))
    }
}

/// The link's say about a part, from any component.
pub fn shared() -> Shared {
    // `App` provides it before any component below it is made.
    expect_context()
}

/// Takes over what the address says, now and whenever another link is followed.
pub fn follow_links() {
    let ((store, _), shared, Route { address, .. }) = (studio(), shared(), expect_context());
    Effect::new(move |_| {
        let address = address.get();
        let (settings, mut problems) = Settings::read(&address);
        if address.lost {
            problems.push("#".to_owned());
        }
        shared.problems.set(problems);
        // A plain link to a view changes nothing: what was hidden for a class stays hidden.
        if address.values.is_empty() {
            return;
        }
        shared.hidden.set(settings.hidden);
        shared.locked.set(settings.locked);
        if settings.sentences.is_some() {
            shared.sentences.set(settings.sentences);
        }
        if let Some(trail) = settings.trail {
            store.runs.show_shared(&trail, settings.options.as_ref());
        }
        if let Some(options) = settings.options
            && !store.phase.with_untracked(Phase::active)
        {
            store.recipe.fill(&options);
        }
    });
}

/// Of every lesson that was visited, the values of a link to it as it is.
#[derive(Clone, Copy)]
pub struct Inputs(pub RwSignal<BTreeMap<Lesson, Vec<(String, String)>>>);

impl Inputs {
    pub fn new() -> Self {
        Self(RwSignal::new(BTreeMap::new()))
    }

    /// Tracked; none of a place that is no lesson.
    pub fn of(self, place: Place) -> Vec<(String, String)> {
        match place {
            Place::Lesson(lesson) => self.0.with(|all| all.get(&lesson).cloned().unwrap_or_default()),
            _ => Vec::new(),
        }
    }
}

/// An address as it stands in the browser, with the page before it.
pub fn whole(address: &Address) -> String {
    let page = window().location().href().unwrap_or_default();
    format!("{}{address}", page.split('#').next().unwrap_or_default())
}
