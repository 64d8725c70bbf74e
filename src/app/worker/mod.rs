//! The engine's worker: takes requests in, keeps one session, trains a step at a time between them.

mod checkpoints;
mod error;
mod failure;
mod files;
mod hub;
mod inbox;
mod kept;
mod model_files;
mod onlooker;
mod outbox;
mod prepare;
mod run;
mod session;
mod similarity;

use gloo_timers::future::TimeoutFuture;
use js_sys::Reflect;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::DedicatedWorkerGlobalScope;

use crate::{
    app::protocol::{Event, NoWebGpu},
    gpu::{Gpu, GpuError, GpuOptions},
};
use inbox::Inbox;
use outbox::post;
use session::Session;

/// How often an idle session looks whether its device is still there, milliseconds.
const HEALTH_CHECK: u32 = 1_000;

/// Opens the device and serves requests for as long as the page lives.
pub fn start() {
    console_error_panic_hook::set_once();
    let inbox = Inbox::listen(&scope());
    spawn_local(hub::post_cached());
    spawn_local(async move {
        match open_gpu().await {
            Ok(gpu) => {
                post(&Event::Ready(gpu.info().clone()));
                serve(inbox, Session::new(gpu)).await;
            }
            Err(reason) => post(&Event::NoWebGpu(reason)),
        }
    });
}

fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

async fn open_gpu() -> Result<Gpu, NoWebGpu> {
    let scope = scope();
    if !scope.is_secure_context() {
        return Err(NoWebGpu::InsecureContext);
    }
    let exposed = Reflect::get(&scope.navigator(), &"gpu".into()).is_ok_and(|gpu| gpu.is_object());
    if !exposed {
        return Err(NoWebGpu::NotInBrowser);
    }
    Gpu::new(GpuOptions::default()).await.map_err(|error| match error {
        GpuError::NoAdapter(words) => NoWebGpu::NoAdapter(words),
        other => NoWebGpu::NoAdapter(other.to_string()),
    })
}

async fn serve(mut inbox: Inbox, mut session: Session) {
    loop {
        if session.encoding() || session.training() || session.transferring() {
            match inbox.waiting() {
                Some(envelope) => session.answer(envelope, &mut inbox).await,
                None if session.encoding() => session.advance_encoding().await,
                None if session.training() => session.advance(&mut inbox).await,
                None => session.advance_transfer().await,
            }
            // Messages arrive between tasks only: without this, a Stop would wait for the end of the run.
            TimeoutFuture::new(0).await;
        } else {
            match inbox.next_within(HEALTH_CHECK).await {
                Some(envelope) => session.answer(envelope, &mut inbox).await,
                None => session.check_device(),
            }
        }
    }
}
