//! Writes a model's folder, which transformers, sentence-transformers and this program can load.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::directory::{PROMPTS_FILE, WEIGHTS_FILE};
use super::layer_weights::LayerWeights;
use super::module_list::MODULES_FILE;
use super::settings::{SIMCSE_FILE, SimcseSettings, st_pooling_config};
use super::{Checkpoint, HEAD_BIAS, HEAD_WEIGHT, HostTensor, POOLER_BIAS, POOLER_WEIGHT, write_safetensors};
use crate::model::{ModelError, Pooler};

/// `max_seq_length` for sentence-transformers where the settings have none.
const USUAL_LENGTH: usize = 512;

/// The files of a Hugging Face folder with new weights, as pairs of relative path and content.
///
/// `tensors` are the weights by canonical name. With the pooler `cls` the head `mlp.dense.*` must be among them: it is
/// stored in model.safetensors and as the module 2_Dense. With another pooler the head was used in training only and is
/// left out. The pre-trained `pooler.dense` is copied from the checkpoint.
///
/// modules.json is always written: without it sentence-transformers silently takes mean pooling.
///
/// # Errors
/// The pooler `cls` without a head among `tensors`, the pooler `own`, which cannot be trained, or a tensor whose data
/// does not fill its shape.
pub fn export_directory(
    checkpoint: &Checkpoint,
    tensors: &BTreeMap<String, HostTensor>,
    tokenizer_files: &[(String, Vec<u8>)],
    settings: &SimcseSettings,
) -> Result<Vec<(String, Vec<u8>)>, ModelError> {
    if settings.pooler == Pooler::Own {
        return Err(ModelError::OwnPooling);
    }
    let head = match (settings.pooler, tensors.get(HEAD_WEIGHT), tensors.get(HEAD_BIAS)) {
        (Pooler::Cls, Some(weight), Some(bias)) => Some([weight, bias]),
        (Pooler::Cls, _, _) => return Err(ModelError::NoHead),
        _ => None,
    };
    let layers = checkpoint.config.num_hidden_layers;
    let depths = settings.pooler.depths(layers);
    // sentence-transformers gets only the last layer unless config.json asks for all of them.
    let all_layers = depths != [layers];
    let config = if all_layers { checkpoint.config.with_all_layers() } else { checkpoint.config.clone() };
    let mut files = vec![
        ("config.json".to_owned(), config.to_json()),
        (WEIGHTS_FILE.to_owned(), weights(checkpoint, tensors, head.is_some())?),
    ];
    files.extend(tokenizer_files.iter().cloned());

    let hidden = checkpoint.config.hidden_size;
    let mut modules = vec![module(0, "", "Transformer")];
    if all_layers {
        modules.push(module(1, "1_WeightedLayerPooling", "WeightedLayerPooling"));
        let config =
            json!({"word_embedding_dimension": hidden, "layer_start": 0, "num_hidden_layers": layers});
        files.push(pretty("1_WeightedLayerPooling/config.json", &config));
        let shares = LayerWeights::of(&depths, layers).to_safetensors()?;
        files.push((format!("1_WeightedLayerPooling/{WEIGHTS_FILE}"), shares));
    }
    let pooling = format!("{}_Pooling", modules.len());
    modules.push(module(modules.len(), &pooling, "Pooling"));
    let mut config = st_pooling_config(settings.pooler, hidden);
    config["include_prompt"] = checkpoint.rules.include_prompt.into();
    files.push(pretty(&format!("{pooling}/config.json"), &config));
    if let Some([weight, bias]) = head {
        modules.push(module(2, "2_Dense", "Dense"));
        let config = json!({
            "in_features": hidden,
            "out_features": hidden,
            "bias": true,
            "activation_function": "torch.nn.modules.activation.Tanh",
        });
        files.push(pretty("2_Dense/config.json", &config));
        let linear = write_safetensors(&BTreeMap::from([("linear.weight", weight), ("linear.bias", bias)]))?;
        files.push((format!("2_Dense/{WEIGHTS_FILE}"), linear));
    }
    if checkpoint.rules.normalize {
        let place = format!("{}_Normalize", modules.len());
        modules.push(module(modules.len(), &place, "Normalize"));
    }
    files.push(pretty(MODULES_FILE, &Value::from(modules)));
    if let Some(bytes) = &checkpoint.rules.file {
        files.push((PROMPTS_FILE.to_owned(), bytes.clone()));
    }
    let length = settings.max_length.unwrap_or(USUAL_LENGTH).min(checkpoint.config.max_tokens());
    let length = json!({"max_seq_length": length, "do_lower_case": checkpoint.rules.lower_case});
    files.push(pretty("sentence_bert_config.json", &length));
    files.push(pretty(SIMCSE_FILE, &json!(settings)));
    Ok(files)
}

fn weights(
    checkpoint: &Checkpoint,
    tensors: &BTreeMap<String, HostTensor>,
    with_head: bool,
) -> Result<Vec<u8>, ModelError> {
    let carried =
        checkpoint.tensors.iter().filter(|(name, _)| [POOLER_WEIGHT, POOLER_BIAS].contains(&name.as_str()));
    let all: BTreeMap<&str, &HostTensor> = carried
        .chain(tensors)
        .filter(|(name, _)| with_head || ![HEAD_WEIGHT, HEAD_BIAS].contains(&name.as_str()))
        .map(|(name, tensor)| (name.as_str(), tensor))
        .collect();
    let known = checkpoint.naming.is_known_to_transformers();
    let name = |canonical| {
        if known { checkpoint.naming.for_export(canonical, &checkpoint.config) } else { canonical }
    };
    write_safetensors(&all.into_iter().map(|(canonical, tensor)| (name(canonical), tensor)).collect())
}

fn module(index: usize, path: &str, class: &str) -> Value {
    let kind = format!("sentence_transformers.models.{class}");
    json!({"idx": index, "name": index.to_string(), "path": path, "type": kind})
}

fn pretty(path: &str, value: &Value) -> (String, Vec<u8>) {
    (path.to_owned(), format!("{value:#}\n").into_bytes())
}
