//! Requests as they come, in order.

use std::collections::VecDeque;

use futures_channel::mpsc::{UnboundedReceiver, unbounded};
use futures_util::{
    StreamExt,
    future::{Either, select},
};
use gloo_timers::future::TimeoutFuture;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

use super::outbox::post;
use crate::app::protocol::{Envelope, Event, Request, decode};

pub struct Inbox {
    receiver: UnboundedReceiver<Envelope>,
    /// Taken off the receiver while something was waiting for a Stop.
    deferred: VecDeque<Envelope>,
}

impl Inbox {
    /// Collects what the page posts from now on.
    pub fn listen(scope: &DedicatedWorkerGlobalScope) -> Self {
        let (sender, receiver) = unbounded();
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
            match decode::<Envelope>(message.data()) {
                // The receiver lives in the loop that serves, which never ends.
                Ok(envelope) => drop(sender.unbounded_send(envelope)),
                Err(message) => post(&Event::Failed { id: 0, message }),
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

    /// The next request, or nothing within so many milliseconds.
    pub async fn next_within(&mut self, milliseconds: u32) -> Option<Envelope> {
        if let Some(envelope) = self.deferred.pop_front() {
            return Some(envelope);
        }
        match select(self.receiver.next(), TimeoutFuture::new(milliseconds)).await {
            Either::Left((envelope, _)) => envelope,
            Either::Right(_) => None,
        }
    }

    /// Ends when a Stop comes, which stays in line; other requests wait.
    pub async fn stop_wanted(&mut self) {
        while let Some(envelope) = self.receiver.next().await {
            let stop = matches!(envelope.request, Request::Stop);
            self.deferred.push_back(envelope);
            if stop {
                return;
            }
        }
    }
}
