//! Sentences on the sphere of their vectors, as training moves them: what the studio is about. Placed and
//! drawn by `www/picture`.

mod neighbours;
mod sentences;

use js_sys::Float32Array;
use leptos::{html::Section, prelude::*, task::spawn_local};
use wasm_bindgen::{JsValue, closure::Closure, prelude::wasm_bindgen};

pub use self::neighbours::NeighboursCard;
use self::sentences::OWN;
use super::split::{AfterPicture, StudioPart};
use crate::{
    app::{
        protocol::Weights,
        ui::{
            parts::{
                chart_files::{ChartFiles, offer_picture},
                drawing::{Bundle, Drawing, messages_json},
                fold::Fold,
                icons::{Glyph, Icon},
                notice::{ErrorNotice, Problem},
            },
            state::{
                store::{PictureUpdate, Store, Topic},
                studio,
            },
            words::{
                format::count,
                i18n::{mt, t},
            },
        },
    },
    localize::Localized,
    model::Pooler,
    text::{Groups, csv_text},
};

#[wasm_bindgen]
extern "C" {
    /// What `mountPicture` of www/picture/index.js returns.
    #[derive(Clone)]
    type Charts;
    /// Words by message id, as JSON.
    #[wasm_bindgen(method)]
    fn speak(this: &Charts, words: &str);
    /// Sentences with their groups and the groups' names, as JSON.
    #[wasm_bindgen(method)]
    fn show(this: &Charts, sentences: &str, names: &str);
    /// What comes now is another run's.
    #[wasm_bindgen(method)]
    fn begin(this: &Charts);
    #[wasm_bindgen(method)]
    fn frame(this: &Charts, step: u32, hidden: u32, values: Float32Array);
    #[wasm_bindgen(method)]
    fn seek(this: &Charts, index: u32);
    #[wasm_bindgen(method)]
    fn play(this: &Charts);
    /// All frames as an animated GIF, a `Blob`; `progress` is called with how much of it is done, from 0 to 1.
    #[wasm_bindgen(method, catch)]
    async fn film(this: &Charts, progress: &JsValue) -> Result<JsValue, JsValue>;
    /// What to call whenever another frame is shown, or one more is there; see [`Shown`].
    #[wasm_bindgen(method, js_name = onFrame)]
    fn on_frame(this: &Charts, listener: &JsValue);
}

/// The frame that is shown.
#[derive(Debug, Clone, PartialEq)]
struct Shown {
    /// Of how many, from 0.
    index: u32,
    frames: u32,
    step: u32,
    /// Sentences that have one of their own group nearest: now, and in the first frame.
    agreeing: u32,
    agreed: u32,
    playing: bool,
    /// Of each sentence the nearest ones and their cosines, [sentences × neighbours]: in the first frame, and now.
    before: (Vec<u32>, Vec<f32>),
    now: (Vec<u32>, Vec<f32>),
}

impl Shown {
    /// The nearest sentence of each and its cosine, before and now.
    fn nearest(&self, sentence: usize, sentences: usize) -> Option<[(usize, f32); 2]> {
        let each = self.now.0.len() / sentences.max(1);
        let of = |(nearest, cosines): &(Vec<u32>, Vec<f32>)| {
            let place = sentence * each;
            Some((*nearest.get(place)? as usize, *cosines.get(place)?))
        };
        Some([of(&self.before)?, of(&self.now)?])
    }
}

/// What the picture shows, for those who draw it and those who tell of it.
#[derive(Clone, Copy)]
pub struct Picture {
    /// As written; see [`Groups`].
    text: RwSignal<String>,
    groups: Memo<Groups>,
    drawing: Drawing<Charts>,
    shown: RwSignal<Option<Shown>>,
}

impl Picture {
    /// Begins with sentences of the site's own, in the language that fits.
    pub fn new() -> Self {
        let (store, engine) = studio();
        // They follow language and encoder for as long as nobody has changed them.
        let text = OWN.editable(store);
        let groups = Memo::new(move |_| text.with(|text| Groups::parse(text)));
        let picture = Self { text, groups, drawing: Drawing::new(), shown: RwSignal::new(None) };
        // The engine is asked again for another model, pooler or text.
        let pooler = Memo::new(move |_| pooler(store));
        Effect::new(move |_| {
            let texts = groups.with(Groups::texts);
            let model = store.model_name();
            if let (Some(pooler), true, Some(_)) = (pooler.get(), store.ready(), model) {
                engine.watch_picture(texts, pooler);
            }
        });
        picture
    }

    /// The site's own sentences, in English, where they are what is shown; untracked.
    pub fn own_sentences(self) -> Option<Vec<String>> {
        let own = self.text.with_untracked(|text| *text == OWN.first());
        own.then(|| self.groups.with_untracked(Groups::texts))
    }

    fn follow(self, store: Store) {
        let Self { groups, drawing, shown, .. } = self;
        Effect::new(move |_| {
            let words = messages_json(&["picture-nearest-now", "picture-nearest-before", "axis-step"]);
            drawing.with(|charts| charts.speak(&words));
        });
        Effect::new(move |_| {
            drawing.with(|charts| {
                let listener = Closure::<dyn Fn(Vec<u32>, Vec<u32>, Vec<f32>, Vec<u32>, Vec<f32>)>::new(
                    move |figures: Vec<u32>, before, before_cosines, now, now_cosines| {
                        let [index, frames, step, agreeing, agreed, playing] = figures[..] else { return };
                        shown.set(Some(Shown {
                            index,
                            frames,
                            step,
                            agreeing,
                            agreed,
                            playing: playing > 0,
                            before: (before, before_cosines),
                            now: (now, now_cosines),
                        }));
                    },
                );
                // The charts live as long as the page.
                charts.on_frame(&listener.into_js_value());
            });
        });
        Effect::new(move |_| {
            let Groups { names, sentences } = groups.get();
            let sentences: Vec<_> = sentences
                .into_iter()
                .map(|(text, group)| serde_json::json!({ "text": text, "group": group }))
                .collect();
            let [sentences, names] = [serde_json::Value::from(sentences), names.into()];
            shown.set(None);
            drawing.with(|charts| charts.show(&sentences.to_string(), &names.to_string()));
        });
        Effect::new(move |_| {
            if drawing.mounted() && store.picture_updates.with(|updates| !updates.is_empty()) {
                let updates = store.picture_updates.try_update_untracked(std::mem::take).unwrap_or_default();
                drawing.with(|charts| updates.iter().for_each(|update| draw(charts, update)));
            }
        });
    }

    /// Every sentence with its group's name and what is nearest to it, with the cosine, before and now; tracked.
    fn rows(self) -> Vec<Row> {
        let Groups { names, sentences } = self.groups.get();
        self.shown.with(|shown| {
            let row = |(index, (sentence, group)): (usize, &(String, usize))| {
                let nearest = shown.as_ref().and_then(|shown| shown.nearest(index, sentences.len()));
                let named = |(index, cosine): (usize, f32)| {
                    let (sentence, of) = sentences.get(index)?.clone();
                    Some(Nearest { sentence, cosine, agrees: of == *group })
                };
                Row {
                    sentence: sentence.clone(),
                    group: names.get(*group).cloned().unwrap_or_default(),
                    nearest: nearest.map_or([None, None], |pair| pair.map(named)),
                }
            };
            sentences.iter().enumerate().map(row).collect()
        })
    }

    fn csv(self) -> String {
        let rows = untrack(|| self.rows()).into_iter().map(|Row { sentence, group, nearest }| {
            let cells = |found: Option<Nearest>| {
                found.map_or_else(Default::default, |found| [found.sentence, found.cosine.to_string()])
            };
            [sentence, group].into_iter().chain(nearest.map(cells).into_iter().flatten())
        });
        csv_text(["sentence", "group", "nearest before", "cosine", "nearest now", "cosine"], rows)
    }
}

/// A sentence in the picture's table.
#[derive(Debug, Clone, PartialEq)]
struct Row {
    sentence: String,
    group: String,
    /// Before, and now.
    nearest: [Option<Nearest>; 2],
}

#[derive(Debug, Clone, PartialEq)]
struct Nearest {
    sentence: String,
    cosine: f32,
    /// Of the same group.
    agrees: bool,
}

/// The run's, where there is one; else the model's own.
fn pooler(store: Store) -> Option<Pooler> {
    let of_run = store.plan.with(|plan| plan.as_ref().map(|plan| plan.options.evaluation_pooler()));
    of_run.or_else(|| store.model.with(|model| model.as_ref().map(|model| model.pooler)))
}

fn draw(charts: &Charts, update: &PictureUpdate) {
    match update {
        PictureUpdate::Begin => charts.begin(),
        PictureUpdate::Frame { step, hidden, values } => {
            charts.frame(*step, *hidden as u32, Float32Array::from(values.as_slice()));
        }
    }
}

#[component]
pub fn PicturePanel() -> impl IntoView {
    let (store, _) = studio();
    let picture: Picture = expect_context();
    let Picture { groups, drawing, shown, .. } = picture;
    let place = NodeRef::<Section>::new();
    picture.follow(store);
    Effect::new(move |_| {
        if let Some(place) = place.get() {
            drawing.mount(Bundle::Picture, "mountPicture", &place, &["picture"]);
        }
    });
    let of = move || groups.with(|groups| groups.sentences.len());
    let score = move || {
        shown.with(|shown| {
            let shown = shown.as_ref()?;
            Some(t!("picture-score", agreeing = shown.agreeing, of = of()))
        })
    };
    let change = move || {
        shown.with(|shown| {
            let shown = shown.as_ref().filter(|shown| shown.step > 0)?;
            Some(t!("picture-score-before", agreed = shown.agreed))
        })
    };
    let waiting = move || shown.with(Option::is_none);
    let empty = Signal::derive(waiting);
    let problem = RwSignal::new(None);
    view! {
        <section class="picture" aria-labelledby="picture-title" node_ref=place>
            <div class="picture-head">
                <h2 id="picture-title">{mt!("picture-title")}</h2>
                <p class="picture-score" role="status">
                    <strong>{score}</strong>" "<span class="fine">{change}</span>
                </p>
                <ChartFiles
                    drawing
                    name="picture"
                    file="picture"
                    title="picture-title"
                    table=move || picture.csv()
                    problem
                    empty
                />
            </div>
            <div class="picture-place">
                <div
                    class="chart-place"
                    data-chart="picture"
                    role="img"
                    aria-label=move || format!("{}: {}", t!("picture-title"), score().unwrap_or_else(|| t!("picture-waiting")))
                ></div>
                <p class="picture-waiting">{move || waiting().then(|| t!("picture-waiting"))}</p>
            </div>
            <TimeBar picture problem />
            <Problem error=problem title="chart-problem" />
            <ErrorNotice of=store.slot(Topic::Picture) title="picture-failed" />
            {drawing.notice()}
        </section>
    }
}

/// Through the run, frame by frame.
#[component]
fn TimeBar(picture: Picture, problem: RwSignal<Option<Localized>>) -> impl IntoView {
    let Picture { drawing, shown, .. } = picture;
    let figure = move |of: fn(&Shown) -> u32| move || shown.with(|shown| shown.as_ref().map_or(0, of));
    let (index, frames, step) =
        (figure(|shown| shown.index), figure(|shown| shown.frames), figure(|shown| shown.step));
    let playing = move || shown.with(|shown| shown.as_ref().is_some_and(|shown| shown.playing));
    let words = move || match step() {
        0 => t!("picture-before"),
        step => t!("picture-step", step = count(step as usize)),
    };
    // How much of the film is made.
    let filming = RwSignal::new(None::<f64>);
    let film = move |_| {
        let Some(charts) = drawing.handle() else { return };
        filming.set(Some(0.0));
        spawn_local(async move {
            let progress = Closure::<dyn Fn(f64)>::new(move |share| filming.set(Some(share)));
            let made = charts.film(progress.as_ref()).await;
            filming.set(None);
            if let Err(error) = offer_picture("simcse-lab-run.gif", made) {
                problem.set(Some(error));
            }
        });
    };
    let film_words = move || match filming.get() {
        Some(share) => format!("{:.0} %", 100.0 * share),
        None => "GIF".to_owned(),
    };
    let seek = move |event: web_sys::Event| {
        if let Ok(index) = event_target_value(&event).parse::<u32>() {
            untrack(|| drawing.with(|charts| charts.seek(index)));
        }
    };
    let (store, _) = studio();
    // Playground and evaluation look through the weights of the moment at which the bar is let go: those of the checkpoint
    // at hand, or of the last one before it.
    let settle = move |_| {
        let now = untrack(step);
        let weights =
            store.checkpoints.with_untracked(|steps| match steps.iter().rfind(|kept| **kept <= now) {
                None => Weights::Original,
                Some(kept) if Some(kept) == steps.last() => Weights::Current,
                Some(kept) => Weights::At(*kept),
            });
        store.encoder.weights.set(weights);
    };
    view! {
        <div class="time-bar">
            <button
                type="button"
                class="button button-small"
                disabled=move || frames() < 2
                on:click=move |_| untrack(|| drawing.with(Charts::play))
            >
                {move || if playing() {
                    view! { <Glyph icon=Icon::Pause />{mt!("picture-hold")} }.into_any()
                } else {
                    view! { <Glyph icon=Icon::Play />{mt!("picture-replay")} }.into_any()
                }}
            </button>
            <input
                type="range"
                min="0"
                max=move || frames().saturating_sub(1).to_string()
                step="1"
                prop:value=move || index().to_string()
                disabled=move || frames() < 2
                aria-label=mt!("picture-time")
                aria-valuetext=words
                on:input=seek
                on:change=settle
            />
            <span class="time-step">{words}</span>
            <button
                type="button"
                class="link-button"
                aria-label=mt!("picture-film")
                disabled=move || frames() < 2 || filming.get().is_some()
                on:click=film
            >
                {film_words}
            </button>
        </div>
    }
}

#[component]
pub fn PictureSentences() -> impl IntoView {
    let Picture { groups, .. } = expect_context();
    let of = move || groups.with(|groups| groups.sentences.len());
    let names = move || groups.with(|groups| groups.names.len());
    view! {
        <Fold
            id="picture-sentences-title"
            title="picture-sentences"
            state=move || t!("picture-sentences-state", count = of(), groups = names())
            done=Signal::derive(|| true)
            hidden=Signal::derive(|| false)
        >
            <AfterPicture part=StudioPart::SentencesAndTable />
        </Fold>
    }
}

/// The sentences to be changed, and the picture as a table.
#[component]
pub fn SentencesAndTable() -> impl IntoView {
    let picture: Picture = expect_context();
    let (store, _) = studio();
    let Picture { text, .. } = picture;
    let cost = move || {
        let share = store.picture_share.get();
        (share > 0.0).then(|| t!("picture-cost", share = format!("{:.0}", 100.0 * share)))
    };
    let draft = RwSignal::new(None::<String>);
    let left_out = move || {
        let written = draft.get().unwrap_or_else(|| text.get());
        let lines = written.lines().filter(|line| !line.trim().is_empty() && !line.trim().starts_with('#'));
        (lines.count() > Groups::MAX_SENTENCES).then(|| t!("picture-most", most = Groups::MAX_SENTENCES))
    };
    let rows = move || {
        let cell = |found: Option<Nearest>| match found {
            Some(Nearest { sentence, cosine, .. }) => format!("{cosine:.2} · {sentence}"),
            None => "–".to_owned(),
        };
        let row = |Row { sentence, group, nearest }| {
            let [before, now] = nearest.map(cell);
            view! { <tr><th scope="row">{sentence}</th><td>{group}</td><td>{before}</td><td>{now}</td></tr> }
        };
        picture.rows().into_iter().map(row).collect_view()
    };
    view! {
            <p class="fine">{mt!("picture-what")}</p>
            <p class="fine">{cost}</p>
            <div class="field">
                <label for="picture-text">{mt!("picture-text")}</label>
                <textarea
                    id="picture-text"
                    rows="10"
                    spellcheck="false"
                    prop:value=move || draft.get().unwrap_or_else(|| text.get())
                    on:input=move |event| draft.set(Some(event_target_value(&event)))
                ></textarea>
                <p class="field-help">{mt!("picture-text-help")}</p>
                <p class="field-error">{left_out}</p>
                <div class="row">
                    <button
                        type="button"
                        class="button button-small"
                        disabled=move || draft.with(Option::is_none)
                        on:click=move |_| if let Some(written) = draft.try_update(Option::take).flatten() {
                            text.set(written);
                        }
                    >
                        {mt!("picture-use")}
                    </button>
                    <button
                        type="button"
                        class="button button-small"
                        on:click=move |_| {
                            draft.set(None);
                            text.set(untrack(|| OWN.current(store)));
                        }
                    >
                        {mt!("picture-built-in")}
                    </button>
                </div>
            </div>
            <details class="picture-table">
                <summary>{mt!("picture-table")}</summary>
                <div class="table-scroll" tabindex="0" role="region" aria-label=mt!("picture-table")>
                    <table class="scores">
                        <thead>
                            <tr>
                                <th scope="col">{mt!("picture-sentence")}</th>
                                <th scope="col">{mt!("picture-group")}</th>
                                <th scope="col">{mt!("picture-nearest-before")}</th>
                                <th scope="col">{mt!("picture-nearest-now")}</th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </details>
    }
}
