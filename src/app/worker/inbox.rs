//! Requests as they come, in order.

use std::collections::VecDeque;

use futures_channel::mpsc::{UnboundedReceiver, unbounded};
use futures_util::{
    StreamExt,
    future::{Either, select},
};
use gloo_timers::future::TimeoutFuture;
use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

use super::outbox::answer;
use crate::app::protocol::{Answer, Envelope, FailureKind, Request, RequestId, decode};

pub struct Inbox {
    receiver: UnboundedReceiver<Envelope>,
    /// Requests that arrived during `wait_for`, in order.
    deferred: VecDeque<Envelope>,
}

impl Inbox {
    /// Collects what the page posts from now on.
    pub fn listen(scope: &DedicatedWorkerGlobalScope) -> Self {
        let (sender, receiver) = unbounded();
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
            let message = message.data();
            match decode::<Envelope>(message.clone()) {
                // The receiver lives in the loop that serves, which never ends.
                Ok(envelope) => drop(sender.unbounded_send(envelope)),
                Err(reason) => {
                    let id = number_of(&message);
                    answer(id, Answer::Failed { kind: FailureKind::Engine, reason });
                }
            }
        });
        scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        // Lives as long as the worker.
        on_message.forget();
        Self { receiver, deferred: VecDeque::new() }
    }

    /// The next request, if one has come.
    pub fn waiting(&mut self) -> Option<Envelope> {
        self.deferred.pop_front().or_else(|| self.receiver.try_recv().ok())
    }

    /// The next request, or `None` after this many milliseconds.
    pub async fn next_within(&mut self, milliseconds: u32) -> Option<Envelope> {
        if let Some(envelope) = self.deferred.pop_front() {
            return Some(envelope);
        }
        match select(self.receiver.next(), TimeoutFuture::new(milliseconds)).await {
            Either::Left((envelope, _)) => envelope,
            Either::Right(_) => None,
        }
    }

    /// Waits for a request that `matches`; it and all that came before it stay in the queue.
    pub async fn wait_for(&mut self, matches: impl Fn(&Request) -> bool) {
        while let Some(envelope) = self.receiver.next().await {
            let found = matches(&envelope.request);
            self.deferred.push_back(envelope);
            if found {
                return;
            }
        }
    }
}

/// Of a message that is no request: whoever sent it may be waiting for an answer under this number.
fn number_of(message: &JsValue) -> RequestId {
    let number = Reflect::get(message, &"id".into()).ok().and_then(|id| id.as_f64());
    number.unwrap_or(0.0) as RequestId
}
