//! A run's whole state as one safetensors file: `weights.…`, `first_moment.…`, `second_moment.…` and, where there has
//! been an evaluation, `best.…`; options and counters are JSON in the file's metadata under `simcse_lab`.

use std::collections::{BTreeMap, HashMap};

use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use serde::{Deserialize, Serialize};

use super::{TrainError, TrainOptions, trainer::Best};
use crate::{eval::StsEvaluation, model::HostTensor, said::reason};

const METADATA_KEY: &str = "simcse_lab";
const VERSION: u32 = 1;

/// Everything a run needs to go on as if it had never stopped.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainingState {
    pub options: TrainOptions,
    /// Steps done; with seed and data it is the data cursor too.
    pub step: u32,
    pub data_fingerprint: u64,
    pub weights: BTreeMap<String, HostTensor>,
    pub first_moments: BTreeMap<String, HostTensor>,
    pub second_moments: BTreeMap<String, HostTensor>,
    pub best: Option<Best>,
}

#[derive(Serialize, Deserialize)]
struct Metadata {
    version: u32,
    options: TrainOptions,
    step: u32,
    /// Hexadecimal: JSON numbers end at 2⁵³.
    data_fingerprint: String,
    best: Option<(u32, StsEvaluation)>,
}

impl TrainingState {
    pub fn to_safetensors(&self) -> Result<Vec<u8>, TrainError> {
        let metadata = Metadata {
            version: VERSION,
            options: self.options.clone(),
            step: self.step,
            data_fingerprint: format!("{:016x}", self.data_fingerprint),
            best: self.best.as_ref().map(|best| (best.step, best.evaluation.clone())),
        };
        let broken = |error: String| TrainError::Checkpoint(error.into());
        let metadata = serde_json::to_string(&metadata).map_err(|error| broken(error.to_string()))?;
        let best = self.best.as_ref().map(|best| &best.weights);
        let groups = [
            ("weights", Some(&self.weights)),
            ("first_moment", Some(&self.first_moments)),
            ("second_moment", Some(&self.second_moments)),
            ("best", best),
        ];
        let mut views = Vec::new();
        for (group, tensors) in groups {
            for (name, tensor) in tensors.into_iter().flatten() {
                let bytes = bytemuck::cast_slice(&tensor.data);
                let view = TensorView::new(Dtype::F32, tensor.shape.clone(), bytes)
                    .map_err(|error| broken(format!("{name}: {error}")))?;
                views.push((format!("{group}.{name}"), view));
            }
        }
        let metadata = HashMap::from([(METADATA_KEY.to_owned(), metadata)]);
        safetensors::serialize(views, Some(metadata)).map_err(|error| broken(error.to_string()))
    }

    pub fn from_safetensors(bytes: &[u8]) -> Result<Self, TrainError> {
        let broken = |error: &dyn std::fmt::Display| TrainError::Checkpoint(error.to_string().into());
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(|error| broken(&error))?;
        let metadata = header.metadata().as_ref().and_then(|metadata| metadata.get(METADATA_KEY));
        let metadata = metadata.ok_or_else(|| {
            TrainError::Checkpoint(reason!("checkpoint-no-metadata", "it has no simcse_lab metadata"))
        })?;
        let metadata: Metadata = serde_json::from_str(metadata).map_err(|error| broken(&error))?;
        if metadata.version != VERSION {
            return Err(TrainError::Checkpoint(reason!(
                "checkpoint-version",
                "it is of version {version}, this program reads {known}",
                version = metadata.version,
                known = VERSION
            )));
        }
        let mut groups: BTreeMap<&str, BTreeMap<String, HostTensor>> = BTreeMap::new();
        let file = SafeTensors::deserialize(bytes).map_err(|error| broken(&error))?;
        for (name, view) in file.iter() {
            let (group, name) = name.split_once('.').ok_or_else(|| {
                TrainError::Checkpoint(reason!("checkpoint-tensor", "unknown tensor {name}", name))
            })?;
            if view.dtype() != Dtype::F32 {
                return Err(TrainError::Checkpoint(reason!("checkpoint-dtype", "{name} is not F32", name)));
            }
            let tensor =
                HostTensor { shape: view.shape().to_vec(), data: bytemuck::pod_collect_to_vec(view.data()) };
            groups.entry(group).or_default().insert(name.to_owned(), tensor);
        }
        let mut take = |group: &str| groups.remove(group).unwrap_or_default();
        let data_fingerprint =
            u64::from_str_radix(&metadata.data_fingerprint, 16).map_err(|error| broken(&error))?;
        let state = Self {
            options: metadata.options,
            step: metadata.step,
            data_fingerprint,
            weights: take("weights"),
            first_moments: take("first_moment"),
            second_moments: take("second_moment"),
            best: metadata.best.map(|(step, evaluation)| Best { step, evaluation, weights: take("best") }),
        };
        let shapes = |tensors: &BTreeMap<String, HostTensor>| -> Vec<(String, Vec<usize>)> {
            tensors.iter().map(|(name, tensor)| (name.clone(), tensor.shape.clone())).collect()
        };
        let expected = shapes(&state.weights);
        if shapes(&state.first_moments) != expected || shapes(&state.second_moments) != expected {
            return Err(TrainError::Checkpoint(reason!(
                "checkpoint-moments",
                "weights and moments do not match; the file was cut or put together from several"
            )));
        }
        Ok(state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state() -> TrainingState {
        let tensors = |value: f32| -> BTreeMap<String, HostTensor> {
            let tensor = HostTensor { shape: vec![2, 2], data: vec![value, -0.0, f32::MIN_POSITIVE, 1e30] };
            BTreeMap::from([("a.weight".to_owned(), tensor)])
        };
        let evaluation =
            StsEvaluation { spearman: Some(71.25), alignment: None, uniformity: Some(-2.5), pairs: 3 };
        TrainingState {
            options: TrainOptions { seed: 7, ..Default::default() },
            step: 20,
            data_fingerprint: u64::MAX - 1,
            weights: tensors(1.5),
            first_moments: tensors(2.5),
            second_moments: tensors(3.5),
            best: Some(Best { step: 10, evaluation, weights: tensors(4.5) }),
        }
    }

    #[test]
    fn a_state_survives_its_file_bit_for_bit() {
        let bytes = state().to_safetensors().unwrap();
        assert_eq!(TrainingState::from_safetensors(&bytes).unwrap(), state());
    }

    #[test]
    fn states_of_before_have_a_number_for_every_evaluation() {
        let file = |best: &str| {
            let options = serde_json::to_string(&TrainOptions::default()).unwrap();
            let metadata = format!(
                r#"{{"version":1,"options":{options},"step":20,"data_fingerprint":"00000000000000ff","best":{best}}}"#
            );
            let metadata = HashMap::from([(METADATA_KEY.to_owned(), metadata)]);
            safetensors::serialize(Vec::<(String, TensorView)>::new(), Some(metadata)).unwrap()
        };
        let read = |best: &str| TrainingState::from_safetensors(&file(best)).unwrap().best;
        let known = read(r#"[10,{"spearman":0.0,"alignment":null,"uniformity":-2.5,"pairs":3}]"#).unwrap();
        assert_eq!(known.step, 10);
        assert_eq!(
            known.evaluation,
            StsEvaluation { spearman: Some(0.0), alignment: None, uniformity: Some(-2.5), pairs: 3 }
        );
        assert_eq!(read("null"), None);
    }

    #[test]
    fn a_cut_or_foreign_file_is_refused() {
        let bytes = state().to_safetensors().unwrap();
        for length in [0, 7, 8, 100, bytes.len() - 1] {
            assert!(TrainingState::from_safetensors(&bytes[..length]).is_err(), "{length}");
        }
        let foreign = safetensors::serialize(Vec::<(String, TensorView)>::new(), None).unwrap();
        assert!(TrainingState::from_safetensors(&foreign).is_err());
    }
}
