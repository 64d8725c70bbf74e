//! `ablate`: the paper's comparisons (arXiv 2104.08821, tables 1, 2 and D.2) on any encoder, over several seeds.

use crate::device::DeviceOptions;
use std::fmt::Write as _;

use serde::Serialize;

use super::{ablate_args::AblateArgs, error::CliError, files, open_device, print_json, progress_bar};
use crate::{
    device::Device,
    eval::StsEvaluation,
    text::{Corpus, TrainingData, augment::Augmentation},
    train::{EvaluationSet, HeadMode, Objective, TrainOptions, Trainer},
};

/// One line of a table: a recipe that differs in one thing from the first of its objective.
struct Row {
    name: String,
    options: TrainOptions,
    /// Of triplets, the pairs alone.
    without_hard_negatives: bool,
}

/// What a run came to.
#[derive(Serialize)]
struct RunLine<'a> {
    row: &'a str,
    seed: u32,
    #[serde(flatten)]
    evaluation: &'a StsEvaluation,
}

/// Trains every row with every seed; a JSON line a run on standard output, then the table.
pub async fn run(args: &AblateArgs, device_options: DeviceOptions) -> Result<(), CliError> {
    let mut model = files::load_model(&args.model.model)?;
    if let Some(layers) = args.layers {
        let layers = layers.clamp(1, model.checkpoint.config.num_hidden_layers);
        model.checkpoint = model.checkpoint.with_layers(&(0..layers).collect::<Vec<_>>());
    }
    let base = args.options(model.pooler);
    base.validate()?;
    files::max_length(Some(base.max_length), &model)?;
    let read = |path: &std::path::Path| -> Result<TrainingData, CliError> {
        Ok(Corpus::parse(&path.display().to_string(), &files::read(path)?)?.data)
    };
    let mut tables = vec![(unsupervised(&base), read(&args.data)?)];
    if let Some(path) = &args.triplets {
        tables.push((supervised(&base), read(path)?));
    }
    tables.iter_mut().for_each(|(rows, _)| keep(rows, &args.only));
    let evaluation = files::evaluation_set(&model, &args.eval)?;
    let device = open_device(device_options).await?;

    let runs = tables.iter().map(|(rows, _)| rows.len()).sum::<usize>() * args.seeds as usize;
    let bar = progress_bar(runs, "runs");
    let mut report = String::new();
    for (rows, texts) in &tables {
        let mut scores: Vec<(&str, Vec<f64>)> = rows.iter().map(|row| (row.name.as_str(), vec![])).collect();
        for seed in base.seed..base.seed + args.seeds {
            for (row, (_, scores)) in rows.iter().zip(&mut scores) {
                let options = TrainOptions { seed, ..row.options.clone() };
                let job = Job { model: &model, dictionary: &args.dictionary, evaluation: &evaluation };
                let result = match texts {
                    TrainingData::Triplets(triplets) if row.without_hard_negatives => {
                        let pairs = triplets.iter().map(|[first, second, _]| [first.clone(), second.clone()]);
                        job.train(&device, &TrainingData::Pairs(pairs.collect()), options).await?
                    }
                    texts => job.train(&device, texts, options).await?,
                };
                print_json(&RunLine { row: &row.name, seed, evaluation: &result })?;
                scores.push(result.spearman);
                bar.inc(1);
            }
        }
        report.push_str(&table(&scores));
    }
    bar.finish_and_clear();
    print!("\n{report}");
    Ok(())
}

/// Keeps the first row and those that were asked for; all where none was.
fn keep(rows: &mut Vec<Row>, only: &[String]) {
    let first = rows.first().map(|row| row.name.clone());
    rows.retain(|row| only.is_empty() || Some(&row.name) == first.as_ref() || only.contains(&row.name));
}

/// The paper's section 3: what makes the two views of a sentence differ.
fn unsupervised(base: &TrainOptions) -> Vec<Row> {
    let row = |name: String, options| Row { name, options, without_hard_negatives: false };
    let mut rows = vec![
        row(format!("dropout:{}", base.dropout), base.clone()),
        row("no-dropout".to_owned(), TrainOptions { dropout: 0.0, ..base.clone() }),
        row("fixed-mask".to_owned(), TrainOptions { fixed_mask: true, ..base.clone() }),
    ];
    let augmentations = [
        Augmentation::Crop { share: 0.1 },
        Augmentation::Crop { share: 0.3 },
        Augmentation::Delete { share: 0.1 },
        Augmentation::Delete { share: 0.3 },
        Augmentation::DeleteOne,
        Augmentation::Synonym { share: 0.0 },
        Augmentation::Mask { share: 0.15 },
    ];
    rows.extend(augmentations.map(|augmentation| {
        let options = TrainOptions { augmentation: Some(augmentation), ..base.clone() };
        row(augmentation.to_string(), options)
    }));
    rows
}

/// The paper's section 4: contradictions as hard negatives.
fn supervised(base: &TrainOptions) -> Vec<Row> {
    let head = if base.trains_head() { HeadMode::Keep } else { HeadMode::None };
    let options = TrainOptions { objective: Objective::Sup, head, ..base.clone() };
    vec![
        Row { name: "hard-negatives".to_owned(), options: options.clone(), without_hard_negatives: false },
        Row { name: "no-hard-negatives".to_owned(), options, without_hard_negatives: true },
    ]
}

struct Job<'a> {
    model: &'a files::Model,
    dictionary: &'a std::path::Path,
    evaluation: &'a EvaluationSet,
}

impl Job<'_> {
    /// What the weights of the last step score.
    async fn train(
        &self,
        device: &Device,
        texts: &TrainingData,
        options: TrainOptions,
    ) -> Result<StsEvaluation, CliError> {
        let data = files::dataset(self.model, texts, self.dictionary, &options)?;
        let evaluation = Some(self.evaluation.clone());
        let mut trainer = Trainer::new(device, &self.model.checkpoint, data, evaluation, options).await?;
        while !trainer.finished() {
            trainer.step().await?;
        }
        while trainer.drain().await?.is_some() {}
        let result = trainer.evaluate(|_| ()).await?;
        result.ok_or_else(|| CliError::Input("the evaluation set is empty".to_owned()))
    }
}

/// Mean and sample standard deviation over the seeds, and in how many of them the first row is ahead.
fn table(scores: &[(&str, Vec<f64>)]) -> String {
    let mut text =
        "| recipe | Spearman × 100, mean ± deviation | first row ahead |\n|---|---|---|\n".to_owned();
    let Some((_, first)) = scores.first() else { return text };
    for (index, (name, scores)) in scores.iter().enumerate() {
        let count = scores.len() as f64;
        let mean = scores.iter().sum::<f64>() / count;
        let squares: f64 = scores.iter().map(|score| (score - mean).powi(2)).sum();
        let deviation = if scores.len() > 1 { (squares / (count - 1.0)).sqrt() } else { 0.0 };
        let ahead = first.iter().zip(scores).filter(|(first, other)| first > other).count();
        let ahead = if index == 0 { String::new() } else { format!("{ahead} of {}", scores.len()) };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "| {name} | {mean:.2} ± {deviation:.2} | {ahead} |");
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_means_deviations_and_wins() {
        let scores = [("dropout:0.1", vec![60.0, 62.0]), ("no-dropout", vec![61.0, 58.0])];
        let lines: Vec<String> = table(&scores).lines().map(str::to_owned).collect();
        assert_eq!(lines[2], "| dropout:0.1 | 61.00 ± 1.41 |  |");
        assert_eq!(lines[3], "| no-dropout | 59.50 ± 2.12 | 1 of 2 |");
    }

    #[test]
    fn rows_that_were_not_asked_for_are_left_out_but_for_the_first() {
        let names = |only: &[&str]| -> Vec<String> {
            let mut rows = unsupervised(&TrainOptions::default());
            keep(&mut rows, &only.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
            rows.into_iter().map(|row| row.name).collect()
        };
        assert_eq!(names(&["crop:0.3", "delete-one"]), ["dropout:0.1", "crop:0.3", "delete-one"]);
        assert_eq!(names(&[]).len(), 10);
    }

    #[test]
    fn every_row_is_a_valid_recipe_and_they_differ() {
        let base = TrainOptions::default();
        let rows: Vec<Row> = unsupervised(&base).into_iter().chain(supervised(&base)).collect();
        for row in &rows {
            assert!(row.options.validate().is_ok(), "{}", row.name);
            let same = rows.iter().filter(|other| {
                other.options == row.options && other.without_hard_negatives == row.without_hard_negatives
            });
            assert_eq!(same.count(), 1, "{}", row.name);
        }
    }
}
