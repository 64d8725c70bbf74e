//! Devices and small random models for the tests that compare the engine with the reference (tests/reference) or with
//! itself.

#![allow(dead_code, reason = "each test binary includes this module and uses a part of it")]

use simcse_lab::{
    device::{Device, DeviceChoice, DeviceOptions},
    kernels::keep_factors,
    model::{Checkpoint, HostTensor, ModelConfig},
};

use crate::reference::{
    bert::{Element, Site, Weights},
    tiny::Sizes,
};

/// A GPU with WebGPU's default limits, and the CPU with several threads, so that work is divided among them.
pub async fn devices() -> [Device; 2] {
    [open(DeviceChoice::Gpu).await, open(DeviceChoice::Cpu).await]
}

pub async fn open(choice: DeviceChoice) -> Device {
    let options = DeviceOptions { choice, threads: Some(3), baseline: true };
    Device::open(options).await.expect("a device opens")
}

pub fn config(sizes: Sizes) -> ModelConfig {
    let json = serde_json::json!({
        "model_type": if sizes.first_position > 0 { "roberta" } else { "bert" },
        "vocab_size": sizes.vocabulary,
        "hidden_size": sizes.hidden,
        "num_hidden_layers": sizes.layers,
        "num_attention_heads": sizes.heads,
        "intermediate_size": sizes.intermediate,
        "max_position_embeddings": sizes.positions,
        "type_vocab_size": sizes.types,
        "layer_norm_eps": sizes.config().layer_norm_epsilon,
        "hidden_act": "gelu",
        "pad_token_id": sizes.first_position.saturating_sub(1),
    });
    ModelConfig::from_json("config.json", json.to_string().as_bytes()).expect("the sizes fit together")
}

/// The reference's weights as a checkpoint of the engine.
pub fn checkpoint(sizes: Sizes, weights: &Weights) -> Checkpoint {
    let mut checkpoint = Checkpoint::init_random(config(sizes), 0);
    let tensors = weights.iter().map(|(name, (shape, values))| {
        (name.clone(), HostTensor { shape: shape.clone(), data: values.clone() })
    });
    checkpoint.tensors.extend(tensors);
    checkpoint
}

/// The engine's dropout masks in the form that the reference takes.
pub fn masks(sizes: Sizes, p: f32, seed: u32, step: u32) -> impl Fn(Element) -> f64 {
    move |element| {
        let (layer, index) = (element.layer as u32, element.index as u32);
        let (site, first_block) = match element.site {
            Site::Embedding => (0, 0),
            Site::Probabilities { head } => (1 + 3 * layer, head * sizes.positions.div_ceil(4)),
            Site::AttentionOutput => (2 + 3 * layer, 0),
            Site::Output => (3 + 3 * layer, 0),
        };
        let key = (element.row * sizes.positions + element.position) as u32;
        let block = first_block as u32 + index / 4;
        f64::from(keep_factors(p, seed, step, site, key, block)[index as usize % 4])
    }
}
