//! The engine's worker: takes requests in, keeps one session, trains a step at a time between them.

mod browser;
mod checkpoints;
mod error;
mod failure;
mod files;
mod hub;
mod inbox;
mod inputs;
mod keeper;
mod locks;
mod model_files;
mod opening;
mod outbox;
mod picture;
mod prepare;
mod private_files;
mod run;
mod run_store;
mod session;
mod similarity;
mod site_files;
mod watchers;

use wasm_bindgen_futures::spawn_local;

use crate::{app::protocol::Event, web_task::next_task};
use browser::scope;
use inbox::Inbox;
use outbox::post;
use session::Session;

/// How often an idle session looks whether its device is still there, milliseconds.
const HEALTH_CHECK: u32 = 1_000;

/// Opens the device and serves requests for as long as the page lives.
pub fn start() {
    #[cfg(target_feature = "atomics")]
    if scope().name() == crate::device::THREAD_NAME {
        return;
    }
    super::log_to_console();
    let inbox = Inbox::listen(&scope());
    spawn_local(hub::post_cached());
    spawn_local(run_store::tidy());
    spawn_local(async move {
        let choice = opening::chosen();
        match opening::open(choice).await {
            Ok((device, no_gpu)) => {
                no_gpu.into_iter().for_each(|reason| post(Event::NoWebGpu(reason)));
                post(Event::Ready(device.info().clone()));
                serve(inbox, Session::new(device, choice)).await;
            }
            // The CPU has nothing to refuse; should it, the worker stops, and the page says so.
            Err(error) => wasm_bindgen::throw_str(&error.to_string()),
        }
    });
}

async fn serve(mut inbox: Inbox, mut session: Session) {
    loop {
        if session.encoding() || session.has_steps_due() || session.transferring() {
            match inbox.waiting() {
                Some(envelope) => session.answer(envelope, &mut inbox).await,
                None if session.encoding() => session.advance_encoding(&mut inbox).await,
                None if session.has_steps_due() => session.advance(&mut inbox).await,
                None => session.advance_transfer().await,
            }
            // Messages arrive between tasks only: without this, a Stop would wait for the end of the run.
            next_task().await;
        } else {
            match inbox.next_within(HEALTH_CHECK).await {
                Some(envelope) => session.answer(envelope, &mut inbox).await,
                None => session.check_device().await,
            }
        }
    }
}
