//! Reading and writing safetensors files: names, types, what is refused.

use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde_json::json;

use super::*;

pub(super) fn tiny_config() -> ModelConfig {
    let config = json!({
        "model_type": "bert", "vocab_size": 20, "hidden_size": 8, "num_hidden_layers": 2,
        "num_attention_heads": 2, "intermediate_size": 12, "max_position_embeddings": 16, "pad_token_id": 0
    });
    ModelConfig::from_json("config.json", config.to_string().as_bytes()).unwrap()
}

/// A safetensors file of a tiny random BERT, its keys changed by `rename`, with `extra` tensors.
fn file_with(rename: impl Fn(&str) -> String, extra: &[(&str, HostTensor)]) -> Vec<u8> {
    let checkpoint = Checkpoint::init_random(tiny_config(), 7);
    let mut tensors: BTreeMap<String, HostTensor> =
        checkpoint.tensors.into_iter().map(|(name, tensor)| (rename(&name), tensor)).collect();
    tensors.extend(extra.iter().map(|(name, tensor)| ((*name).to_owned(), tensor.clone())));
    write_safetensors(&tensors.iter().map(|(name, tensor)| (name.as_str(), tensor)).collect()).unwrap()
}

fn load(bytes: &[u8]) -> Result<Checkpoint, ModelError> {
    Checkpoint::load(tiny_config(), "model.safetensors", bytes)
}

#[test]
fn the_expected_tensors_hold_every_parameter_once() {
    let config = tiny_config();
    let tensors = expected_tensors(&config);
    let scalars: usize = tensors.iter().map(|(_, shape)| shape.iter().product::<usize>()).sum();
    assert_eq!(scalars, config.parameter_count());
    assert_eq!(tensors.iter().map(|(name, _)| name).collect::<BTreeSet<_>>().len(), tensors.len());
    assert_eq!(tensors[15], ("encoder.layer.0.intermediate.dense.weight".to_owned(), vec![12, 8]));
}

#[test]
fn a_random_checkpoint_has_berts_distribution_and_repeats_by_seed() {
    let checkpoint = Checkpoint::init_random(tiny_config(), 3);
    assert_eq!(checkpoint, Checkpoint::init_random(tiny_config(), 3));
    assert_ne!(checkpoint, Checkpoint::init_random(tiny_config(), 4));
    assert_eq!(checkpoint.tensors["encoder.layer.1.output.LayerNorm.weight"].data, [1.0; 8]);
    assert_eq!(checkpoint.tensors["encoder.layer.1.output.LayerNorm.bias"].data, [0.0; 8]);
    let weights: Vec<f64> = expected_tensors(&checkpoint.config)
        .iter()
        .filter(|(_, shape)| shape.len() == 2)
        .flat_map(|(name, _)| checkpoint.tensors[name].data.iter().map(|&weight| f64::from(weight)))
        .collect();
    let count = weights.len() as f64;
    let std = (weights.iter().map(|weight| weight * weight).sum::<f64>() / count).sqrt();
    // Four standard errors of a standard deviation over n draws, σ/√(2n) each.
    assert!((std - 0.02).abs() < 4.0 * 0.02 / (2.0 * count).sqrt(), "standard deviation {std}");
    let [(_, weight), (_, bias)] = random_head(&checkpoint.config, 3);
    assert_eq!((weight.shape, bias.data), (vec![8, 8], vec![0.0; 8]));
}

#[test]
fn random_weights_are_pinned_so_that_browser_and_native_runs_start_alike() {
    let checkpoint = Checkpoint::init_random(tiny_config(), 1);
    let first = &checkpoint.tensors["embeddings.word_embeddings.weight"].data[..3];
    assert_eq!(first, [-0.004696941, -0.028216355, 0.0066605727]);
}

#[test]
fn every_prefix_in_use_is_stripped_and_given_back() {
    for prefix in ["", "bert.", "0.auto_model.", "model.", "module.bert."] {
        let bytes = file_with(|name| format!("{prefix}{name}"), &[]);
        let checkpoint = load(&bytes).unwrap();
        assert_eq!(checkpoint.tensors, Checkpoint::init_random(tiny_config(), 7).tensors);
        assert_eq!(checkpoint.report.missing, [HEAD_WEIGHT, HEAD_BIAS, POOLER_WEIGHT, POOLER_BIAS]);
        assert!(checkpoint.report.unused.is_empty());
        assert_eq!(checkpoint.naming.is_known_to_transformers(), matches!(prefix, "" | "bert."));
        assert_eq!(checkpoint.save_safetensors(&checkpoint.tensors).unwrap(), bytes);
    }
}

#[test]
fn old_layer_norm_names_are_read_and_written_back() {
    let old = |name: &str| {
        format!(
            "bert.{}",
            name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta")
        )
    };
    let bytes = file_with(old, &[]);
    let checkpoint = load(&bytes).unwrap();
    assert_eq!(checkpoint.naming.in_file("embeddings.LayerNorm.weight"), "bert.embeddings.LayerNorm.gamma");
    assert_eq!(checkpoint.save_safetensors(&checkpoint.tensors).unwrap(), bytes);
}

#[test]
fn the_head_and_the_pooler_are_kept_and_everything_else_is_named_as_unused() {
    let square = HostTensor::filled(vec![8, 8], 0.5);
    let row = HostTensor::filled(vec![8], 0.25);
    let bytes = file_with(
        |name| format!("bert.{name}"),
        &[
            ("mlp.dense.weight", square.clone()),
            ("mlp.dense.bias", row.clone()),
            ("bert.pooler.dense.weight", square.clone()),
            ("bert.pooler.dense.bias", row.clone()),
            ("cls.predictions.bias", HostTensor::filled(vec![20], 0.0)),
            ("bert.embeddings.position_ids", HostTensor::filled(vec![1, 16], 0.0)),
        ],
    );
    let checkpoint = load(&bytes).unwrap();
    assert!(checkpoint.has_head() && checkpoint.report.missing.is_empty());
    assert_eq!((&checkpoint.tensors[HEAD_WEIGHT], &checkpoint.tensors[POOLER_BIAS]), (&square, &row));
    assert_eq!(checkpoint.report.unused, ["bert.embeddings.position_ids", "cls.predictions.bias"]);
    assert_eq!(checkpoint.naming.in_file(POOLER_WEIGHT), "bert.pooler.dense.weight");
    assert_eq!(
        (checkpoint.naming.in_file(HEAD_WEIGHT), checkpoint.naming.in_file("loss")),
        (HEAD_WEIGHT, "loss")
    );
}

#[test]
fn half_a_head_is_an_error() {
    let bytes = file_with(str::to_owned, &[("mlp.dense.weight", HostTensor::filled(vec![8, 8], 0.0))]);
    assert!(
        load(&bytes)
            .unwrap_err()
            .to_string()
            .contains("1 tensor is missing that config.json calls for: mlp.dense.bias")
    );
}

#[test]
fn half_precision_files_become_the_same_numbers_in_f32() {
    let checkpoint = Checkpoint::init_random(tiny_config(), 7);
    let f16 = |value: f32| half::f16::from_f32(value);
    let bf16 = |value: f32| half::bf16::from_f32(value);
    let stored: Vec<(String, Vec<usize>, Dtype, Vec<u8>)> = checkpoint
        .tensors
        .iter()
        .enumerate()
        .map(|(index, (name, tensor))| {
            let values = tensor.data.iter();
            let (dtype, bytes) = match index % 2 {
                0 => (Dtype::F16, values.flat_map(|&v| f16(v).to_le_bytes()).collect()),
                _ => (Dtype::BF16, values.flat_map(|&v| bf16(v).to_le_bytes()).collect()),
            };
            (name.clone(), tensor.shape.clone(), dtype, bytes)
        })
        .collect();
    let views = stored.iter().map(|(name, shape, dtype, bytes)| {
        (name.as_str(), TensorView::new(*dtype, shape.clone(), bytes).unwrap())
    });
    let loaded = load(&safetensors::serialize(views, None).unwrap()).unwrap();
    assert_eq!(loaded.report.dtype, "BF16, F16");
    for (index, (name, tensor)) in checkpoint.tensors.iter().enumerate() {
        let rounded = |&v: &f32| if index % 2 == 0 { f16(v).to_f32() } else { bf16(v).to_f32() };
        assert_eq!(loaded.tensors[name].data, tensor.data.iter().map(rounded).collect::<Vec<_>>(), "{name}");
    }
}

#[test]
fn matrices_of_bytes_are_read_with_the_scale_of_each_row() {
    let checkpoint = Checkpoint::init_random(tiny_config(), 7);
    let named = checkpoint.tensors.iter().map(|(name, tensor)| (name.as_str(), tensor)).collect();
    let bytes = write_safetensors_i8(&named).unwrap();
    let loaded = load(&bytes).unwrap();
    assert_eq!(loaded.report.unused, Vec::<String>::new());
    assert_eq!(loaded.report.dtype, "F32, I8");
    for (name, tensor) in &checkpoint.tensors {
        let width = *tensor.shape.last().unwrap();
        for (row, read) in tensor.data.chunks(width).zip(loaded.tensors[name].data.chunks(width)) {
            let largest = row.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
            // Half a quantisation step, and the rounding of the product.
            let tolerance = if tensor.shape.len() == 1 { 0.0 } else { largest * (0.5 / 127.0 + 1e-6) };
            assert!(row.iter().zip(read).all(|(x, y)| (x - y).abs() <= tolerance), "{name}");
        }
    }
    // I8 with a zero point, and I8 without scales, are refused.
    let stored = SafeTensors::deserialize(&bytes).unwrap();
    let point = [0_u8; 8];
    let mut views: Vec<(String, TensorView)> = stored.tensors();
    views.push((
        "encoder.layer.0.attention.self.query.weight_zero_point".to_owned(),
        TensorView::new(Dtype::I8, vec![8, 1], &point).unwrap(),
    ));
    let message = load(&safetensors::serialize(views, None).unwrap()).unwrap_err().to_string();
    assert!(message.contains("query.weight") && message.contains("I8"), "{message}");
    let mut views: Vec<(String, TensorView)> = stored.tensors();
    views.retain(|(name, _)| !name.ends_with("word_embeddings.weight_scale"));
    let message = load(&safetensors::serialize(views, None).unwrap()).unwrap_err().to_string();
    assert!(message.contains("word_embeddings.weight") && message.contains("I8"), "{message}");
}

#[test]
fn a_shape_that_disagrees_names_tensor_found_and_expected() {
    let mut config = tiny_config();
    config.vocab_size = 21;
    let error = Checkpoint::load(config, "model.safetensors", &file_with(str::to_owned, &[])).unwrap_err();
    let message = error.to_string();
    assert!(message.contains("embeddings.word_embeddings.weight has shape [20, 8]"), "{message}");
    assert!(message.contains("config.json makes it [21, 8]"), "{message}");
}

#[test]
fn missing_tensors_are_listed_under_the_files_own_prefix() {
    let mut config = tiny_config();
    config.num_hidden_layers = 3;
    let bytes = file_with(|name| format!("bert.{name}"), &[]);
    let ModelError::MissingTensors { missing, .. } =
        Checkpoint::load(config, "model.safetensors", &bytes).unwrap_err()
    else {
        panic!("another error");
    };
    assert_eq!(missing.len(), 16);
    assert_eq!(missing[0], "bert.encoder.layer.2.attention.self.query.weight");
}

#[test]
fn a_file_without_an_encoder_says_what_it_holds() {
    let tensor = HostTensor::filled(vec![2], 0.0);
    let bytes = write_safetensors(&BTreeMap::from([("linear.bias", &tensor)])).unwrap();
    assert!(load(&bytes).unwrap_err().to_string().contains("it holds linear.bias"));
}

#[test]
fn a_nan_or_infinite_weight_is_named_with_its_position() {
    for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let mut poisoned = HostTensor::filled(vec![8], 0.0);
        poisoned.data[5] = value;
        let bytes = file_with(str::to_owned, &[("encoder.layer.0.output.dense.bias", poisoned)]);
        let message = load(&bytes).unwrap_err().to_string();
        assert!(
            message.contains(&format!("encoder.layer.0.output.dense.bias is {value} at element 5")),
            "{message}"
        );
    }
}

#[test]
fn an_integer_weight_is_refused() {
    let good = file_with(str::to_owned, &[]);
    let header_length = u64::from_le_bytes(*good.first_chunk().unwrap()) as usize;
    let header = String::from_utf8(good[8..8 + header_length].to_vec()).unwrap();
    let damaged = header.replacen("\"F32\"", "\"I32\"", 1);
    let bytes = [&good[..8], damaged.as_bytes(), &good[8 + header_length..]].concat();
    assert!(
        load(&bytes)
            .unwrap_err()
            .to_string()
            .contains("is stored as I32; weights must be F32, F16, BF16, or I8")
    );
}

#[test]
fn saved_files_have_the_pytorch_format_and_repeat_byte_for_byte() {
    let checkpoint = Checkpoint::init_random(tiny_config(), 5);
    let bytes = checkpoint.save_safetensors(&checkpoint.tensors).unwrap();
    let (_, metadata) = SafeTensors::read_metadata(&bytes).unwrap();
    assert_eq!(metadata.metadata().as_ref().unwrap()["format"], "pt");
    assert_eq!(bytes, checkpoint.save_safetensors(&checkpoint.tensors).unwrap());
    assert_eq!(load(&bytes).unwrap().tensors, checkpoint.tensors);
}

#[test]
fn a_tensor_that_does_not_fill_its_shape_cannot_be_written() {
    let short = HostTensor { shape: vec![3], data: vec![0.0; 2] };
    assert!(write_safetensors(&BTreeMap::from([("short", &short)])).is_err());
}

#[test]
fn a_file_cut_anywhere_is_refused_and_says_so() {
    let good = file_with(str::to_owned, &[]);
    let header_end = 8 + u64::from_le_bytes(*good.first_chunk().unwrap()) as usize;
    for length in (0..header_end + 64).chain([good.len() - 1]) {
        let message = load(&good[..length]).unwrap_err().to_string();
        assert!(
            message.starts_with("model.safetensors: not a usable safetensors file"),
            "{length}: {message}"
        );
        assert!(length < 8 || message.contains("was the download cut short?"), "{length}: {message}");
    }
    let longer = [good.as_slice(), &[0]].concat();
    assert!(load(&longer).unwrap_err().to_string().contains("1 bytes follow the last tensor"));
}

#[test]
fn a_header_that_lies_is_refused() {
    let file = |header: &str, data: usize| {
        [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &vec![0; data]].concat()
    };
    let key = "embeddings.word_embeddings.weight";
    let overlapping = format!(
        r#"{{"{key}":{{"dtype":"F32","shape":[2],"data_offsets":[0,8]}},"b":{{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}}}"#
    );
    let absurd =
        format!(r#"{{"{key}":{{"dtype":"F32","shape":[4611686018427387904,8],"data_offsets":[0,8]}}}}"#);
    let huge = format!(
        r#"{{"{key}":{{"dtype":"U8","shape":[2305843009213693951],"data_offsets":[0,2305843009213693951]}}}}"#
    );
    let negative = format!(r#"{{"{key}":{{"dtype":"F32","shape":[-1],"data_offsets":[0,-4]}}}}"#);
    for header in [overlapping.as_str(), &absurd, &huge, &negative, "{", "[]", "null", "\u{fffd}", ""] {
        let error = load(&file(header, 12)).unwrap_err();
        assert!(matches!(error, ModelError::Container { .. }), "{header}: {error}");
    }
    assert!(matches!(load(&[0xff; 64]).unwrap_err(), ModelError::Container { .. }));
    assert!(matches!(load(&file("{}", 0)).unwrap_err(), ModelError::NoEncoder { .. }));
}
