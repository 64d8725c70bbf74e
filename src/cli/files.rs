//! Reading and writing files: model folders, training texts, scored pairs, dictionaries.

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use super::{error::CliError, terminal};
use crate::{
    localize::Localized,
    model::{
        Checkpoint, Pooler,
        checkpoint::{load_directory, module_folders},
    },
    text::{Corpus, MAX_UNKNOWN, SentenceTokenizer, StsSet, TrainingData, augment::Dictionary},
    train::{self, Dataset, EvaluationSet, TrainOptions},
};

/// The training state's name in the output directory.
pub const STATE_FILE: &str = "training-state.safetensors";
/// The dictionary of synonyms, from the project's folder.
pub const DICTIONARY: &str = "www/generated/dictionary/synonyms.tsv";

pub fn read(path: &Path) -> Result<Vec<u8>, CliError> {
    fs::read(path).map_err(|reason| CliError::Read { path: path.to_owned(), reason })
}

pub fn write(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    let mut file = create(path)?;
    let written = file.write_all(bytes).and_then(|()| file.flush());
    written.map_err(|reason| CliError::Write { path: path.to_owned(), reason })
}

/// Begins a file, and the folder that it is in where there is none.
pub fn create(path: &Path) -> Result<BufWriter<File>, CliError> {
    let failed = |reason| CliError::Write { path: path.to_owned(), reason };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    File::create(path).map(BufWriter::new).map_err(failed)
}

/// Makes a folder for a model.
///
/// # Errors
/// The folder cannot be made or written to, is the folder `model`, or already has a model and `replace` is off.
pub fn make_output(output: &Path, model: Option<&Path>, replace: bool) -> Result<(), CliError> {
    let failed = |reason| CliError::Write { path: output.to_owned(), reason };
    fs::create_dir_all(output).map_err(failed)?;
    let canonical = |path: &Path| path.canonicalize().ok();
    if model.is_some_and(|model| canonical(model) == canonical(output)) {
        return Err(CliError::Input(format!(
            "{} is the model's own folder, which would be written over; choose another for --output",
            output.display()
        )));
    }
    let there = ["model.safetensors", STATE_FILE].into_iter().find(|name| output.join(name).exists());
    if let Some(there) = there.filter(|_| !replace) {
        return Err(CliError::Input(format!(
            "{} has {there} already; choose another folder for --output, go on with --resume, or replace it with \
             --overwrite",
            output.display()
        )));
    }
    // A folder that is there may still be one that cannot be written to.
    let probe = output.join(".simcse-lab");
    fs::write(&probe, []).and_then(|()| fs::remove_file(&probe)).map_err(failed)
}

/// What is in a folder, by name.
pub fn entries(folder: &Path) -> Result<Vec<PathBuf>, CliError> {
    let failed = |reason| CliError::Read { path: folder.to_owned(), reason };
    let entries: Result<Vec<_>, _> = fs::read_dir(folder).map_err(failed)?.collect();
    let mut paths: Vec<PathBuf> = entries.map_err(failed)?.into_iter().map(|entry| entry.path()).collect();
    paths.sort();
    Ok(paths)
}

/// A path as it is shown and compared, with `/` on every system.
pub fn slashes(path: &Path) -> String {
    path.display().to_string().replace(std::path::MAIN_SEPARATOR, "/")
}

/// A model read from its directory.
pub struct Model {
    pub checkpoint: Checkpoint,
    pub tokenizer: SentenceTokenizer,
    pub tokenizer_files: Vec<(String, Vec<u8>)>,
    /// The one stored with the model, or the default.
    pub pooler: Pooler,
    /// Whether the model's files state it.
    pooler_stated: bool,
    /// Maximum length in tokens that its files state.
    max_length: Option<usize>,
}

/// Folders below a model's own that may hold the encoder.
const SUBFOLDERS: [&str; 4] = ["0_Transformer/", "0_BERT/", "0_RoBERTa/", "1_Pooling/"];

pub fn load_model(directory: &Path) -> Result<Model, CliError> {
    if !directory.is_dir() {
        return Err(no_folder(directory));
    }
    // The folder's name may tell what its files do not.
    let whole = directory.canonicalize().unwrap_or_else(|_| directory.to_owned());
    let name = whole.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut files = Vec::new();
    collect(directory, &format!("{name}/"), &mut files)?;
    // The folders of sentence-transformers' modules, and what older versions called them where no list names them.
    let list = files.iter().find(|(path, _)| *path == format!("{name}/modules.json"));
    let listed = list.map_or_else(Vec::new, |(_, bytes)| module_folders(bytes));
    let usual = SUBFOLDERS.map(str::to_owned);
    let folders = if list.is_some() { listed } else { usual.to_vec() };
    for folder in folders {
        let path = directory.join(&folder);
        if path.is_dir() {
            collect(&path, &format!("{name}/{folder}"), &mut files)?;
        }
    }
    let mut loaded = load_directory(&files)?;
    for note in &loaded.notes {
        terminal::note(note);
    }
    let tokenizer = SentenceTokenizer::of_model(&mut loaded)?;
    Ok(Model {
        checkpoint: loaded.checkpoint,
        max_length: loaded.max_length,
        pooler_stated: loaded.pooler_stated,
        tokenizer,
        tokenizer_files: loaded.tokenizer_files,
        pooler: loaded.pooler,
    })
}

/// Says what to do with an id of the Hugging Face hub, which is easily taken for a folder.
fn no_folder(directory: &Path) -> CliError {
    let name = slashes(directory);
    let like_an_id = directory.is_relative() && name.matches('/').count() == 1 && !name.starts_with('.');
    let advice = if like_an_id {
        format!(
            "; to have {name} from the Hugging Face hub, hf download {name} --local-dir FOLDER, and name that"
        )
    } else {
        String::new()
    };
    CliError::Input(format!("--model takes a model's folder, and there is no folder {name}{advice}"))
}

impl Model {
    /// What to train with: what was asked for, else the model's own, else `[CLS]` as SimCSE does with a plain BERT.
    pub fn training_pooler(&self, asked: Option<Pooler>) -> Pooler {
        match (asked, self.pooler_stated) {
            (Some(pooler), _) => pooler,
            (None, false) => Pooler::Cls,
            (None, true) => {
                terminal::note(&format!(
                    "the pooler is {}, the model's own; --pooler chooses another",
                    self.pooler
                ));
                self.pooler
            }
        }
    }
}

/// The files of a folder that can belong to a model, under `prefix`.
fn collect(folder: &Path, prefix: &str, files: &mut Vec<(String, Vec<u8>)>) -> Result<(), CliError> {
    for path in entries(folder)? {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        // A run's own state lies beside the model that came out of it.
        let is_state = name == STATE_FILE;
        let is_model_file = path.extension().is_some_and(|found| {
            ["json", "txt", "safetensors", "bin"].iter().any(|extension| found == *extension)
        });
        if path.is_file() && is_model_file && !is_state {
            // Pickled weights are not read: their names are enough for the error.
            let bytes = if name.ends_with(".bin") { Vec::new() } else { read(&path)? };
            files.push((format!("{prefix}{name}"), bytes));
        }
    }
    Ok(())
}

/// A training text, with a note of what is not used of it.
pub fn corpus(path: &Path) -> Result<Corpus, CliError> {
    let corpus = Corpus::parse(&path.display().to_string(), &read(path)?)?;
    notes(path, &corpus.notes);
    Ok(corpus)
}

/// Scored pairs, with a note of what is not used of their file.
pub fn scored_pairs(path: &Path) -> Result<StsSet, CliError> {
    let set = StsSet::parse(&path.display().to_string(), &read(path)?)?;
    notes(path, &set.notes);
    Ok(set)
}

/// What is to be said of a text file, on standard error.
pub fn notes(path: &Path, notes: &[Localized]) {
    for note in notes {
        terminal::note(&format!("{}: {note}", path.display()));
    }
}

/// A text file's sentences, one a line; every line counts, so that line and vector keep the same number.
pub fn read_sentences(path: &Path) -> Result<Vec<String>, CliError> {
    let corpus = corpus(path)?;
    match corpus.data {
        TrainingData::Sentences(sentences) if corpus.report.skipped_blank == 0 => Ok(sentences),
        TrainingData::Sentences(_) => Err(CliError::Input(format!(
            "{}: {} of its lines are empty, so vectors and lines would not match; take them out",
            path.display(),
            corpus.report.skipped_blank
        ))),
        _ => Err(CliError::Input(format!(
            "{}: a text file with a sentence a line is expected",
            path.display()
        ))),
    }
}

/// What a recipe trains on. The dictionary is read only where its augmentation needs it.
pub fn dataset(
    model: &Model,
    texts: &TrainingData,
    dictionary_path: &Path,
    options: &TrainOptions,
) -> Result<Dataset, CliError> {
    let rows = model.tokenizer.encode_plain(texts.sentences(), options.max_length)?;
    let unknown = model.tokenizer.unknown_share(&rows);
    if unknown > MAX_UNKNOWN {
        terminal::warn(&format!(
            "{:.0} % of the training text's word pieces are unknown to the model, which takes all of them for the same word",
            100.0 * unknown
        ));
    }
    let dictionary = options.needs_dictionary().then(|| dictionary(dictionary_path)).transpose()?;
    Ok(train::dataset(texts, rows, &model.tokenizer, dictionary, options)?)
}

/// Scored pairs as a run evaluates on them, at the model's full length.
pub fn evaluation_set(model: &Model, path: &Path) -> Result<EvaluationSet, CliError> {
    let set = scored_pairs(path)?;
    let rows = model.tokenizer.encode(&set.sentences(), max_length(None, model)?)?;
    Ok(EvaluationSet { rows, scores: set.scores() })
}

fn dictionary(path: &Path) -> Result<Dictionary, CliError> {
    let bytes = fs::read(path).map_err(|reason| {
        let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        CliError::Input(format!(
            "the augmentation synonym needs a dictionary of synonyms, and there is none to read at {} ({reason}); `cargo \
             xtask setup` makes {DICTIONARY}, or name another with --dictionary: a word, a tab and its synonyms with \
             tabs between, a line each",
            whole.display()
        ))
    })?;
    Ok(Dictionary::parse(&path.display().to_string(), &bytes)?)
}

/// The length asked for, or the model's own: what its files say, or all its positions.
pub fn max_length(asked: Option<usize>, model: &Model) -> Result<usize, CliError> {
    let positions = model.checkpoint.config.max_tokens();
    match asked {
        Some(asked) if asked > positions || asked < 3 => Err(CliError::Usage(format!(
            "the maximum length is {asked}; expected 3 to {positions}, the model's positions"
        ))),
        _ => Ok(asked.unwrap_or_else(|| model.max_length.map_or(positions, |own| own.min(positions)))),
    }
}
