//! For developers: a training step, measured.

use leptos::prelude::*;

use super::{
    clipboard,
    files::{from_text, offer_download},
    format::{bytes, count, significant},
    i18n::words,
    icons::{Glyph, Icon},
    notice::{ErrorNotice, SlotProgress},
    profile_tables::{BufferTable, CeilingTable, KernelTable, kind_name},
    run_controls::blocked,
    store::{Phase, Topic},
    studio,
};
use crate::app::protocol::{ProfileReport, Request};

const FILE: &str = "simcse-lab-profile.json";

#[component]
pub fn ProfilePanel() -> impl IntoView {
    let (store, engine) = studio();
    let [profiling, tuning] = [Topic::Profile, Topic::Tuning].map(|topic| store.slot(topic));
    let busy = move || profiling.busy() || tuning.busy();
    let in_run =
        move || store.phase.with(Phase::active).then_some("The run has the GPU: stop it to measure.");
    let untunable = move || match store.ready() {
        true => in_run(),
        false => Some("The engine has to be running first."),
    };
    let unprofilable = move || in_run().map(str::to_owned).or_else(|| blocked(store));
    let profile = move |_| {
        if let Ok(options) = store.recipe.options() {
            engine.send(Topic::Profile, Request::Profile { options });
        }
    };
    view! {
        <details class="card profile">
            <summary>"For developers: where a training step’s time goes"</summary>
            <div class="profile-body">
                <p class="fine">
                    "A profile takes a few steps of the recipe on the loaded text, with a copy of the weights, and times \
                     every kernel. Tuning measures the kinds of matrix product on this device and uses the fastest \
                     from then on, also in later visits."
                </p>
                <div class="row">
                    <button
                        type="button"
                        class="button"
                        disabled=move || unprofilable().is_some() || busy()
                        on:click=profile
                    >
                        "Profile a step"
                    </button>
                    <button
                        type="button"
                        class="button"
                        disabled=move || untunable().is_some() || busy()
                        on:click=move |_| engine.send(Topic::Tuning, Request::Tune)
                    >
                        "Tune matrix products"
                    </button>
                </div>
                <p class="fine reason">{unprofilable}</p>
                <SlotProgress of=profiling what="Preparing" />
                <ErrorNotice of=profiling title="The step was not profiled" />
                <SlotProgress of=tuning what="Measuring" />
                <ErrorNotice of=tuning title="The matrix products were not tuned" />
                <p class="fine" role="status">
                    {move || store.remembered.get().filter(|_| store.ceilings.with(Option::is_none)).map(|kind| {
                        format!("Matrix products: {}, the fastest kind when it was measured in an earlier visit.", kind_name(kind))
                    })}
                </p>
                {move || store.profile.get().map(|report| view! { <Summary report /> })}
                {move || store.ceilings.get().map(|(ceilings, used)| view! { <CeilingTable ceilings used /> })}
                {move || store.profile.get().map(|report| view! { <Details report /> })}
            </div>
        </details>
    }
}

#[component]
fn Summary(report: ProfileReport) -> impl IntoView {
    let profile = &report.profile;
    let milliseconds = |value: f64| format!("{} ms", significant(value));
    let share = profile.matmul_share().map(|share| format!("{:.0} %", 100.0 * share));
    let figures = [
        ("Step", milliseconds(profile.step_milliseconds)),
        ("Of it, the host", milliseconds(profile.host_milliseconds)),
        ("Dispatches", count(profile.dispatches)),
        ("Of them, a layer", count(profile.dispatches_per_layer)),
        ("Tokens", count(profile.tokens)),
        ("Matrix products", share.unwrap_or_else(|| "–".to_owned())),
        ("GPU memory", bytes(profile.gpu_bytes() as f64)),
        ("Expected", bytes(report.expected_bytes as f64)),
    ];
    let what = format!(
        "{}: {} rows of up to {} tokens, through {} layers of width {}. They are packed end to end: none of the {} \
         tokens is padding.",
        report.model,
        count(profile.rows),
        count(profile.longest),
        count(profile.layers),
        count(profile.hidden),
        count(profile.tokens),
    );
    view! {
        <section class="profile-part" aria-labelledby="profile-summary">
            <h3 id="profile-summary">"A step"</h3>
            <dl class="figures">
                {figures.map(|(term, value)| view! { <div><dt>{term}</dt><dd>{value}</dd></div> })}
            </dl>
            <p class="fine">{what}</p>
        </section>
    }
}

#[component]
fn Details(report: ProfileReport) -> impl IntoView {
    let (store, _) = studio();
    let (markdown, copied) = (report.profile.to_markdown(), RwSignal::new(""));
    let (kernels, buffers) = (report.profile.clone(), report.profile.clone());
    let download = move |_| {
        let offered = serde_json::to_string_pretty(&report)
            .map_err(|error| format!("{FILE} could not be written: {error}"))
            .and_then(|text| from_text(FILE, &(text + "\n")))
            .and_then(|file| offer_download(FILE, &file.blob));
        if let Err(message) = offered {
            store.slot(Topic::Profile).error.set(Some(message));
        }
    };
    view! {
        <KernelTable profile=kernels />
        <BufferTable profile=buffers />
        <div class="row">
            <button type="button" class="button button-small" on:click=move |_| clipboard::copy(&markdown, copied)>
                "Copy as Markdown"
            </button>
            <button type="button" class="button button-small" on:click=download>
                <Glyph icon=Icon::Download />"Download JSON"
            </button>
            <span class="fine" role="status">{move || words(copied.get())}</span>
        </div>
    }
}
