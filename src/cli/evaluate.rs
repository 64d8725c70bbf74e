//! `eval` and `analyse`: scores of a model on graded pairs.

use super::{
    args::EvalArgs,
    encode,
    error::CliError,
    files,
    output::{Format, Output},
    whiten::Whitener,
};
use crate::device::DeviceOptions;
use crate::eval::{Analysis, StsEvaluation};

/// `eval`: one JSON object or CSV row.
pub async fn run(args: &EvalArgs, device_options: DeviceOptions) -> Result<(), CliError> {
    let (embeddings, hidden, scores) = vectors(args, device_options).await?;
    let evaluation = StsEvaluation::new(&embeddings, hidden, &scores);
    Output::new(args.scoring.format).write(&evaluation, [&evaluation])
}

/// `analyse`: one JSON object, or a CSV row a number.
pub async fn analyse(args: &EvalArgs, device_options: DeviceOptions) -> Result<(), CliError> {
    let (embeddings, hidden, scores) = vectors(args, device_options).await?;
    let analysis = Analysis::new(&embeddings, hidden, &scores);
    let rows = if args.scoring.format == Format::Csv { analysis.rows() } else { Vec::new() };
    Output::new(args.scoring.format).write(&analysis, rows)
}

/// Vectors `[2 · pairs, hidden]`, their length and the pairs' scores.
async fn vectors(
    args: &EvalArgs,
    device_options: DeviceOptions,
) -> Result<(Vec<f32>, usize, Vec<f64>), CliError> {
    let model = files::load_model(&args.encoder.model.model)?;
    let set = files::scored_pairs(&args.sts)?;
    let max_length = files::max_length(args.scoring.max_length, &model)?;
    let rows = model.tokenizer.encode(&set.sentences(), max_length)?;

    let embedder = encode::embedder(device_options, &model, &args.encoder).await?;
    let whitener = Whitener::new(&args.scoring.whitening, &model, &embedder, max_length).await?;
    let embeddings = encode::vectors(&embedder, &rows).await?;
    let (embeddings, hidden) = whitener.apply(embeddings, embedder.width())?;
    Ok((embeddings, hidden, set.scores()))
}
