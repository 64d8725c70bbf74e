//! The list's vectors, through the weights and the pooler of the encoder: asked for once, used by all views.

use std::sync::Arc;

use leptos::{leptos_dom::helpers::debounce, prelude::*};

use super::{list::List, shared::TYPING};
use crate::{
    app::{
        protocol::{Request, Weights},
        ui::{
            parts::encoder_bar::weights_in_caption,
            state::{
                engine::Engine,
                store::{Phase, Portion, Store, Topic},
                studio,
            },
            words::i18n::{t, words},
        },
    },
    model::Pooler,
};

/// So many sentences are encoded without being asked to: that takes no time worth mentioning.
const AUTO_ENCODE_LINES: usize = 100;

/// Vectors of a list, of length 1.
#[derive(Debug, Clone)]
pub struct Encoding {
    pub lines: Arc<Vec<String>>,
    /// `[lines, hidden]`, row-major.
    pub values: Arc<Vec<f32>>,
    pub hidden: usize,
    weights: Weights,
    pub pooler: Pooler,
    /// Training steps that led to the weights; 0: as loaded.
    pub step: u32,
    generation: u32,
}

impl Encoding {
    pub fn row(&self, index: usize) -> &[f32] {
        &self.values[index * self.hidden..(index + 1) * self.hidden]
    }
}

/// A request under way.
#[derive(Debug, Clone)]
struct Wanted {
    lines: Arc<Vec<String>>,
    weights: Weights,
    pooler: Pooler,
    generation: u32,
    values: Vec<f32>,
}

#[derive(Clone, Copy)]
pub struct Vectors {
    store: Store,
    list: List,
    /// The last that were finished, whether they still hold or not.
    pub latest: RwSignal<Option<Encoding>>,
    wanted: StoredValue<Option<Wanted>>,
    /// Counts what changes the weights behind the encoder: a model, the beginning and the end of a run.
    generation: RwSignal<u32>,
}

impl Vectors {
    /// `chosen`: the view that is looked at.
    pub fn new(list: List, chosen: RwSignal<&'static str>) -> Self {
        let (store, engine) = studio();
        let vectors = Self {
            store,
            list,
            latest: RwSignal::new(None),
            wanted: StoredValue::new(None),
            generation: RwSignal::new(0),
        };
        let turn = Memo::new(move |_| {
            let phase = store.phase.with(|phase| matches!(phase, Phase::Finished(_) | Phase::Failed { .. }));
            (store.model_name(), store.plan.get(), phase)
        });
        Effect::new(move |_| {
            turn.track();
            vectors.generation.update(|generation| *generation += 1);
        });
        Effect::new(move |_| {
            let portions = store.portions.get();
            if !portions.is_empty() {
                store.portions.update_untracked(Vec::clear);
                portions.into_iter().for_each(|portion| vectors.take(portion));
            }
        });
        // Short lists follow the encoder and the text by themselves, where somebody looks at what needs their vectors.
        let mut typed = debounce(TYPING, move |()| {
            if untrack(|| !vectors.fresh() && vectors.blocked().is_none()) {
                vectors.encode(engine);
            }
        });
        Effect::new(move |_| {
            let short = list.lines.with(|lines| (1..=AUTO_ENCODE_LINES).contains(&lines.len()));
            let wanted = vectors.latest.with(Option::is_some) || chosen.get() != "matrix";
            if short && wanted && !vectors.fresh() && vectors.blocked().is_none() {
                typed(());
            }
        });
        vectors
    }

    pub fn count(self) -> usize {
        self.list.lines.with(|lines| lines.len())
    }

    /// Whether the last vectors are those of the list as it is, seen through the encoder as it is; tracked.
    pub fn fresh(self) -> bool {
        let encoder = self.store.encoder;
        let (weights, pooler, generation) =
            (encoder.weights.get(), encoder.pooler.get(), self.generation.get());
        let lines = self.list.lines.get();
        self.latest.with(|latest| {
            latest.as_ref().is_some_and(|of| {
                Arc::ptr_eq(&of.lines, &lines)
                    && (of.weights, of.pooler, of.generation) == (weights, pooler, generation)
            })
        })
    }

    /// The vectors, where they hold; tracked.
    pub fn current(self) -> Option<Encoding> {
        if self.fresh() { self.latest.get() } else { None }
    }

    /// Why there can be no vectors now, for people; tracked.
    pub fn blocked(self) -> Option<String> {
        let store = self.store;
        if !store.ready() {
            Some(t!("engine-first"))
        } else if store.model.with(Option::is_none) {
            Some(t!("need-loaded-model"))
        } else if store.phase.with(|phase| matches!(phase, Phase::Starting | Phase::Stopping)) {
            Some(t!("take-between"))
        } else if self.count() == 0 {
            Some(t!("list-empty"))
        } else {
            None
        }
    }

    pub fn encode(self, engine: Engine) {
        let encoder = self.store.encoder;
        let lines = self.list.lines.get_untracked();
        let (weights, pooler) = (encoder.weights.get_untracked(), encoder.pooler.get_untracked());
        self.cancel(engine);
        self.wanted.set_value(Some(Wanted {
            lines: lines.clone(),
            weights,
            pooler,
            generation: self.generation.get_untracked(),
            values: Vec::new(),
        }));
        let sentences = lines.to_vec();
        engine.send(Topic::Embedding, Request::Embed { sentences, weights, pooler, normalised: true });
    }

    pub fn cancel(self, engine: Engine) {
        let pending = self.store.slot(Topic::Embedding).pending.get_untracked();
        if let Some(of) = pending {
            self.wanted.set_value(None);
            engine.tell(Topic::Embedding, Request::CancelEncoding { of });
        }
    }

    fn take(self, portion: Portion) {
        let finished = self.wanted.try_update_value(|place| {
            let wanted = place.as_mut()?;
            // Parts come in order; one of a request that was given up does not fit.
            if portion.first * portion.hidden != wanted.values.len() || portion.total != wanted.lines.len() {
                return None;
            }
            wanted.values.extend_from_slice(&portion.values);
            if portion.last { place.take() } else { None }
        });
        if let Some(Some(Wanted { lines, weights, pooler, generation, values })) = finished {
            self.latest.set(Some(Encoding {
                lines,
                values: Arc::new(values),
                hidden: portion.hidden,
                weights,
                pooler,
                step: portion.step,
                generation,
            }));
        }
    }

    /// What the vectors at hand are of, for people; tracked.
    pub fn caption(self) -> Option<String> {
        let encoding = self.current()?;
        Some(t!(
            "encoded-caption",
            weights = weights_in_caption(encoding.weights, encoding.step),
            pooler = words(encoding.pooler.name()),
            count = encoding.lines.len(),
            dimensions = encoding.hidden
        ))
    }
}
