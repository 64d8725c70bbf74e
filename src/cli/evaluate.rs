use super::{args::EvalArgs, encode, error::CliError, files, print_json};
use crate::{eval::StsEvaluation, text::StsSet};

/// `eval`: one JSON object.
pub async fn run(args: &EvalArgs) -> Result<(), CliError> {
    let model = files::load_model(&args.model.model)?;
    let set = StsSet::parse(&args.sts.display().to_string(), &files::read(&args.sts)?)?;
    let max_length = files::max_length(args.max_length, &model)?;
    let rows = model.tokenizer.encode(&set.sentences(), max_length)?;

    let embedder = encode::embedder(&model, args.model.pooler).await?;
    let embeddings = encode::vectors(&embedder, &rows).await?;
    print_json(&StsEvaluation::new(&embeddings, model.checkpoint.config.hidden_size, &set.scores()))
}
