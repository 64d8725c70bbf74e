//! For developers: a training step, measured.

use leptos::prelude::*;

use super::{
    profile_tables::{BufferTable, CeilingTable, KernelTable},
    run_controls::blocked,
};
use crate::app::{
    protocol::{ProfileReport, Request},
    ui::{
        parts::{
            copy_button::CopyButton,
            icons::{Glyph, Icon},
            notice::{ErrorNotice, SlotProgress},
        },
        state::{
            store::{Phase, Topic},
            studio,
        },
        words::{
            format::{bytes, count, significant},
            i18n::{mt, t},
        },
    },
};

const FILE: &str = "simcse-lab-profile.json";

#[component]
pub fn ProfilePanel() -> impl IntoView {
    let (store, engine) = studio();
    let [profiling, tuning] = [Topic::Profile, Topic::Tuning].map(|topic| store.slot(topic));
    let busy = move || profiling.busy() || tuning.busy();
    let in_run = move || store.phase.with(Phase::active).then(|| t!("profile-in-run"));
    let untunable = move || if store.ready() { in_run() } else { Some(t!("engine-first")) };
    let unprofilable = move || in_run().or_else(|| blocked(store));
    let profile = move |_| {
        if let Ok(options) = store.recipe.options() {
            engine.send(Topic::Profile, Request::Profile { options });
        }
    };
    view! {
        <div class="profile profile-body">
            <p class="fine">{mt!("profile-what")}</p>
            <div class="row">
                <button
                    type="button"
                    class="button"
                    disabled=move || unprofilable().is_some() || busy()
                    on:click=profile
                >
                    {mt!("profile-step")}
                </button>
                <button
                    type="button"
                    class="button"
                    disabled=move || untunable().is_some() || busy()
                    on:click=move |_| engine.send(Topic::Tuning, Request::Tune)
                >
                    {mt!("profile-tune")}
                </button>
            </div>
            <p class="fine reason">{unprofilable}</p>
            <SlotProgress of=profiling what="profile-preparing" />
            <ErrorNotice of=profiling title="profile-failed" />
            <SlotProgress of=tuning what="profile-measuring" />
            <ErrorNotice of=tuning title="profile-tune-failed" />
            <p class="fine" role="status">
                {move || store.remembered.get().filter(|_| store.ceilings.with(Option::is_none)).map(|kind| {
                    t!("profile-remembered", kind = kind.name())
                })}
            </p>
            {move || store.profile.get().map(|report| view! { <Summary report /> })}
            {move || store.ceilings.get().map(|(ceilings, used)| view! { <CeilingTable ceilings used /> })}
            {move || store.profile.get().map(|report| view! { <Details report /> })}
        </div>
    }
}

#[component]
fn Summary(report: ProfileReport) -> impl IntoView {
    let profile = &report.profile;
    let milliseconds = |value: f64| format!("{} ms", significant(value));
    let share = profile.matmul_share().map(|share| format!("{:.0} %", 100.0 * share));
    let figures = [
        ("profile-figure-step", milliseconds(profile.step_milliseconds)),
        ("profile-figure-host", milliseconds(profile.host_milliseconds)),
        ("profile-figure-dispatches", count(profile.dispatches)),
        ("profile-figure-layer", count(profile.dispatches_per_layer)),
        ("profile-figure-tokens", count(profile.tokens)),
        ("profile-figure-products", share.unwrap_or_else(|| "–".to_owned())),
        ("profile-figure-memory", bytes(profile.gpu_bytes() as f64)),
        ("profile-figure-expected", bytes(report.expected_bytes as f64)),
    ];
    let model = report.model.clone();
    let [rows, longest, layers, hidden, tokens] =
        [profile.rows, profile.longest, profile.layers, profile.hidden, profile.tokens];
    let what = mt!(
        "profile-of",
        model = model.as_str(),
        rows = rows,
        longest = longest,
        layers = layers,
        hidden = hidden,
        tokens = tokens
    );
    view! {
        <section class="profile-part" aria-labelledby="profile-summary">
            <h3 id="profile-summary">{mt!("profile-a-step")}</h3>
            <dl class="figures">
                {figures.map(|(term, value)| view! { <div><dt>{mt!(term)}</dt><dd>{value}</dd></div> })}
            </dl>
            <p class="fine">{what}</p>
        </section>
    }
}

#[component]
fn Details(report: ProfileReport) -> impl IntoView {
    let (store, _) = studio();
    let markdown = report.profile.to_markdown();
    let (kernels, buffers) = (report.profile.clone(), report.profile.clone());
    let slot = store.slot(Topic::Profile);
    let download = move |_| match serde_json::to_string_pretty(&report) {
        Ok(text) => slot.offer_text(FILE, &(text + "\n"), "application/json"),
        Err(error) => slot.error.set(Some(format!("{FILE} could not be written: {error}").into())),
    };
    view! {
        <KernelTable profile=kernels />
        <BufferTable profile=buffers />
        <div class="row">
            <CopyButton label="profile-markdown" text=markdown small=true />
            <button type="button" class="button button-small" on:click=download>
                <Glyph icon=Icon::Download />{mt!("profile-json")}
            </button>
        </div>
    }
}
