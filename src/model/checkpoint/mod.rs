//! Checkpoints: reads weights from a file or a model's folder into tensors with canonical names, and writes them back.

mod container;
mod directory;
mod export;
mod init;
mod layer_weights;
mod module_list;
mod names;
mod pooler_by_name;
mod settings;
mod shrink;

use std::collections::{BTreeMap, BTreeSet};

pub(crate) use container::MAX_HEADER;
pub use container::{write_safetensors, write_safetensors_f16, write_safetensors_i8};
pub use directory::{ENCODER_FILES, ModelDirectory, TOKENIZER_FILES, load_directory};
pub use export::export_directory;
pub use init::{random_head, random_mlm_head};
pub use module_list::module_folders;
pub use names::{
    HEAD_BIAS, HEAD_WEIGHT, MLM_BIAS, MLM_DENSE_BIAS, MLM_DENSE_WEIGHT, MLM_NORM_BIAS, MLM_NORM_WEIGHT,
    Naming, POOLER_BIAS, POOLER_WEIGHT, WORD_EMBEDDINGS, expected_tensors, mlm_tensors,
};
pub use settings::SimcseSettings;

use super::{ModelConfig, ModelError, SentenceRules};
use container::Container;
use names::optional_pairs;

/// A dense row-major f32 tensor in host memory.
#[derive(Debug, Clone, PartialEq)]
pub struct HostTensor {
    pub shape: Vec<usize>,
    pub data: Vec<f32>,
}

impl HostTensor {
    /// A tensor of one value throughout.
    pub fn filled(shape: Vec<usize>, value: f32) -> Self {
        let elements = shape.iter().product();
        HostTensor { shape, data: vec![value; elements] }
    }
}

/// What a file lacked and what of it was not used.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LoadReport {
    /// Optional tensors (head, pooler) that the file does not have, by canonical name.
    pub missing: Vec<String>,
    /// Every key of the file that was not read, such as `embeddings.position_ids` or those of another model.
    pub unused: Vec<String>,
    /// The stored type, "F32", "F16" or "BF16"; several where a file mixes them. In memory all are f32.
    pub dtype: String,
}

/// An encoder's weights in host memory.
#[derive(Debug, Clone, PartialEq)]
pub struct Checkpoint {
    pub config: ModelConfig,
    /// By canonical name (`embeddings.word_embeddings.weight`, `encoder.layer.0.attention.self.query.weight` …): all of
    /// [`expected_tensors`], and where the file has them the SimCSE head `mlp.dense.*`, the pre-trained
    /// `pooler.dense.*` and the head of masked-language modelling ([`mlm_tensors`]). Every shape agrees with the
    /// config, and all values are finite.
    pub tensors: BTreeMap<String, HostTensor>,
    pub naming: Naming,
    pub report: LoadReport,
    /// What the folder states beside the encoder; the default for a single file.
    pub rules: SentenceRules,
}

impl Checkpoint {
    /// The same with other tensors.
    pub fn with_tensors(&self, tensors: BTreeMap<String, HostTensor>) -> Checkpoint {
        let Checkpoint { config, tensors: _, naming, report, rules } = self;
        let (config, naming, report, rules) = (config.clone(), naming.clone(), report.clone(), rules.clone());
        Checkpoint { config, tensors, naming, report, rules }
    }

    /// Reads a BERT or RoBERTa from a safetensors file; `name` is what errors call the file.
    ///
    /// Any prefix before the encoder's names is stripped (`bert.`, `roberta.`, `0.auto_model.`, `model.` …),
    /// LayerNorm's old `gamma` and `beta` are understood, F16, BF16 and I8 with scales become f32, and a missing pooler
    /// or head is no error.
    ///
    /// # Errors
    /// A file that is cut short or contradicts itself, that has no encoder or lacks one of its tensors, a shape that
    /// disagrees with `config`, a weight in an unsupported type, a NaN or infinite weight.
    pub fn load(config: ModelConfig, name: &str, safetensors: &[u8]) -> Result<Checkpoint, ModelError> {
        Self::load_shards(config, name, &[(name, safetensors)])
    }

    /// The same from several files, each with its own name; errors about all of them use `name`.
    pub fn load_shards(
        config: ModelConfig,
        name: &str,
        shards: &[(&str, &[u8])],
    ) -> Result<Checkpoint, ModelError> {
        let containers: Result<Vec<_>, _> =
            shards.iter().map(|(name, bytes)| Container::parse(name, bytes)).collect();
        let containers = containers?;
        let keys: Vec<String> = containers.iter().flat_map(Container::keys).collect();
        let Some(naming) = Naming::find(keys.iter().map(String::as_str)) else {
            return Err(ModelError::NoEncoder { file: name.to_owned(), found: keys });
        };
        let mut loader = Loader { containers, naming, tensors: BTreeMap::new(), dtypes: BTreeSet::new() };

        let mut missing = Vec::new();
        for (canonical, shape) in expected_tensors(&config) {
            if !loader.take(&canonical, &shape)? {
                missing.push(format!("{}{canonical}", loader.naming.prefix()));
            }
        }
        if !missing.is_empty() {
            return Err(ModelError::MissingTensors { file: name.to_owned(), missing });
        }
        let mut report = LoadReport::default();
        for [weight, bias] in optional_pairs(&config) {
            let found = [loader.take(weight.0, &weight.1)?, loader.take(bias.0, &bias.1)?];
            let absent = [weight.0, bias.0].into_iter().zip(found).filter(|(_, found)| !found);
            let absent: Vec<String> = absent.map(|(canonical, _)| canonical.to_owned()).collect();
            if absent.len() == 1 {
                return Err(ModelError::MissingTensors { file: name.to_owned(), missing: absent });
            }
            report.missing.extend(absent);
        }
        loader.take_all(&mlm_tensors(&config))?;
        let Loader { naming, tensors, dtypes, .. } = loader;
        let used: BTreeSet<&str> = tensors.keys().map(|canonical| naming.in_file(canonical)).collect();
        let is_used = |key: &str| used.contains(key) || container::is_scale_of(key, |of| used.contains(of));
        report.unused = keys.iter().filter(|key| !is_used(key)).cloned().collect();
        report.dtype = dtypes.into_iter().collect::<Vec<_>>().join(", ");
        Ok(Checkpoint { config, tensors, naming, report, rules: SentenceRules::default() })
    }

    /// Writes tensors with canonical names (updated weights, gradients) as a safetensors file in F32, under the names
    /// of the file that was read. A name that this file did not have (`loss`, a new head) stays as it is.
    ///
    /// # Errors
    /// A tensor whose data does not fill its shape.
    pub fn save_safetensors(&self, tensors: &BTreeMap<String, HostTensor>) -> Result<Vec<u8>, ModelError> {
        let named =
            tensors.iter().map(|(canonical, tensor)| (self.naming.in_file(canonical), tensor)).collect();
        write_safetensors(&named)
    }

    /// Whether there is a SimCSE head.
    pub fn has_head(&self) -> bool {
        self.tensors.contains_key(HEAD_WEIGHT)
    }
}

struct Loader<'a> {
    containers: Vec<Container<'a>>,
    naming: Naming,
    tensors: BTreeMap<String, HostTensor>,
    dtypes: BTreeSet<String>,
}

impl Loader<'_> {
    /// Reads a tensor under whichever of its names the file has; `false` where it has none.
    fn take(&mut self, canonical: &str, shape: &[usize]) -> Result<bool, ModelError> {
        for key in self.naming.candidates(canonical) {
            for container in &self.containers {
                if let Some((tensor, dtype)) = container.read(&key, shape)? {
                    self.tensors.insert(canonical.to_owned(), tensor);
                    self.dtypes.insert(dtype.to_string());
                    self.naming.record(canonical, key);
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// Reads these tensors, or none of them if one is missing.
    fn take_all(&mut self, tensors: &[(&str, Vec<usize>)]) -> Result<(), ModelError> {
        for (canonical, shape) in tensors {
            if !self.take(canonical, shape)? {
                tensors.iter().for_each(|(canonical, _)| drop(self.tensors.remove(*canonical)));
                return Ok(());
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod directory_tests;
#[cfg(test)]
mod tests;
