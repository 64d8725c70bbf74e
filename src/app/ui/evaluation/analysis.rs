//! What lies behind the scores on graded pairs: charts, the same as numbers, and all of it to download.

use leptos::prelude::*;

use super::{
    analysis_charts::AnalysisCharts,
    analysis_data::{RANKS, csv, mean_cosine, relative},
    evaluate_row::EvaluateRow,
};
use crate::{
    app::{
        protocol::{AnalysedWeights, AnalysisReport, Request},
        ui::{
            parts::{
                encoder_bar::weights_of,
                icons::{Glyph, Icon},
                notice::{ErrorNotice, SlotProgress},
            },
            state::{route::Route, store::Topic, studio},
            words::{
                format::{count, significant},
                i18n::{mt, t},
            },
        },
    },
    model::Pooler,
    share::Place,
};

const FILE: &str = "analysis.csv";

#[component]
pub fn AnalysisPanel(pooler: RwSignal<Pooler>) -> impl IntoView {
    let (store, engine) = studio();
    let slot = store.slot(Topic::Analysis);
    let reason = Signal::derive(move || {
        let no_pairs = store.evaluation.with(Option::is_none);
        store.encoding_blocked().or_else(|| no_pairs.then_some("need-pairs"))
    });
    let analyse = move || {
        engine.send(Topic::Analysis, Request::Analyse { pooler: pooler.get_untracked() });
    };
    // By itself once the scores are there, for whoever looks at them.
    let Route { place, .. } = expect_context();
    Effect::new(move |_| {
        let scored = !store.measurements.with(Vec::is_empty) && store.analysis.with(Option::is_none);
        let due = place.get() == Place::Evaluation && scored && reason.get().is_none();
        if due && untrack(|| !slot.busy() && slot.error.with(Option::is_none)) {
            analyse();
        }
    });
    view! {
        <section class="measurements analysis" aria-labelledby="analysis-title">
            <h3 id="analysis-title">{mt!("analysis-title")}</h3>
            <p class="fine">{mt!("analysis-what")}</p>
            <EvaluateRow label="analysis-analyse" reason of=slot on_evaluate=analyse />
            <SlotProgress of=slot what="encoding" />
            <ErrorNotice of=slot title="analysis-failed" />
            <AnalysisCharts />
            {move || store.analysis.get().map(|report| view! { <Numbers report /> })}
        </section>
    }
}

#[component]
fn Numbers(report: AnalysisReport) -> impl IntoView {
    let (store, _) = studio();
    let (model, pooler, pairs) = (report.model.clone(), report.pooler.name(), report.pairs.clone());
    let note = mt!("analysis-of", model = model.as_str(), pooler = pooler, pairs = pairs.as_str());
    let headless = report.headless;
    let states = report.states.clone();
    let names =
        || states.iter().map(|state| view! { <th scope="col">{weights_of(state.step)}</th> }).collect_view();
    let cells = |value: &dyn Fn(&AnalysedWeights) -> Option<f64>| {
        let words = |value: Option<f64>| value.map_or("–".to_owned(), significant);
        states.iter().map(|state| view! { <td>{words(value(state))}</td> }).collect_view()
    };
    let longest = states.iter().map(|state| state.analysis.singular_values.len()).max().unwrap_or(0);
    let ranks = RANKS.into_iter().filter(|&rank| rank < longest).chain([longest]);
    let spectrum = ranks
        .filter(|&rank| rank > 0)
        .map(|rank| view! { <tr><th scope="row">{count(rank)}</th>{cells(&|state| relative(state, rank))}</tr> })
        .collect_view();
    let bins = states.first().map_or(0, |state| state.analysis.histogram.len());
    let cosines = (0..bins)
        .rev()
        .map(|index| {
            let bin = &states[0].analysis.histogram[index];
            view! {
                <tr>
                    <th scope="row">{t!("analysis-range", low = bin.gold[0], high = bin.gold[1])}</th>
                    <td>{count(bin.pairs)}</td>
                    {cells(&|state| state.analysis.histogram.get(index).and_then(mean_cosine))}
                </tr>
            }
        })
        .collect_view();
    let download = move |_| store.slot(Topic::Analysis).offer_text(FILE, &csv(&report, None), "text/csv");
    view! {
        {headless.then(|| view! { <p class="fine">{mt!("analysis-headless")}</p> })}
        <div class="row">
            <button type="button" class="button button-small" on:click=download>
                <Glyph icon=Icon::Download />{mt!("analysis-csv")}
            </button>
            <span class="fine" role="status">{note}</span>
        </div>
        <details>
            <summary>{mt!("analysis-numbers")}</summary>
            <div class="analysis-numbers">
                <div class="table-scroll" tabindex="0" role="region" aria-label=mt!("analysis-spectrum")>
                    <table class="scores">
                        <caption>{mt!("analysis-spectrum-caption")}</caption>
                        <thead><tr><th scope="col">{mt!("analysis-rank")}</th>{names()}</tr></thead>
                        <tbody>{spectrum}</tbody>
                    </table>
                </div>
                <div class="table-scroll" tabindex="0" role="region" aria-label=mt!("analysis-cosines")>
                    <table class="scores">
                        <caption>{mt!("analysis-cosines-caption")}</caption>
                        <thead>
                            <tr><th scope="col">{mt!("analysis-gold")}</th><th scope="col">{mt!("column-pairs")}</th>{names()}</tr>
                        </thead>
                        <tbody>{cosines}</tbody>
                    </table>
                </div>
            </div>
        </details>
    }
}
