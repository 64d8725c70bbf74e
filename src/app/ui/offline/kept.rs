//! Which of the site's models are there without a network.

use std::collections::BTreeSet;

use leptos::{prelude::*, task::spawn_local};

use super::{Keeping, Offline};
use crate::app::{
    site_cache::SiteCache,
    ui::{
        browser::site::site_url,
        parts::icons::{Glyph, Icon},
        state::studio,
        words::i18n::{mt, t},
    },
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    /// Small enough to be kept with the site.
    WithSite,
    /// It was loaded, and is there.
    Loaded,
    /// It is kept when it is loaded.
    NotYet,
}

/// `None` where the site itself is not kept.
async fn cache() -> Option<SiteCache> {
    SiteCache::open(window().caches().ok()?, site_url("./")).await
}

/// How a model with files at these addresses is kept.
async fn kept(addresses: Vec<String>) -> Option<Kept> {
    let cache = cache().await?;
    let large: BTreeSet<String> = addresses.into_iter().filter(|address| cache.lists(address)).collect();
    if large.is_empty() {
        return Some(Kept::WithSite);
    }
    let there = BTreeSet::from_iter(cache.kept().await);
    Some(if large.is_subset(&there) { Kept::Loaded } else { Kept::NotYet })
}

async fn forget(addresses: Vec<String>) {
    let Some(cache) = cache().await else { return };
    for address in addresses.iter().filter(|address| cache.lists(address)) {
        cache.forget(address).await;
    }
}

/// A line on one of the site's models, of files at `addresses`; empty where nothing is kept.
#[component]
pub fn KeptOffline(name: String, addresses: Vec<String>) -> impl IntoView {
    let (store, _) = studio();
    let Offline { keeping, online, .. } = expect_context();
    let removals = RwSignal::new(0);
    let asked = addresses.clone();
    let kept = LocalResource::new(move || {
        removals.track();
        keeping.track();
        store.site_file_kept.track();
        kept(asked.clone())
    });
    let remove = move || {
        let addresses = addresses.clone();
        spawn_local(async move {
            forget(addresses).await;
            removals.update(|removals| *removals += 1);
        });
    };
    let no_room = move || store.site_file_kept.get() == Some(false);
    let line = move || {
        if keeping.get() != Keeping::Ready {
            return None;
        }
        let (name, remove) = (name.clone(), remove.clone());
        Some(match kept.get()?? {
            Kept::WithSite => t!("offline-model-site").into_any(),
            Kept::Loaded => view! {
                {mt!("offline-model-kept")}
                <button
                    type="button"
                    class="icon-button icon-button-inline"
                    aria-label=mt!("hub-remove-name", name = name.as_str())
                    title=mt!("hub-remove")
                    on:click=move |_| remove()
                >
                    <Glyph icon=Icon::Bin />
                </button>
            }
            .into_any(),
            Kept::NotYet => match (no_room(), online.get()) {
                (true, _) => t!("offline-model-full"),
                (_, true) => t!("offline-model-later"),
                (_, false) => t!("offline-model-absent"),
            }
            .into_any(),
        })
    };
    view! { <p class="fine kept">{line}</p> }
}
