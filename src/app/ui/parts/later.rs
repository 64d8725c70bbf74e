//! Parts of the page whose programs are modules of their own, fetched when they are wanted (`wasm_split`).

use std::{
    cell::RefCell,
    collections::{BTreeMap, VecDeque},
    future::Future,
    pin::Pin,
};

use futures_util::future::join;
use leptos::{prelude::*, task::spawn_local};
use wasm_split_helpers::SplitLoaderError;

use crate::{
    app::ui::{
        state::studio,
        words::i18n::{fetch_later, mt},
    },
    web_task::next_task,
};

/// What a split function returns: the part, once its module is here.
pub type Split = Result<AnyView, SplitLoaderError>;

type Loading = Pin<Box<dyn Future<Output = Result<(), SplitLoaderError>>>>;

/// A module that the page's program is split into. One split function makes any of its parts `P`: every split function has a
/// loader of its own, and a second one's would not know that the module is here.
pub struct Module<P> {
    pub name: &'static str,
    pub load: fn() -> Loading,
    /// A part at once; `None` where the module is not here.
    pub make: fn(P) -> Option<AnyView>,
}

impl<P> Clone for Module<P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P> Copy for Module<P> {}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    NotWanted,
    Coming,
    Here,
    Failed,
}

thread_local! {
    /// By the module's name.
    static STATES: RefCell<BTreeMap<&'static str, ArcRwSignal<State>>> = const { RefCell::new(BTreeMap::new()) };
    /// Parts that are ready to be made.
    static WAITING: RefCell<VecDeque<RwSignal<bool>>> = const { RefCell::new(VecDeque::new()) };
}

fn state_of(name: &'static str) -> ArcRwSignal<State> {
    STATES.with_borrow_mut(|states| {
        states.entry(name).or_insert_with(|| ArcRwSignal::new(State::NotWanted)).clone()
    })
}

fn fetch(state: &ArcRwSignal<State>, load: fn() -> Loading) {
    if matches!(state.get_untracked(), State::Coming | State::Here) {
        return;
    }
    state.set(State::Coming);
    let state = state.clone();
    spawn_local(async move {
        // Its parts speak as soon as they are made.
        let (program, words) = join(load(), fetch_later()).await;
        state.set(if program.and(words).is_ok() { State::Here } else { State::Failed });
    });
}

/// Shows a part of a module, which is fetched once the part is `wanted`; nothing before.
#[component]
pub fn Later<P: Clone + Send + 'static>(
    of: Module<P>,
    part: P,
    #[prop(default = Signal::from(true))] wanted: Signal<bool>,
) -> impl IntoView {
    let Module { name, load, make } = of;
    shown(state_of(name), load, Box::new(move || make(part.clone())), wanted)
}

/// Becomes true in a task of its own once `ready`, after those that were ready before: all parts of the page or of a module,
/// made at once, would hold it up.
pub fn turn(ready: impl Fn() -> bool + 'static) -> RwSignal<bool> {
    let turn = RwSignal::new(false);
    Effect::new(move |before: Option<bool>| {
        let now = before == Some(true) || ready();
        if now && before != Some(true) {
            take_turn(turn);
        }
        now
    });
    turn
}

fn take_turn(turn: RwSignal<bool>) {
    let waiting = WAITING.with_borrow_mut(|waiting| {
        waiting.push_back(turn);
        waiting.len()
    });
    if waiting > 1 {
        return;
    }
    spawn_local(async {
        while let Some(next) = WAITING.with_borrow(|waiting| waiting.front().copied()) {
            next_task().await;
            // A part that is gone by now needs no turn.
            next.try_set(true);
            WAITING.with_borrow_mut(VecDeque::pop_front);
        }
    });
}

/// What is the same for all parts.
fn shown(
    state: ArcRwSignal<State>,
    load: fn() -> Loading,
    make: Box<dyn Fn() -> Option<AnyView> + Send>,
    wanted: Signal<bool>,
) -> AnyView {
    Effect::new({
        let state = state.clone();
        move |_| {
            if wanted.get() {
                fetch(&state, load);
            }
        }
    });
    let turn = turn({
        let state = state.clone();
        move || state.get() == State::Here
    });
    let view = move || match state.get() {
        State::NotWanted | State::Coming => None,
        State::Here => turn.get().then(&make).flatten(),
        State::Failed => Some(failed(state.clone(), load)),
    };
    view.into_any()
}

fn failed(state: ArcRwSignal<State>, load: fn() -> Loading) -> AnyView {
    view! {
        <p class="notice" role="alert">
            {mt!("part-failed")}" "
            <button type="button" class="link-button" on:click=move |_| fetch(&state, load)>{mt!("part-again")}</button>
        </p>
    }
    .into_any()
}

/// Whether the visitor has reached for something that comes after the picture.
#[derive(Clone, Copy)]
pub struct Reached(RwSignal<bool>);

impl Reached {
    pub fn new() -> Self {
        Self(RwSignal::new(false))
    }

    pub fn reach(self) {
        if !self.0.get_untracked() {
            self.0.set(true);
        }
    }
}

/// When what stands beside the picture is wanted: after it, or when the visitor reaches for any of it.
pub fn after_picture() -> Signal<bool> {
    let ((store, _), Reached(reached)) = (studio(), expect_context());
    Signal::derive(move || !store.arriving.get() || reached.get())
}
