//! Workers as threads: each is given this module and its memory (www/worker_thread.js), and calls [`run_thread`].

use std::sync::{
    Condvar, Mutex,
    atomic::{AtomicBool, Ordering},
};

use futures_channel::oneshot;
use js_sys::{Object, Reflect};
use rayon_core::ThreadBuilder;
use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};
use web_sys::{MessageEvent, Worker, WorkerOptions, WorkerType};

/// The script of a thread, beside the engine's.
const SCRIPT: &str = "worker_thread.js";
/// Workers of this name are threads: the module's `main` is not for them.
pub const NAME: &str = "SimCSE Lab thread";

/// Threads that the pool has made and no worker has taken yet.
static MADE: Mutex<Vec<ThreadBuilder>> = Mutex::new(Vec::new());
static MORE: Condvar = Condvar::new();

/// Whether one of the threads ended in a trap. What it had begun will never be done.
static FAILED: AtomicBool = AtomicBool::new(false);

/// Whether one of the threads is gone.
pub fn failed() -> bool {
    FAILED.load(Ordering::Relaxed)
}

/// Says so; a trap leaves the module callable.
#[wasm_bindgen]
pub fn thread_failed() {
    FAILED.store(true, Ordering::Relaxed);
}

/// Cores of the machine, as far as the browser tells.
pub fn cores() -> usize {
    let navigator = Reflect::get(&js_sys::global(), &"navigator".into());
    let cores = navigator.and_then(|navigator| Reflect::get(&navigator, &"hardwareConcurrency".into()));
    cores.ok().and_then(|cores| cores.as_f64()).map_or(1, |cores| cores as usize)
}

/// Starts so many workers, and returns how many came up: none where the page is not isolated.
pub async fn start(count: usize) -> usize {
    let isolated = Reflect::get(&js_sys::global(), &"crossOriginIsolated".into());
    if !isolated.is_ok_and(|isolated| isolated.is_truthy()) {
        return 0;
    }
    let starting: Vec<_> = (0..count).filter_map(|_| start_one().ok()).collect();
    let mut ready = 0;
    for started in starting {
        // A worker that could not load says nothing; its sender is dropped.
        ready += usize::from(started.await.is_ok());
    }
    ready
}

/// Resolves when the worker is about to call [`run_thread`].
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
        // What comes of errors is no message: the sender goes, and whoever waits hears of it.
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

/// Hands one of the pool's threads to a worker.
pub fn give(thread: ThreadBuilder) -> std::io::Result<()> {
    if let Ok(mut made) = MADE.lock() {
        made.push(thread);
    }
    MORE.notify_one();
    Ok(())
}

/// What a worker does that is a thread, for as long as the page lives.
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
