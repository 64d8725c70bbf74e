//! A run's whole state as one safetensors file: `weights.…`, `first_moment.…`, `second_moment.…` and, where there has
//! been an evaluation, `best.…`; options and counters are JSON in the file's metadata under `simcse_lab`.

use std::collections::{BTreeMap, HashMap};

use safetensors::{Dtype, tensor::TensorView};
use serde::{Deserialize, Serialize};

use super::{TrainError, TrainOptions, trainer::Best};
use crate::{
    eval::StsEvaluation,
    model::{HostTensor, checkpoint::Container},
    said::{Say, reason},
};

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

    /// # Errors
    /// Another file, one that is cut short or contradicts itself; a recipe that cannot be; tensors that do not go together,
    /// weights that are not finite.
    pub fn from_safetensors(bytes: &[u8]) -> Result<Self, TrainError> {
        let broken = |error: &dyn std::fmt::Display| TrainError::Checkpoint(error.to_string().into());
        let file =
            Container::parse("its file", bytes).map_err(|error| TrainError::Checkpoint(error.reason()))?;
        let metadata = file.note(METADATA_KEY).ok_or_else(|| {
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
        metadata.options.validate()?;
        let data_fingerprint =
            u64::from_str_radix(&metadata.data_fingerprint, 16).map_err(|error| broken(&error))?;
        let mut groups = Groups::read(&file)?;
        let weights = groups.take_finite("weights")?;
        let (first_moments, second_moments) = (groups.take("first_moment"), groups.take("second_moment"));
        let best = match metadata.best {
            Some((step, evaluation)) => Some(Best { step, evaluation, weights: groups.take_finite("best")? }),
            None => None,
        };
        groups.end()?;
        let shapes = |tensors: &Tensors| -> Vec<(String, Vec<usize>)> {
            tensors.iter().map(|(name, tensor)| (name.clone(), tensor.shape.clone())).collect()
        };
        let expected = shapes(&weights);
        let others =
            [&first_moments, &second_moments].into_iter().chain(best.as_ref().map(|best| &best.weights));
        if others.into_iter().any(|tensors| shapes(tensors) != expected) {
            return Err(TrainError::Checkpoint(reason!(
                "checkpoint-moments",
                "weights and moments do not match; the file was cut or put together from several"
            )));
        }
        let (options, step) = (metadata.options, metadata.step);
        Ok(Self { options, step, data_fingerprint, weights, first_moments, second_moments, best })
    }
}

type Tensors = BTreeMap<String, HostTensor>;

/// Tensors by what stands before the first point of their names.
struct Groups(BTreeMap<String, Tensors>);

impl Groups {
    fn read(file: &Container<'_>) -> Result<Self, TrainError> {
        let mut groups: BTreeMap<String, Tensors> = BTreeMap::new();
        for key in file.keys() {
            let (group, name) = key.split_once('.').ok_or_else(|| unknown(&key))?;
            let tensor = file.read_f32(&key).ok_or_else(|| {
                TrainError::Checkpoint(reason!("checkpoint-dtype", "{name} is not F32", name))
            })?;
            groups.entry(group.to_owned()).or_default().insert(name.to_owned(), tensor);
        }
        Ok(Self(groups))
    }

    fn take(&mut self, group: &str) -> Tensors {
        self.0.remove(group).unwrap_or_default()
    }

    fn take_finite(&mut self, group: &str) -> Result<Tensors, TrainError> {
        let tensors = self.take(group);
        let finite = |tensor: &HostTensor| tensor.data.iter().all(|value| value.is_finite());
        match tensors.iter().find(|(_, tensor)| !finite(tensor)) {
            Some((name, _)) => Err(TrainError::Checkpoint(reason!(
                "checkpoint-not-finite",
                "{name} holds what is no number; take a checkpoint of an earlier step",
                name
            ))),
            None => Ok(tensors),
        }
    }

    /// Nothing may be left.
    fn end(self) -> Result<(), TrainError> {
        self.0.into_keys().next().map_or(Ok(()), |group| Err(unknown(&group)))
    }
}

fn unknown(name: &str) -> TrainError {
    TrainError::Checkpoint(reason!("checkpoint-tensor", "unknown tensor {name}", name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state() -> TrainingState {
        let tensors = |value: f32| -> BTreeMap<String, HostTensor> {
            let tensor = HostTensor { shape: vec![2, 2], data: vec![value, -0.0, f32::MIN_POSITIVE, 1e30] };
            BTreeMap::from([("a.weight".to_owned(), tensor)])
        };
        let evaluation = StsEvaluation { spearman: 71.25, alignment: None, uniformity: -2.5, pairs: 3 };
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
    fn a_cut_or_foreign_file_is_refused() {
        let bytes = state().to_safetensors().unwrap();
        for length in [0, 7, 8, 100, bytes.len() - 1] {
            assert!(TrainingState::from_safetensors(&bytes[..length]).is_err(), "{length}");
        }
        let foreign = safetensors::serialize(Vec::<(String, TensorView)>::new(), None).unwrap();
        assert!(TrainingState::from_safetensors(&foreign).is_err());
    }

    #[test]
    fn tensors_that_do_not_go_together_are_refused() {
        let message = |change: fn(&mut TrainingState)| {
            let mut state = state();
            change(&mut state);
            TrainingState::from_safetensors(&state.to_safetensors().unwrap()).unwrap_err().to_string()
        };
        let smaller = |tensors: &mut Tensors| {
            let tensor = HostTensor { shape: vec![1], data: vec![1.0] };
            tensors.insert("a.weight".to_owned(), tensor);
        };
        assert!(message(|state| state.first_moments.clear()).contains("do not match"));
        let mut other = state();
        smaller(&mut other.best.as_mut().unwrap().weights);
        let read = TrainingState::from_safetensors(&other.to_safetensors().unwrap());
        assert!(
            read.unwrap_err().to_string().contains("do not match"),
            "the best weights are of the same model"
        );
        assert!(
            message(|state| state.weights.get_mut("a.weight").unwrap().data[0] = f32::NAN)
                .contains("no number")
        );
        assert!(message(|state| state.options.batch_size = 0).contains("batch size is 0"));
    }

    /// Sizes of the header that add up to more than 64 bits have.
    #[test]
    fn a_header_that_promises_more_than_there_can_be_is_refused() {
        let header = r#"{"__metadata__":{"simcse_lab":"{}"},"a":{"dtype":"U8","shape":[18446744073709551615],"data_offsets":[0,18446744073709551615]}}"#;
        let bytes = [&(header.len() as u64).to_le_bytes()[..], header.as_bytes()].concat();
        assert!(TrainingState::from_safetensors(&bytes).unwrap_err().to_string().contains("promises"));
    }
}
