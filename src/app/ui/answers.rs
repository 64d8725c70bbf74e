//! Answers that go to whoever asked, and not into the store.

use std::collections::HashMap;

use futures_channel::oneshot::{self, Receiver, Sender};
use leptos::prelude::*;

use crate::app::protocol::{EmbeddedPart, Event, RequestId};

#[derive(Clone, Copy)]
pub struct Answers(StoredValue<HashMap<RequestId, Sender<Event>>, LocalStorage>);

impl Answers {
    pub fn new() -> Self {
        Self(StoredValue::new_local(HashMap::new()))
    }

    /// The answer to the request of this number, once it is there; cancelled when there will be none.
    pub fn expect(self, id: RequestId) -> Receiver<Event> {
        let (sender, receiver) = oneshot::channel();
        self.0.update_value(|waiting| {
            waiting.insert(id, sender);
        });
        receiver
    }

    /// Gives the event to whoever waits for it; back comes one that nobody waits for.
    pub fn deliver(self, event: Event) -> Option<Event> {
        let id = match &event {
            Event::Progress { id, .. } if self.0.with_value(|waiting| waiting.contains_key(id)) => {
                return None;
            }
            Event::Cosines { id, .. }
            | Event::Views { id, .. }
            | Event::Similarity { id, .. }
            | Event::LayerNorm { id, .. }
            | Event::Measured { id, .. }
            // A single part: all that was asked for.
            | Event::Embedded { id, part: EmbeddedPart { first: 0, last: true, .. } }
            | Event::EncodingCancelled { id }
            | Event::Failed { id, .. } => *id,
            _ => return Some(event),
        };
        match self.0.try_update_value(|waiting| waiting.remove(&id)).flatten() {
            Some(sender) => {
                // Whoever asked may have gone.
                let _ = sender.send(event);
                None
            }
            None => Some(event),
        }
    }

    /// The engine will answer none of them any more.
    pub fn abandon(self) {
        self.0.update_value(HashMap::clear);
    }
}
