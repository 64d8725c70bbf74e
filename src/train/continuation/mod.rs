//! A trained model's folder to take home, with a Python script that goes on from there.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{InScript, Objective, OptionSpec, TrainOption, TrainOptions, written};
use crate::model::{
    Checkpoint, HostTensor, ModelError,
    checkpoint::{SimcseSettings, export_directory},
};

/// The script's name in the exported folder.
const SCRIPT: &str = "continue_training.py";
const BODY: &str = include_str!("body.py");

/// The files of [`export_directory`] for weights that were trained with `options`, and `SCRIPT`.
///
/// # Errors
/// Those of [`export_directory`].
pub fn export_trained(
    checkpoint: &Checkpoint,
    weights: &BTreeMap<String, HostTensor>,
    tokenizer_files: &[(String, Vec<u8>)],
    options: &TrainOptions,
) -> Result<Vec<(String, Vec<u8>)>, ModelError> {
    // Plain data: there is always JSON for it.
    let recipe = serde_json::to_value(options).unwrap_or_default();
    // The length is training's; embedding and evaluation take all positions, and so shall Python.
    let settings = SimcseSettings { pooler: options.evaluation_pooler(), max_length: None, recipe };
    let mut files = export_directory(checkpoint, weights, tokenizer_files, &settings)?;
    files.push((SCRIPT.to_owned(), continuation_script(options).into_bytes()));
    Ok(files)
}

/// A Python script that goes on training with the same recipe in sentence-transformers 3 or later, on any number of
/// GPUs. It reads the model from the folder that it lies in.
pub fn continuation_script(options: &TrainOptions) -> String {
    let (data, loss) = match options.objective {
        Objective::Unsup => ("sentences.txt", "each sentence against itself under another dropout mask"),
        Objective::Sup => ("triplets.csv", "pairs, or triplets whose third sentence is a hard negative"),
    };
    let constants = constants(options);
    let missing = not_carried_on(options);
    format!(
        r#""""Goes on training this model with the recipe of its run in SimCSE Lab: {loss}.

pip install "sentence-transformers[train]>=3"
python continue_training.py --data {data}
torchrun --nproc_per_node=4 continue_training.py --data {data}
"""

import argparse
import csv
import inspect
import os
from pathlib import Path

import torch
from datasets import Dataset
from sentence_transformers import (
    SentenceTransformer,
    SentenceTransformerTrainer,
    SentenceTransformerTrainingArguments,
)
from transformers import set_seed

try:  # Where sentence-transformers has them from version 6 on.
    from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss
    from sentence_transformers.sentence_transformer.modules import Dense
except ImportError:
    from sentence_transformers.losses import MultipleNegativesRankingLoss
    from sentence_transformers.models import Dense

# BATCH_SIZE is that of all GPUs together.
{constants}{missing}{BODY}"#,
    )
}

/// A line for each option that the script uses.
fn constants(options: &TrainOptions) -> String {
    let fields = options.fields();
    let used = TrainOption::ALL.iter().map(|option| option.spec());
    let used = used.filter(|spec| spec.script == InScript::Constant);
    let line = |spec: &OptionSpec| {
        let value = fields.get(spec.name).map_or_else(|| "None".to_owned(), in_python);
        format!("{} = {value}\n", spec.name.to_uppercase())
    };
    used.map(line).collect()
}

fn in_python(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        // Names of the table, without quotes in them.
        Value::String(name) => format!("\"{name}\""),
        value => written(value),
    }
}

/// Options that sentence-transformers' trainer does not have are named rather than dropped without a word.
fn not_carried_on(options: &TrainOptions) -> String {
    let (fields, defaults) = (options.fields(), TrainOptions::default().fields());
    let missing = TrainOption::ALL.iter().map(|option| option.spec());
    let missing = missing.filter(|spec| spec.script == InScript::Missing);
    let missing = missing.filter(|spec| fields.get(spec.name) != defaults.get(spec.name));
    let value = |spec: &OptionSpec| fields.get(spec.name).map(written).unwrap_or_default();
    let named: Vec<String> = missing.map(|spec| format!("{} = {}", spec.name, value(spec))).collect();
    if named.is_empty() {
        String::new()
    } else {
        format!("# Of the run, not carried on here: {}.\n", named.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{kernels::LossForm, model::ModelConfig, train::HeadMode};

    #[test]
    fn an_exported_folder_brings_the_script_along() {
        let config = br#"{"model_type": "bert", "vocab_size": 7, "hidden_size": 4, "num_hidden_layers": 1,
            "num_attention_heads": 2, "intermediate_size": 8, "max_position_embeddings": 6}"#;
        let checkpoint = Checkpoint::init_random(ModelConfig::from_json("config.json", config).unwrap(), 1);
        let options = TrainOptions { batch_size: 17, ..TrainOptions::default() };
        let files = export_trained(&checkpoint, &checkpoint.tensors, &[], &options).unwrap();
        let content = |name: &str| {
            let (_, bytes) = files.iter().find(|(path, _)| path == name).expect(name);
            String::from_utf8(bytes.clone()).unwrap()
        };
        assert!(content("continue_training.py").contains("\nBATCH_SIZE = 17\n"));
        assert!(content("simcse.json").contains("\"batch_size\": 17"));
    }

    #[test]
    fn the_script_says_what_the_run_did() {
        let options = TrainOptions {
            objective: Objective::Sup,
            head: HeadMode::Keep,
            batch_size: 48,
            learning_rate: 5e-5,
            temperature: 0.07,
            steps: Some(321),
            seed: 9,
            ..TrainOptions::default()
        };
        let script = continuation_script(&options);
        for line in [
            "OBJECTIVE = \"sup\"",
            "HEAD = \"keep\"",
            "BATCH_SIZE = 48",
            "LEARNING_RATE = 5e-5",
            "TEMPERATURE = 0.07",
            "STEPS = 321",
            "MAX_LENGTH = 32",
            "DROPOUT = 0.1",
            "CLIP = 1",
            "SEED = 9",
        ] {
            assert!(script.lines().any(|found| found == line), "{line}\n{script}");
        }
        assert!(!script.contains("not carried on"));
        let other = TrainOptions {
            hard_negative_weight: 0.5,
            loss: LossForm::NtXent,
            matryoshka: vec![64, 32],
            ..options
        };
        let note = "# Of the run, not carried on here: loss = nt-xent; hard_negative_weight = 0.5; matryoshka = 64 32.\n";
        assert!(continuation_script(&other).contains(note));
        assert!(continuation_script(&TrainOptions::default()).contains("\nSTEPS = None\n"));
    }
}
