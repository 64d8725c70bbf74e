//! The studio: the picture with the run's numbers, beside it the folded lines of model, text and recipe, below it tabs with
//! everything else about the run.

mod batch_panel;
mod charts;
pub mod cut_off_runs;
mod data_panel;
mod downloads;
mod evaluation_table;
mod hub_panel;
mod model_panel;
pub mod picture;
mod profile;
mod profile_tables;
mod recipe_form;
mod run_controls;
mod runs_panel;
mod split;

use leptos::{
    ev::KeyboardEvent,
    html::{Button, Div},
    prelude::*,
};

pub use self::split::{AfterPicture, StudioPart};
use self::{
    charts::ChartsOf,
    data_panel::DataPanel,
    model_panel::ModelPanel,
    picture::{PicturePanel, PictureSentences},
    recipe_form::RecipeForm,
    run_controls::RunControls,
};
use crate::{
    app::ui::{
        parts::{
            icons::{Glyph, Icon},
            later::Reached,
            tabs::{Tab, Tabs},
        },
        state::route::Route,
        words::i18n::mt,
    },
    share::Place,
};

const RAIL: &str = "rail";

#[component]
pub fn StudioView() -> impl IntoView {
    let Route { place, .. } = expect_context();
    let root = NodeRef::<Div>::new();
    let charts = ChartsOf::new(root);
    let chosen = RwSignal::new("curves");
    // Reading a batch back delays the run, so it is done only while the tab is visible.
    let batch_seen = Signal::derive(move || chosen.get() == "batch" && place.get() == Place::Studio);
    let tab = |name, label, part| Tab::new(name, label, move || view! { <AfterPicture part /> }.into_any());
    let tabs = vec![
        tab("curves", "tab-curves", StudioPart::RunCharts(charts)),
        tab("scores", "tab-scores", StudioPart::EvaluationTable),
        tab("batch", "tab-batch", StudioPart::Batch(batch_seen)),
        tab("runs", "tab-runs", StudioPart::Runs),
        tab("download", "tab-download", StudioPart::Downloads),
        tab("speed", "tab-speed", StudioPart::Profile),
    ];
    let reached: Reached = expect_context();
    view! {
        <div class="studio-head">
            <h1>{mt!("studio-title")}</h1>
            <p class="fine">{mt!("studio-lede")}</p>
        </div>
        <div class="studio" node_ref=root on:pointerdown=move |_| reached.reach() on:focusin=move |_| reached.reach()>
            <div class="stage">
                <PicturePanel />
                <div class="numbers">
                    <RunControls />
                    <AfterPicture part=StudioPart::PlaneChart(charts) />
                </div>
            </div>
            <Rail />
            <section id="run" class="card more" aria-label=mt!("studio-tabs")>
                <Tabs name="studio" label="studio-tabs" tabs chosen />
            </section>
        </div>
    }
}

/// The inputs of a run: a rail beside the picture where there is room, on a phone a sheet that a button opens.
#[component]
fn Rail() -> impl IntoView {
    let open = RwSignal::new(false);
    let (opener, closer) = (NodeRef::<Button>::new(), NodeRef::<Button>::new());
    let set_open = move |on: bool| {
        open.set(on);
        let next = if on { closer } else { opener };
        // The button is hidden until the class has changed.
        request_animation_frame(move || {
            if let Some(button) = next.get_untracked() {
                // Focusing a visible button cannot fail.
                let _ = button.focus();
            }
        });
    };
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Escape" && open.get_untracked() {
            set_open(false);
        }
    };
    view! {
        <button
            type="button"
            class="button sheet-opener"
            aria-expanded=move || open.get().to_string()
            aria-controls=RAIL
            node_ref=opener
            on:click=move |_| set_open(true)
        >
            <Glyph icon=Icon::Settings />{mt!("sheet-open")}
        </button>
        <div class="sheet-shade" hidden=move || !open.get() on:click=move |_| set_open(false)></div>
        <div id=RAIL class="rail" class:open=open on:keydown=on_key>
            <button type="button" class="button button-small sheet-closer" node_ref=closer on:click=move |_| set_open(false)>
                {mt!("sheet-close")}
            </button>
            <ModelPanel />
            <DataPanel />
            <RecipeForm />
            <PictureSentences />
            <AfterPicture part=StudioPart::Neighbours />
        </div>
    }
}
