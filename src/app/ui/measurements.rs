//! Scores of any weights and pooler on the loaded pairs, without a run.

use leptos::prelude::*;

use super::{
    evaluate_row::EvaluateRow,
    format::count,
    notice::{ErrorNotice, SlotProgress},
    store::{Phase, Topic},
    studio,
};
use crate::{
    app::protocol::{Measurement, Request, Weights},
    model::Pooler,
};

#[component]
pub fn Measurements(weights: RwSignal<Weights>, pooler: RwSignal<Pooler>) -> impl IntoView {
    let (store, engine) = studio();
    let slot = store.slot(Topic::Measurement);
    let reason = Signal::derive(move || {
        if store.model.with(Option::is_none) {
            Some("Load a model first (step 1).")
        } else if store.evaluation.with(Option::is_none) {
            Some("Load evaluation pairs first (step 2).")
        } else if !store.ready() {
            Some("The engine has to be running first.")
        } else if store.phase.with(|phase| phase.active() && *phase != Phase::Paused) {
            Some("The run evaluates by itself; pause or stop it to evaluate here.")
        } else {
            None
        }
    });
    let evaluate = move || {
        let (weights, pooler) = (weights.get_untracked(), pooler.get_untracked());
        engine.send(Topic::Measurement, Request::Evaluate { weights, pooler });
    };
    let rows = move || store.measurements.with(|all| all.iter().rev().map(row).collect_view());
    view! {
        <section class="measurements" aria-labelledby="measurements-title">
            <h3 id="measurements-title">"On graded pairs"</h3>
            <p class="fine">
                "The same weights and pooler on the evaluation pairs: rank correlation with people’s scores, \
                 alignment and uniformity."
            </p>
            <EvaluateRow label="Evaluate" reason of=slot on_evaluate=evaluate />
            <SlotProgress of=slot what="Encoding" />
            <ErrorNotice of=slot title="The pairs were not evaluated" />
            {move || (!store.measurements.with(Vec::is_empty)).then(|| view! {
                <div class="table-scroll" tabindex="0" role="region" aria-label="Scores on graded pairs">
                    <table class="scores">
                        <thead>
                            <tr>
                                <th scope="col">"Weights"</th>
                                <th scope="col">"Pooler"</th>
                                <th scope="col">"Pairs"</th>
                                <th scope="col">"Spearman × 100"</th>
                                <th scope="col">"Alignment"</th>
                                <th scope="col">"Uniformity"</th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            })}
        </section>
    }
}

fn row(measured: &Measurement) -> impl IntoView + use<> {
    let scores = &measured.scores;
    let weights = match measured.step {
        0 => "Original".to_owned(),
        step => format!("Step {}", count(step as usize)),
    };
    view! {
        <tr>
            <th scope="row">{weights}</th>
            <td>{measured.pooler.name()}</td>
            <td>{count(scores.pairs)}</td>
            <td>{format!("{:.2}", scores.spearman)}</td>
            <td>{scores.alignment.map_or("–".to_owned(), |alignment| format!("{alignment:.4}"))}</td>
            <td>{format!("{:.4}", scores.uniformity)}</td>
        </tr>
    }
}
