//! Answers that go to whoever asked, and not into the store.

use std::collections::HashMap;

use futures_channel::oneshot::{self, Receiver, Sender};
use leptos::prelude::*;

use crate::app::protocol::{Answer, RequestId};

#[derive(Clone, Copy)]
pub struct Answers(StoredValue<HashMap<RequestId, Sender<Answer>>, LocalStorage>);

impl Answers {
    pub fn new() -> Self {
        Self(StoredValue::new_local(HashMap::new()))
    }

    /// The last answer to the request of this number, once it is there; cancelled when there will be none.
    pub fn expect(self, id: RequestId) -> Receiver<Answer> {
        let (sender, receiver) = oneshot::channel();
        self.0.update_value(|waiting| {
            waiting.insert(id, sender);
        });
        receiver
    }

    /// Gives the answer to whoever waits for it; back comes one that nobody waits for.
    pub fn deliver(self, id: RequestId, last: bool, answer: Answer) -> Option<Answer> {
        if !self.0.with_value(|waiting| waiting.contains_key(&id)) {
            return Some(answer);
        }
        if let Some(sender) = self.0.try_update_value(|waiting| last.then(|| waiting.remove(&id))?).flatten()
        {
            // Whoever asked may have gone.
            let _ = sender.send(answer);
        }
        None
    }

    /// The engine will answer none of them any more.
    pub fn abandon(self) {
        self.0.update_value(HashMap::clear);
    }
}
