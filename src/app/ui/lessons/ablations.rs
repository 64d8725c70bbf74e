//! A small version of one of the paper's ablations: what to vary and how often, the runs, and their table beside the paper's.

use leptos::prelude::*;

use super::{
    ablation_runs::{Plan, Runner},
    ablation_sizes::Sizes,
    ablation_table::{AblationTable, Column},
    inputs::{linked, take_number},
    parts::{Folding, once_by_itself},
    prepare::{Needs, Prepare},
    story::{Step, Story},
};
use crate::{
    app::ui::{
        parts::{
            fields::{Number, Segments},
            icons::{Glyph, Icon},
            notice::{Bar, Problem},
            run_buttons::{PauseOrResume, StopButton},
        },
        state::{number_field::NumberField, studio},
        words::i18n::{mt, t, words},
    },
    lessons::Ablation,
    share::Lesson,
    train::Kind,
};

const NEEDS: Needs = Needs { pairs: true, sentences: true, training: true };

pub fn story() -> Story {
    let runner = Runner::new();
    let (store, _) = studio();
    let ablation = RwSignal::new(Ablation::Dropout);
    let steps = NumberField::new("ablation-steps", "steps", Kind::whole(1.0, 10_000.0), 20.0);
    let batch = NumberField::new("ablation-batch", "batch-size", Kind::whole(2.0, 512.0), 16.0);
    let seeds = NumberField::new("ablation-seeds", "ablation-seeds", Kind::whole(1.0, 50.0), 2.0);
    let plan = move || {
        Some(Plan {
            ablation: ablation.get(),
            steps: steps.value().ok()? as u32,
            batch_size: batch.value().ok()? as usize,
            seeds: seeds.value().ok()? as u32,
        })
    };
    let fields = [("run_steps", steps), ("run_batch", batch), ("run_seeds", seeds)];
    linked(
        Lesson::Ablations,
        move || {
            let numbers = fields.map(|(key, field)| (key, field.text.get()));
            [("ablation", ablation.get().name().to_owned())].into_iter().chain(numbers).collect()
        },
        move |key, value| {
            if key == "ablation" {
                return Ablation::named(value).map(|named| ablation.set(named)).is_some();
            }
            let field = fields.into_iter().find(|(known, _)| *known == key);
            field.is_none_or(|(_, field)| take_number(field, value))
        },
    );
    let running = Signal::derive(move || runner.running());
    // The lesson on hard negatives runs those with triplets.
    let elsewhere = move || ablation.get().is_supervised();
    let reason = move || {
        elsewhere()
            .then_some("ablation-elsewhere")
            .or_else(|| NEEDS.reason(store))
            .or_else(|| plan().is_none().then_some("lesson-numbers-first"))
    };
    let start = move |_| {
        if let Some(plan) = untrack(plan) {
            runner.start(plan);
        }
    };
    // With one seed, so that the table fills while the visitor reads.
    once_by_itself(Lesson::Ablations, reason, move || {
        if let Some(plan) = plan() {
            runner.start(Plan { seeds: 1, ..plan });
        }
    });
    let runs = move || {
        let plan = plan()?;
        Some(t!("ablation-runs", count = plan.runs(), steps = plan.steps * plan.runs() as u32))
    };
    let looked_at = RwSignal::new(None);
    let look = move |at: Ablation, column: Option<Column>| {
        move || {
            ablation.set(at);
            looked_at.set(column);
        }
    };
    let told = vec![
        Step::new("ablations-what", look(Ablation::Dropout, None)),
        Step::new("ablations-paper", look(Ablation::Dropout, Some(Column::Paper))),
        Step::new("ablations-words", look(Ablation::Augmentation, Some(Column::Paper))),
        Step::new("ablations-small", look(Ablation::Dropout, Some(Column::Starter))),
    ];
    let figure = view! {
        <section class="card" aria-labelledby="ablation-results">
            <h2 id="ablation-results">{mt!("ablation-results")}</h2>
            {move || runner.progress().map(|(fraction, label)| view! { <Bar fraction=Some(fraction) label /> })}
            <AblationTable runner ablation looked_at />
        </section>
    };
    let more = view! {
        <Folding id="ablation-part">
            <p class="fine">{mt!("ablation-part-what")}</p>
            <Prepare needs=NEEDS />
            <Segments
                name="ablation-kind"
                legend="ablation-kind"
                value=ablation
                choices=vec![
                    (Ablation::Dropout, "ablation-dropout"),
                    (Ablation::Augmentation, "ablation-augmentation"),
                    (Ablation::Temperature, "ablation-temperature"),
                    (Ablation::Pooler, "ablation-pooler"),
                    (Ablation::BatchSize, "ablation-batch-size"),
                    (Ablation::HardNegatives, "ablation-hard-negatives"),
                ]
                help=|ablation| match ablation {
                    Ablation::Dropout => "ablation-dropout-help",
                    Ablation::Augmentation => "ablation-augmentation-help",
                    Ablation::Temperature => "ablation-temperature-help",
                    Ablation::Pooler => "ablation-pooler-help",
                    Ablation::BatchSize => "ablation-batch-size-help",
                    Ablation::HardNegatives => "ablation-hard-negatives-help",
                }
                disabled=running
            />
            <div class="lesson-numbers">
                <Number field=steps disabled=running />
                <Number field=batch disabled=running />
                <Number field=seeds disabled=running />
            </div>
            <div class="row">
                {move || match running.get() {
                    true => view! { <PauseOrResume /><StopButton on_stop=move || runner.stop() /> }.into_any(),
                    false => view! {
                        <button type="button" class="button button-primary" disabled=move || reason().is_some() on:click=start>
                            <Glyph icon=Icon::Play />{mt!("ablation-start")}
                        </button>
                    }.into_any(),
                }}
                <span class="fine">{move || if running.get() { None } else { reason().map(words).or_else(runs) }}</span>
            </div>
            <Problem error=runner.error title="lesson-failed" />
        </Folding>
        <Sizes />
    };
    Story { steps: told, figure: figure.into_any(), more: more.into_any() }
}
