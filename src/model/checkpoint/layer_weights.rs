//! sentence-transformers' WeightedLayerPooling: the mean over all depths (embeddings and every layer) with a weight
//! each.

use std::collections::BTreeMap;

use super::container::Container;
use super::{HostTensor, write_safetensors};
use crate::model::{ModelError, Pooler};

const TENSOR: &str = "layer_weights";

/// [layers + 1]
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LayerWeights(Vec<f32>);

impl LayerWeights {
    /// 1 at these depths, 0 at the others.
    pub fn of(depths: &[usize], layers: usize) -> Self {
        Self((0..=layers).map(|depth| if depths.contains(&depth) { 1.0 } else { 0.0 }).collect())
    }

    pub fn to_safetensors(&self) -> Result<Vec<u8>, ModelError> {
        let tensor = HostTensor { shape: vec![self.0.len()], data: self.0.clone() };
        write_safetensors(&BTreeMap::from([(TENSOR, &tensor)]))
    }

    /// The mean pooler with these weights up to a common factor, if there is one.
    pub fn pooler(file: &str, bytes: &[u8], layers: usize) -> Result<Option<Pooler>, ModelError> {
        let container = Container::parse(file, bytes)?;
        let Some((tensor, _)) = container.read(TENSOR, &[layers + 1])? else { return Ok(None) };
        let sum: f32 = tensor.data.iter().sum();
        let same = |pooler: &Pooler| {
            let depths = pooler.depths(layers);
            let share = sum / depths.len() as f32;
            let wanted = Self::of(&depths, layers).0.into_iter().map(|weight| weight * share);
            wanted.zip(&tensor.data).all(|(wanted, weight)| wanted == *weight)
        };
        Ok(Pooler::ALL.into_iter().filter(|pooler| pooler.is_mean()).find(same))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mean_pooler_is_recognised_by_its_weights() {
        for pooler in Pooler::ALL.into_iter().filter(|pooler| pooler.is_mean()) {
            let bytes = LayerWeights::of(&pooler.depths(4), 4).to_safetensors().unwrap();
            assert_eq!(LayerWeights::pooler("w", &bytes, 4).unwrap(), Some(pooler));
        }
        let halves = LayerWeights(vec![0.0, 0.0, 0.0, 0.5, 0.5]).to_safetensors().unwrap();
        assert_eq!(LayerWeights::pooler("w", &halves, 4).unwrap(), Some(Pooler::AvgTop2));
        let others = LayerWeights(vec![0.0, 0.0, 0.0, 1.0, 2.0]).to_safetensors().unwrap();
        assert_eq!(LayerWeights::pooler("w", &others, 4).unwrap(), None);
        assert!(LayerWeights::pooler("w", &others, 3).is_err(), "another model's");
    }
}
