//! `transfer`: SentEval's transfer tasks.

use crate::device::DeviceOptions;
use std::path::Path;

use serde::Serialize;

use super::{args::TransferArgs, encode, error::CliError, files, output::Output, terminal::progress_bar};
use crate::{
    eval::{TransferOptions, transfer},
    text::{TransferKind, TransferTask},
};

/// How deep task folders may lie below the folder that was named: SST/binary is two.
const DEPTH: usize = 3;

/// The last line.
#[derive(Serialize)]
struct Average {
    /// Mean of the tasks' accuracies.
    average: f64,
    tasks: usize,
}

/// Prints a line a task and one with their average.
pub async fn run(args: &TransferArgs, device_options: DeviceOptions) -> Result<(), CliError> {
    let options = TransferOptions { folds: args.folds, seed: args.seed };
    let model = files::load_model(&args.encoder.model.model)?;
    let max_length = files::max_length(args.max_length, &model)?;
    let mut tasks = Vec::new();
    for path in &args.data {
        tasks.extend(read(path)?);
    }

    let embedder = encode::embedder(device_options, &model, &args.encoder).await?;
    let hidden = embedder.width();
    let mut output = Output::new(args.format);
    let mut sum = 0.0;
    for task in &tasks {
        let rows = model.tokenizer.encode(&task.sentences(), max_length)?;
        let embeddings = encode::vectors(&embedder, &rows).await?;
        let bar = progress_bar(0, "classifiers");
        let progress = async |done: usize, of: usize| {
            bar.set_length(of as u64);
            bar.set_position(done as u64);
        };
        let score = transfer(task, &embeddings, hidden, &options, progress).await?;
        bar.finish_and_clear();
        sum += score.accuracy;
        output.write(&score, [&score])?;
    }
    let average = Average { average: sum / tasks.len() as f64, tasks: tasks.len() };
    // In the columns of the tasks' rows, of which only the accuracy has a mean that says something.
    output.write(&average, [("average", average.average, "", "", "", "")])
}

/// The tasks in a folder, or in the folders in it, in the order of the paper's table.
fn read(path: &Path) -> Result<Vec<TransferTask>, CliError> {
    let mut parts = Vec::new();
    collect(path, DEPTH, &mut parts)?;
    if parts.is_empty() {
        // Named in the error; without a part of a task in it, it is not read.
        parts.push((files::slashes(path), Vec::new()));
    }
    Ok(TransferTask::gather(&parts)?)
}

/// The files that are parts of tasks.
fn collect(folder: &Path, depth: usize, parts: &mut Vec<(String, Vec<u8>)>) -> Result<(), CliError> {
    for path in files::entries(folder)? {
        if path.is_dir() {
            if depth > 0 {
                collect(&path, depth - 1, parts)?;
            }
            continue;
        }
        let name = files::slashes(&path);
        if TransferKind::of_file(&name).is_some() {
            parts.push((name, files::read(&path)?));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn task_folders_are_found_at_every_depth_and_put_in_the_papers_order() {
        let root = tempfile::tempdir().unwrap();
        let put = |path: &str, text: &str| {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        put("downstream/TREC/TREC_10.label", "NUM:dist How far ?\n");
        put("downstream/TREC/train_5500.label", "NUM:dist How far ?\n");
        for part in ["train", "dev", "test"] {
            put(&format!("downstream/SST/binary/sentiment-{part}"), "good\t1\nbad\t0\n");
        }
        put("downstream/CR/custrev.pos", "good\n");
        put("downstream/CR/custrev.neg", "bad\n");
        put("downstream/README", "text\n");
        let kinds = |path: &str| -> Result<Vec<TransferKind>, String> {
            let tasks = read(&root.path().join(path)).map_err(|error| error.to_string())?;
            Ok(tasks.into_iter().map(|task| task.kind).collect())
        };
        let all = [TransferKind::Cr, TransferKind::Sst2, TransferKind::Trec];
        assert_eq!(kinds("").unwrap(), all);
        assert_eq!(kinds("downstream").unwrap(), all);
        assert_eq!(kinds("downstream/SST/binary").unwrap(), all[1..2]);

        fs::remove_file(root.path().join("downstream/CR/custrev.neg")).unwrap();
        assert!(kinds("downstream/CR").unwrap_err().contains("custrev.neg"), "a missing file is named");
        fs::create_dir(root.path().join("empty")).unwrap();
        assert!(kinds("empty").unwrap_err().contains("empty: no transfer task among these files"));
    }
}
