//! Model folders, single files of weights, states of runs, and repositories of the hub.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use simcse_lab::{
    eval::StsEvaluation,
    model::{
        Checkpoint, HostTensor, ModelConfig, Pooler,
        checkpoint::{
            SimcseSettings, export_directory, random_head, write_safetensors, write_safetensors_f16,
            write_safetensors_i8,
        },
    },
    train::{Best, History, StepReport, TrainOptions, TrainingState},
};

use super::{
    file,
    tokenizers::{VOCABULARY, beside, byte_level, wordpiece},
};
use crate::case::Files;

type Tensors = BTreeMap<String, HostTensor>;

fn config(architecture: &str) -> Value {
    json!({
        "model_type": architecture, "vocab_size": 20, "hidden_size": 4, "num_hidden_layers": 1, "num_attention_heads": 2,
        "intermediate_size": 4, "max_position_embeddings": 12, "type_vocab_size": 1, "pad_token_id": 1,
        "hidden_act": "gelu", "layer_norm_eps": 1e-12, "hidden_dropout_prob": 0.1, "initializer_range": 0.02
    })
}

fn checkpoint(architecture: &str) -> Checkpoint {
    let config = ModelConfig::from_json("config.json", config(architecture).to_string().as_bytes());
    Checkpoint::init_random(config.expect("a config"), 7)
}

fn named(tensors: &Tensors) -> BTreeMap<&str, &HostTensor> {
    tensors.iter().map(|(name, tensor)| (name.as_str(), tensor)).collect()
}

fn with_head(checkpoint: &Checkpoint) -> Tensors {
    let mut tensors = checkpoint.tensors.clone();
    tensors.extend(random_head(&checkpoint.config, 3));
    tensors
}

/// Single files of weights, which fit the config.json of [`head_folder`].
pub fn weights() -> Vec<Files> {
    let checkpoint = checkpoint("bert");
    let prefixed: Tensors =
        with_head(&checkpoint).into_iter().map(|(name, tensor)| (format!("bert.{name}"), tensor)).collect();
    let written = [
        write_safetensors(&named(&checkpoint.tensors)),
        write_safetensors(&named(&prefixed)),
        write_safetensors_f16(&named(&checkpoint.tensors)),
        write_safetensors_i8(&named(&checkpoint.tensors)),
    ];
    written.into_iter().map(|bytes| vec![file("model.safetensors", bytes.expect("weights"))]).collect()
}

/// The other files of a folder with such weights.
pub fn head_folder() -> Files {
    vec![file("config.json", config("bert").to_string()), file("vocab.txt", VOCABULARY)]
}

/// A folder as exported with a pooler.
fn exported(pooler: Pooler) -> Files {
    let (checkpoint, vocabulary) = (checkpoint("bert"), [file("vocab.txt", VOCABULARY)]);
    let settings = SimcseSettings { pooler, max_length: Some(8), recipe: json!({"epochs": 1}) };
    export_directory(&checkpoint, &with_head(&checkpoint), &vocabulary, &settings).expect("an export")
}

/// A folder as sentence-transformers writes it, with modules that match no pooler of SimCSE, and a prompt.
fn own_modules() -> Files {
    let checkpoint = checkpoint("bert");
    let module = |index: usize, path: &str, kind: &str| json!({"idx": index, "name": index.to_string(), "path": path, "type": format!("sentence_transformers.models.{kind}")});
    let modules = json!([
        module(0, "", "Transformer"),
        module(1, "1_Pooling", "Pooling"),
        module(2, "2_Dense", "Dense"),
        module(3, "3_LayerNorm", "LayerNorm"),
        module(4, "4_Normalize", "Normalize")
    ]);
    let tensor = |shape: &[usize]| HostTensor::filled(shape.to_vec(), 0.5);
    let of = |tensors: &[(&str, &HostTensor)]| {
        write_safetensors(&tensors.iter().copied().collect()).expect("weights")
    };
    vec![
        file("m/config.json", config("bert").to_string()),
        file("m/model.safetensors", write_safetensors_f16(&named(&checkpoint.tensors)).expect("weights")),
        file("m/tokenizer.json", wordpiece()),
        file("m/modules.json", modules.to_string()),
        file(
            "m/config_sentence_transformers.json",
            json!({"prompts": {"query": "the "}, "default_prompt_name": "query"}).to_string(),
        ),
        file("m/sentence_bert_config.json", json!({"max_seq_length": 9, "do_lower_case": false}).to_string()),
        file(
            "m/1_Pooling/config.json",
            json!({"word_embedding_dimension": 4, "pooling_mode_cls_token": true,
            "pooling_mode_mean_tokens": true, "pooling_mode_max_tokens": false, "include_prompt": false})
            .to_string(),
        ),
        file(
            "m/2_Dense/config.json",
            json!({"in_features": 8, "out_features": 6, "bias": true,
            "activation_function": "torch.nn.modules.activation.Tanh"})
            .to_string(),
        ),
        file(
            "m/2_Dense/model.safetensors",
            of(&[("linear.weight", &tensor(&[6, 8])), ("linear.bias", &tensor(&[6]))]),
        ),
        file(
            "m/3_LayerNorm/model.safetensors",
            of(&[("norm.weight", &tensor(&[6])), ("norm.bias", &tensor(&[6]))]),
        ),
    ]
}

/// A folder with weights in two files and an index.
fn sharded() -> Files {
    let checkpoint = checkpoint("roberta");
    let mut first = checkpoint.tensors.clone();
    let second = first.split_off("encoder.layer.0.intermediate.dense.bias");
    let shards = [("a.safetensors", first), ("b.safetensors", second)];
    let map: serde_json::Map<_, _> = shards
        .iter()
        .flat_map(|(name, tensors)| tensors.keys().map(|tensor| (tensor.clone(), Value::from(*name))))
        .collect();
    let mut files = vec![
        file("config.json", config("roberta").to_string()),
        file(
            "model.safetensors.index.json",
            json!({"metadata": {"total_size": 1}, "weight_map": map}).to_string(),
        ),
    ];
    files.extend(
        shards.map(|(name, tensors)| file(name, write_safetensors(&named(&tensors)).expect("weights"))),
    );
    files.extend(byte_level());
    files.extend(beside("<s>", "</s>", "RobertaTokenizer"));
    files
}

pub fn model_folders() -> Vec<Files> {
    let mut plain = head_folder();
    plain.extend(weights().remove(3));
    plain.extend(beside("[CLS]", "[SEP]", "BertTokenizer"));
    vec![plain, exported(Pooler::Cls), exported(Pooler::AvgFirstLast), own_modules(), sharded()]
}

/// A model's name as typed by a user, and the files of its repository.
pub fn repositories() -> Vec<Files> {
    let with_name = |name: &str, files: Files| [vec![file("id.txt", name)], files].concat();
    let unprefixed = own_modules().into_iter().map(|(path, bytes)| (path[2..].to_owned(), bytes)).collect();
    vec![
        with_name("owner/name@refs/pr/1", unprefixed),
        with_name("https://huggingface.co/owner/name/tree/main", sharded()),
    ]
}

pub fn states() -> Vec<Files> {
    let tensors = |value: f32| {
        let tensor = HostTensor { shape: vec![2, 2], data: vec![value, -0.0, f32::MIN_POSITIVE, 1e30] };
        Tensors::from([("a.weight".to_owned(), tensor), ("b".to_owned(), HostTensor::filled(vec![3], value))])
    };
    let evaluation =
        StsEvaluation { spearman: Some(71.25), alignment: None, uniformity: Some(-2.5), pairs: 3 };
    let best = Best { step: 10, evaluation, weights: tensors(4.5) };
    let report = |step: u32| StepReport {
        step,
        loss: 0.5,
        learning_rate: 3e-5,
        gradient_norm: 1.0,
        mlm: 0.0,
        tokens: 100,
        seconds: f64::from(step),
    };
    let of = |best: Option<Best>| {
        let history = History {
            steps: (1..=20).map(report).collect(),
            evaluations: best.iter().map(|best| (best.step, best.evaluation.clone())).collect(),
        };
        let state = TrainingState {
            options: TrainOptions { seed: 7, ..TrainOptions::default() },
            step: 20,
            data_fingerprint: u64::MAX - 1,
            weights: tensors(1.5),
            first_moments: tensors(2.5),
            second_moments: tensors(3.5),
            best,
            history,
        };
        vec![file("state.safetensors", state.to_safetensors().expect("a state"))]
    };
    vec![of(None), of(Some(best))]
}
