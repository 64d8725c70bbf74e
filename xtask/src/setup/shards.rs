//! Divides the starter's weights, so that a page can show something before it has all of them: the words are half of the
//! bytes, and a few sentences need few of them.
//!
//! The weights become two shards as transformers writes them, the second with all that depends on the vocabulary. Beside
//! them stands a model that knows the words of the page's first picture only: its second shard has those rows of the
//! tables, and its first one is the same file.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
    fs,
    path::Path,
};

use anyhow::{Context, Result};
use safetensors::{Dtype, SafeTensors, View};
use serde_json::{Map, Value, json};

/// The model of few words: its folder, and the files that stand in it. The first shard is that of the whole.
pub const ARRIVAL: &str = "arrival";
const SHARDS: [&str; 2] = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];
const INDEX: &str = "model.safetensors.index.json";
const CONFIG: &str = "config.json";
const TOKENIZER: &str = "tokenizer.json";

/// Tensors with a row for each word, by how their names begin; the head of masked-language modelling goes with its bias.
const OF_WORDS: [&str; 2] = ["embeddings.word_embeddings.", "cls.predictions."];
const TABLE: &str = "embeddings.word_embeddings.";

/// Writes the shards of the file `weights` to `folder`, which has the tokenizers of both models. Returns the files of
/// the whole model, and those of the one with few words by the names that they have in its own folder.
pub fn write(weights: &Path, folder: &Path) -> Result<(Value, Value)> {
    let bytes = fs::read(weights).with_context(|| format!("{} cannot be read", weights.display()))?;
    let tensors = SafeTensors::deserialize(&bytes).with_context(|| weights.display().to_string())?;
    let of_words = |name: &str| OF_WORDS.iter().any(|beginning| name.starts_with(beginning));
    let (words, layers): (BTreeMap<_, _>, BTreeMap<_, _>) = tensors
        .iter()
        .map(|(name, view)| (name.to_owned(), Part::of(&view)))
        .partition(|(name, _)| of_words(name));

    let arrival = folder.join(ARRIVAL);
    let rows = rows(&pieces(&folder.join(TOKENIZER))?, &pieces(&arrival.join(TOKENIZER))?)?;
    // The head of masked-language modelling has no use without the other words.
    let few = words.iter().filter(|(name, _)| name.starts_with(TABLE));
    let few: BTreeMap<_, _> = few.map(|(name, part)| (name.clone(), part.rows(&rows))).collect();
    save(&folder.join(SHARDS[0]), &layers)?;
    for (folder, words) in [(folder, &words), (&arrival, &few)] {
        save(&folder.join(SHARDS[1]), words)?;
        fs::write(folder.join(INDEX), index([&layers, words]))?;
    }
    let own = |name: &str| (name.to_owned(), Value::from(format!("{ARRIVAL}/{name}")));
    let mut first: Map<String, Value> = [CONFIG, TOKENIZER, INDEX, SHARDS[1]].map(own).into_iter().collect();
    first.insert(SHARDS[0].to_owned(), SHARDS[0].into());
    Ok((json!([CONFIG, TOKENIZER, INDEX, SHARDS[0], SHARDS[1]]), first.into()))
}

/// A tensor's content.
struct Part<'a> {
    dtype: Dtype,
    shape: Vec<usize>,
    bytes: Cow<'a, [u8]>,
}

impl<'a> Part<'a> {
    fn of(view: &safetensors::tensor::TensorView<'a>) -> Self {
        Self { dtype: view.dtype(), shape: view.shape().to_vec(), bytes: Cow::Borrowed(view.data()) }
    }

    /// These rows of it.
    fn rows(&self, rows: &[usize]) -> Part<'static> {
        let mut shape = self.shape.clone();
        let width = self.bytes.len() / shape[0].max(1);
        shape[0] = rows.len();
        let bytes = rows.iter().flat_map(|row| &self.bytes[row * width..][..width]).copied().collect();
        Part { dtype: self.dtype, shape, bytes }
    }
}

impl View for &Part<'_> {
    fn dtype(&self) -> Dtype {
        self.dtype
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.bytes)
    }

    fn data_len(&self) -> usize {
        self.bytes.len()
    }
}

fn save(path: &Path, parts: &BTreeMap<String, Part<'_>>) -> Result<()> {
    let metadata = HashMap::from([("format".to_owned(), "pt".to_owned())]);
    let bytes = safetensors::serialize(parts, Some(metadata))?;
    fs::write(path, bytes).with_context(|| format!("{} cannot be written", path.display()))
}

/// Which shard a tensor is in, as transformers writes it.
fn index(shards: [&BTreeMap<String, Part<'_>>; 2]) -> String {
    let mut map = Map::new();
    for (parts, shard) in shards.into_iter().zip(SHARDS) {
        map.extend(parts.keys().map(|name| (name.clone(), shard.into())));
    }
    let size: usize = shards.iter().flat_map(|parts| parts.values()).map(|part| part.bytes.len()).sum();
    format!("{:#}\n", json!({ "metadata": { "total_size": size }, "weight_map": map }))
}

/// Ids by word piece of a tokenizer.json.
fn pieces(path: &Path) -> Result<HashMap<String, usize>> {
    let text = fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let tokenizer: Value = serde_json::from_str(&text).with_context(|| path.display().to_string())?;
    let vocabulary = tokenizer["model"]["vocab"].as_object().context("no model.vocab")?;
    let number = |(piece, id): (&String, &Value)| Some((piece.clone(), usize::try_from(id.as_u64()?).ok()?));
    vocabulary.iter().map(number).collect::<Option<_>>().context("an id in model.vocab is no number")
}

/// The row of each of the `few` pieces in the table of all, in order of their own ids.
fn rows(all: &HashMap<String, usize>, few: &HashMap<String, usize>) -> Result<Vec<usize>> {
    let mut rows = vec![0; few.len()];
    for (piece, id) in few {
        let row = all.get(piece).with_context(|| format!("the starter has no word piece {piece:?}"))?;
        *rows.get_mut(*id).with_context(|| format!("{piece:?} has the id {id} of {}", few.len()))? = *row;
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::root;

    /// Name, type, shape and bytes of every tensor of some files together.
    fn content(paths: &[&Path]) -> BTreeMap<String, (Dtype, Vec<usize>, Vec<u8>)> {
        let mut all = BTreeMap::new();
        for path in paths {
            let bytes = fs::read(path).unwrap();
            for (name, view) in SafeTensors::deserialize(&bytes).unwrap().iter() {
                let part = (view.dtype(), view.shape().to_vec(), view.data().to_vec());
                assert!(all.insert(name.to_owned(), part).is_none(), "{name} is there twice");
            }
        }
        all
    }

    #[test]
    fn the_shards_are_the_starter_and_the_few_words_are_rows_of_its_table() {
        let starter = root().join("www/models/starter");
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        fs::create_dir(folder.join(ARRIVAL)).unwrap();
        for tokenizer in [TOKENIZER.to_owned(), format!("{ARRIVAL}/{TOKENIZER}")] {
            fs::copy(starter.join(&tokenizer), folder.join(&tokenizer)).unwrap();
        }
        let weights = starter.join("model.safetensors");
        let (files, first) = write(&weights, folder).unwrap();
        assert_eq!(files.as_array().unwrap().len(), 5);
        assert_eq!(first[SHARDS[0]], SHARDS[0]);
        assert_eq!(first[CONFIG], "arrival/config.json");

        let whole = content(&[&weights]);
        let [layers, words, few] =
            [SHARDS[0], SHARDS[1], "arrival/model-00002-of-00002.safetensors"].map(|name| folder.join(name));
        assert_eq!(content(&[&layers, &words]), whole);
        let index: Value = serde_json::from_str(&fs::read_to_string(folder.join(INDEX)).unwrap()).unwrap();
        assert_eq!(index["weight_map"].as_object().unwrap().len(), whole.len());
        assert_eq!(index["weight_map"]["embeddings.word_embeddings.weight"], SHARDS[1]);

        let few = content(&[&few]);
        let (_, shape, bytes) = &few["embeddings.word_embeddings.weight"];
        let (_, _, all) = &whole["embeddings.word_embeddings.weight"];
        let [own, others] = [format!("{ARRIVAL}/{TOKENIZER}"), TOKENIZER.to_owned()]
            .map(|name| pieces(&starter.join(name)).unwrap());
        assert_eq!(shape, &[own.len(), 384]);
        for (piece, id) in &own {
            assert_eq!(bytes[id * 384..][..384], all[others[piece] * 384..][..384], "{piece}");
        }
        assert!(fs::metadata(layers).unwrap().len() < 6_000_000);
        assert!(bytes.len() < 300_000);
    }
}
