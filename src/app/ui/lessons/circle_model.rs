//! The same two numbers of the real encoder.

use leptos::{prelude::*, task::spawn_local};

use super::{
    parts::{by_itself, measurable, weights_at_hand},
    prepare::{Needs, Prepare},
};
use crate::{
    app::{
        protocol::{Answer, Measurement, Request},
        ui::{
            parts::{encoder_bar::weights_of, notice::Problem},
            state::studio,
            words::{
                format::decimals,
                i18n::{mt, t, words},
            },
        },
    },
    localize::Localized,
};

#[component]
pub fn CircleModel() -> impl IntoView {
    let (store, engine) = studio();
    let needs = Needs { pairs: true, ..Needs::default() };
    let (measured, busy, error) =
        (RwSignal::new(Vec::<Measurement>::new()), RwSignal::new(false), RwSignal::new(None::<Localized>));
    // Numbers of another model would mislead.
    Effect::new(move |_| {
        store.model.track();
        store.evaluation.track();
        measured.set(Vec::new());
    });
    let asked = Memo::new(move |_| {
        let pairs = store.evaluation.with(|pairs| pairs.as_ref().map(|pairs| pairs.name.clone()));
        (weights_at_hand(store), pairs, store.encoder.pooler.get())
    });
    let reason = move || needs.reason(store);
    let measure = move || {
        busy.set(true);
        error.set(None);
        let pooler = store.encoder.pooler.get_untracked();
        spawn_local(async move {
            let mut results = Vec::new();
            for weights in measurable(store) {
                match engine.ask(Request::Evaluate { weights, pooler }).await {
                    Ok(Answer::Measured { result }) => results.push(result),
                    Ok(_) => {}
                    Err(message) => error.set(Some(message)),
                }
            }
            measured.set(results);
            busy.set(false);
        });
    };
    by_itself(asked, reason, busy, measure);
    let row = |result: &Measurement| {
        let step = result.step;
        let name = move || weights_of(step);
        let (alignment, uniformity) = (result.scores.alignment, result.scores.uniformity);
        view! {
            <tr>
                <th scope="row">{name}</th>
                <td>{result.pooler.name()}</td>
                <td>{decimals(alignment, 3)}</td>
                <td>{decimals(uniformity, 3)}</td>
            </tr>
        }
    };
    view! {
        <section class="card" aria-labelledby="circle-model">
            <h2 id="circle-model">{mt!("circle-model")}</h2>
            <p class="fine">{mt!("circle-model-what")}</p>
            <Prepare needs />
            <p class="fine" role="status">{move || if busy.get() { Some(t!("lesson-computing")) } else { reason().map(words) }}</p>
            <Problem error title="lesson-failed" />
            {move || (!measured.with(Vec::is_empty)).then(|| view! {
                <div class="table-scroll" tabindex="0" role="group" aria-label=mt!("circle-model")>
                    <table class="scores">
                        <thead>
                            <tr>
                                <th scope="col">{mt!("column-weights")}</th>
                                <th scope="col">{mt!("column-pooler")}</th>
                                <th scope="col">{mt!("column-alignment")}</th>
                                <th scope="col">{mt!("column-uniformity")}</th>
                            </tr>
                        </thead>
                        <tbody>{measured.with(|all| all.iter().map(row).collect_view())}</tbody>
                    </table>
                </div>
            })}
        </section>
    }
}
