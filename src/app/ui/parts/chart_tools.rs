//! How all charts over steps are looked at: smoothing, scale, the part that is shown.

use leptos::prelude::*;

use crate::app::ui::{
    state::studio,
    words::i18n::{mt, t},
};

/// As heavy as a mean over the last 20 steps.
const SMOOTHING: f64 = 0.95;

/// The choices.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// Weight of all earlier steps in the running mean; 0: none.
    pub smoothing: RwSignal<f64>,
    pub log: RwSignal<bool>,
    /// Whether the plane has the axes of the paper's figure 2.
    pub paper: RwSignal<bool>,
    /// First and last step that are shown; `None`: all.
    pub range: RwSignal<Option<(f64, f64)>>,
}

impl Look {
    pub fn new() -> Self {
        Self {
            smoothing: RwSignal::new(SMOOTHING),
            log: RwSignal::new(false),
            paper: RwSignal::new(false),
            range: RwSignal::new(None),
        }
    }

    /// Shows these steps, in whole ones; all where there is nothing between them.
    pub fn zoom(self, from: f64, to: f64) {
        let (from, to) = (from.floor().max(0.0), to.ceil());
        self.range.set((to - from >= 1.0).then_some((from, to)));
    }
}

#[component]
pub fn ChartTools(look: Look) -> impl IntoView {
    let (store, _) = studio();
    let Look { smoothing, log, paper, range } = look;
    let last = move || {
        let present = store.plan.with(|plan| plan.as_ref().map_or(0, |plan| plan.total));
        let drawn = store.runs.beside.get();
        let beside = drawn.iter().filter_map(|drawn| Some(store.runs.get(drawn.started)?.done()));
        beside.fold(present, u32::max)
    };
    let shown = move || range.get().unwrap_or((0.0, f64::from(last())));
    let typed = move |event: &web_sys::Event, first: bool| {
        let Ok(step) = event_target_value(event).parse::<f64>() else { return };
        let (from, to) = untrack(shown);
        if first { look.zoom(step, to.max(step + 1.0)) } else { look.zoom(from.min(step - 1.0), step) }
    };
    let check = |id: &'static str, words: &'static str, value: RwSignal<bool>| {
        view! {
            <label class="check" for=id>
                <input
                    id=id
                    type="checkbox"
                    prop:checked=value
                    on:change=move |event| value.set(event_target_checked(&event))
                />
                {mt!(words)}
            </label>
        }
    };
    let limit = |id: &'static str, words: &'static str, first: bool| {
        let step = move || if first { shown().0 } else { shown().1 };
        view! {
            <label for=id>{mt!(words)}</label>
            <input
                id=id
                type="number"
                min=if first { "0" } else { "1" }
                prop:value=move || step().to_string()
                on:change=move |event| typed(&event, first)
            />
        }
    };
    view! {
        <div class="chart-tools" role="group" aria-label=mt!("tools-label")>
            <label class="tool-smoothing" for="chart-smoothing">
                {move || t!("tools-smoothing", weight = format!("{:.2}", smoothing.get()))}
                <input
                    id="chart-smoothing"
                    type="range"
                    min="0"
                    max="0.99"
                    step="0.01"
                    prop:value=move || smoothing.get().to_string()
                    on:input=move |event| {
                        if let Ok(weight) = event_target_value(&event).parse() {
                            smoothing.set(weight);
                        }
                    }
                />
            </label>
            {check("chart-log", "tools-log", log)}
            {check("chart-paper", "tools-paper", paper)}
            <span class="tool-range">
                {limit("chart-from", "tools-from", true)}
                {limit("chart-to", "tools-to", false)}
                <button
                    type="button"
                    class="button button-small"
                    disabled=move || range.get().is_none()
                    on:click=move |_| range.set(None)
                >
                    {mt!("tools-all")}
                </button>
            </span>
            <p class="fine tool-hint">{mt!("tools-hint")}</p>
        </div>
    }
}
