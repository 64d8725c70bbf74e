//! The run's evaluations as numbers.

use leptos::prelude::*;

use super::charts::waiting_for;
use crate::app::{
    protocol::Evaluation,
    ui::{
        state::studio,
        words::{
            format::{count, decimals},
            i18n::{mt, t},
        },
    },
};

#[component]
pub fn EvaluationTable() -> impl IntoView {
    let (store, _) = studio();
    let rows = move || {
        let all = store.evaluations.get();
        let best = all.iter().rposition(|evaluation| evaluation.best);
        let row = |(index, evaluation): (usize, &Evaluation)| row(evaluation, Some(index) == best);
        all.iter().enumerate().rev().map(row).collect_view()
    };
    let none = move || store.evaluations.with(Vec::is_empty);
    view! {
        <p class="fine">{move || waiting_for(store, true)}</p>
        <div class="table-scroll evaluations" tabindex="0" role="region" aria-label=mt!("evaluations-label") hidden=none>
            <table class="scores">
                <thead>
                    <tr>
                        <th scope="col">{mt!("column-step")}</th>
                        <th scope="col">{mt!("column-spearman")}</th>
                        <th scope="col">{mt!("column-alignment")}</th>
                        <th scope="col">{mt!("column-uniformity")}</th>
                        <th scope="col"><span class="visually-hidden">{mt!("column-remark")}</span></th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

fn row(evaluation: &Evaluation, best: bool) -> impl IntoView + use<> {
    let remark = match (evaluation.step, best) {
        (0, _) => Some("remark-before"),
        (_, true) => Some("remark-best"),
        _ => None,
    };
    view! {
        <tr>
            <th scope="row">{count(evaluation.step as usize)}</th>
            <td>{decimals(evaluation.spearman, 2)}</td>
            <td>{decimals(evaluation.alignment, 4)}</td>
            <td>{decimals(evaluation.uniformity, 4)}</td>
            <td>{move || remark.map(|id| t!(id))}</td>
        </tr>
    }
}
