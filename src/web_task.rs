//! Letting a worker's or page's other tasks run, without the four milliseconds that browsers make a timer of nothing
//! wait.

use std::{cell::RefCell, collections::VecDeque};

use futures_channel::oneshot;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{MessageChannel, MessageEvent, MessagePort};

thread_local! {
    static PORT: RefCell<Option<MessagePort>> = const { RefCell::new(None) };
    static WAITING: RefCell<VecDeque<oneshot::Sender<()>>> = const { RefCell::new(VecDeque::new()) };
}

/// Begins at once, and goes on in tasks of its own. A future that is only spawned begins in a later task where there are
/// threads, and a page that is about to go has none.
#[cfg(feature = "page")]
pub fn begin(work: impl Future<Output = ()> + 'static) {
    use std::task::{Context, Waker};

    let mut work = Box::pin(work);
    // What wakes it meanwhile is seen when the spawned task looks for the first time.
    if work.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending() {
        wasm_bindgen_futures::spawn_local(work);
    }
}

/// Goes on in a task of its own, behind those that wait already: a message that has arrived is taken first.
pub async fn next_task() {
    let (sender, arrived) = oneshot::channel();
    let posted = PORT.with_borrow_mut(|port| {
        if port.is_none() {
            *port = open();
        }
        port.as_ref().is_some_and(|port| port.post_message(&JsValue::NULL).is_ok())
    });
    if posted {
        WAITING.with_borrow_mut(|waiting| waiting.push_back(sender));
        // The sender is kept until the message is there.
        let _ = arrived.await;
    }
}

/// A port whose messages come back here.
fn open() -> Option<MessagePort> {
    let channel = MessageChannel::new().ok()?;
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(|_| {
        if let Some(sender) = WAITING.with_borrow_mut(VecDeque::pop_front) {
            // Whoever waited may have been given up meanwhile.
            let _ = sender.send(());
        }
    });
    channel.port1().set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    // The channel lives as long as the thread.
    on_message.forget();
    Some(channel.port2())
}
