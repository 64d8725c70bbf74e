//! Web Locks tell other tabs what this one uses. The browser releases them when a tab is closed or crashes.

use std::collections::BTreeSet;

use futures_channel::oneshot;
use js_sys::{Array, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};
use wasm_bindgen_futures::{JsFuture, future_to_promise};

use super::browser::{field, scope};

// web-sys has these behind a flag of the compiler only.
#[wasm_bindgen]
extern "C" {
    type LockManager;
    #[wasm_bindgen(method)]
    fn request(this: &LockManager, name: &str, options: &JsValue, held: &JsValue) -> Promise;
    #[wasm_bindgen(method)]
    fn query(this: &LockManager) -> Promise;
}

/// Held until it is dropped.
pub struct Lock {
    _release: oneshot::Sender<()>,
}

/// Takes the lock `name`; `None` while another tab holds it. Without Web Locks, every lock is free.
pub async fn try_acquire(name: &str) -> Option<Lock> {
    request(name, true).await
}

/// Waits until the lock `name` is free, and takes it.
pub async fn acquire(name: &str) -> Option<Lock> {
    request(name, false).await
}

async fn request(name: &str, if_available: bool) -> Option<Lock> {
    let (release, released) = oneshot::channel();
    let Some(manager) = manager() else { return Some(Lock { _release: release }) };
    let (sender, taken) = oneshot::channel();
    let held = Closure::once_into_js(move |lock: JsValue| -> Promise {
        // The caller may have been cancelled; the lock is then released again.
        let _ = sender.send(!lock.is_null());
        future_to_promise(async move {
            let _ = released.await;
            Ok(JsValue::UNDEFINED)
        })
    });
    let options = js_sys::Object::new();
    // An object of our own takes any field.
    let _ = Reflect::set(&options, &"ifAvailable".into(), &if_available.into());
    let done = manager.request(name, &options, &held);
    // It ends with the lock; that it was refused shows in `taken`, whose sender is dropped with the closure.
    wasm_bindgen_futures::spawn_local(async move { drop(JsFuture::from(done).await) });
    taken.await.ok().filter(|taken| *taken).map(|_| Lock { _release: release })
}

/// Names of all locks that are held, in this tab or another.
pub async fn held() -> BTreeSet<String> {
    let Some(manager) = manager() else { return BTreeSet::new() };
    let Ok(snapshot) = JsFuture::from(manager.query()).await else { return BTreeSet::new() };
    let held: Array = field(&snapshot, "held").dyn_into().unwrap_or_default();
    held.iter().filter_map(|lock| field(&lock, "name").as_string()).collect()
}

fn manager() -> Option<LockManager> {
    let locks = Reflect::get(&scope().navigator(), &"locks".into()).ok()?;
    locks.is_object().then(|| locks.unchecked_into())
}
