use std::{fs::File, io::BufWriter};

use npyz::WriterBuilder;

use super::{args::EmbedArgs, error::CliError, files, open_gpu, progress_bar};
use crate::model::{Embedder, Head, Network, Pooler};

/// `embed`: a sentence a line in, f32 [sentences, hidden] out.
pub async fn run(args: &EmbedArgs) -> Result<(), CliError> {
    let model = files::load_model(&args.model.model)?;
    let pooler = args.model.pooler.unwrap_or(model.pooler);
    let sentences = files::read_sentences(&args.input)?;
    let max_length = files::max_length(args.max_length, &model)?;
    let rows = model.tokenizer.encode(&sentences, max_length)?;

    let gpu = open_gpu().await?;
    let head = if pooler == Pooler::Cls { Head::Stored } else { Head::None };
    let network = Network::new(&gpu, &model.checkpoint, head)?;
    let embedder = Embedder::new(&network, pooler, true)?;
    gpu.ready().await?;
    let bar = progress_bar(rows.len(), "sentences");
    let embeddings = embedder.embed(&rows, |done| bar.set_position(done as u64)).await?;
    bar.finish_and_clear();

    let failed = |reason| CliError::Write { path: args.output.clone(), reason };
    let file = BufWriter::new(File::create(&args.output).map_err(failed)?);
    let shape = [rows.len() as u64, model.checkpoint.config.hidden_size as u64];
    let mut writer =
        npyz::WriteOptions::new().default_dtype().shape(&shape).writer(file).begin_nd().map_err(failed)?;
    writer.extend(embeddings).map_err(failed)?;
    writer.finish().map_err(failed)
}
