//! What this device computes, checked: a press of a button, a table, a report to take along.

use leptos::prelude::*;

use crate::{
    app::{
        protocol::{Request, Source},
        ui::{
            parts::{
                copy_button::CopyButton,
                icons::{Glyph, Icon},
                notice::{ErrorNotice, ProgressRow, SlotProgress},
            },
            state::{
                site_models::SiteModel,
                store::{Phase, Topic},
                studio,
            },
            words::{
                format::{bytes, duration},
                i18n::{mt, t, translated, words},
            },
        },
    },
    verify::{Check, Report, Unchecked, figure, parts},
};

const FILE: &str = "simcse-lab-verification.txt";

#[component]
pub fn VerifyPanel() -> impl IntoView {
    let (store, engine) = studio();
    let slot = store.slot(Topic::Verification);
    // The first model of the site is small, and mostly here already; a larger one is fetched where it is wanted.
    let offered = move || store.site_models.get().and_then(Result::ok).unwrap_or_default();
    let further = move || offered().into_iter().nth(1);
    let with_further = RwSignal::new(false);
    // None: all of them.
    let chosen = RwSignal::new(Vec::<String>::new());
    let reason = move || {
        if !store.ready() {
            Some("engine-first")
        } else if store.phase.with(Phase::active) {
            Some("verify-in-run")
        } else if store.slot(Topic::Transfer).busy() {
            Some("verify-in-transfer")
        } else {
            None
        }
    };
    let start = move |_| {
        let wanted = if with_further.get_untracked() { 2 } else { 1 };
        let named = |model: SiteModel| -> (String, Source) { (model.name.clone(), model.source()) };
        let models = untrack(offered).into_iter().take(wanted).map(named).collect();
        store.verification.set(None);
        engine.send(Topic::Verification, Request::Verify { models, parts: chosen.get_untracked() });
    };
    let on_further = move |event| with_further.set(event_target_checked(&event));
    view! {
        <section class="card verify" aria-labelledby="verify-start-title">
            <h2 id="verify-start-title">{mt!("verify-what-title")}</h2>
            <ul class="verify-what">
                {["verify-kernels", "verify-gradients", "verify-vectors", "verify-rerun"]
                    .map(|what| view! { <li>{mt!(what)}</li> })
                    .into_iter()
                    .collect_view()}
            </ul>
            <p class="fine">{mt!("verify-how")}</p>
            {move || further().map(|model| {
                let (name, size) = (model.name, bytes(model.bytes));
                view! {
                    <label class="check">
                        <input type="checkbox" prop:checked=with_further on:change=on_further />
                        {move || t!("verify-further", name = name.as_str(), size = size.as_str())}
                    </label>
                }
            })}
            <Parts chosen />
            <div class="row">
                <button
                    type="button"
                    class="button button-primary"
                    disabled=move || reason().is_some() || slot.busy()
                    on:click=start
                >
                    {mt!("verify-start")}
                </button>
                <span class="fine reason">{move || reason().map(words)}</span>
            </div>
            <ProgressRow
                cancel="verify-cancel"
                cancellable=Signal::derive(move || slot.busy())
                on_cancel=move || engine.tell(Topic::Verification, Request::CancelVerify)
            >
                <SlotProgress of=slot what="verify-running" />
            </ProgressRow>
            <ErrorNotice of=slot title="verify-broken" />
        </section>
        {move || store.verification.get().map(|report| view! { <Found report /> })}
    }
}

/// Which parts are checked, for who looks into one of them.
#[component]
fn Parts(chosen: RwSignal<Vec<String>>) -> impl IntoView {
    let part = move |name: &'static str| {
        let toggle = move |event| {
            chosen.update(|chosen| {
                if event_target_checked(&event) {
                    chosen.push(name.to_owned())
                } else {
                    chosen.retain(|chosen| chosen != name)
                }
            });
        };
        view! {
            <label class="check">
                <input type="checkbox" on:change=toggle />
                <code>{name}</code>
            </label>
        }
    };
    view! {
        <details class="verify-parts">
            <summary>{mt!("verify-only")}</summary>
            <fieldset>
                <legend class="fine">{mt!("verify-only-how")}</legend>
                {parts().map(part).collect_view()}
            </fieldset>
        </details>
    }
}

#[component]
fn Found(report: Report) -> impl IntoView {
    let (store, _) = studio();
    let text = report.to_text();
    let offered = text.clone();
    let download = move |_| store.slot(Topic::Verification).offer_text(FILE, &offered, "text/plain");
    let (passed, failed) = (report.passed(), report.failed());
    let total = report.checks.len() + report.failures.len();
    let (name, threads) = (report.device.name.clone(), report.device.threads);
    let device = move || match threads {
        0 => name.clone(),
        threads => t!("device-cpu", threads = threads),
    };
    let (version, time) = (report.version.clone(), duration(report.seconds));
    let left = report.skipped.len();
    let verdict = move || match (passed, left) {
        (true, 0) => t!("verify-all-passed", total = total),
        (true, _) => t!("verify-passed-but-for", total = total, left = left),
        (false, _) => t!("verify-some-failed", failed = failed, total = total),
    };
    let what = move || t!("verify-of", device = device(), version = version.as_str(), time = time.as_str());
    let failures = report.failures.clone();
    let (tone, icon) = if passed { ("verify-good", Icon::Check) } else { ("verify-bad", Icon::Warning) };
    view! {
        <section class="card verify" aria-labelledby="verify-found">
            // A heading of a role of its own would be none.
            <div role="status">
                <h2 id="verify-found" class=tone><Glyph icon />{verdict}</h2>
            </div>
            <p class="fine">{what}</p>
            <div class="row">
                <CopyButton label="verify-copy" text />
                <button type="button" class="button" on:click=download>
                    <Glyph icon=Icon::Download />{mt!("verify-download")}
                </button>
            </div>
            <Unheld of=failures title="verify-broke" />
            <Unheld of=report.skipped title="verify-skipped" />
            <div class="table-scroll" tabindex="0" role="region" aria-label=mt!("verify-table")>
                <table class="scores verify-table">
                    <thead>
                        <tr>
                            <th scope="col">{mt!("verify-part")}</th>
                            <th scope="col">{mt!("verify-quantity")}</th>
                            <th scope="col">{mt!("verify-cases")}</th>
                            <th scope="col">{mt!("verify-error")}</th>
                            <th scope="col">{mt!("verify-tolerance")}</th>
                            <th scope="col">{mt!("verify-verdict")}</th>
                        </tr>
                    </thead>
                    <tbody>{report.checks.iter().map(row).collect_view()}</tbody>
                </table>
            </div>
            <p class="fine">{mt!("verify-note")}</p>
        </section>
    }
}

fn row(check: &Check) -> impl IntoView + use<> {
    let passed = check.passed();
    let error = check.error;
    // The worst case is in the report's language: it is for whoever reads that.
    let worst =
        (!passed).then(|| view! { <span class="fine verify-worst" lang="en">{check.worst.clone()}</span> });
    view! {
        <tr class:verify-failed=!passed>
            <th scope="row"><code>{check.part.clone()}</code></th>
            <td class="verify-name"><code>{check.quantity.clone()}</code>{worst}</td>
            <td>{check.cases}</td>
            <td>{move || if error.is_finite() { figure(error) } else { t!("verify-no-number") }}</td>
            <td>{figure(check.tolerance)}</td>
            <td>{move || if passed { t!("verify-passed") } else { t!("verify-failed") }}</td>
        </tr>
    }
}

/// Parts without a check, and why; nothing where there are none.
#[component]
fn Unheld(of: Vec<Unchecked>, title: &'static str) -> impl IntoView {
    let lines = of.into_iter().map(|Unchecked { part, reason }| {
        view! { <li><code>{part}</code>": "{move || translated(&reason)}</li> }
    });
    let lines = lines.collect_view();
    (!lines.is_empty()).then(|| {
        view! {
            <div class="notice notice-warning">
                <Glyph icon=Icon::Warning />
                <div>
                    <p class="notice-title">{mt!(title)}</p>
                    <ul class="notice-text">{lines}</ul>
                </div>
            </div>
        }
    })
}
