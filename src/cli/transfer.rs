//! `transfer`: SentEval's transfer tasks.

use std::path::Path;

use serde::Serialize;

use super::{args::TransferArgs, encode, error::CliError, files, output::Output, progress_bar};
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
pub async fn run(args: &TransferArgs) -> Result<(), CliError> {
    let options = TransferOptions { folds: args.folds, seed: args.seed };
    let model = files::load_model(&args.model.model)?;
    let max_length = files::max_length(args.max_length, &model)?;
    let mut tasks = Vec::new();
    for path in &args.data {
        tasks.extend(read(path)?);
    }

    let embedder = encode::embedder(&model, args.model.pooler).await?;
    let hidden = model.checkpoint.config.hidden_size;
    let mut output = Output::new(args.format);
    let mut sum = 0.0;
    for task in &tasks {
        let rows = model.tokenizer.encode(&task.sentences(), max_length)?;
        let embeddings = encode::vectors(&embedder, &rows).await?;
        let bar = progress_bar(0, "classifiers");
        let score = transfer(task, &embeddings, hidden, &options, &mut |done, of| {
            bar.set_length(of as u64);
            bar.set_position(done as u64);
        })?;
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
    let mut tasks = Vec::new();
    collect(path, DEPTH, &mut tasks)?;
    tasks.sort_by_key(|task| task.kind);
    match tasks.is_empty() {
        false => Ok(tasks),
        true => Err(CliError::Input(format!(
            "{}: no transfer task in this folder or the folders in it; a task is told by its files: {}",
            path.display(),
            TransferKind::ALL.map(|kind| format!("{} {}", kind.name(), kind.files().join(" "))).join(", ")
        ))),
    }
}

fn collect(folder: &Path, depth: usize, tasks: &mut Vec<TransferTask>) -> Result<(), CliError> {
    let entries = files::entries(folder)?;
    let names = entries.iter().filter_map(|entry| entry.file_name()?.to_str());
    if let Some(kind) = TransferKind::recognise(names) {
        let content = |name: &&str| {
            let path = folder.join(name);
            Ok((path.display().to_string(), files::read(&path)?))
        };
        let contents = kind.files().iter().map(content).collect::<Result<Vec<_>, CliError>>()?;
        tasks.push(TransferTask::parse(kind, &contents)?);
    } else if depth > 0 {
        for folder in entries.iter().filter(|entry| entry.is_dir()) {
            collect(folder, depth - 1, tasks)?;
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
        assert!(kinds("empty").unwrap_err().contains("no transfer task in this folder"));
    }
}
