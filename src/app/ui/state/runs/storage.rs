//! Runs in the browser's storage: a text each, under the millisecond it began.
//!
//! With threads a future goes on in a task of its own, and by then a transaction that has nothing to do is over: all
//! requests of one are made, and its end is listened for, before any of them is awaited.

use futures_util::future::join;
use rexie::{ObjectStore, Rexie, Transaction, TransactionMode};
use wasm_bindgen::JsValue;

const DATABASE: &str = "simcse-lab";
const RUNS: &str = "runs";

pub struct Storage(Rexie);

impl Storage {
    /// # Errors
    /// The browser keeps nothing for this page: in some private windows, or where storage is blocked.
    pub async fn open() -> Result<Self, String> {
        let builder = Rexie::builder(DATABASE).version(1).add_object_store(ObjectStore::new(RUNS));
        builder.build().await.map(Self).map_err(words)
    }

    fn begin(&self, mode: TransactionMode) -> Result<(Transaction, rexie::Store), String> {
        let transaction = self.0.transaction(&[RUNS], mode).map_err(words)?;
        let store = transaction.store(RUNS).map_err(words)?;
        Ok((transaction, store))
    }

    /// All texts with their keys, the earliest first.
    ///
    /// # Errors
    /// The storage cannot be read.
    pub async fn all(&self) -> Result<Vec<(f64, String)>, String> {
        let (_transaction, store) = self.begin(TransactionMode::ReadOnly)?;
        let (keys, texts) = join(store.get_all_keys(None, None), store.get_all(None, None)).await;
        let known = |(key, text): (JsValue, JsValue)| Some((key.as_f64()?, text.as_string()?));
        Ok(keys.map_err(words)?.into_iter().zip(texts.map_err(words)?).filter_map(known).collect())
    }

    /// # Errors
    /// There is no room for it.
    pub async fn put(&self, started: u64, text: &str) -> Result<(), String> {
        let (transaction, store) = self.begin(TransactionMode::ReadWrite)?;
        let text = text.into();
        let key = key(started);
        let (put, done) = join(store.put(&text, Some(&key)), transaction.done()).await;
        put.map_err(words)?;
        // It is there only when the transaction is done: a full disk shows here.
        done.map(|_| ()).map_err(words)
    }

    /// # Errors
    /// The storage cannot be written.
    pub async fn delete(&self, started: u64) -> Result<(), String> {
        let (transaction, store) = self.begin(TransactionMode::ReadWrite)?;
        let (delete, done) = join(store.delete(key(started)), transaction.done()).await;
        delete.map_err(words)?;
        done.map(|_| ()).map_err(words)
    }
}

/// Milliseconds fit a number of JavaScript's for the next 280,000 years.
fn key(started: u64) -> JsValue {
    JsValue::from_f64(started as f64)
}

fn words(error: rexie::Error) -> String {
    error.to_string()
}
