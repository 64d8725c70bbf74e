use crate::device::DeviceOptions;
use std::{fs::File, io::BufWriter};

use npyz::WriterBuilder;

use super::{args::EmbedArgs, encode, error::CliError, files};

/// `embed`: a sentence a line in, f32 [sentences, hidden] out.
pub async fn run(args: &EmbedArgs, device_options: DeviceOptions) -> Result<(), CliError> {
    let model = files::load_model(&args.encoder.model.model)?;
    let sentences = files::read_sentences(&args.input)?;
    let max_length = files::max_length(args.max_length, &model)?;
    let rows = model.tokenizer.encode(&sentences, max_length)?;

    let embedder = encode::embedder(device_options, &model, &args.encoder).await?;
    let embeddings = encode::vectors(&embedder, &rows).await?;

    let failed = |reason| CliError::Write { path: args.output.clone(), reason };
    let file = BufWriter::new(File::create(&args.output).map_err(failed)?);
    let shape = [rows.len() as u64, model.checkpoint.config.hidden_size as u64];
    let mut writer =
        npyz::WriteOptions::new().default_dtype().shape(&shape).writer(file).begin_nd().map_err(failed)?;
    writer.extend(embeddings).map_err(failed)?;
    writer.finish().map_err(failed)
}
