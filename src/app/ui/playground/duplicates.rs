//! Pairs of sentences that are nearly the same.

use std::{cmp::Ordering, collections::BinaryHeap};

use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};
use web_time::{Duration, Instant};

use super::{
    encoded::Encoded,
    shared::{AUTO_LAYOUT_LINES, Chosen},
    vectors::{Encoding, Vectors},
};
use crate::app::ui::{
    parts::notice::{Bar, ProgressRow},
    words::i18n::{mt, t},
};

/// So many pairs are kept, the likest.
const KEPT: usize = 500;
/// So many are shown.
const SHOWN: usize = 100;
/// The page is busy no longer than this at a time.
const SLICE: Duration = Duration::from_millis(12);

/// Two sentences' numbers and their cosine; the least like is the greatest, so that a heap gives it up first.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Pair {
    cosine: f32,
    first: usize,
    second: usize,
}

impl Eq for Pair {}

impl Ord for Pair {
    fn cmp(&self, other: &Self) -> Ordering {
        other
            .cosine
            .total_cmp(&self.cosine)
            .then(self.first.cmp(&other.first))
            .then(self.second.cmp(&other.second))
    }
}

impl PartialOrd for Pair {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[derive(Debug, Clone)]
struct Found {
    encoding: Encoding,
    /// The likest first.
    pairs: Vec<Pair>,
}

#[component]
pub fn Duplicates() -> impl IntoView {
    let vectors: Vectors = expect_context();
    let (found, progress) = (RwSignal::new(None::<Found>), RwSignal::new(None::<f64>));
    let threshold = RwSignal::new(0.8_f32);
    // The search at hand; an older one sees that it is over.
    let turn = StoredValue::new(0_u32);
    let stop = move || {
        turn.update_value(|turn| *turn += 1);
        progress.set(None);
    };
    let start = move || {
        let Some(encoding) = untrack(|| vectors.current()) else { return };
        stop();
        let mine = turn.get_value();
        progress.set(Some(0.0));
        spawn_local(async move {
            let mut heap = BinaryHeap::with_capacity(KEPT + 1);
            let mut began = Instant::now();
            let count = encoding.lines.len();
            for first in 0..count {
                compare(&encoding, first, &mut heap);
                if began.elapsed() > SLICE {
                    // Row i has i pairs behind it: the share of all pairs that is done.
                    let left = ((count - first) as f64 / count as f64).powi(2);
                    progress.set(Some(1.0 - left));
                    TimeoutFuture::new(0).await;
                    if turn.try_get_value() != Some(mine) {
                        return;
                    }
                    began = Instant::now();
                }
            }
            progress.set(None);
            found.set(Some(Found { encoding, pairs: heap.into_sorted_vec() }));
        });
    };
    let disabled = move || !vectors.fresh() || vectors.count() < 2;
    // A short list is looked through by itself, where somebody looks at it.
    let Chosen(chosen) = expect_context();
    Effect::new(move |_| {
        if chosen.get() == "duplicates"
            && vectors.current().is_some_and(|of| (2..=AUTO_LAYOUT_LINES).contains(&of.lines.len()))
        {
            start();
        }
    });
    let rows = move || {
        let Found { encoding, pairs } = found.get()?;
        let least = threshold.get();
        let close = pairs.iter().take_while(|pair| pair.cosine >= least).count();
        let stale = !vectors.fresh();
        let words = match (close, close == KEPT) {
            (0, _) => t!("duplicates-none", least = format!("{least:.2}")),
            (_, true) => {
                t!("duplicates-many", least = format!("{least:.2}"), shown = close.min(SHOWN), kept = KEPT)
            }
            _ => {
                t!("duplicates-found", least = format!("{least:.2}"), shown = close.min(SHOWN), count = close)
            }
        };
        let items = pairs.into_iter().take(close.min(SHOWN)).map(|pair| {
            view! {
                <li>
                    <span class="rank-cosine">{format!("{:.3}", pair.cosine)}</span>
                    <span class="rank-sentence">
                        {encoding.lines[pair.first].clone()}<br />{encoding.lines[pair.second].clone()}
                    </span>
                </li>
            }
        });
        Some(view! {
            <p class="matrix-caption" role="status">{words}</p>
            {stale.then(|| view! { <p class="fine">{mt!("duplicates-stale")}</p> })}
            <ol class="ranking ranking-pairs">{items.collect_view()}</ol>
        })
    };
    view! {
        <div class="playground-head">
            <h2>{mt!("duplicates-title")}</h2>
            <p class="fine">{mt!("duplicates-what")}</p>
        </div>
        <Encoded />
        <div class="row">
            <button
                type="button"
                class="button button-primary"
                disabled=disabled
                on:click=move |_| start()
            >
                {mt!("duplicates-start")}
            </button>
            <label class="range-label" for="duplicates-threshold">
                {mt!("duplicates-threshold", value = format!("{:.2}", threshold.get()))}
            </label>
            <input
                id="duplicates-threshold"
                type="range"
                min="0.3"
                max="1"
                step="0.01"
                prop:value=move || threshold.get().to_string()
                on:input=move |event| threshold.set(event_target_value(&event).parse().unwrap_or(0.8))
            />
        </div>
        <ProgressRow
            cancel="encode-cancel"
            cancellable=Signal::derive(move || progress.with(Option::is_some))
            on_cancel=stop
        >
            {move || progress.get().map(|done| view! { <Bar fraction=Some(done) label=t!("duplicates-comparing") /> })}
        </ProgressRow>
        {rows}
        {move || found.with(Option::is_none).then(|| view! {
            <div class="matrix matrix-empty"><p>{mt!("duplicates-empty")}</p></div>
        })}
    }
}

/// A sentence with all behind it; the heap keeps the likest pairs.
fn compare(encoding: &Encoding, first: usize, heap: &mut BinaryHeap<Pair>) {
    let row = encoding.row(first);
    for second in first + 1..encoding.lines.len() {
        // Of vectors of length 1.
        let cosine: f32 = row.iter().zip(encoding.row(second)).map(|(a, b)| a * b).sum();
        if heap.len() < KEPT {
            heap.push(Pair { cosine, first, second });
        } else if heap.peek().is_some_and(|least| cosine > least.cosine) {
            heap.pop();
            heap.push(Pair { cosine, first, second });
        }
    }
}
