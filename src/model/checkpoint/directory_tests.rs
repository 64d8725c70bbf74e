//! Reading a model's folder, and writing one that reads back.

use serde_json::json;

use super::tests::tiny_config;
use super::*;
use crate::model::{PoolMode, Pooler, SentenceModules};

type Files = Vec<(String, Vec<u8>)>;

fn named(path: &str, bytes: impl Into<Vec<u8>>) -> (String, Vec<u8>) {
    (path.to_owned(), bytes.into())
}

fn plain() -> Files {
    let checkpoint = Checkpoint::init_random(tiny_config(), 9);
    vec![
        named("config.json", checkpoint.config.to_json()),
        named("model.safetensors", checkpoint.save_safetensors(&checkpoint.tensors).unwrap()),
        named("vocab.txt", "[PAD]"),
    ]
}

fn with_head() -> BTreeMap<String, HostTensor> {
    let mut tensors = Checkpoint::init_random(tiny_config(), 11).tensors;
    tensors.extend(random_head(&tiny_config(), 12));
    tensors
}

fn settings(pooler: Pooler) -> SimcseSettings {
    SimcseSettings { pooler, max_length: Some(12), recipe: json!({"epochs": 1}) }
}

fn exported(pooler: Pooler) -> Files {
    let checkpoint = Checkpoint::init_random(tiny_config(), 9);
    export_directory(&checkpoint, &with_head(), &[named("vocab.txt", "[PAD]")], &settings(pooler)).unwrap()
}

fn without(files: Files, path: &str) -> Files {
    files.into_iter().filter(|(own, _)| own != path).collect()
}

fn message(files: &Files) -> String {
    load_directory(files).unwrap_err().to_string()
}

#[test]
fn an_exported_folder_reads_back_with_its_weights_and_pooler() {
    for pooler in Pooler::ALL {
        let directory = load_directory(&exported(pooler)).unwrap();
        let mut expected = with_head();
        if pooler != Pooler::Cls {
            expected.retain(|name, _| !name.starts_with("mlp."));
        }
        assert_eq!(directory.checkpoint.tensors, expected);
        assert_eq!((directory.pooler, directory.max_length), (pooler, Some(12)));
        assert_eq!(directory.tokenizer_files, [named("vocab.txt", "[PAD]")]);
        assert!(directory.notes.is_empty());
    }
}

#[test]
fn sentence_transformers_finds_the_same_pooling_in_an_export() {
    // Without simcse.json and without the head in model.safetensors, only sentence-transformers' files state the
    // pooler.
    for pooler in Pooler::ALL {
        let mut files = without(exported(pooler), "simcse.json");
        let headless = Checkpoint::init_random(tiny_config(), 11);
        for (path, bytes) in &mut files {
            if path == "model.safetensors" {
                *bytes = headless.save_safetensors(&headless.tensors).unwrap();
            }
        }
        let directory = load_directory(&files).unwrap();
        // Of two layers, the top two are the first and the last.
        let poolings = [directory.pooler, pooler].map(|pooler| (pooler.is_mean(), pooler.depths(2)));
        assert_eq!(poolings[0], poolings[1]);
        assert_eq!(directory.pooler == Pooler::Cls, pooler == Pooler::Cls);
        if pooler == Pooler::Cls {
            assert_eq!(directory.checkpoint.tensors, with_head(), "2_Dense is the head");
        }
    }
}

#[test]
fn cls_cannot_be_exported_without_a_head() {
    let checkpoint = Checkpoint::init_random(tiny_config(), 9);
    let exported = export_directory(&checkpoint, &checkpoint.tensors, &[], &settings(Pooler::Cls));
    assert!(matches!(exported, Err(ModelError::NoHead)));
}

#[test]
fn names_that_transformers_does_not_know_are_exported_as_its_own() {
    let plain = Checkpoint::init_random(tiny_config(), 9);
    for (prefix, stays) in [("bert.", true), ("0.auto_model.", false)] {
        let names: Vec<String> = plain.tensors.keys().map(|name| format!("{prefix}{name}")).collect();
        let renamed = names.iter().map(String::as_str).zip(plain.tensors.values()).collect();
        let bytes = write_safetensors(&renamed).unwrap();
        let checkpoint = Checkpoint::load(tiny_config(), "m", &bytes).unwrap();
        let files = export_directory(&checkpoint, &plain.tensors, &[], &settings(Pooler::Avg)).unwrap();
        let (_, weights) = files.iter().find(|(path, _)| path == "model.safetensors").unwrap();
        let again = Checkpoint::load(tiny_config(), "m", weights).unwrap();
        assert_eq!(again.naming.prefix(), if stays { prefix } else { "" });
    }
}

#[test]
fn the_default_pooler_follows_what_the_folder_says() {
    assert_eq!(load_directory(&plain()).unwrap().pooler, Pooler::Avg);

    // Without modules.json sentence-transformers takes the mean, even if there is a 1_Pooling.
    let mut stray = plain();
    stray.push(named("1_Pooling/config.json", r#"{"pooling_mode": "cls"}"#));
    let directory = load_directory(&stray).unwrap();
    assert_eq!(directory.pooler, Pooler::Avg);
    assert!(directory.notes[0].contains("1_Pooling is not read"), "{:?}", directory.notes);

    let checkpoint = Checkpoint::init_random(tiny_config(), 9);
    let mut head = plain();
    head[1].1 = checkpoint.save_safetensors(&with_head()).unwrap();
    assert_eq!(load_directory(&head).unwrap().pooler, Pooler::Cls);
    head.push(named("simcse.json", r#"{"pooler": "cls_before_pooler"}"#));
    assert_eq!(load_directory(&head).unwrap().pooler, Pooler::ClsBeforePooler);

    let mut promised = plain();
    promised.push(named("simcse.json", r#"{"pooler": "cls"}"#));
    assert!(message(&promised).contains("asks for the pooler cls, and model.safetensors has no head"));
}

/// A plain encoder with these modules after it: kind, folder, config.json.
fn with_modules(modules: &[(&str, &str, serde_json::Value)]) -> Files {
    let mut files = plain();
    let mut listed = vec![json!({"path": "", "type": "sentence_transformers.models.Transformer"})];
    for (kind, folder, config) in modules {
        listed.push(json!({"path": folder, "type": format!("sentence_transformers.models.{kind}")}));
        files.push(named(&format!("{folder}/config.json"), config.to_string()));
    }
    files.push(named("modules.json", json!(listed).to_string()));
    files
}

fn tensors(tensors: &[(&str, &[usize])]) -> Vec<u8> {
    let tensors: Vec<(&str, HostTensor)> =
        tensors.iter().map(|(name, shape)| (*name, HostTensor::filled(shape.to_vec(), 0.5))).collect();
    write_safetensors(&tensors.iter().map(|(name, tensor)| (*name, tensor)).collect()).unwrap()
}

#[test]
fn modules_that_match_a_pooler_load_as_that_pooler_and_others_as_the_models_own() {
    let hidden = tiny_config().hidden_size;
    let pooling = |mode: &str| ("Pooling", "pool", json!({"pooling_mode": mode}));
    let load = |modules: &[_]| load_directory(&with_modules(modules)).unwrap();
    assert_eq!(load(&[pooling("cls")]).pooler, Pooler::ClsBeforePooler);
    let normal = load(&[pooling("mean"), ("Normalize", "2_Normalize", json!({}))]);
    assert_eq!((normal.pooler, normal.checkpoint.rules.normalize), (Pooler::Avg, true));
    for mode in [PoolMode::Max, PoolMode::MeanSqrtLen, PoolMode::WeightedMean, PoolMode::LastToken] {
        let directory = load(&[pooling(mode.name())]);
        assert_eq!(directory.pooler, Pooler::Own);
        let expected = SentenceModules { modes: vec![mode], after_pooling: Vec::new(), skipped: 0 };
        assert_eq!(directory.checkpoint.rules.modules, Some(expected));
    }

    let dense = |outputs: usize, activation: &str| {
        let config = json!({
            "in_features": hidden, "out_features": outputs, "bias": true,
            "activation_function": format!("torch.nn.modules.activation.{activation}")
        });
        let mut files = with_modules(&[pooling("cls"), ("Dense", "d/e", config)]);
        let shapes: [(&str, &[usize]); 2] =
            [("linear.weight", &[outputs, hidden]), ("linear.bias", &[outputs])];
        files.push(named("d/e/model.safetensors", tensors(&shapes)));
        files
    };
    let head = load_directory(&dense(hidden, "Tanh")).unwrap();
    assert_eq!(head.pooler, Pooler::Cls);
    assert_eq!(head.checkpoint.tensors["mlp.dense.bias"], HostTensor::filled(vec![hidden], 0.5));
    for (outputs, activation) in [(hidden, "ReLU"), (3, "Tanh")] {
        let directory = load_directory(&dense(outputs, activation)).unwrap();
        assert_eq!(directory.pooler, Pooler::Own);
        assert_eq!(directory.checkpoint.rules.modules.unwrap().width(hidden), outputs);
    }
}

#[test]
fn a_modules_json_in_a_folder_below_the_model_is_ignored() {
    let mut files = plain();
    let below = with_modules(&[("Pooling", "1_Pooling", json!({"pooling_mode": "max"}))]);
    files.extend(below.into_iter().map(|(path, bytes)| (format!("checkpoint-500/{path}"), bytes)));
    let directory = load_directory(&files).unwrap();
    assert_eq!((directory.pooler, directory.pooler_stated), (Pooler::Avg, false));
}

#[test]
fn modules_that_cannot_be_reproduced_exactly_are_refused_by_name() {
    let pooling = ("Pooling", "1_Pooling", json!({"pooling_mode": "mean"}));
    let refused = |modules: &[_]| message(&with_modules(modules));
    assert!(refused(&[pooling.clone(), ("CNN", "2_CNN", json!({}))]).contains("the module CNN"));
    assert!(refused(&[]).contains("no Pooling"));
    assert!(refused(&[("Dense", "1_Dense", json!({})), pooling.clone()]).contains("the module Dense"));
    let unknown = ("Pooling", "1_Pooling", json!({"pooling_mode": "median"}));
    assert!(refused(&[unknown]).contains("one of: cls, max"));

    let dense = |config: serde_json::Value| with_modules(&[pooling.clone(), ("Dense", "2_Dense", config)]);
    let hidden = tiny_config().hidden_size;
    let softmax =
        json!({"in_features": hidden, "out_features": 2, "activation_function": "torch.nn.Softmax"});
    assert!(message(&dense(softmax)).contains("torch.nn.Softmax"));
    let narrow = json!({"in_features": 3, "out_features": 2, "activation_function": "torch.nn.Tanh"});
    assert!(message(&dense(narrow)).contains("\"in_features\" is 3"));
    let fine = json!({"in_features": hidden, "out_features": 2, "activation_function": "torch.nn.Tanh"});
    assert!(message(&dense(fine.clone())).contains("2_Dense/model.safetensors: missing"));
    let mut pickled = dense(fine);
    pickled.push(named("2_Dense/pytorch_model.bin", ""));
    assert!(message(&pickled).contains("save_pretrained"));

    let listed = |modules: serde_json::Value| {
        let mut files = plain();
        files.push(named("modules.json", modules.to_string()));
        message(&files)
    };
    let outside =
        |path: &str| listed(json!([{"path": path, "type": "sentence_transformers.models.Transformer"}]));
    for path in ["../other", "/etc", "a/../../b", "C:\\models"] {
        assert!(outside(path).contains("out of the model's folder"), "{path}");
    }
    assert!(listed(json!([{"path": "", "type": "my_code.Encoder"}])).contains("my_code.Encoder"));
    assert!(listed(json!([])).contains("begins with nothing"));
}

#[test]
fn length_lower_case_and_prompt_are_read_and_exported_again() {
    let mut files = with_modules(&[("Pooling", "1_Pooling", json!({"pooling_mode": "mean"}))]);
    files.push(named("sentence_bert_config.json", r#"{"max_seq_length": 7, "do_lower_case": true}"#));
    let prompts = json!({"prompts": {"query": "find: "}, "default_prompt_name": "query"}).to_string();
    files.push(named("config_sentence_transformers.json", prompts.clone()));
    let directory = load_directory(&files).unwrap();
    assert_eq!(directory.max_length, Some(7));
    let rules = &directory.checkpoint.rules;
    assert_eq!((rules.prompt.as_deref(), rules.lower_case), (Some("find: "), true));
    assert!(directory.notes[0].contains("find: "));

    let checkpoint = &directory.checkpoint;
    let exported =
        export_directory(checkpoint, &checkpoint.tensors, &directory.tokenizer_files, &settings(Pooler::Avg));
    let again = load_directory(&exported.unwrap()).unwrap();
    assert_eq!(again.checkpoint.rules, directory.checkpoint.rules);
    assert!(again.tokenizer_files == directory.tokenizer_files);

    let unnamed = prompts.replace("find", "look").replace("\"query\":", "\"other\":");
    let mut files = without(files, "config_sentence_transformers.json");
    files.push(named("config_sentence_transformers.json", unnamed));
    assert!(message(&files).contains("\"default_prompt_name\" is \"query\""));
}

#[test]
fn the_tokenizers_length_holds_where_no_other_is_stated() {
    for (length, expected) in [("512", Some(512)), ("1000000000000000019884624838656", None)] {
        let mut files = plain();
        files.push(named("tokenizer_config.json", format!(r#"{{"model_max_length": {length}}}"#)));
        assert_eq!(load_directory(&files).unwrap().max_length, expected);
    }
}

#[test]
fn folders_before_the_models_own_do_not_matter() {
    for prefix in ["./", "MiniLM/", "C:\\models\\MiniLM\\", "a/b/"] {
        let files: Files = exported(Pooler::Cls)
            .into_iter()
            .map(|(path, bytes)| (format!("{prefix}{path}"), bytes))
            .collect();
        assert_eq!(load_directory(&files).unwrap().pooler, Pooler::Cls, "{prefix}");
    }
    let mut old: Files =
        plain().into_iter().map(|(path, bytes)| (format!("m/0_Transformer/{path}"), bytes)).collect();
    let modules = json!([
        {"path": "0_Transformer", "type": "sentence_transformers.models.Transformer"},
        {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}
    ]);
    old.push(named("m/modules.json", modules.to_string()));
    // Older versions wrote such a file beside modules.json.
    old.push(named("m/config.json", r#"{"__version__": "0.2.5"}"#));
    old.push(named(
        "m/1_Pooling/config.json",
        r#"{"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false}"#,
    ));
    assert_eq!(load_directory(&old).unwrap().pooler, Pooler::ClsBeforePooler);
}

#[test]
fn every_missing_file_is_named() {
    assert_eq!(
        message(&vec![named("notes.md", "x")]),
        "the model is incomplete: missing config.json and model.safetensors and tokenizer.json (or vocab.txt); \
         found notes.md"
    );
    assert!(
        message(&without(plain(), "vocab.txt"))
            .contains("missing tokenizer.json (or vocab.txt); found config.json")
    );
    assert!(message(&without(plain(), "config.json")).contains("missing config.json;"));
    assert!(
        message(&without(exported(Pooler::Cls), "model.safetensors")).contains("missing model.safetensors;")
    );
    assert!(message(&Vec::new()).contains("found nothing"));
}

#[test]
fn weights_in_other_forms_are_refused_with_what_to_do() {
    let bare = without(plain(), "model.safetensors");
    let with = |path: &str| bare.iter().cloned().chain([named(path, "{}")]).collect::<Files>();
    assert!(message(&with("model.safetensors.index.json")).contains("it names no files"));
    assert!(message(&with("pytorch_model.bin")).contains("save_pretrained"));
    let mut two = with("a.safetensors");
    two.push(named("b.safetensors", ""));
    assert!(message(&two).contains("several safetensors files (a.safetensors, b.safetensors)"));
    let renamed: Files =
        plain().into_iter().map(|(path, bytes)| (path.replace("model.s", "fine-tuned.s"), bytes)).collect();
    assert!(load_directory(&renamed).is_ok());
}

#[test]
fn weights_in_several_files_are_put_together_by_their_index() {
    let checkpoint = Checkpoint::init_random(tiny_config(), 9);
    let (first, second): (Vec<_>, Vec<_>) =
        checkpoint.tensors.iter().partition(|(name, _)| name.starts_with("embeddings."));
    let mut map = serde_json::Map::new();
    let mut files = without(plain(), "model.safetensors");
    for (file, tensors) in [("model-1.safetensors", first), ("model-2.safetensors", second)] {
        map.extend(tensors.iter().map(|(name, _)| ((*name).clone(), json!(file))));
        let shard: BTreeMap<&str, &HostTensor> =
            tensors.into_iter().map(|(name, tensor)| (name.as_str(), tensor)).collect();
        files.push(named(file, write_safetensors(&shard).unwrap()));
    }
    files.push(named("model.safetensors.index.json", json!({"weight_map": map}).to_string()));
    let directory = load_directory(&files).unwrap();
    assert_eq!(directory.checkpoint.tensors, checkpoint.tensors);
    assert!(directory.checkpoint.report.unused.is_empty());
    assert!(message(&without(files, "model-2.safetensors")).contains("missing model-2.safetensors; found"));
}

#[test]
fn two_models_at_once_are_refused() {
    let two: Files = ["a", "b"]
        .iter()
        .flat_map(|folder| plain().into_iter().map(move |(path, bytes)| (format!("{folder}/{path}"), bytes)))
        .collect();
    assert!(message(&two).contains("several, in a/ and b/; choose the folder of one model"));
}

#[test]
fn a_broken_json_file_is_named() {
    for path in
        ["config.json", "modules.json", "1_Pooling/config.json", "simcse.json", "sentence_bert_config.json"]
    {
        let mut files = without(exported(Pooler::Avg), path);
        files.push(named(path, "{"));
        assert!(message(&files).starts_with(&format!("{path}: not valid JSON")), "{}", message(&files));
    }
}

/// The files of a SimCSE checkpoint: a raw one has the head as `mlp.dense` beside `bert.`, a converted one as
/// `pooler.dense`.
fn released(folder: &str, converted: bool) -> Files {
    let checkpoint = Checkpoint::init_random(tiny_config(), 9);
    let [(_, weight), (_, bias)] = random_head(&tiny_config(), 12);
    let (prefix, head) = if converted { ("", "pooler.dense") } else { ("bert.", "mlp.dense") };
    let mut tensors: BTreeMap<String, &HostTensor> =
        checkpoint.tensors.iter().map(|(name, tensor)| (format!("{prefix}{name}"), tensor)).collect();
    tensors.insert(format!("{head}.weight"), &weight);
    tensors.insert(format!("{head}.bias"), &bias);
    let tensors = tensors.iter().map(|(name, tensor)| (name.as_str(), *tensor)).collect();
    vec![
        named(&format!("{folder}/config.json"), checkpoint.config.to_json()),
        named(&format!("{folder}/model.safetensors"), write_safetensors(&tensors).unwrap()),
        named(&format!("{folder}/vocab.txt"), "[PAD]"),
    ]
}

#[test]
fn raw_and_converted_simcse_checkpoints_load_with_the_pooler_they_are_evaluated_with() {
    for converted in [false, true] {
        for (folder, pooler) in [
            ("unsup-simcse-bert-base-uncased", Pooler::ClsBeforePooler),
            ("sup-simcse-bert-base-uncased", Pooler::Cls),
        ] {
            let directory = load_directory(&released(folder, converted)).unwrap();
            assert_eq!(directory.pooler, pooler, "{folder}, converted: {converted}");
            assert_eq!(directory.notes.len(), 1);
            assert!(directory.checkpoint.report.unused.is_empty());
        }
    }
    let nameless = load_directory(&released("model", false)).unwrap();
    assert_eq!(nameless.pooler, Pooler::Cls);
    assert!(nameless.notes[0].contains("cls_before_pooler"));
    assert_eq!(
        load_directory(&released("model", true)).unwrap().pooler,
        Pooler::Avg,
        "any BERT has a pooler"
    );
}

#[test]
fn a_trained_mlm_head_is_saved_under_the_names_of_its_architecture_and_reads_back() {
    let roberta = json!({"model_type": "roberta", "pad_token_id": 1, "type_vocab_size": 1});
    for (changes, name) in [(json!({}), "cls.predictions.bias"), (roberta, "lm_head.bias")] {
        let mut config: serde_json::Value = serde_json::from_slice(&tiny_config().to_json()).unwrap();
        changes.as_object().unwrap().iter().for_each(|(key, value)| config[key] = value.clone());
        let config = ModelConfig::from_json("config.json", config.to_string().as_bytes()).unwrap();
        let checkpoint = Checkpoint::init_random(config.clone(), 9);
        let mut tensors = checkpoint.tensors.clone();
        tensors.extend(random_mlm_head(&config, 4));
        let vocabulary = [named("vocab.txt", "[PAD]")];
        let files = export_directory(&checkpoint, &tensors, &vocabulary, &settings(Pooler::Avg)).unwrap();
        let (_, weights) = files.iter().find(|(path, _)| path == "model.safetensors").unwrap();
        assert!(String::from_utf8_lossy(weights).contains(&format!("\"{name}\"")), "{name}");
        assert_eq!(load_directory(&files).unwrap().checkpoint.tensors, tensors);
    }
}
