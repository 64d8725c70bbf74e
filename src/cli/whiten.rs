//! The whitening that `eval`, `sts` and `analyse` can put behind the model.

use super::{args::WhiteningArgs, encode, error::CliError, files};
use crate::{eval::Whitening, model::Embedder};

/// What is done to vectors before they are scored.
pub enum Whitener {
    Off,
    /// Fitted to each task's own sentences; keeps this many dimensions.
    Own(Option<usize>),
    /// Fitted to sentences of the user's.
    Fitted(Whitening),
}

impl Whitener {
    /// Encodes the sentences to fit to, if there are any of their own.
    ///
    /// # Errors
    /// A file that cannot be read; sentences that cannot be encoded or whitened.
    pub async fn new(
        args: &WhiteningArgs,
        model: &files::Model,
        embedder: &Embedder,
        max_length: usize,
    ) -> Result<Whitener, CliError> {
        if !args.whitening {
            return Ok(Whitener::Off);
        }
        let Some(path) = &args.whitening_data else { return Ok(Whitener::Own(args.whitening_dims)) };
        let rows = model.tokenizer.encode(&files::read_sentences(path)?, max_length)?;
        let embeddings = encode::vectors(embedder, &rows).await?;
        let hidden = embedder.width();
        Ok(Whitener::Fitted(fit(&embeddings, hidden, args.whitening_dims)?))
    }

    /// A task's vectors `[n, hidden]` and their length, whitened if that was asked for.
    ///
    /// # Errors
    /// Vectors that cannot be whitened.
    pub fn apply(&self, embeddings: Vec<f32>, hidden: usize) -> Result<(Vec<f32>, usize), CliError> {
        let own;
        let whitening = match self {
            Whitener::Off => return Ok((embeddings, hidden)),
            Whitener::Own(dimensions) => {
                own = fit(&embeddings, hidden, *dimensions)?;
                &own
            }
            Whitener::Fitted(whitening) => whitening,
        };
        Ok((whitening.apply(&embeddings), whitening.dimensions()))
    }
}

fn fit(embeddings: &[f32], hidden: usize, dimensions: Option<usize>) -> Result<Whitening, CliError> {
    let whitening = Whitening::fit(embeddings, hidden, dimensions)?;
    let (kept, asked) = (whitening.dimensions(), dimensions.unwrap_or(hidden));
    if kept < asked {
        log::warn!("whitening keeps {kept} of {asked} dimensions: the sentences do not vary in the others");
    }
    Ok(whitening)
}
