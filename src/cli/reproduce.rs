//! `reproduce`: the paper's main experiment (arXiv 2104.08821, sections 3, 4 and 6.2; table 5 and figure 2) on whatever
//! model and texts one has.

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use super::{
    args::ModelArgs,
    device::open_device,
    error::CliError,
    figure, files,
    recipe_args::{Offer, RecipeArgs},
    sts,
    terminal::{print_json, progress_bar},
    train,
};
use crate::{
    device::{Device, DeviceOptions},
    eval::{ScoreTable, StsEvaluation, TaskScore, suite_table},
    model::{Embedder, Head, ModelConfig, Network, Pooler},
    text::StsTask,
    train::{EvaluationSet, HeadMode, Objective, TrainOption, TrainOptions, Trainer},
};

#[derive(Debug, Args)]
pub struct ReproduceArgs {
    #[command(flatten)]
    pub model: ModelArgs,
    /// A sentence a line, for unsupervised SimCSE: wiki1m_for_simcse.txt.
    #[arg(long, value_name = "FILE")]
    pub sentences: Option<PathBuf>,
    /// Triplets (sent0, sent1, hard_neg) or pairs, for supervised SimCSE: nli_for_simcse.csv.
    #[arg(long, value_name = "FILE")]
    pub triplets: Option<PathBuf>,
    /// Scored pairs that choose the best weights, and that alignment and uniformity are measured on: sts-dev.csv.
    #[arg(long, value_name = "FILE")]
    pub dev: PathBuf,
    /// The STS tasks, as for sts.
    #[arg(long, value_name = "PATH", required = true, num_args = 1..)]
    pub sts: Vec<PathBuf>,
    /// Where the table, the figure and the models go.
    #[arg(long, value_name = "DIR")]
    pub output: PathBuf,
    /// Runs of each objective, with seeds from --seed on. The paper's own fifty scatter from 73.2 to 76.7.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub seeds: u32,
    /// In place of the paper's batch size, learning rate and epochs for a model of this kind and size; --micro-batch-size is
    /// what the device's memory has room for, and changes nothing else.
    #[command(flatten)]
    pub recipe: RecipeArgs<Reproducing>,
}

/// What `reproduce` takes of a recipe.
#[derive(Debug, Clone)]
pub struct Reproducing;

impl Offer for Reproducing {
    fn taken() -> Vec<TrainOption> {
        vec![
            TrainOption::Seed,
            TrainOption::BatchSize,
            TrainOption::LearningRate,
            TrainOption::Steps,
            TrainOption::EvalEvery,
            TrainOption::MicroBatchSize,
        ]
    }

    fn defaults() -> TrainOptions {
        TrainOptions { micro_batch_size: 64, ..TrainOptions::default() }
    }

    fn without_default() -> &'static [TrainOption] {
        &[TrainOption::BatchSize, TrainOption::LearningRate]
    }
}

/// A run's scores, a line of standard output.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    pub name: String,
    /// Step of the best weights by Spearman on the development pairs, of the last ones where it was never defined; 0
    /// before training.
    pub step: u32,
    pub dev: StsEvaluation,
    pub tasks: Vec<TaskScore>,
}

/// What is written to results.json.
#[derive(Serialize)]
struct Results<'a> {
    model: String,
    recipes: &'a [(String, TrainOptions)],
    rows: &'a [Row],
    trails: &'a [figure::Trail],
}

/// Scores the model as it is, trains it with each objective there are texts for, and scores what came of it.
pub async fn run(args: &ReproduceArgs, device_options: DeviceOptions) -> Result<(), CliError> {
    if args.sentences.is_none() && args.triplets.is_none() {
        let words = "nothing to train on: name a text with --sentences, triplets with --triplets, or both";
        return Err(CliError::Input(words.to_owned()));
    }
    let model = files::load_model(&args.model.model)?;
    let config = &model.checkpoint.config;
    let mut tasks = Vec::new();
    for path in &args.sts {
        sts::read(path, &mut tasks)?;
    }
    let texts = [(Objective::Unsup, &args.sentences), (Objective::Sup, &args.triplets)];
    let mut runs = Vec::new();
    for (objective, path) in texts {
        let Some(path) = path else { continue };
        let options = args.recipe(objective, config);
        options.validate()?;
        let corpus = files::corpus(path)?;
        let dictionary = Path::new("");
        let data = files::dataset(&model, &corpus.data, dictionary, &options)?;
        data.check(objective, config)?;
        runs.push((options, data));
    }
    let dev = files::evaluation_set(&model, &args.dev)?;
    // Found out now, not after a day of training.
    files::make_output(&args.output, Some(&args.model.model), true)?;
    let device = open_device(device_options).await?;
    let mut rows = before(&device, &model, &dev, &tasks).await?;
    for row in &rows {
        print_json(row)?;
    }

    let mut trails = Vec::new();
    let mut recipes = Vec::new();
    for (options, data) in runs {
        recipes.push((name_of(options.objective).to_owned(), options.clone()));
        for seed in options.seed..options.seed + args.seeds {
            let options = TrainOptions { seed, ..options.clone() };
            let name = format!("{}, seed {seed}", name_of(options.objective));
            let trainer =
                Trainer::new(&device, &model.checkpoint, data.clone(), Some(dev.clone()), options.clone());
            let (trainer, trail) = fit(trainer.await?, &name).await?;
            let folder = args.output.join(name.replace(", ", "-").replace(' ', "-").to_lowercase());
            train::save_model(&trainer, &model, &options, &folder).await?;
            let row = after(&device, &trainer, &model, &name, &dev, &tasks).await?;
            print_json(&row)?;
            rows.push(row);
            trails.push(trail);
            // Whatever ends a long series of runs, what is done stands in the files.
            write(args, &recipes, &rows, &trails)?;
        }
    }
    print!("\n{}", markdown(&table(&rows)));
    Ok(())
}

fn name_of(objective: Objective) -> &'static str {
    match objective {
        Objective::Unsup => "Unsupervised SimCSE",
        Objective::Sup => "Supervised SimCSE",
    }
}

impl ReproduceArgs {
    /// The paper's recipe (appendix A) for an encoder of this kind and size: batch and learning rate for the nearest of
    /// its four, `[CLS]` with a head, which unsupervised training leaves off in the end.
    fn recipe(&self, objective: Objective, config: &ModelConfig) -> TrainOptions {
        let (large, roberta) = (config.hidden_size > 768, config.first_position > 0);
        let (batch_size, learning_rate) = match (objective, roberta, large) {
            (Objective::Unsup, false, false) => (64, 3e-5),
            (Objective::Unsup, false, true) => (64, 1e-5),
            (Objective::Unsup, true, false) => (512, 1e-5),
            (Objective::Unsup, true, true) => (512, 3e-5),
            (Objective::Sup, _, false) => (512, 5e-5),
            (Objective::Sup, _, true) => (512, 1e-5),
        };
        let pooler = self.model.pooler.unwrap_or(Pooler::Cls);
        let options = self.recipe.apply(TrainOptions {
            objective,
            batch_size,
            learning_rate,
            epochs: if objective == Objective::Sup { 3 } else { 1 },
            pooler,
            head: HeadMode::usual(pooler, objective),
            max_length: TrainOptions::default().max_length.min(config.max_tokens()),
            ..TrainOptions::default()
        });
        let in_parts = options.batch_size > options.micro_batch_size;
        TrainOptions { micro_batch_size: if in_parts { options.micro_batch_size } else { 0 }, ..options }
    }
}

/// Trains to the end, evaluated as it goes; the trainer then has its best weights.
async fn fit(mut trainer: Trainer, name: &str) -> Result<(Trainer, figure::Trail), CliError> {
    let mut trail = figure::Trail { name: name.to_owned(), points: Vec::new() };
    let bar = progress_bar(trainer.total() as usize, "steps");
    evaluate(&mut trainer, &mut trail).await?;
    while !trainer.finished() {
        if let Some(report) = trainer.step().await? {
            bar.set_position(u64::from(report.step));
        }
        if trainer.evaluation_due() {
            while trainer.next_report().await?.is_some() {}
            evaluate(&mut trainer, &mut trail).await?;
        }
    }
    while trainer.next_report().await?.is_some() {}
    bar.finish_and_clear();
    Ok((trainer, trail))
}

async fn evaluate(trainer: &mut Trainer, trail: &mut figure::Trail) -> Result<(), CliError> {
    let step = trainer.position();
    if let Some(evaluation) = trainer.evaluate(|_| ()).await? {
        trail.points.push((step, evaluation));
    }
    Ok(())
}

/// The model as it is: the paper's baseline, the mean of first and last layer, and `[CLS]`.
async fn before(
    device: &Device,
    model: &files::Model,
    dev: &EvaluationSet,
    tasks: &[StsTask],
) -> Result<Vec<Row>, CliError> {
    let network = Network::new(device, &model.checkpoint, Head::None)?;
    let mut rows = Vec::new();
    for (pooler, name) in [
        (Pooler::AvgFirstLast, "before, first-last average"),
        (Pooler::Avg, "before, average"),
        (Pooler::ClsBeforePooler, "before, [CLS]"),
    ] {
        let embedder = Embedder::new(&network, pooler, false)?;
        device.ready().await?;
        rows.push(score(&embedder, model, name, 0, dev, tasks).await?);
    }
    Ok(rows)
}

/// The best weights of a run.
async fn after(
    device: &Device,
    trainer: &Trainer,
    model: &files::Model,
    name: &str,
    dev: &EvaluationSet,
    tasks: &[StsTask],
) -> Result<Row, CliError> {
    let step = trainer.best().map_or(trainer.position(), |best| best.step);
    if let Some(best) = trainer.best() {
        trainer.network().weights.write(device, &best.weights);
    }
    score(trainer.embedder(), model, name, step, dev, tasks).await
}

async fn score(
    embedder: &Embedder,
    model: &files::Model,
    name: &str,
    step: u32,
    dev: &EvaluationSet,
    tasks: &[StsTask],
) -> Result<Row, CliError> {
    let max_length = files::max_length(None, model)?;
    let bar = progress_bar(tasks.len(), "tasks");
    let mut scores = Vec::new();
    for task in tasks {
        let sentences = task.sentences();
        let rows = model.tokenizer.encode(&sentences, max_length)?;
        let embeddings = embedder.embed(&rows, |_| ()).await?;
        scores.push(TaskScore::of(task, &embeddings, embedder.width()));
        bar.inc(1);
    }
    bar.finish_and_clear();
    let dev = dev.score(embedder, |_| ()).await?;
    Ok(Row { name: name.to_owned(), step, dev, tasks: scores })
}

/// The rows in the setting `all`, which the paper's table 5 has, its own behind them.
fn table(rows: &[Row]) -> ScoreTable {
    let measured: Vec<(String, &[TaskScore])> =
        rows.iter().map(|row| (row.name.clone(), row.tasks.as_slice())).collect();
    let mut table = suite_table(&measured);
    table.rows.retain(|row| row.setting == "all");
    table
}

fn markdown(table: &ScoreTable) -> String {
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let number = |score: &Option<f64>| score.map_or("–".to_owned(), |score| format!("{score:.2}"));
    let columns = ["", "from"].into_iter().chain(table.columns.iter().map(String::as_str)).chain(["average"]);
    let columns: Vec<String> = columns.map(str::to_owned).collect();
    let rule = columns.iter().enumerate().map(|(index, _)| if index < 2 { "---" } else { "--:" });
    let mut text = line(columns.clone());
    text.push_str(&format!("|{}|\n", rule.collect::<Vec<_>>().join("|")));
    for row in &table.rows {
        let partial =
            row.partial().map_or_else(String::new, |(averaged, of)| format!(" ({averaged} of {of})"));
        let average = number(&row.average) + &partial;
        let named = [row.model.clone(), row.source().to_owned()];
        text.push_str(&line(
            named.into_iter().chain(row.scores.iter().map(number)).chain([average]).collect(),
        ));
    }
    text
}

fn write(
    args: &ReproduceArgs,
    recipes: &[(String, TrainOptions)],
    rows: &[Row],
    trails: &[figure::Trail],
) -> Result<(), CliError> {
    let table = table(rows);
    let results = Results { model: args.model.model.display().to_string(), recipes, rows, trails };
    let json = serde_json::to_string_pretty(&results).map_err(|error| CliError::Input(error.to_string()))?;
    let dev = args.dev.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    for (name, text) in [
        ("results.md", markdown(&table)),
        ("results.csv", table.to_csv()),
        ("results.json", json),
        ("figure-2.svg", figure::plane(trails, &dev)?),
    ] {
        files::write(&args.output.join(name), text.as_bytes())?;
    }
    Ok(())
}
