//! Compiles the kernels of a training step before they are needed.

use serde_json::json;

use super::{Dataset, HeadMode, TrainError, TrainOptions, TrainingStep};
use crate::{
    device::Device,
    model::{Checkpoint, ModelConfig, Network},
};

/// Starts compiling the kernels of the usual training step for models whose attention heads have `head_dim` dimensions,
/// without waiting, so that weights can be read and texts tokenised meanwhile. The next [`Device::ready`] waits.
///
/// # Errors
/// Those of any training step.
pub fn warm_up(device: &Device, head_dim: usize) -> Result<(), TrainError> {
    if device.info().is_cpu() {
        return Ok(());
    }
    // Pipelines depend on the size of a head and no other size, so the smallest model needs all of them.
    let heads = if head_dim.is_multiple_of(4) { 1 } else { 4 };
    let config = json!({
        "model_type": "bert",
        "vocab_size": 8,
        "hidden_size": heads * head_dim,
        "num_hidden_layers": 1,
        "num_attention_heads": heads,
        "intermediate_size": 4,
        "max_position_embeddings": 8,
        "type_vocab_size": 2,
    });
    let config = ModelConfig::from_json("the smallest model", config.to_string().as_bytes())?;
    let options = TrainOptions { batch_size: 2, head: HeadMode::None, ..TrainOptions::default() };
    let data = Dataset::new(vec![vec![1, 2, 3]; 2], 1);
    let network = Network::new(device, &Checkpoint::init_random(config, 0), options.parts())?;
    TrainingStep::new(&network, &data, &options)?;
    Ok(())
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::device::{DeviceChoice, DeviceOptions};

    #[pollster::test]
    async fn after_the_warm_up_a_step_has_nothing_left_to_compile() {
        let options = DeviceOptions { choice: DeviceChoice::Gpu, ..DeviceOptions::default() };
        let device = Device::open(options).await.unwrap();
        for head_dim in [6, 32, 64] {
            warm_up(&device, head_dim).unwrap();
            let mut compiled = 0;
            device.ready_with(|_, total| compiled = total).await.unwrap();
            assert!(compiled > 0, "heads of {head_dim}");

            let config = json!({
                "model_type": "bert", "vocab_size": 50, "hidden_size": 4 * head_dim, "num_hidden_layers": 2,
                "num_attention_heads": 4, "intermediate_size": 64, "max_position_embeddings": 16,
                "type_vocab_size": 2,
            });
            let config = ModelConfig::from_json("a model", config.to_string().as_bytes()).unwrap();
            let options = TrainOptions { head: HeadMode::None, ..TrainOptions::default() };
            let network =
                Network::new(&device, &Checkpoint::init_random(config, 1), options.parts()).unwrap();
            let data = Dataset::new(vec![vec![1, 2, 3, 4, 5]; 3], 1);
            TrainingStep::new(&network, &data, &options).unwrap();
            let mut more = 0;
            device.ready_with(|_, total| more = total).await.unwrap();
            assert_eq!(more, 0, "heads of {head_dim}");
        }
    }
}
