//! The WebAssembly module of the benchmark, which `bench/contenders/ours.mjs` calls.

#[cfg(target_arch = "wasm32")]
use {
    simcse_lab::{
        device::{self, DeviceOptions},
        text::SentenceTokenizer,
        workloads::{
            self, BenchError, Encode, Matmul, MatmulCase, ModelSize, Recipe, TrainingRun, read_weights,
        },
    },
    wasm_bindgen::prelude::*,
};

fn main() {
    console_error_panic_hook::set_once();
}

#[cfg(target_arch = "wasm32")]
fn thrown(error: impl std::fmt::Display) -> JsError {
    JsError::new(&error.to_string())
}

/// Splits concatenated ids into rows of these lengths.
#[cfg(target_arch = "wasm32")]
fn rows(ids: &[u32], lengths: &[u32]) -> Result<Vec<Vec<u32>>, JsError> {
    let mut rest = ids;
    let cut = |length: &u32| {
        let (row, later) = rest.split_at_checked(*length as usize)?;
        rest = later;
        Some(row.to_vec())
    };
    lengths.iter().map(cut).collect::<Option<_>>().ok_or_else(|| thrown("the lengths exceed the ids"))
}

/// A safetensors file of random weights.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen]
pub fn random_weights(layers: usize, hidden: usize, seed: u32) -> Result<Vec<u8>, JsError> {
    workloads::random_weights(ModelSize { layers, hidden }, u64::from(seed)).map_err(thrown)
}

/// Ids of random rows of these lengths, concatenated.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen]
pub fn token_rows(lengths: &[u32], seed: u32) -> Vec<u32> {
    let lengths: Vec<usize> = lengths.iter().map(|length| *length as usize).collect();
    workloads::token_rows(&lengths, u64::from(seed)).concat()
}

/// A tokenizer from a tokenizer.json.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen]
pub struct Tokenizer(SentenceTokenizer);

#[cfg(target_arch = "wasm32")]
#[wasm_bindgen]
impl Tokenizer {
    #[wasm_bindgen(constructor)]
    pub fn new(json: Vec<u8>) -> Result<Tokenizer, JsError> {
        let files = [("tokenizer.json".to_owned(), json)];
        SentenceTokenizer::from_files(&files).map(Tokenizer).map_err(thrown)
    }

    /// The ids of each sentence, as numbers separated by spaces.
    pub fn encode(&self, sentences: Vec<String>, max_length: usize) -> Result<Vec<String>, JsError> {
        let rows = self.0.encode(&sentences, max_length).map_err(thrown)?;
        let text = |row: &Vec<u32>| row.iter().map(u32::to_string).collect::<Vec<_>>().join(" ");
        Ok(rows.iter().map(text).collect())
    }
}

/// The device that all workloads of a page share.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen]
pub struct Device(device::Device);

#[cfg(target_arch = "wasm32")]
#[wasm_bindgen]
impl Device {
    /// `choice` is auto, gpu or cpu; `threads` are the CPU's threads, by default one per core.
    pub async fn open(choice: String, threads: Option<usize>) -> Result<Device, JsError> {
        let choice = choice.parse().map_err(|error: device::UnknownDevice| thrown(error))?;
        let options = DeviceOptions { choice, threads, ..DeviceOptions::default() };
        device::Device::open(options).await.map(Device).map_err(thrown)
    }

    /// Starts compiling the kernels of a training step for a model of this size, without waiting for them.
    pub fn warm_up(&self, layers: usize, hidden: usize) -> Result<(), JsError> {
        let config = workloads::config(ModelSize { layers, hidden }).map_err(thrown)?;
        simcse_lab::train::warm_up(&self.0, config.head_dim()).map_err(thrown)
    }

    /// Information about the device, as JSON.
    pub fn info(&self) -> Result<String, JsError> {
        serde_json::to_string(self.0.info()).map_err(thrown)
    }
}

#[cfg(target_arch = "wasm32")]
#[wasm_bindgen]
pub struct MatmulBench(Matmul);

#[cfg(target_arch = "wasm32")]
#[wasm_bindgen]
impl MatmulBench {
    pub async fn open(device: &Device, case: String, a: Vec<f32>, b: Vec<f32>) -> Result<Self, JsError> {
        let case: MatmulCase = case.parse().map_err(|error: BenchError| thrown(error))?;
        Matmul::new(&device.0, case, &a, &b).await.map(Self).map_err(thrown)
    }

    pub async fn run(&self, repetitions: usize) -> Result<(), JsError> {
        self.0.run(repetitions).await.map_err(thrown)
    }

    pub async fn result(&self) -> Result<Vec<f32>, JsError> {
        self.0.result().await.map_err(thrown)
    }
}

#[cfg(target_arch = "wasm32")]
#[wasm_bindgen]
pub struct EncodeBench(Encode);

#[cfg(target_arch = "wasm32")]
#[wasm_bindgen]
impl EncodeBench {
    pub async fn open(
        device: &Device,
        layers: usize,
        hidden: usize,
        weights: Vec<u8>,
    ) -> Result<Self, JsError> {
        let checkpoint = read_weights(ModelSize { layers, hidden }, &weights).map_err(thrown)?;
        Encode::new(&device.0, &checkpoint).await.map(Self).map_err(thrown)
    }

    pub async fn rows(&self, ids: Vec<u32>, lengths: Vec<u32>) -> Result<Vec<f32>, JsError> {
        self.0.run(&rows(&ids, &lengths)?).await.map_err(thrown)
    }

    /// Encodes sentences to vectors, tokenizing included.
    pub async fn sentences(
        &self,
        tokenizer: &Tokenizer,
        sentences: Vec<String>,
        max_length: usize,
    ) -> Result<Vec<f32>, JsError> {
        let rows = tokenizer.0.encode(&sentences, max_length).map_err(thrown)?;
        self.0.run(&rows).await.map_err(thrown)
    }

    pub fn gpu_bytes(&self) -> f64 {
        self.0.gpu_bytes() as f64
    }
}

#[cfg(target_arch = "wasm32")]
#[wasm_bindgen]
pub struct TrainBench(TrainingRun);

#[cfg(target_arch = "wasm32")]
#[wasm_bindgen]
impl TrainBench {
    #[expect(clippy::too_many_arguments, reason = "JavaScript has no other way to hand over plain values")]
    pub async fn open(
        device: &Device,
        layers: usize,
        hidden: usize,
        weights: Vec<u8>,
        ids: Vec<u32>,
        lengths: Vec<u32>,
        dropout: f32,
        learning_rate: f64,
    ) -> Result<Self, JsError> {
        let checkpoint = read_weights(ModelSize { layers, hidden }, &weights).map_err(thrown)?;
        let recipe = Recipe { dropout, learning_rate };
        TrainingRun::new(&device.0, &checkpoint, rows(&ids, &lengths)?, recipe)
            .await
            .map(Self)
            .map_err(thrown)
    }

    /// Losses of the steps.
    pub async fn run(&mut self, steps: usize) -> Result<Vec<f32>, JsError> {
        self.0.run(steps).await.map_err(thrown)
    }

    pub fn gpu_bytes(&self) -> f64 {
        self.0.gpu_bytes() as f64
    }
}
