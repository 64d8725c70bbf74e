//! `bench`: the engine's side of `cargo xtask bench`, on the default adapter.

use crate::device::DeviceOptions;
use std::fmt::Write;

use clap::Args;
use serde::Serialize;
use serde_json::json;
use web_time::Instant;

use super::{
    bench_rows::{SEED, SentenceArgs, TRAINING_LENGTH},
    device::open_device,
    error::CliError,
    terminal,
};
use crate::{
    device::Device,
    model::Checkpoint,
    workloads::{
        self, Encode, EncodeCase, Matmul, MatmulCase, ModelSize, Recipe, Summary, SweepAxis, SweepPoint,
        TrainCase, TrainingRun, growth, matrix,
    },
};

/// Seconds that a sample of several repetitions is to take.
const SAMPLE: f64 = 0.6;

#[derive(Debug, Args)]
pub struct BenchArgs {
    /// Of matmul, encode, train and sweep.
    #[arg(long, value_delimiter = ',', default_value = "matmul,encode,train,sweep", value_parser = ["matmul", "encode", "train", "sweep"])]
    pub workloads: Vec<String>,
    /// MxKxN,…
    #[arg(
        long,
        value_delimiter = ',',
        value_name = "MxKxN,…",
        default_value = "1024x384x384,1024x384x1536,1024x1536x384,512x512x512"
    )]
    pub matmul: Vec<MatmulCase>,
    /// Layers, hidden size, rows and tokens of each.
    #[arg(
        long,
        value_delimiter = ',',
        value_name = "LxH:ROWSxTOKENS,…",
        default_value = "6x384:32x32,6x384:1000xnatural,4x256:32x32,4x256:1000xnatural"
    )]
    pub encode: Vec<EncodeCase>,
    /// Layers, hidden size, items and tokens of each.
    #[arg(
        long,
        value_delimiter = ',',
        value_name = "LxH:BATCHx2xTOKENS,…",
        default_value = "2x128:32x2x16,4x256:64x2xnatural,6x384:64x2xnatural"
    )]
    pub train: Vec<TrainCase>,
    /// Of batch, length and hidden.
    #[arg(long, value_delimiter = ',', value_name = "AXIS,…", default_value = "batch,length,hidden")]
    pub sweep: Vec<SweepAxis>,
    #[command(flatten)]
    pub sentences: SentenceArgs,
    /// Samples of each.
    #[arg(long, default_value_t = 5)]
    pub rounds: usize,
    /// Print JSON instead of Markdown.
    #[arg(long)]
    pub json: bool,
}

/// One line of the result.
#[derive(Serialize)]
struct Line {
    workload: &'static str,
    case: String,
    unit: &'static str,
    value: Summary,
    #[serde(skip_serializing_if = "Option::is_none")]
    gpu_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dispatches: Option<usize>,
}

pub async fn run(args: &BenchArgs, device_options: DeviceOptions) -> Result<(), CliError> {
    let device = open_device(device_options).await?;
    let bench = Bench { device, args };
    let has = |workload: &str| args.workloads.iter().any(|name| name == workload);
    let mut lines = Vec::new();
    if has("matmul") {
        for case in &args.matmul {
            lines.push(bench.matmul(*case).await?);
        }
    }
    if has("encode") {
        for case in &args.encode {
            lines.push(bench.encode(*case).await?);
        }
    }
    if has("train") {
        for case in &args.train {
            lines.push(bench.train(*case).await?.0);
        }
    }
    let mut sweeps = Vec::new();
    if has("sweep") {
        for axis in &args.sweep {
            sweeps.push((*axis, bench.sweep(*axis).await?));
        }
    }
    if args.json {
        terminal::print_json(&json!({
            "adapter": bench.device.info(),
            "results": lines,
            "sweeps": sweeps.iter().map(|(axis, points)| json!({
                "axis": axis.to_string(), "points": points, "growth": growth(points)
            })).collect::<Vec<_>>(),
        }))
    } else {
        terminal::print_text(&markdown(&bench.device, &lines, &sweeps))
    }
}

struct Bench<'a> {
    device: Device,
    args: &'a BenchArgs,
}

impl Bench<'_> {
    /// Seconds of one repetition, round after round; `run(n)` does n of them. The first call warms up, the second says how
    /// many repetitions make a sample.
    async fn samples(
        &self,
        mut run: impl AsyncFnMut(usize) -> Result<(), CliError>,
    ) -> Result<Summary, CliError> {
        run(1).await?;
        let once = seconds(run(1)).await?;
        let repetitions = (SAMPLE / once).clamp(1.0, 20.0) as usize;
        let mut samples = Vec::new();
        for _ in 0..self.args.rounds {
            samples.push(seconds(run(repetitions)).await? / repetitions as f64);
        }
        Summary::of(&samples).ok_or_else(|| CliError::Usage("--rounds is 0; expected 1 or more".to_owned()))
    }

    async fn matmul(&self, case: MatmulCase) -> Result<Line, CliError> {
        let (a, b) = (matrix(case.m, case.k, SEED), matrix(case.k, case.n, SEED + 1));
        let product = Matmul::new(&self.device, case, &a, &b).await?;
        let time = self.samples(async |count| Ok(product.run(count).await?)).await?;
        let value = time.inverted(case.flops() / 1e9);
        let (case, unit) = (case.to_string(), "GFLOP/s");
        Ok(Line { workload: "matmul", case, unit, value, gpu_bytes: None, dispatches: None })
    }

    async fn encode(&self, case: EncodeCase) -> Result<Line, CliError> {
        let checkpoint = random(case.model)?;
        let encoder = Encode::new(&self.device, &checkpoint).await?;
        // Drawing random rows costs next to nothing; tokenising sentences is part of the work.
        let longest = checkpoint.config.max_tokens();
        let rows = self.args.sentences.rows(case.lengths, case.rows, longest)?;
        let tokens: usize = rows()?.iter().map(Vec::len).sum();
        let time = self
            .samples(async |count| {
                for _ in 0..count {
                    encoder.run(&rows()?).await?;
                }
                Ok(())
            })
            .await?;
        let value = time.inverted(tokens as f64);
        let gpu_bytes = Some(encoder.gpu_bytes());
        let (case, unit) = (case.to_string(), "tokens/s");
        Ok(Line { workload: "encode", case, unit, value, gpu_bytes, dispatches: None })
    }

    /// The step's line, and tokens times parameters: the layers', and all.
    async fn train(&self, case: TrainCase) -> Result<(Line, [f64; 2]), CliError> {
        let checkpoint = random(case.model)?;
        let rows = self.args.sentences.rows(case.lengths, case.batch, TRAINING_LENGTH)?()?;
        let mut step = TrainingRun::new(&self.device, &checkpoint, rows, Recipe::default()).await?;
        let parameters = [case.model.layer_parameters(), checkpoint.config.parameter_count()];
        let work = parameters.map(|count| step.tokens() as f64 * count as f64);
        let (gpu_bytes, dispatches) = (Some(step.gpu_bytes()), Some(step.dispatches()));
        let time = self
            .samples(async |count| {
                step.run(count).await?;
                Ok(())
            })
            .await?;
        let value = time.scaled(1e3);
        let line =
            Line { workload: "train", case: case.to_string(), unit: "ms", value, gpu_bytes, dispatches };
        Ok((line, work))
    }

    async fn sweep(&self, axis: SweepAxis) -> Result<Vec<SweepPoint>, CliError> {
        let mut points = Vec::new();
        for value in axis.values() {
            let (line, [work, all]) = self.train(axis.case(*value)).await?;
            let bytes = line.gpu_bytes.unwrap_or_default();
            points.push(SweepPoint { value: *value, milliseconds: line.value.median, bytes, work, all });
        }
        Ok(points)
    }
}

fn random(size: ModelSize) -> Result<Checkpoint, CliError> {
    Ok(Checkpoint::init_random(workloads::config(size)?, SEED))
}

async fn seconds(work: impl Future<Output = Result<(), CliError>>) -> Result<f64, CliError> {
    let started = Instant::now();
    work.await?;
    Ok(started.elapsed().as_secs_f64())
}

/// Tables as `cargo xtask bench` writes them.
fn markdown(device: &Device, lines: &[Line], sweeps: &[(SweepAxis, Vec<SweepPoint>)]) -> String {
    let info = device.info();
    let mut text = format!("adapter: {} ({}, {})\n", info.name, info.backend, info.driver);
    if !lines.is_empty() {
        text += "\n| workload | case | median (min–max) | unit | n | GPU MiB | dispatches |\n";
        text += "| --- | --- | --- | --- | --- | --- | --- |\n";
    }
    for line in lines {
        let Summary { median, min, max, samples } = line.value;
        let bytes = line.gpu_bytes.map(mebibytes).unwrap_or_default();
        let dispatches = line.dispatches.map(|count| count.to_string()).unwrap_or_default();
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "| {} | {} | {median:.2} ({min:.2}–{max:.2}) | {} | {samples} | {bytes} | {dispatches} |",
            line.workload, line.case, line.unit
        );
    }
    for (axis, points) in sweeps {
        let _ = writeln!(
            text,
            "\n| {axis} | step ms | GPU MiB | time ÷ linear | memory ÷ linear | time ÷ linear in all parameters |"
        );
        text += "| --- | --- | --- | --- | --- | --- |\n";
        let growth = growth(points);
        let before = std::iter::once(None).chain(growth.iter().map(Some));
        for (point, growth) in points.iter().zip(before) {
            let [time, memory, of_all] = growth.map_or_else(Default::default, |growth| {
                [growth.time, growth.memory, growth.time_of_all].map(|ratio| format!("{ratio:.2}"))
            });
            let SweepPoint { value, milliseconds, bytes, .. } = point;
            let bytes = mebibytes(*bytes);
            let _ =
                writeln!(text, "| {value} | {milliseconds:.1} | {bytes} | {time} | {memory} | {of_all} |");
        }
    }
    text
}

fn mebibytes(bytes: u64) -> String {
    bytes.div_ceil(1 << 20).to_string()
}
