//! `ablate`: the paper's comparisons (arXiv 2104.08821, tables 1, 3, 6, 7 and D.1) on any encoder, over several seeds.

use std::{collections::BTreeMap, fmt::Write as _, path::Path};

use serde::Serialize;

use super::{
    ablate_args::AblateArgs,
    device::open_device,
    error::CliError,
    files,
    terminal::{print_json, progress_bar},
};
use crate::{
    device::{Device, DeviceOptions},
    eval::StsEvaluation,
    lessons::{Ablation, AblationRecord, Order, Setting, Spread},
    model::{Embedder, Head, Network, Pooler},
    text::TrainingData,
    train::{EvaluationSet, HeadMode, Objective, TrainOptions, Trainer},
};

/// What a run came to.
#[derive(Serialize)]
struct RunLine<'a> {
    ablation: &'a str,
    row: &'a str,
    seed: u32,
    #[serde(flatten)]
    evaluation: &'a StsEvaluation,
}

/// An ablation, its settings that were asked for, and the texts they are trained on.
struct Table {
    ablation: Ablation,
    rows: Vec<Setting>,
}

/// A recipe that was run, so that ablations that share one run it once.
struct Done {
    options: TrainOptions,
    pairs_alone: bool,
    evaluation: StsEvaluation,
}

/// Trains every row with every seed; a JSON line a run on standard output, then the tables.
pub async fn run(args: &AblateArgs, device_options: DeviceOptions) -> Result<(), CliError> {
    let model = files::load_model(&args.model.model)?;
    let base = args.options(model.pooler);
    base.validate()?;
    files::max_length(Some(base.max_length), &model)?;
    let tables = tables(args)?;
    let read = |path: &Path| -> Result<TrainingData, CliError> { Ok(files::corpus(path)?.data) };
    let sentences = read(&args.data)?;
    let triplets = args.triplets.as_deref().map(read).transpose()?;
    let evaluation = files::evaluation_set(&model, &args.eval)?;
    let device = open_device(device_options).await?;
    let job = Job { device, model: &model, args, evaluation };

    let seeds: Vec<u32> = (base.seed..base.seed + args.seeds).collect();
    let mut record = AblationRecord {
        model: name(&args.model.model),
        sentences: name(&args.data),
        triplets: args.triplets.as_deref().map(name),
        pairs: name(&args.eval),
        steps: base.steps.unwrap_or_default(),
        batch_size: base.batch_size,
        learning_rate: base.learning_rate,
        pooler: base.pooler.to_string(),
        seeds: seeds.clone(),
        before: job.before(base.pooler, &tables).await?,
        scores: BTreeMap::new(),
    };
    let runs = tables.iter().map(|table| table.rows.len()).sum::<usize>() * seeds.len();
    let bar = progress_bar(runs, "runs");
    let mut report = before(&record.before);
    let mut done: Vec<Done> = Vec::new();
    for Table { ablation, rows } in &tables {
        let texts = match (ablation.is_supervised(), &triplets) {
            (true, Some(triplets)) => triplets,
            _ => &sentences,
        };
        let mut scores = BTreeMap::new();
        for row in rows {
            let mut of_row = Vec::new();
            for seed in &seeds {
                let options = row.options(&base, *seed);
                let same = |done: &&Done| done.options == options && done.pairs_alone == row.pairs_alone();
                let result = match done.iter().find(same) {
                    Some(done) => done.evaluation.clone(),
                    None => job.train(texts, row.pairs_alone(), options.clone()).await?,
                };
                print_json(&RunLine {
                    ablation: ablation.name(),
                    row: &row.key,
                    seed: *seed,
                    evaluation: &result,
                })?;
                of_row.push(result.spearman);
                done.push(Done { options, pairs_alone: row.pairs_alone(), evaluation: result });
                bar.inc(1);
            }
            scores.insert(row.key.clone(), of_row);
        }
        record.scores.insert(ablation.name().to_owned(), scores);
        report.push_str(&table(*ablation, rows, &record));
    }
    bar.finish_and_clear();
    print!("\n{report}");
    if let Some(path) = &args.record {
        let mut text = serde_json::to_string_pretty(&record).map_err(|e| CliError::Input(e.to_string()))?;
        text.push('\n');
        files::write(path, text.as_bytes())?;
    }
    Ok(())
}

/// A path's last part, for a record that is read elsewhere.
fn name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

/// The ablations that were asked for, or all that the texts are there for; their settings likewise.
fn tables(args: &AblateArgs) -> Result<Vec<Table>, CliError> {
    let named = |name: &String| {
        Ablation::named(name).ok_or_else(|| {
            let known = Ablation::ALL.map(Ablation::name).join(", ");
            CliError::Input(format!("--ablations: unknown ablation \"{name}\"; known are {known}"))
        })
    };
    let asked: Vec<Ablation> = args.ablations.iter().map(named).collect::<Result<_, _>>()?;
    if args.triplets.is_none() && asked.iter().any(|ablation| ablation.is_supervised()) {
        return Err(CliError::Input(
            "hard-negatives trains on triplets: name a file with --triplets".to_owned(),
        ));
    }
    let wanted = |ablation: &Ablation| {
        if asked.is_empty() {
            !ablation.is_supervised() || args.triplets.is_some()
        } else {
            asked.contains(ablation)
        }
    };
    let rows = |ablation: Ablation| {
        let mut rows = ablation.settings();
        rows.retain(|row| args.only.is_empty() || args.only.contains(&row.key));
        Table { ablation, rows }
    };
    let tables: Vec<Table> = Ablation::ALL.into_iter().filter(wanted).map(rows).collect();
    let known = |key: &String| tables.iter().any(|table| table.rows.iter().any(|row| row.key == *key));
    match args.only.iter().find(|key| !known(key)) {
        None => Ok(tables.into_iter().filter(|table| !table.rows.is_empty()).collect()),
        Some(key) => {
            let rows = Ablation::ALL.into_iter().filter(wanted).flat_map(Ablation::settings);
            let known: Vec<String> = rows.map(|row| row.key).collect();
            Err(CliError::Input(format!("--only: unknown row \"{key}\"; known are {}", known.join(", "))))
        }
    }
}

struct Job<'a> {
    device: Device,
    model: &'a files::Model,
    args: &'a AblateArgs,
    evaluation: EvaluationSet,
}

impl Job<'_> {
    /// What the weights of the last step score.
    async fn train(
        &self,
        texts: &TrainingData,
        pairs_alone: bool,
        options: TrainOptions,
    ) -> Result<StsEvaluation, CliError> {
        let pairs;
        let texts = match texts {
            TrainingData::Triplets(triplets) if pairs_alone => {
                let both = triplets.iter().map(|[first, second, _]| [first.clone(), second.clone()]);
                pairs = TrainingData::Pairs(both.collect());
                &pairs
            }
            texts => texts,
        };
        let data = files::dataset(self.model, texts, &self.args.dictionary, &options)?;
        let evaluation = Some(self.evaluation.clone());
        let checkpoint = &self.model.checkpoint;
        let mut trainer = Trainer::new(&self.device, checkpoint, data, evaluation, options).await?;
        while !trainer.finished() {
            trainer.step().await?;
        }
        while trainer.next_report().await?.is_some() {}
        let result = trainer.evaluate(|_| ()).await?;
        result.ok_or_else(|| CliError::Input("the evaluation set is empty".to_owned()))
    }

    /// What the loaded weights score with each pooler of the tables, by its name. A head would be drawn at random.
    async fn before(
        &self,
        base: Pooler,
        tables: &[Table],
    ) -> Result<BTreeMap<String, Option<f64>>, CliError> {
        let mut poolers = vec![base];
        if tables.iter().any(|table| table.ablation == Ablation::Pooler) {
            poolers.extend([Pooler::ClsBeforePooler, Pooler::Avg, Pooler::AvgTop2, Pooler::AvgFirstLast]);
        }
        let network = Network::new(&self.device, &self.model.checkpoint, Head::None)?;
        let mut scores = BTreeMap::new();
        for pooler in poolers.into_iter().filter(|pooler| *pooler != Pooler::Cls) {
            let embedder = Embedder::new(&network, pooler, false)?;
            self.device.ready().await?;
            let score = self.evaluation.score(&embedder, |_| ()).await?;
            scores.insert(pooler.to_string(), score.spearman);
        }
        Ok(scores)
    }
}

fn before(scores: &BTreeMap<String, Option<f64>>) -> String {
    let number = |score: &Option<f64>| score.map_or("–".to_owned(), |score| format!("{score:.2}"));
    let scores: Vec<String> =
        scores.iter().map(|(pooler, score)| format!("{pooler} {}", number(score))).collect();
    format!("Before: {}\n\n", scores.join(", "))
}

/// Mean and sample standard deviation over the seeds beside the paper's score, and how the paper's order fares.
fn table(ablation: Ablation, rows: &[Setting], record: &AblationRecord) -> String {
    let mut text = format!("| {} | paper | here, mean ± deviation |\n|---|--:|--:|\n", ablation.name());
    for row in rows {
        let paper = row.published.map_or("–".to_owned(), |score| format!("{score:.1}"));
        let scores = record.scores(ablation, row);
        let here = Spread::of(scores).map_or("–".to_owned(), |Spread { mean, deviation, count }| {
            let deviation = deviation.map(|deviation| format!(" ± {deviation:.2}")).unwrap_or_default();
            let part =
                if count < scores.len() { format!(" ({count} of {})", scores.len()) } else { String::new() };
            format!("{mean:.2}{deviation}{part}")
        });
        // Writing to a string cannot fail.
        let _ = writeln!(text, "| {} | {paper} | {here} |", row.key);
    }
    let scored: Vec<(Option<f64>, &[Option<f64>])> =
        rows.iter().map(|row| (row.published, record.scores(ablation, row))).collect();
    let Order { same, reversed, undecided } = Order::of(&scored);
    let _ = writeln!(
        text,
        "\nOf the paper's orders {same} the same, {reversed} reversed, {undecided} too close to call.\n"
    );
    text
}

impl AblateArgs {
    /// The recipe that the others differ from, with the pooler asked for or the model's own.
    pub fn options(&self, stored: Pooler) -> TrainOptions {
        let pooler = self.model.pooler.unwrap_or(stored);
        let head = HeadMode::usual(pooler, Objective::Unsup);
        TrainOptions { pooler, head, ..self.recipe.options() }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::commands::{Cli, Command};

    fn args(more: &[&str]) -> AblateArgs {
        let words = ["simcse-lab", "ablate", "--model", "m", "--data", "d", "--eval", "e"];
        match Cli::parse_from(words.iter().chain(more)).command {
            Command::Ablate(args) => args,
            _ => unreachable!("the words say ablate"),
        }
    }

    fn chosen(more: &[&str]) -> Vec<(&'static str, usize)> {
        let tables = tables(&args(more)).unwrap();
        tables.iter().map(|table| (table.ablation.name(), table.rows.len())).collect()
    }

    #[test]
    fn the_table_has_the_papers_score_means_deviations_and_the_order() {
        let rows: Vec<Setting> = Ablation::Dropout.settings().into_iter().take(2).collect();
        let scores = [("dropout:0", vec![58.0, 59.0, 58.5]), ("dropout:0.01", vec![60.0, 62.0, 61.0])];
        let scores = scores
            .into_iter()
            .map(|(key, scores)| (key.to_owned(), scores.into_iter().map(Some).collect()))
            .collect();
        let record = AblationRecord {
            scores: BTreeMap::from([("dropout".to_owned(), scores)]),
            ..AblationRecord::default()
        };
        let table = table(Ablation::Dropout, &rows, &record);
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(lines[2], "| dropout:0 | 71.1 | 58.50 ± 0.50 |");
        assert_eq!(lines[3], "| dropout:0.01 | 72.6 | 61.00 ± 1.00 |");
        assert_eq!(lines[5], "Of the paper's orders 1 the same, 0 reversed, 0 too close to call.");
    }

    #[test]
    fn seeds_without_a_correlation_stay_out_of_the_table() {
        let rows: Vec<Setting> = Ablation::Dropout.settings().into_iter().take(3).collect();
        let scores = [
            ("dropout:0", vec![Some(58.0), None, Some(59.0)]),
            ("dropout:0.01", vec![None; 3]),
            ("dropout:0.05", vec![Some(60.0), None, None]),
        ];
        let scores = scores.into_iter().map(|(key, scores)| (key.to_owned(), scores)).collect();
        let record = AblationRecord {
            scores: BTreeMap::from([("dropout".to_owned(), scores)]),
            ..AblationRecord::default()
        };
        let table = table(Ablation::Dropout, &rows, &record);
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(lines[2], "| dropout:0 | 71.1 | 58.50 ± 0.71 (2 of 3) |");
        assert_eq!(lines[3], "| dropout:0.01 | 72.6 | – |");
        assert_eq!(lines[4], "| dropout:0.05 | 81.1 | 60.00 (1 of 3) |");
        assert_eq!(before(&BTreeMap::from([("avg".to_owned(), None)])), "Before: avg –\n\n");
        let text = serde_json::to_string(&record).unwrap();
        assert_eq!(serde_json::from_str::<AblationRecord>(&text).unwrap(), record);
    }

    #[test]
    fn without_triplets_the_supervised_table_is_left_out_or_refused() {
        assert_eq!(chosen(&[]).len(), 5);
        assert_eq!(chosen(&["--triplets", "t"]).len(), 6);
        let error = tables(&args(&["--ablations", "hard-negatives"])).err().unwrap();
        assert!(error.to_string().contains("--triplets"), "{error}");
    }

    #[test]
    fn tables_and_rows_can_be_chosen_and_unknown_ones_are_named() {
        assert_eq!(chosen(&["--ablations", "dropout,temperature"]), [("dropout", 7), ("temperature", 5)]);
        assert_eq!(chosen(&["--only", "fixed-mask,crop:0.1"]), [("dropout", 1), ("augmentation", 1)]);
        for (option, value) in [("--ablations", "dropouts"), ("--only", "crop:0.4")] {
            let error = tables(&args(&[option, value])).err().unwrap().to_string();
            assert!(error.contains(value) && error.contains("known are dropout"), "{error}");
        }
    }
}
