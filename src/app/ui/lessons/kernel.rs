//! What a kernel does: one row through LayerNorm's shaders, forward and backward, stage by stage, its lines beside the
//! formulas.

use leptos::{prelude::*, task::spawn_local};

use super::{
    inputs::{linked, numbers},
    parts::{by_itself, fixed},
    story::{Step, Story},
};
use crate::{
    app::{
        protocol::{Answer, Request},
        ui::{
            parts::{fields::Line, notice::Problem},
            state::{
                store::{EngineState, Store},
                studio,
            },
            words::i18n::{mt, t, words},
        },
    },
    lessons::{KERNEL_STAGES, RowInFull, WIDTH},
    localize::Localized,
    share::Lesson,
    verify::kernels::layer_norm::NormalizedRow,
};

type Numbers = [f64; WIDTH];

const ROW: &str = "0.5, -1, 2, 0.25, -0.5, 1.5, -2, 0";
const GRADIENT: &str = "1, 0, -0.5, 0, 0.3, 0, 0, 0.2";
/// What may be typed: the kernel's own numbers have seven digits.
const RANGE: std::ops::RangeInclusive<f64> = -1000.0..=1000.0;

fn parsed(text: &str) -> Option<Numbers> {
    numbers(text, RANGE)
}

pub fn story() -> Story {
    let (store, engine) = studio();
    let [row, gradient] = [ROW, GRADIENT].map(|text| RwSignal::new(text.to_owned()));
    let stage = RwSignal::new(0_usize);
    linked(
        Lesson::Kernel,
        move || vec![("row", row.get()), ("gradient", gradient.get())],
        move |key, value| {
            let field = match key {
                "row" => row,
                "gradient" => gradient,
                _ => return true,
            };
            let fits = parsed(value).is_some();
            if fits {
                field.set(value.to_owned());
            }
            fits
        },
    );
    // The last that could be read: a number that is being typed takes nothing away.
    let asked = Memo::new(move |before: Option<&(Numbers, Numbers)>| {
        let typed = row.with(|text| parsed(text)).zip(gradient.with(|text| parsed(text)));
        typed.or(before.copied()).unwrap_or_default()
    });
    let in_full = Memo::new(move |_| asked.with(|(x, dy)| RowInFull::new(x, dy)));
    let (found, busy, error) = (
        RwSignal::new(None::<((Numbers, Numbers), NormalizedRow)>),
        RwSignal::new(false),
        RwSignal::new(None::<Localized>),
    );
    let reason = move || (!store.ready()).then_some("engine-first");
    by_itself(asked, reason, busy, move || {
        let of = asked.get_untracked();
        let narrow = |values: Numbers| values.map(|value| value as f32).to_vec();
        let request = Request::LayerNorm { x: narrow(of.0), dy: narrow(of.1) };
        busy.set(true);
        error.set(None);
        spawn_local(async move {
            match engine.ask(request).await {
                Ok(Answer::LayerNorm { row }) => found.set(Some((of, row))),
                Ok(_) => {}
                Err(message) => error.set(Some(message)),
            }
            busy.set(false);
        });
    });
    // What the device computed of other numbers says nothing of these.
    let current = Memo::new(move |_| {
        let of = asked.get();
        found.with(|found| found.as_ref().filter(|(known, _)| *known == of).map(|(_, row)| row.clone()))
    });
    let problem = move |text: RwSignal<String>| {
        Signal::derive(move || {
            text.with(|text| parsed(text)).is_none().then(|| t!("kernel-numbers", count = WIDTH))
        })
    };
    let never = Signal::derive(|| false);
    // What comes of a pass is in its last stage.
    let forward = KERNEL_STAGES.iter().filter(|stage| !stage.backward).count() - 1;
    let steps = vec![
        Step::new("kernel-what", move || stage.set(0)),
        Step::new("kernel-forwards", move || stage.set(forward)),
        Step::new("kernel-backwards", move || stage.set(KERNEL_STAGES.len() - 1)),
    ];
    let figure = view! {
        <section class="card" aria-labelledby="kernel-part">
            <h2 id="kernel-part">{mt!("kernel-part")}</h2>
            <div class="kernel-inputs">
                <Line id="kernel-row" label="kernel-row" value=row problem=problem(row) disabled=never />
                <Line
                    id="kernel-gradient"
                    label="kernel-gradient"
                    value=gradient
                    problem=problem(gradient)
                    disabled=never
                />
            </div>
            <Stages stage in_full />
        </section>
    };
    let more = view! {
        <section class="card" aria-labelledby="kernel-device">
            <h2 id="kernel-device">{mt!("kernel-device")}</h2>
            <p class="fine" role="status">{move || match (busy.get(), reason()) {
                (true, _) => t!("lesson-computing"),
                (_, Some(id)) => words(id),
                (..) => computed_by(store),
            }}</p>
            <Problem error title="lesson-failed" />
            <Compared asked in_full current />
        </section>
    };
    Story { steps, figure: figure.into_any(), more: more.into_any() }
}

fn computed_by(store: Store) -> String {
    store.engine.with(|engine| match engine {
        EngineState::Ready(info) if info.is_cpu() => t!("kernel-by-cpu"),
        EngineState::Ready(info) => t!("kernel-by-gpu", name = info.name.as_str()),
        _ => String::new(),
    })
}

/// The stages in turn: by the buttons, or by choosing one.
#[component]
fn Stages(stage: RwSignal<usize>, in_full: Memo<RowInFull>) -> impl IntoView {
    let last = KERNEL_STAGES.len() - 1;
    let steps = KERNEL_STAGES.iter().enumerate().map(|(index, each)| {
        let current = move || stage.get() == index;
        view! {
            <li class:current=current>
                <button
                    type="button"
                    class="kernel-stage"
                    aria-current=move || current().then_some("step")
                    on:click=move |_| stage.set(index)
                >
                    <span class="fine">{mt!(if each.backward { "kernel-backward" } else { "kernel-forward" })}</span>
                    <span class="kernel-formula">{each.formula}</span>
                    <output class="kernel-value">{move || in_full.with(|row| value(row, index))}</output>
                </button>
            </li>
        }
    });
    view! {
        <div class="kernel-columns">
            <ol class="kernel-stages">{steps.collect_view()}</ol>
            <div class="kernel-source">
                <pre tabindex="0" aria-label=mt!("kernel-source")><code>{move || KERNEL_STAGES[stage.get()].code()}</code></pre>
                <div class="row">
                    <button
                        type="button"
                        class="button button-small"
                        disabled=move || stage.get() == 0
                        on:click=move |_| stage.update(|stage| *stage = stage.saturating_sub(1))
                    >
                        {mt!("kernel-back")}
                    </button>
                    <button
                        type="button"
                        class="button button-small"
                        disabled=move || stage.get() == last
                        on:click=move |_| stage.update(|stage| *stage = (*stage + 1).min(last))
                    >
                        {mt!("kernel-next")}
                    </button>
                    <span class="fine">{move || t!("kernel-stage-of", stage = stage.get() + 1, count = last + 1)}</span>
                </div>
            </div>
        </div>
    }
}

/// What a stage comes to.
fn value(row: &RowInFull, stage: usize) -> String {
    let list = |values: &[f64]| values.iter().map(|value| fixed(*value, 2)).collect::<Vec<_>>().join("  ");
    match stage {
        0 => fixed(row.mean, 4),
        1 => fixed(row.variance, 4),
        2 => fixed(row.scale, 4),
        3 => list(&row.y),
        4 => list(&row.means),
        _ => list(&row.dx),
    }
}

/// The device's numbers beside those of `f64`.
#[component]
fn Compared(
    asked: Memo<(Numbers, Numbers)>,
    in_full: Memo<RowInFull>,
    current: Memo<Option<NormalizedRow>>,
) -> impl IntoView {
    let off = |computed: Option<f32>, exact: f64| match computed {
        Some(computed) => {
            (f64::from(computed).to_string(), format!("{:.0e}", (f64::from(computed) - exact).abs()))
        }
        None => ("–".to_owned(), "–".to_owned()),
    };
    let rows = move || {
        let ((x, dy), exact, computed) = (asked.get(), in_full.get(), current.get());
        let row = |i: usize| {
            let computed = computed.as_ref();
            let (y, y_off) = off(computed.map(|row| row.y[i]), exact.y[i]);
            let (dx, dx_off) = off(computed.map(|row| row.dx[i]), exact.dx[i]);
            view! {
                <tr>
                    <th scope="row">{i + 1}</th>
                    <td>{x[i]}</td>
                    <td>{y}</td>
                    <td>{y_off}</td>
                    <td>{dy[i]}</td>
                    <td>{dx}</td>
                    <td>{dx_off}</td>
                </tr>
            }
        };
        (0..WIDTH).map(row).collect_view()
    };
    view! {
        <div class="table-scroll" tabindex="0" role="group" aria-label=mt!("kernel-device")>
            <table class="scores kernel-scores">
                <thead>
                    <tr>
                        <th scope="col">"i"</th>
                        <th scope="col">"s"</th>
                        <th scope="col">"y"</th>
                        <th scope="col">{mt!("kernel-off")}</th>
                        <th scope="col">"dy"</th>
                        <th scope="col">"ds"</th>
                        <th scope="col">{mt!("kernel-off")}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}
