//! Scores of any weights and pooler on the loaded pairs, without a run.

use leptos::prelude::*;

use super::evaluate_row::EvaluateRow;
use crate::{
    app::{
        protocol::{Measurement, Request, Weights},
        ui::{
            parts::{
                encoder_bar::weights_of,
                notice::{ErrorNotice, SlotProgress},
            },
            state::{
                store::{Phase, Topic},
                studio,
            },
            words::{
                format::{count, decimals},
                i18n::mt,
            },
        },
    },
    model::Pooler,
};

#[component]
pub fn Measurements(weights: RwSignal<Weights>, pooler: RwSignal<Pooler>) -> impl IntoView {
    let (store, engine) = studio();
    let slot = store.slot(Topic::Measurement);
    let reason = Signal::derive(move || {
        if store.model.with(Option::is_none) {
            Some("need-loaded-model")
        } else if store.evaluation.with(Option::is_none) {
            Some("need-pairs")
        } else if !store.ready() {
            Some("engine-first")
        } else if store.phase.with(|phase| phase.active() && *phase != Phase::Paused) {
            Some("pairs-run-evaluates")
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
            <h3 id="measurements-title">{mt!("pairs-title")}</h3>
            <p class="fine">{mt!("pairs-what")}</p>
            <EvaluateRow label="pairs-evaluate" reason of=slot on_evaluate=evaluate />
            <SlotProgress of=slot what="encoding" />
            <ErrorNotice of=slot title="pairs-failed" />
            {move || (!store.measurements.with(Vec::is_empty)).then(|| view! {
                <div class="table-scroll" tabindex="0" role="region" aria-label=mt!("pairs-scores")>
                    <table class="scores">
                        <thead>
                            <tr>
                                <th scope="col">{mt!("column-weights")}</th>
                                <th scope="col">{mt!("column-pooler")}</th>
                                <th scope="col">{mt!("column-pairs")}</th>
                                <th scope="col">{mt!("column-spearman")}</th>
                                <th scope="col">{mt!("column-alignment")}</th>
                                <th scope="col">{mt!("column-uniformity")}</th>
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
    let step = measured.step;
    let weights = move || weights_of(step);
    view! {
        <tr>
            <th scope="row">{weights}</th>
            <td>{measured.pooler.name()}</td>
            <td>{count(scores.pairs)}</td>
            <td>{decimals(scores.spearman, 2)}</td>
            <td>{decimals(scores.alignment, 4)}</td>
            <td>{decimals(scores.uniformity, 4)}</td>
        </tr>
    }
}
