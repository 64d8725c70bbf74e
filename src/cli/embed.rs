//! `embed`: sentence vectors of a text file as .npy.

use crate::device::DeviceOptions;
use std::{fs::File, io::BufWriter};

use npyz::WriterBuilder;

use crate::eval::normalised;

use super::{args::EmbedArgs, encode, error::CliError, files};

/// `embed`: a sentence a line in, f32 [sentences, width] out, of length 1 where the model's modules say so.
pub async fn run(args: &EmbedArgs, device_options: DeviceOptions) -> Result<(), CliError> {
    let model = files::load_model(&args.encoder.model.model)?;
    let sentences = files::read_sentences(&args.input)?;
    let place = |path: &std::path::Path| path.canonicalize().ok();
    if place(&args.input) == place(&args.output) {
        return Err(CliError::Input("--output is the file that is read; choose another".to_owned()));
    }
    let max_length = files::max_length(args.max_length, &model)?;
    let rows = model.tokenizer.encode(&sentences, max_length)?;

    // Before the work, so that a place that cannot be written to is found out now.
    let failed = |reason| CliError::Write { path: args.output.clone(), reason };
    let file = BufWriter::new(File::create(&args.output).map_err(failed)?);
    let embedder = encode::embedder(device_options, &model, &args.encoder).await?;
    let mut embeddings = encode::vectors(&embedder, &rows).await?;
    // The model's own modules end so; a pooler that was asked for is given as it is.
    if model.checkpoint.rules.normalize && args.encoder.model.pooler.is_none() {
        embeddings = normalised(&embeddings, embedder.width());
    }

    let shape = [rows.len() as u64, embedder.width() as u64];
    let mut writer =
        npyz::WriteOptions::new().default_dtype().shape(&shape).writer(file).begin_nd().map_err(failed)?;
    writer.extend(embeddings).map_err(failed)?;
    writer.finish().map_err(failed)
}
