//! The numbers of an ablation's runs beside the paper's.

use leptos::prelude::*;

use super::{
    ablation_runs::{Results, Runner, setting_name},
    parts::fixed,
};
use crate::{
    app::ui::words::i18n::{mt, t},
    lessons::{Ablation, AblationRecord, Order, Setting, Spread},
};

/// A column that is pointed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    Paper,
    Starter,
}

/// The paper's table at once, and beside it what the runs came to, where they are of the same ablation.
#[component]
pub fn AblationTable(
    runner: Runner,
    ablation: RwSignal<Ablation>,
    looked_at: RwSignal<Option<Column>>,
) -> impl IntoView {
    let results = move || runner.results.get().filter(|results| results.plan.ablation == ablation.get());
    let rows = move || {
        let results = results();
        let here = runner.setting().filter(|_| results.is_some());
        let scores =
            |index: usize| results.as_ref().map(|results| results.scores[index].clone()).unwrap_or_default();
        let settings = ablation.get().settings();
        let rows: Vec<_> = settings
            .iter()
            .enumerate()
            .map(|(index, setting)| {
                let starter = AblationRecord::bundled().scores(ablation.get(), setting);
                row(setting, starter, &scores(index), here == Some(index))
            })
            .collect();
        rows.collect_view()
    };
    let note = move || match ablation.get() {
        Ablation::Dropout => t!("ablation-paper-dropout"),
        Ablation::Augmentation => t!("ablation-paper-augmentation"),
        Ablation::Temperature => t!("ablation-paper-temperature"),
        Ablation::Pooler => t!("ablation-paper-pooler"),
        Ablation::BatchSize => t!("ablation-paper-batch-size"),
        Ablation::HardNegatives => t!("ablation-paper-hard-negatives"),
    };
    let at = move |column: Column| looked_at.get() == Some(column);
    view! {
            <div class="table-scroll" tabindex="0" role="group" aria-label=mt!("ablation-results")>
                <table
                    class="scores ablation-scores"
                    class:look-paper=move || at(Column::Paper)
                    class:look-starter=move || at(Column::Starter)
                >
                    <thead>
                        <tr>
                            <th scope="col">{mt!("ablation-column-setting")}</th>
                            <th scope="col">{mt!("ablation-column-paper")}</th>
                            <th scope="col">{mt!("ablation-column-starter", seeds = AblationRecord::bundled().seeds.len())}</th>
                            <th scope="col">{mt!("ablation-column-here")}</th>
                            <th scope="col">{mt!("ablation-seeds")}</th>
                        </tr>
                    </thead>
                    <tbody>
                        {move || results().and_then(|results| results.before).map(|before| view! {
                            <tr class="before">
                                <th scope="row">{mt!("point-before-training")}</th>
                                <td>"–"</td>
                                <td>"–"</td>
                                <td>{fixed(before, 2)}</td>
                                <td></td>
                            </tr>
                        })}
                        {rows}
                    </tbody>
                </table>
            </div>
            <p>{move || order(ablation.get())}</p>
            <details class="fine">
                <summary>{mt!("ablation-sources")}</summary>
                <p>{note}</p>
                <p>{record}</p>
            </details>
            {move || results().map(|results| view! { <p class="fine" role="status">{remark(&results)}</p> })}
    }
}

fn row(
    setting: &Setting,
    starter: &[Option<f64>],
    scores: &[Option<f64>],
    current: bool,
) -> impl IntoView + use<> {
    let name = setting.name;
    let published = setting.published.map_or("–".to_owned(), |score| format!("{score:.1}"));
    let (starter, here) = (with_deviation(starter), with_deviation(scores));
    let (seeds, defined) = (scores.len(), scores.iter().flatten().count());
    // The mean is over those that are defined.
    let count = if defined < seeds { format!("{defined}/{seeds}") } else { seeds.to_string() };
    view! {
        <tr class:current=current aria-current=current.then_some("true")>
            <th scope="row">{move || setting_name(name)}</th>
            <td>{published}</td>
            <td>{starter}</td>
            <td>{here}</td>
            <td>{count}</td>
        </tr>
    }
}

fn with_deviation(scores: &[Option<f64>]) -> String {
    Spread::of(scores).map_or("–".to_owned(), |spread| match spread.deviation {
        Some(deviation) => format!("{} ± {deviation:.2}", fixed(spread.mean, 2)),
        None => fixed(spread.mean, 2),
    })
}

/// How the paper's order of the settings fares with the starter.
fn order(ablation: Ablation) -> Option<String> {
    let (settings, record) = (ablation.settings(), AblationRecord::bundled());
    let scored: Vec<(Option<f64>, &[Option<f64>])> =
        settings.iter().map(|setting| (setting.published, record.scores(ablation, setting))).collect();
    let order = Order::of(&scored);
    let Order { same, reversed, undecided } = order;
    let pairs = order.pairs();
    (pairs > 0)
        .then(|| t!("ablation-order", pairs = pairs, same = same, reversed = reversed, undecided = undecided))
}

/// What the starter's numbers are of.
fn record() -> String {
    let record = AblationRecord::bundled();
    t!(
        "ablation-record",
        sentences = record.sentences.as_str(),
        pairs = record.pairs.as_str(),
        steps = record.steps,
        batch = record.batch_size,
        before = record
            .before
            .get(&record.pooler)
            .copied()
            .flatten()
            .map_or_else(|| "–".to_owned(), |score| fixed(score, 2))
    )
}

/// What the numbers are of.
fn remark(results: &Results) -> String {
    let plan = results.plan;
    t!(
        "ablation-remark",
        model = results.model.as_str(),
        pairs = results.pairs.as_str(),
        steps = plan.steps,
        batch = plan.batch_size
    )
}
