use super::{
    args::EvalArgs,
    encode,
    error::CliError,
    files,
    output::{Format, Output},
    whiten::Whitener,
};
use crate::{
    eval::{Analysis, StsEvaluation},
    text::StsSet,
};

/// `eval`: one JSON object or CSV row.
pub async fn run(args: &EvalArgs) -> Result<(), CliError> {
    let (embeddings, hidden, scores) = vectors(args).await?;
    let evaluation = StsEvaluation::new(&embeddings, hidden, &scores);
    Output::new(args.format).write(&evaluation, [&evaluation])
}

/// `analyse`: one JSON object, or a CSV row a number.
pub async fn analyse(args: &EvalArgs) -> Result<(), CliError> {
    let (embeddings, hidden, scores) = vectors(args).await?;
    let analysis = Analysis::new(&embeddings, hidden, &scores);
    let rows = if args.format == Format::Csv { rows(&analysis) } else { Vec::new() };
    Output::new(args.format).write(&analysis, rows)
}

/// Vectors `[2 · pairs, hidden]`, their length and the pairs' scores.
async fn vectors(args: &EvalArgs) -> Result<(Vec<f32>, usize, Vec<f64>), CliError> {
    let model = files::load_model(&args.model.model)?;
    let set = StsSet::parse(&args.sts.display().to_string(), &files::read(&args.sts)?)?;
    let max_length = files::max_length(args.max_length, &model)?;
    let rows = model.tokenizer.encode(&set.sentences(), max_length)?;

    let embedder = encode::embedder(&model, args.model.pooler).await?;
    let whitener = Whitener::new(&args.whitening, &model, &embedder, max_length).await?;
    let embeddings = encode::vectors(&embedder, &rows).await?;
    let (embeddings, hidden) = whitener.apply(embeddings, model.checkpoint.config.hidden_size)?;
    Ok((embeddings, hidden, set.scores()))
}

/// A number of an analysis.
#[derive(serde::Serialize)]
struct Row {
    measure: &'static str,
    /// Group of gold scores, of histogram rows.
    gold: Option<String>,
    /// The singular value's rank from 1, or where the interval of cosines begins.
    at: Option<f64>,
    value: Option<f64>,
}

fn rows(analysis: &Analysis) -> Vec<Row> {
    let evaluation = &analysis.evaluation;
    let whole = |measure, value| Row { measure, gold: None, at: None, value };
    let mut rows = vec![
        whole("spearman", Some(evaluation.spearman)),
        whole("alignment", evaluation.alignment),
        whole("uniformity", Some(evaluation.uniformity)),
        whole("pairs", Some(evaluation.pairs as f64)),
    ];
    rows.extend(
        analysis
            .singular_values
            .iter()
            .zip(1..)
            .map(|(&value, rank)| Row { at: Some(f64::from(rank)), ..whole("singular_value", Some(value)) }),
    );
    for bin in &analysis.histogram {
        rows.extend(bin.counts.iter().zip(-20..).map(|(&count, edge)| Row {
            gold: Some(format!("{}-{}", bin.gold[0], bin.gold[1])),
            at: Some(f64::from(edge) / 20.0),
            ..whole("histogram", Some(count as f64))
        }));
    }
    rows
}
