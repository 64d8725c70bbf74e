//! Web Workers as threads: each receives this module and its memory (www/worker_thread.js) and calls [`run_thread`].

use std::sync::{
    Condvar, Mutex,
    atomic::{AtomicBool, Ordering},
};

use futures_channel::oneshot;
use js_sys::{Object, Reflect};
use rayon_core::ThreadBuilder;
use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};
use web_sys::{MessageEvent, Worker, WorkerOptions, WorkerType};

/// The script of a thread, in the folder of the engine's.
const SCRIPT: &str = "worker_thread.js";
/// Name of workers that are threads, in which the module's `main` must do nothing.
pub const NAME: &str = "SimCSE Lab thread";

/// Threads of the pool that no worker has taken yet.
static MADE: Mutex<Vec<ThreadBuilder>> = Mutex::new(Vec::new());
static MORE: Condvar = Condvar::new();

/// Whether a thread ended in a trap, so that the chunk it had begun will never be done.
static FAILED: AtomicBool = AtomicBool::new(false);

/// Whether a thread ended in a trap.
pub fn failed() -> bool {
    FAILED.load(Ordering::Relaxed)
}

/// Called by the worker after a trap, which leaves the module callable.
#[wasm_bindgen]
pub fn thread_failed() {
    FAILED.store(true, Ordering::Relaxed);
}

/// Cores of the machine as the browser reports them; 1 if it does not.
pub fn cores() -> usize {
    let navigator = Reflect::get(&js_sys::global(), &"navigator".into());
    let cores = navigator.and_then(|navigator| Reflect::get(&navigator, &"hardwareConcurrency".into()));
    cores.ok().and_then(|cores| cores.as_f64()).map_or(1, |cores| cores as usize)
}

/// Starts `count` workers, and returns how many are ready: none where the page is not cross-origin isolated.
pub async fn start(count: usize) -> usize {
    let isolated = Reflect::get(&js_sys::global(), &"crossOriginIsolated".into());
    if !isolated.is_ok_and(|isolated| isolated.is_truthy()) {
        return 0;
    }
    let starting: Vec<_> = (0..count).filter_map(|_| start_one().ok()).collect();
    let mut ready = 0;
    for started in starting {
        // The sender of a worker that could not load is dropped without a message.
        ready += usize::from(started.await.is_ok());
    }
    ready
}

/// Starts a worker; the receiver resolves when it is about to call [`run_thread`].
fn start_one() -> Result<oneshot::Receiver<()>, JsValue> {
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    options.set_name(NAME);
    let location = Reflect::get(&js_sys::global(), &"location".into())?;
    let location = Reflect::get(&location, &"href".into())?.as_string().unwrap_or_default();
    let script = web_sys::Url::new_with_base(SCRIPT, &location)?;
    let worker = Worker::new_with_options(&script.href(), &options)?;
    let (sender, ready) = oneshot::channel();
    let mut sender = Some(sender);
    let answer = Closure::<dyn FnMut(JsValue)>::new(move |event: JsValue| {
        let sender = sender.take();
        // An error event is not a message event: the sender is dropped unused, which the receiver notices.
        if let (Some(sender), true) = (sender, event.is_instance_of::<MessageEvent>()) {
            let _ = sender.send(());
        }
    });
    worker.set_onmessage(Some(answer.as_ref().unchecked_ref()));
    worker.set_onerror(Some(answer.as_ref().unchecked_ref()));
    answer.forget();
    let message = Object::new();
    Reflect::set(&message, &"module".into(), &wasm_bindgen::module())?;
    Reflect::set(&message, &"memory".into(), &wasm_bindgen::memory())?;
    worker.post_message(&message)?;
    Ok(ready)
}

/// Hands a thread of the pool to a waiting worker.
pub fn give(thread: ThreadBuilder) -> std::io::Result<()> {
    if let Ok(mut made) = MADE.lock() {
        made.push(thread);
    }
    MORE.notify_one();
    Ok(())
}

/// Runs a thread of the pool in this worker, until the page is closed.
#[wasm_bindgen]
pub fn run_thread() {
    let Ok(mut made) = MADE.lock() else { return };
    let thread = loop {
        if let Some(thread) = made.pop() {
            break thread;
        }
        match MORE.wait(made) {
            Ok(woken) => made = woken,
            Err(_) => return,
        }
    };
    drop(made);
    thread.run();
}
