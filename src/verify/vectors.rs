//! Vectors of a few sentences against those of sentence-transformers (UKPLab/sentence-transformers) with the same
//! model.
//!
//! The reference figures are in vectors.json, computed in `f64` by `tests/oracle/vectors.py`, which describes how.

use serde::Deserialize;

use super::{check::Checks, compare::bound, gradients::encoder_error};
use crate::{
    eval::cosine,
    localize::{Localized, messages},
    model::{Checkpoint, Embedder, Head, Network, Pooler},
    text::SentenceTokenizer,
    train::TrainError,
};

/// The content of vectors.json.
#[derive(Deserialize)]
struct Stored {
    sentences: Vec<String>,
    models: Vec<Figures>,
}

/// Reference figures of a model's vectors.
#[derive(Deserialize)]
struct Figures {
    name: String,
    layers: usize,
    hidden: usize,
    vocabulary: usize,
    /// Checksum of the weights, see [`bits`], in hexadecimal.
    bits: String,
    /// Norm of each sentence's vector.
    norms: Vec<f64>,
    /// First numbers of each sentence's vector.
    first: Vec<Vec<f64>>,
    /// Cosine of every sentence with every later one.
    cosines: Vec<f64>,
}

impl Figures {
    /// Whether these are the figures of this model.
    fn of(&self, checkpoint: &Checkpoint) -> bool {
        let config = &checkpoint.config;
        let shape = (config.num_hidden_layers, config.hidden_size, config.vocab_size);
        shape == (self.layers, self.hidden, self.vocabulary)
            && self.bits == format!("{:016x}", bits(checkpoint))
    }
}

/// A loaded model whose vectors may be compared.
pub struct VectorModel<'a> {
    pub name: &'a str,
    pub checkpoint: &'a Checkpoint,
    pub tokenizer: &'a SentenceTokenizer,
}

/// Sum of the bits of the encoder's float32 weights, as integers: a checksum that tells whether a folder has these
/// weights.
fn bits(checkpoint: &Checkpoint) -> u64 {
    let ours = |name: &str| name.starts_with("embeddings.") || name.starts_with("encoder.");
    let tensors = checkpoint.tensors.iter().filter(|(name, _)| ours(name));
    let numbers = tensors.flat_map(|(_, tensor)| &tensor.data);
    numbers.fold(0, |sum, number| sum.wrapping_add(u64::from(number.to_bits())))
}

/// Compares the model's mean-pooled vectors with its figures. Returns the reason where there are none for it.
///
/// # Errors
/// The device's; a tokenizer that cannot encode a sentence.
pub async fn agree_with_figures(
    checks: &Checks,
    model: &VectorModel<'_>,
) -> Result<Option<Localized>, TrainError> {
    // The file is compiled in, and a test parses it.
    let stored: Stored =
        serde_json::from_str(include_str!("vectors.json")).expect("vectors.json is in order");
    let Some(figures) = stored.models.iter().find(|figures| figures.of(model.checkpoint)) else {
        let names: Vec<&str> = stored.models.iter().map(|figures| figures.name.as_str()).collect();
        return Ok(Some(messages::verify_no_figures(model.name, names.join(", "))));
    };
    let positions = model.checkpoint.config.max_tokens();
    let rows = model.tokenizer.encode(&stored.sentences, positions)?;
    let network = Network::new(checks.device(), model.checkpoint, Head::None)?;
    let embedder = Embedder::new(&network, Pooler::Avg, false)?;
    checks.device().ready().await?;
    let vectors = embedder.embed(&rows, |_| ()).await?;

    let vectors: Vec<&[f32]> = vectors.chunks_exact(figures.hidden).collect();
    let relative = encoder_error(&network);
    let sentences = stored.sentences.iter().zip(&vectors).zip(figures.norms.iter().zip(&figures.first));
    for ((sentence, vector), (norm, first)) in sentences {
        let case = format!("{sentence:?}");
        let found: f64 = vector.iter().map(|number| f64::from(*number).powi(2)).sum();
        checks.number("norm", &case, found.sqrt(), *norm, *norm, relative);
        // Relative to the root mean square of the vector's numbers: small numbers are differences of larger terms.
        let (size, as_bound) =
            (norm / (figures.hidden as f64).sqrt(), bound(0, relative / bound(0, 1.0).relative()));
        checks.close_beside("first numbers", &case, &vector[..first.len()], first, size, as_bound);
    }
    let count = vectors.len();
    let pairs = (0..count).flat_map(|one| (one + 1..count).map(move |other| (one, other)));
    for ((one, other), expected) in pairs.zip(&figures.cosines) {
        // Of a vector's error only the part along the other vector counts, 1/√hidden of it for a random direction. That
        // is a standard deviation: four of them, for two vectors.
        let tolerance = 4.0 * 2.0 * relative / (figures.hidden as f64).sqrt();
        let case = format!("{:?} and {:?}", stored.sentences[one], stored.sentences[other]);
        checks.number("cosines", &case, cosine(vectors[one], vectors[other]), *expected, 1.0, tolerance);
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sentence_of_every_model_has_its_figures() {
        let stored: Stored = serde_json::from_str(include_str!("vectors.json")).unwrap();
        let count = stored.sentences.len();
        assert!(count > 4 && stored.models.len() == 2);
        for model in stored.models {
            assert_eq!((model.norms.len(), model.first.len()), (count, count), "{}", model.name);
            assert_eq!(model.cosines.len(), count * (count - 1) / 2, "{}", model.name);
            assert!(model.first.iter().all(|first| first.len() == 8), "{}", model.name);
        }
    }
}
