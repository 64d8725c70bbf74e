//! Training text, and pairs to evaluate on.

use leptos::prelude::*;
use web_sys::ClipboardEvent;

use super::split::{AfterPicture, StudioPart};
use crate::{
    app::{
        protocol::{EvaluationReport, PickedFile, Request, Source, TrainingKind, TrainingReport},
        ui::{
            browser::{
                clipboard::{MAX_TYPED, long_paste},
                files::from_text,
            },
            parts::{
                drop_zone::{DropZone, Inputs},
                fold::Fold,
                icons::{Glyph, Icon},
                notice::{ErrorNotice, SlotProgress},
            },
            state::{
                links::{Shared, shared},
                site_texts::Sample,
                store::{Store, Topic},
                studio,
            },
            words::i18n::{mt, t, translated, words},
        },
    },
    localize::Localized,
    share::Part,
};

#[component]
pub fn DataPanel() -> impl IntoView {
    let ((store, _), shared) = (studio(), shared());
    let done = Signal::derive(move || store.training.with(Option::is_some));
    let hidden = Signal::derive(move || shared.hides(Part::Text));
    let state = move || {
        let training = store.training.with(|training| training.as_ref().map(counted));
        let pairs = store
            .evaluation
            .with(|pairs| pairs.as_ref().map(|report| t!("data-state-pairs", count = report.pairs)));
        match (training, pairs) {
            (None, _) => t!("fold-none"),
            (Some(training), None) => training,
            (Some(training), Some(pairs)) => format!("{training} · {pairs}"),
        }
    };
    view! {
        <Fold id="data-title" title="data-card" state done hidden>
            <AfterPicture part=StudioPart::Texts />
        </Fold>
    }
}

/// Both texts.
#[component]
pub fn Texts() -> impl IntoView {
    view! {
        <TextInput kind=Kind::Training />
        <hr />
        <TextInput kind=Kind::Evaluation />
    }
}

/// The two texts differ in words and in the request they end in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Training,
    Evaluation,
}

impl Kind {
    fn topic(self) -> Topic {
        match self {
            Self::Training => Topic::Training,
            Self::Evaluation => Topic::Evaluation,
        }
    }

    fn request(self, source: Source) -> Request {
        match self {
            Self::Training => Request::LoadTraining { source },
            Self::Evaluation => Request::LoadEvaluation { source },
        }
    }

    fn samples(self) -> &'static [(Sample, &'static str)] {
        match self {
            Self::Training => &[
                (Sample::Brown, "sample-brown"),
                (Sample::English, "sample-english"),
                (Sample::Sentences, "sample-sentences"),
                (Sample::Triplets, "sample-triplets"),
                (Sample::Chinese, "sample-chinese"),
                (Sample::ChineseTriplets, "sample-chinese-triplets"),
            ],
            Self::Evaluation => &[
                (Sample::EverydayPairs, "everyday-pairs"),
                (Sample::Pairs, "sample-pairs"),
                (Sample::HardPairs, "hard-pairs"),
                (Sample::ChinesePairs, "chinese-pairs"),
            ],
        }
    }
}

/// Why texts cannot be loaded at the moment.
fn reason(store: Store, shared: Shared, kind: Kind) -> Option<&'static str> {
    if !store.ready() {
        Some("engine-first")
    } else if shared.locks(Part::Text) {
        Some("part-locked")
    } else if store.phase.with(|phase| phase.active()) {
        Some("data-stop-first")
    } else if store.slot(kind.topic()).busy() {
        Some("data-busy")
    } else {
        None
    }
}

#[component]
fn TextInput(kind: Kind) -> impl IntoView {
    let ((store, engine), shared) = (studio(), shared());
    let slot = store.slot(kind.topic());
    let disabled = Signal::derive(move || reason(store, shared, kind).is_some());
    let load = move |source: Source| engine.send(kind.topic(), kind.request(source));
    let on_files = move |files: Result<Vec<PickedFile>, Localized>| match files {
        Ok(files) => load(Source::Files(files)),
        Err(message) => slot.error.set(Some(message)),
    };
    let samples = kind.samples().iter().map(move |(sample, label)| {
        view! {
            <button
                type="button"
                class="button button-small"
                disabled=disabled
                on:click=move |_| load(sample.source())
            >
                {mt!(label)}
            </button>
        }
    });
    let (title, id, label, hint, explanation) = match kind {
        Kind::Training => (
            "data-training",
            "training-file",
            "data-training-drop",
            "data-training-hint",
            "data-training-help",
        ),
        Kind::Evaluation => (
            "data-evaluation",
            "evaluation-file",
            "data-evaluation-drop",
            "data-evaluation-hint",
            "data-evaluation-help",
        ),
    };
    let loaded = Signal::derive(move || match kind {
        Kind::Training => store.training.with(Option::is_some),
        Kind::Evaluation => store.evaluation.with(Option::is_some),
    });
    let report = move || match kind {
        Kind::Training => store.training.get().map(|report| view! { <LoadedTraining report /> }.into_any()),
        Kind::Evaluation => {
            store.evaluation.get().map(|report| view! { <LoadedEvaluation report /> }.into_any())
        }
    };
    view! {
        <div class="text-input">
            <h3>{mt!(title)}</h3>
            <p class="fine">{mt!(explanation)}</p>
            {report}
            <SlotProgress of=slot what="data-loading" />
            <ErrorNotice of=slot title="data-failed" />
            <Inputs loaded again="data-again">
                <DropZone id label hint accept=".txt,.csv,.tsv,.jsonl,.ndjson,.json" disabled on_files />
                <div class="row">{samples.collect_view()}</div>
                <Paste kind disabled on_text=move |file| load(Source::Files(vec![file])) />
                <p class="fine reason">{move || reason(store, shared, kind).filter(|_| !slot.busy()).map(words)}</p>
            </Inputs>
        </div>
    }
}

#[component]
fn Paste(
    kind: Kind,
    disabled: Signal<bool>,
    on_text: impl Fn(PickedFile) + Copy + Send + 'static,
) -> impl IntoView {
    let (store, _) = studio();
    let text = RwSignal::new(String::new());
    let (id, placeholder) = match kind {
        Kind::Training => ("training-paste", "data-paste-sentences"),
        Kind::Evaluation => ("evaluation-paste", "data-paste-pairs"),
    };
    let empty = move || text.with(|text| text.trim().is_empty());
    let give = move |pasted: &str| {
        // Pasted tables keep their tabs; a line without any is a sentence.
        let tabs =
            pasted.lines().find(|line| !line.trim().is_empty()).is_some_and(|line| line.contains('\t'));
        let name = if tabs { "pasted.tsv" } else { "pasted.txt" };
        match from_text(name, pasted) {
            Ok(file) => on_text(file),
            Err(message) => store.slot(kind.topic()).error.set(Some(message)),
        }
    };
    // Behind what stands in the field already, and at once.
    let paste = move |event: ClipboardEvent| {
        if let Some(pasted) = (!disabled.get_untracked()).then(|| long_paste(&event)).flatten() {
            give(&text.with_untracked(|text| {
                if text.trim().is_empty() { pasted.clone() } else { format!("{text}\n{pasted}") }
            }));
        }
    };
    view! {
        <details class="paste">
            <summary>{mt!("data-paste")}</summary>
            <label class="visually-hidden" for=id>{mt!("data-paste-label")}</label>
            <textarea id=id rows="5" placeholder=mt!(placeholder) spellcheck="false" prop:value=text on:paste=paste on:input=move |event| text.set(event_target_value(&event))></textarea>
            <div class="row">
                <button
                    type="button"
                    class="button button-small"
                    disabled=move || disabled.get() || empty()
                    on:click=move |_| text.with_untracked(|text| give(text))
                >
                    {mt!("data-paste-use")}
                </button>
                <span class="fine">{move || empty().then(|| t!("data-paste-empty", most = MAX_TYPED))}</span>
            </div>
        </details>
    }
}

fn counted(report: &TrainingReport) -> String {
    match report.kind {
        TrainingKind::Sentences => t!("counted-sentences", count = report.items),
        TrainingKind::Pairs => t!("counted-pairs", count = report.items),
        TrainingKind::Triplets => t!("counted-triplets", count = report.items),
    }
}

#[component]
fn LoadedTraining(report: TrainingReport) -> impl IntoView {
    let counts = report.clone();
    let items = move || counted(&counts);
    let preview = report.preview.iter().map(|item| item.join("  ·  "));
    view! {
        <div class="loaded" role="status">
            <p class="loaded-name"><Glyph icon=Icon::Check />{report.name}<span class="fine">" · "{items}</span></p>
            <Skipped lines=report.skipped />
            <Notes notes=report.notes />
            <ul class="preview">{preview.map(|line| view! { <li>{line}</li> }).collect_view()}</ul>
        </div>
    }
}

#[component]
fn LoadedEvaluation(report: EvaluationReport) -> impl IntoView {
    let EvaluationReport { pairs, positive_pairs, notes, .. } = report;
    let facts = mt!("data-graded", pairs = t!("counted-pairs", count = pairs), positive = positive_pairs);
    let warning = (positive_pairs == 0).then_some("data-no-positive");
    view! {
        <div class="loaded" role="status">
            <p class="loaded-name"><Glyph icon=Icon::Check />{report.name}<span class="fine">" · "{facts}</span></p>
            {warning.map(|warning| view! { <p class="fine">{mt!(warning)}</p> })}
            <Notes notes />
            <ul class="preview">
                {report
                    .preview
                    .iter()
                    .map(|(first, second, score)| view! { <li><b>{format!("{score:.1}")}</b>{format!("  {first}  ·  {second}")}</li> })
                    .collect_view()}
            </ul>
        </div>
    }
}

/// What of a file is not used.
#[component]
fn Notes(notes: Vec<Localized>) -> impl IntoView {
    notes.into_iter().map(|note| view! { <p class="fine">{move || translated(&note)}</p> }).collect_view()
}

#[component]
fn Skipped(lines: usize) -> impl IntoView {
    (lines > 0).then(|| {
        view! {
            <p class="fine">{mt!("data-skipped", count = lines)}</p>
        }
    })
}
