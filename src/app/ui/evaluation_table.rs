//! The run's evaluations as numbers.

use leptos::prelude::*;

use super::{format::count, studio};
use crate::app::protocol::Evaluation;

#[component]
pub fn EvaluationTable() -> impl IntoView {
    let (store, _) = studio();
    let rows = move || {
        let all = store.evaluations.get();
        let best = all.iter().rposition(|evaluation| evaluation.best);
        let row = |(index, evaluation): (usize, &Evaluation)| row(evaluation, Some(index) == best);
        all.iter().enumerate().rev().map(row).collect_view()
    };
    move || {
        (!store.evaluations.with(Vec::is_empty)).then(|| {
            view! {
                <details class="card evaluations">
                    <summary>"Evaluations as numbers"</summary>
                    <div class="table-scroll" tabindex="0" role="region" aria-label="Evaluations">
                        <table class="scores">
                            <thead>
                                <tr>
                                    <th scope="col">"Step"</th>
                                    <th scope="col">"Spearman × 100"</th>
                                    <th scope="col">"Alignment"</th>
                                    <th scope="col">"Uniformity"</th>
                                    <th scope="col"><span class="visually-hidden">"Remark"</span></th>
                                </tr>
                            </thead>
                            <tbody>{rows}</tbody>
                        </table>
                    </div>
                </details>
            }
        })
    }
}

fn row(evaluation: &Evaluation, best: bool) -> impl IntoView + use<> {
    view! {
        <tr>
            <th scope="row">{count(evaluation.step as usize)}</th>
            <td>{format!("{:.2}", evaluation.spearman)}</td>
            <td>{evaluation.alignment.map_or("–".to_owned(), |alignment| format!("{alignment:.4}"))}</td>
            <td>{format!("{:.4}", evaluation.uniformity)}</td>
            <td>{match (evaluation.step, best) {
                (0, _) => "before",
                (_, true) => "best",
                _ => "",
            }}</td>
        </tr>
    }
}
