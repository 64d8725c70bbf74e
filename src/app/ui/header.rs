//! Name, the way to every view, the language, and the device it all runs on.

use leptos::{prelude::*, task::spawn_local};
use web_sys::HtmlSelectElement;

use crate::{
    app::ui::{
        device_menu::DeviceMenu,
        offline::OfflineLine,
        share_dialog::ShareButton,
        state::{links::shared, route::Route},
        words::{
            i18n::mt,
            language::{Language, language, speak},
        },
    },
    share::{Address, Part, Place},
};

#[component]
pub fn Header() -> impl IntoView {
    view! {
        <header class="masthead">
            <div class="masthead-row">
                <a class="brand" href=Address::at(Place::Studio).to_string()>
                    <svg class="brand-mark" viewBox="0 0 64 64" aria-hidden="true">
                        <rect class="mark-ground" width="64" height="64" rx="15" />
                        <circle class="mark-sphere" cx="32" cy="32" r="21" />
                        <path class="mark-pull" d="M46 16.5 A21 21 0 0 1 52.6 27.5" />
                        <circle class="mark-pair" cx="46" cy="16.5" r="6" />
                        <circle class="mark-pair" cx="52.6" cy="27.5" r="6" />
                        <circle class="mark-other" cx="13.5" cy="22" r="5" />
                        <circle class="mark-other" cx="25" cy="51.8" r="5" />
                    </svg>
                    "SimCSE Lab"
                </a>
                <Places />
                <div class="masthead-end">
                    <DeviceMenu />
                    <ShareButton />
                    <LanguageSwitch />
                </div>
            </div>
        </header>
    }
}

/// The views; the one shown is marked.
#[component]
fn Places() -> impl IntoView {
    let Route { place, .. } = expect_context();
    let links = [
        (Place::Studio, "nav-studio", None),
        (Place::Playground, "nav-playground", Some(Part::Playground)),
        (Place::Lessons, "nav-lessons", Some(Part::Lessons)),
        (Place::Evaluation, "nav-evaluation", Some(Part::Evaluation)),
    ];
    let shared = shared();
    let links = links.map(|(target, name, part)| {
        let here = move || match place.get() {
            Place::Lesson(_) => target == Place::Lessons,
            place => target == place,
        };
        view! {
            <li hidden=move || part.is_some_and(|part| shared.hides(part))>
                <a href=Address::at(target).to_string() aria-current=move || here().then_some("page")>{mt!(name)}</a>
            </li>
        }
    });
    view! {
        <nav class="places" aria-label=mt!("nav-label")>
            <ul>{links.into_iter().collect_view()}</ul>
        </nav>
    }
}

#[component]
fn LanguageSwitch() -> impl IntoView {
    let options = Language::ALL.map(|choice| {
        view! {
            <option value=choice.tag() lang=choice.tag() selected=move || language() == choice>{choice.name()}</option>
        }
    });
    let on_change = move |event: web_sys::Event| {
        let select: HtmlSelectElement = event_target(&event);
        let Some(chosen) = Language::ALL.into_iter().find(|language| language.tag() == select.value()) else {
            return;
        };
        spawn_local(async move {
            if speak(chosen).await.is_err() {
                select.set_value(language().tag());
            }
        });
    };
    view! {
        <select class="language" aria-label=mt!("language-label") on:change=on_change>
            {options.into_iter().collect_view()}
        </select>
    }
}

#[component]
pub fn Footer() -> impl IntoView {
    view! {
        <footer class="colophon">
            <p>{mt!("footer-method")}</p>
            <p>{mt!("footer-privacy")}</p>
            <p><a href="api/example.html">{mt!("footer-api")}</a></p>
            <OfflineLine />
        </footer>
    }
}
