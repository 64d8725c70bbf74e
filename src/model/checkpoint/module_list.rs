//! Reads sentence-transformers' modules.json and finds the pooler that its modules amount to.

use serde_json::{Map, Value};

use super::{
    HEAD_BIAS, HEAD_WEIGHT, HostTensor,
    container::Container,
    directory::{Files, WEIGHTS_FILE},
    layer_weights::LayerWeights,
    settings::{object, pool_modes, whole_number},
};
use crate::{
    localize::{Localized, messages},
    model::{Activation, ModelError, Pooler, SentenceModules, VectorModule, config::strip_bom},
};

pub(super) const MODULES_FILE: &str = "modules.json";

/// A module's class and its folder below the model's, ending in a slash; empty for the model's own folder.
struct Module {
    kind: String,
    folder: String,
}

/// The modules in order: the encoder, then those after it.
pub(super) struct ModuleList {
    /// The encoder's folder, as in [`Module`].
    pub encoder: String,
    behind: Vec<Module>,
    file: String,
}

/// What the modules after the encoder amount to.
pub(super) struct Behind {
    pub pooler: Pooler,
    /// Set with [`Pooler::Own`] only.
    pub modules: Option<SentenceModules>,
    pub normalize: bool,
    /// Pool a prompt's tokens too.
    pub include_prompt: bool,
    /// Set with [`Pooler::Cls`] only: weight and bias, by canonical name.
    pub head: Option<[(&'static str, HostTensor); 2]>,
}

fn refuse<T>(file: &str, reason: Localized) -> Result<T, ModelError> {
    Err(ModelError::Files { file: file.to_owned(), reason })
}

/// The modules that a list names, in order.
fn modules(file: &str, bytes: &[u8]) -> Result<Vec<Module>, ModelError> {
    let listed: Vec<Value> = serde_json::from_slice(strip_bom(bytes))
        .map_err(|error| ModelError::NotJson { file: file.to_owned(), reason: error.to_string().into() })?;
    let mut modules = Vec::with_capacity(listed.len());
    for module in &listed {
        let text = |field: &str| module.get(field).and_then(Value::as_str).unwrap_or_default();
        let (class, path) = (text("type"), text("path"));
        let Some(kind) =
            class.strip_prefix("sentence_transformers.").and_then(|class| class.rsplit('.').next())
        else {
            return refuse(file, messages::modules_foreign(class));
        };
        let parts: Vec<&str> = path.split(['/', '\\']).filter(|part| !matches!(*part, "" | ".")).collect();
        if path.starts_with(['/', '\\']) || parts.iter().any(|part| *part == ".." || part.contains(':')) {
            return refuse(file, messages::modules_outside(path));
        }
        let folder = parts.iter().map(|part| format!("{part}/")).collect();
        modules.push(Module { kind: kind.to_owned(), folder });
    }
    Ok(modules)
}

/// The folders below the model's own that modules.json names, each ending in a slash. Empty for a list that cannot be
/// used, which [`load_directory`](super::load_directory) refuses.
pub fn module_folders(bytes: &[u8]) -> Vec<String> {
    let listed = modules(MODULES_FILE, bytes).unwrap_or_default();
    listed.into_iter().map(|module| module.folder).filter(|folder| !folder.is_empty()).collect()
}

impl ModuleList {
    /// # Errors
    /// Not a list of modules, a module that is not one of sentence-transformers' own, a folder outside the model's,
    /// or a first module that is not an encoder.
    pub fn read(file: &str, bytes: &[u8]) -> Result<Self, ModelError> {
        let mut modules = modules(file, bytes)?.into_iter();
        match modules.next() {
            Some(Module { kind, folder }) if kind == "Transformer" => {
                Ok(Self { encoder: folder, behind: modules.collect(), file: file.to_owned() })
            }
            first => {
                let found = first.map_or_else(|| "nothing".to_owned(), |module| module.kind);
                refuse(file, messages::modules_no_encoder(found))
            }
        }
    }

    /// Reads the modules after the encoder, whose folders are under `root`. `prompted` says that there is a prompt, so
    /// that a pooling which leaves prompts out matches no pooler of SimCSE.
    ///
    /// # Errors
    /// A module that cannot be reproduced exactly.
    pub fn behind(
        &self,
        files: &Files<'_>,
        root: &str,
        hidden: usize,
        layers: usize,
        prompted: bool,
    ) -> Result<Behind, ModelError> {
        let mut modes = None;
        let mut by_layers = None;
        let mut after_pooling = Vec::new();
        let mut width = hidden;
        for Module { kind, folder } in &self.behind {
            let place = format!("{root}{folder}");
            match (kind.as_str(), &modes) {
                ("WeightedLayerPooling", None) => {
                    by_layers = Some(layer_pooler(files, &place, layers)?);
                }
                ("Pooling", None) => {
                    let (path, config) = config(files, &place)?;
                    let found = pool_modes(&path, &config)?;
                    let include = config.get("include_prompt").and_then(Value::as_bool).unwrap_or(true);
                    width = found.len() * hidden;
                    modes = Some((found, include));
                }
                ("Dense", Some(_)) => {
                    let dense = dense(files, &place, width)?;
                    if let VectorModule::Dense { weight, .. } = &dense {
                        width = weight.shape[0];
                    }
                    after_pooling.push(dense);
                }
                ("LayerNorm", Some(_)) => after_pooling.push(layer_norm(files, &place, width)?),
                ("Normalize", Some(_)) => after_pooling.push(VectorModule::Normalize),
                // Dropout does nothing outside training.
                ("Dropout", _) => {}
                (kind, _) => {
                    return refuse(&self.file, messages::modules_unknown(kind));
                }
            }
        }
        let Some((modes, include_prompt)) = modes else {
            return refuse(&self.file, messages::modules_no_pooling());
        };
        let normalize = after_pooling.last() == Some(&VectorModule::Normalize);
        if normalize {
            after_pooling.pop();
        }
        let plain = include_prompt || !prompted;
        use crate::model::PoolMode::{Cls, Max, Mean};
        if !plain && modes.contains(&Cls) && modes.contains(&Max) {
            // For the maximum, sentence-transformers overwrites the prompt's token states with −1e9, the first one
            // among them, before CLS pooling reads it.
            return refuse(&self.file, messages::modules_prompt());
        }
        let of = |pooler: Pooler| Behind { pooler, modules: None, normalize, head: None, include_prompt };
        Ok(match (modes.as_slice(), after_pooling.as_slice(), by_layers) {
            ([Mean], [], Some(pooler)) if plain => of(pooler),
            (_, _, Some(_)) => {
                return refuse(&self.file, messages::modules_layers());
            }
            ([Mean], [], None) if plain => of(Pooler::Avg),
            ([Cls], [], None) => of(Pooler::ClsBeforePooler),
            (
                [Cls],
                [VectorModule::Dense { weight, bias: Some(bias), activation: Activation::Tanh }],
                None,
            ) if weight.shape == [hidden, hidden] => {
                let head = [(HEAD_WEIGHT, weight.clone()), (HEAD_BIAS, bias.clone())];
                Behind { head: Some(head), ..of(Pooler::Cls) }
            }
            _ => {
                if normalize {
                    after_pooling.push(VectorModule::Normalize);
                }
                let modules = Some(SentenceModules { modes, after_pooling, skipped: 0 });
                Behind { modules, normalize: false, ..of(Pooler::Own) }
            }
        })
    }
}

/// A module's config.json.
fn config(files: &Files<'_>, place: &str) -> Result<(String, Map<String, Value>), ModelError> {
    let path = format!("{place}config.json");
    match files.get(&path) {
        Some((path, bytes)) => Ok((path.to_owned(), object(path, bytes)?)),
        None => missing(path),
    }
}

fn missing<T>(path: String) -> Result<T, ModelError> {
    Err(ModelError::Files { file: path, reason: messages::modules_missing(MODULES_FILE) })
}

/// A module's weights; pickled ones are refused.
fn weights<'a>(files: &'a Files<'_>, place: &str) -> Result<Container<'a>, ModelError> {
    let path = format!("{place}{WEIGHTS_FILE}");
    if let Some((path, bytes)) = files.get(&path) {
        return Container::parse(path, bytes);
    }
    match files.get(&format!("{place}pytorch_model.bin")) {
        Some((path, _)) => refuse(path, super::directory::pickled()),
        None => missing(path),
    }
}

fn tensor(
    container: &Container<'_>,
    place: &str,
    name: &str,
    shape: &[usize],
) -> Result<HostTensor, ModelError> {
    match container.read(name, shape)? {
        Some((tensor, _)) => Ok(tensor),
        None => Err(ModelError::MissingTensors {
            file: format!("{place}{WEIGHTS_FILE}"),
            missing: vec![name.to_owned()],
        }),
    }
}

fn dense(files: &Files<'_>, place: &str, width: usize) -> Result<VectorModule, ModelError> {
    let (path, config) = config(files, place)?;
    let size = |field: &str| config.get(field).and_then(whole_number);
    let inputs = size("in_features").unwrap_or(width);
    if inputs != width {
        let field = "in_features".into();
        let expected = messages::modules_width(width);
        return Err(ModelError::Field { file: path, field, found: inputs.to_string(), expected });
    }
    let Some(outputs) = size("out_features").filter(|size| *size > 0) else {
        return Err(match config.get("out_features") {
            None => ModelError::MissingField { file: path, field: "out_features".to_owned() },
            Some(found) => {
                let expected = messages::modules_outputs();
                ModelError::Field {
                    file: path,
                    field: "out_features".into(),
                    found: found.to_string(),
                    expected,
                }
            }
        });
    };
    let class = config.get("activation_function").and_then(Value::as_str).unwrap_or("torch.nn.Tanh");
    let Some(activation) = Activation::named(class).filter(|_| class.starts_with("torch.nn.")) else {
        let expected = messages::modules_activation();
        let field = "activation_function".into();
        return Err(ModelError::Field { file: path, field, found: format!("{class:?}"), expected });
    };
    let container = weights(files, place)?;
    let weight = tensor(&container, place, "linear.weight", &[outputs, inputs])?;
    let has_bias = config.get("bias").and_then(Value::as_bool).unwrap_or(true);
    let bias = has_bias.then(|| tensor(&container, place, "linear.bias", &[outputs])).transpose()?;
    Ok(VectorModule::Dense { weight, bias, activation })
}

fn layer_norm(files: &Files<'_>, place: &str, width: usize) -> Result<VectorModule, ModelError> {
    let container = weights(files, place)?;
    let weight = tensor(&container, place, "norm.weight", &[width])?;
    Ok(VectorModule::LayerNorm { weight, bias: tensor(&container, place, "norm.bias", &[width])? })
}

/// The pooler that averages layers as the WeightedLayerPooling in `place` does.
fn layer_pooler(files: &Files<'_>, place: &str, layers: usize) -> Result<Pooler, ModelError> {
    let path = format!("{place}{WEIGHTS_FILE}");
    let Some((path, bytes)) = files.get(&path) else { return missing(path) };
    match LayerWeights::pooler(path, bytes, layers)? {
        Some(pooler) => Ok(pooler),
        None => {
            let means: Vec<_> =
                Pooler::ALL.into_iter().filter(|pooler| pooler.is_mean()).map(Pooler::name).collect();
            refuse(path, messages::modules_layer_weights(means.join(", ")))
        }
    }
}
