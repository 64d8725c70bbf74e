//! Verification passes on a sound device, and fails with the name of what is wrong.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeMap;

use simcse_lab::{
    device::{Device, DeviceChoice, DeviceOptions},
    model::{Checkpoint, HostTensor, ModelConfig},
    text::SentenceTokenizer,
    verify::{Check, Checks, Coverage, VectorModel, Verification, gradients, gradients::Differences, parts},
};

async fn devices() -> [Device; 2] {
    let open = async |choice| {
        let options = DeviceOptions { choice, threads: Some(3), baseline: true };
        Device::open(options).await.expect("a device opens")
    };
    [open(DeviceChoice::Gpu).await, open(DeviceChoice::Cpu).await]
}

fn named(checks: &[Check]) -> Vec<String> {
    let line = |check: &Check| format!("{check:?}");
    checks.iter().filter(|check| !check.passed()).map(line).collect()
}

#[pollster::test]
async fn every_tensors_gradient_agrees_with_finite_differences() {
    for device in devices().await {
        let checks = Checks::new(&device, "gradients", Coverage::All);
        gradients::agree_with_differences(&checks).await.unwrap();
        let found = checks.into_found();
        assert_eq!(named(&found), [""; 0]);
        // Embeddings, two layers, the head.
        assert_eq!(found[0].cases, 5 + 16 * 2 + 2);
    }
}

/// The check of gradients that were changed by `tamper`.
async fn found(device: &Device, tamper: impl Fn(&mut BTreeMap<String, HostTensor>)) -> Check {
    let differences = Differences::new(device).await.unwrap();
    let mut gradients = differences.gradients().await.unwrap();
    tamper(&mut gradients);
    let checks = Checks::new(device, "gradients", Coverage::All);
    differences.compare(&checks, &gradients).await.unwrap();
    checks.into_found().remove(0)
}

#[pollster::test]
async fn a_gradient_that_is_slightly_or_partly_wrong_fails_and_is_named() {
    for device in devices().await {
        let name = "encoder.layer.1.output.dense.weight";
        let tensor = |gradients: &mut BTreeMap<String, HostTensor>, change: &dyn Fn(usize, f32) -> f32| {
            let data = &mut gradients.get_mut(name).unwrap().data;
            data.iter_mut().enumerate().for_each(|(i, slope)| *slope = change(i, *slope));
        };
        // A factor of 1.01; columns left out; NaN.
        let wrong: [&dyn Fn(usize, f32) -> f32; 3] =
            [&|_, slope| 1.01 * slope, &|i, slope| if i % 100 < 30 { 0.0 } else { slope }, &|_, _| f32::NAN];
        for change in wrong {
            let check = found(&device, |gradients| tensor(gradients, change)).await;
            assert!(!check.passed() && check.worst.starts_with(name), "{check:?}");
        }
        let check = found(&device, |_| ()).await;
        assert!(check.passed(), "{check:?}");
    }
}

/// A tokenizer whose words are the letters a to z.
fn tokenizer() -> SentenceTokenizer {
    let letters = ('a'..='z').map(String::from);
    let words: Vec<String> = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
        .map(str::to_owned)
        .into_iter()
        .chain(letters)
        .collect();
    let files = [("vocab.txt".to_owned(), words.join("\n").into_bytes())];
    SentenceTokenizer::from_files(&files).unwrap()
}

const CONFIG: &str = r#"{"model_type": "bert", "vocab_size": 31, "hidden_size": 8, "num_hidden_layers": 1,
    "num_attention_heads": 2, "intermediate_size": 8, "max_position_embeddings": 16}"#;

#[pollster::test]
async fn a_model_without_known_vectors_is_skipped_with_the_reason() {
    let [_, device] = devices().await;
    let config = ModelConfig::from_json("config.json", CONFIG.as_bytes()).unwrap();
    let (checkpoint, tokenizer) = (Checkpoint::init_random(config, 1), tokenizer());
    let names = ["mine", "theirs"].map(str::to_owned);
    let mut verification = Verification::new(&device, Coverage::Sample, "a test".to_owned(), &[], &names);
    verification
        .check_vectors(&VectorModel { name: "mine", checkpoint: &checkpoint, tokenizer: &tokenizer })
        .await;
    verification.model_failed("theirs", "it is not there".into());
    let report = verification.finish();
    assert!(report.checks.is_empty() && !report.passed());
    assert_eq!(report.skipped[0].part, "vectors, mine");
    // The other skipped parts are those of the engine, which were not run.
    assert_eq!(report.skipped.len(), parts().count());
    assert!(report.skipped[0].reason.to_string().starts_with("mine is not compared"), "{:?}", report.skipped);
    assert_eq!(report.failures[0].part, "vectors, theirs");
}

#[pollster::test]
async fn only_the_wanted_parts_are_checked_and_the_others_are_listed_as_skipped() {
    let [_, device] = devices().await;
    let wanted = ["tanh", "rerun"].map(str::to_owned);
    let models = ["starter".to_owned()];
    let mut verification =
        Verification::new(&device, Coverage::Sample, "a test".to_owned(), &wanted, &models);
    assert!(verification.remaining() == 2 && !verification.wants_model("starter"));
    let mut heard = Vec::new();
    verification.check_engine(|done| heard.push(done)).await;
    assert_eq!((verification.remaining(), heard), (0, vec![0, 1, 2]));
    let report = verification.finish();
    assert!(report.passed());
    let mut checked: Vec<&str> = report.checks.iter().map(|check| check.part.as_str()).collect();
    checked.dedup();
    assert_eq!(checked, ["tanh", "rerun"]);
    let others: Vec<&str> = parts().filter(|part| !checked.contains(part)).collect();
    assert_eq!(report.skipped.iter().map(|skipped| skipped.part.as_str()).collect::<Vec<_>>(), others);
}
