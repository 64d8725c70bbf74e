//! Runs in the browser's storage: a text each, under the millisecond it began.

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
        let pairs = store.scan(None, None, None, None).await.map_err(words)?;
        let known = |(key, text): (JsValue, JsValue)| Some((key.as_f64()?, text.as_string()?));
        Ok(pairs.into_iter().filter_map(known).collect())
    }

    /// # Errors
    /// There is no room for it.
    pub async fn put(&self, started: u64, text: &str) -> Result<(), String> {
        let (transaction, store) = self.begin(TransactionMode::ReadWrite)?;
        store.put(&text.into(), Some(&key(started))).await.map_err(words)?;
        // It is there only when the transaction is done: a full disk shows here.
        transaction.done().await.map(|_| ()).map_err(words)
    }

    /// # Errors
    /// The storage cannot be written.
    pub async fn delete(&self, started: u64) -> Result<(), String> {
        let (transaction, store) = self.begin(TransactionMode::ReadWrite)?;
        store.delete(key(started)).await.map_err(words)?;
        transaction.done().await.map(|_| ()).map_err(words)
    }
}

/// Milliseconds fit a number of JavaScript's for the next 280,000 years.
fn key(started: u64) -> JsValue {
    JsValue::from_f64(started as f64)
}

fn words(error: rexie::Error) -> String {
    error.to_string()
}
