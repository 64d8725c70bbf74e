//! Makes the dictionary for augmentation by synonyms from Debian's package of WordNet 3.0.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use super::{debian, dictionary_dir, wordnet};
use crate::shell::{say, setup_dir};

const PACKAGE: &str = "wordnet-base";
const DATABASE: &str = "usr/share/wordnet";
/// The notice that WordNet's licence requires with every copy.
const LICENCE: &str = "usr/share/doc/wordnet-base/copyright";
const STEP: &str = "dictionary";
const SYNONYMS: &str = "synonyms.tsv";

/// Makes `synonyms.tsv` (a word and its synonyms per line, separated by tabs), with WordNet's licence beside it.
pub fn synonyms() -> Result<()> {
    let folder = dictionary_dir();
    if folder.join(SYNONYMS).exists() {
        say(STEP, "already there");
        return Ok(());
    }
    let Some(root) = wordnet_root()? else {
        say(STEP, format!("left out: no apt-get to fetch {PACKAGE}; only synonym replacement needs it"));
        // The build of the page copies the folder, which must exist even if it is empty.
        return Ok(fs::create_dir_all(&folder)?);
    };
    let read = |path: &str| {
        let path = root.join(path);
        fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))
    };
    let counts = read(&format!("{DATABASE}/{}", wordnet::COUNTS))?;
    let texts = wordnet::DATA.map(|name| read(&format!("{DATABASE}/{name}")).map(|text| (name, text)));
    let texts = texts.into_iter().collect::<Result<Vec<_>>>()?;
    let data: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let entries = wordnet::synonyms(&data, &counts)?;

    let lines = entries.iter().map(|(word, synonyms)| format!("{word}\t{}\n", synonyms.join("\t")));
    let tsv: String = lines.collect();
    say(STEP, format!("{} words with synonyms, {} KB", entries.len(), tsv.len() / 1000));
    let staging = folder.with_extension("partial");
    fs::create_dir_all(&staging)?;
    fs::write(staging.join(SYNONYMS), tsv)?;
    fs::write(staging.join("LICENSE"), read(LICENCE)?)?;
    Ok(fs::rename(&staging, folder)?)
}

/// The root of the package's files: the system's, or the folder that it is unpacked to. `None` on machines without
/// apt-get.
fn wordnet_root() -> Result<Option<PathBuf>> {
    let has_all =
        |root: &Path| root.join(DATABASE).join(wordnet::COUNTS).exists() && root.join(LICENCE).exists();
    let unpacked = setup_dir().join("downloads").join(PACKAGE);
    if let Some(root) = [Path::new("/"), &unpacked].into_iter().find(|root| has_all(root)) {
        return Ok(Some(root.to_owned()));
    }
    if !debian::has_apt() {
        return Ok(None);
    }
    say(STEP, format!("apt-get download {PACKAGE} (WordNet 3.0, 6.5 MB), not installed"));
    debian::unpack(PACKAGE, &unpacked)?;
    Ok(Some(unpacked))
}
