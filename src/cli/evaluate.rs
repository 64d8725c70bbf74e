use super::{args::EvalArgs, error::CliError, files, open_gpu, print_json, progress_bar};
use crate::{
    eval::StsEvaluation,
    model::{Embedder, Head, Network, Pooler},
    text::StsSet,
};

/// `eval`: one JSON object.
pub async fn run(args: &EvalArgs) -> Result<(), CliError> {
    let model = files::load_model(&args.model.model)?;
    let pooler = args.model.pooler.unwrap_or(model.pooler);
    let set = StsSet::parse(&args.sts.display().to_string(), &files::read(&args.sts)?)?;
    let max_length = files::max_length(args.max_length, &model)?;
    let rows = model.tokenizer.encode(&set.sentences(), max_length)?;

    let gpu = open_gpu().await?;
    let head = if pooler == Pooler::Cls { Head::Stored } else { Head::None };
    let network = Network::new(&gpu, &model.checkpoint, head)?;
    let embedder = Embedder::new(&network, pooler, true)?;
    gpu.ready().await?;
    let bar = progress_bar(rows.len(), "sentences");
    let embeddings = embedder.embed(&rows, |done| bar.set_position(done as u64)).await?;
    bar.finish_and_clear();
    print_json(&StsEvaluation::new(&embeddings, model.checkpoint.config.hidden_size, &set.scores()))
}
