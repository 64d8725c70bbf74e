//! `sts`: tasks in SentEval's layout and single files, in the settings of the paper's tables.

use crate::device::DeviceOptions;
use std::{
    borrow::Cow,
    path::{Path, PathBuf},
};

use serde::Serialize;

use super::{args::StsArgs, encode, error::CliError, files, output::Output, whiten::Whitener};
use crate::{
    eval::TaskScore,
    text::{StsTask, is_senteval_file},
};

/// The last line.
#[derive(Serialize)]
struct Average<'a> {
    /// Mean of the tasks' `all`, where it is defined.
    average: Option<f64>,
    /// How many tasks the average is over.
    tasks: usize,
    /// Names of the tasks that are left out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    undefined: Vec<&'a str>,
}

/// A row of CSV.
#[derive(Serialize)]
struct Row<'a> {
    task: Cow<'a, str>,
    /// Empty for the task as a whole.
    subset: &'a str,
    pairs: Option<usize>,
    all: Option<f64>,
    mean: Option<f64>,
    wmean: Option<f64>,
}

/// Prints a line a task and one with their average; as CSV, also one a subset.
pub async fn run(args: &StsArgs, device_options: DeviceOptions) -> Result<(), CliError> {
    let model = files::load_model(&args.encoder.model.model)?;
    let max_length = files::max_length(args.scoring.max_length, &model)?;
    let mut tasks = Vec::new();
    for path in &args.data {
        read(path, &mut tasks)?;
    }

    let embedder = encode::embedder(device_options, &model, &args.encoder).await?;
    let whitener = Whitener::new(&args.scoring.whitening, &model, &embedder, max_length).await?;
    let mut output = Output::new(args.scoring.format);
    let mut scores = Vec::new();
    for task in &tasks {
        let sentences = task.sentences();
        let rows = model.tokenizer.encode(&sentences, max_length)?;
        let embeddings = encode::vectors(&embedder, &rows).await?;
        let (embeddings, hidden) = whitener.apply(embeddings, embedder.width())?;
        let score = TaskScore::of(task, &embeddings, hidden);
        output.write(&score, rows_of(&score))?;
        scores.push(score);
    }
    let average = Average::of(&scores);
    let row = Row {
        task: average.name(scores.len()),
        subset: "",
        pairs: None,
        all: average.average,
        mean: None,
        wmean: None,
    };
    output.write(&average, [row])
}

impl<'a> Average<'a> {
    fn of(scores: &'a [TaskScore]) -> Self {
        let defined: Vec<f64> = scores.iter().filter_map(|score| score.all).collect();
        let undefined = scores.iter().filter(|score| score.all.is_none()).map(|score| score.task.as_str());
        let tasks = defined.len();
        let average = (tasks > 0).then(|| defined.iter().sum::<f64>() / tasks as f64);
        Average { average, tasks, undefined: undefined.collect() }
    }

    /// The row's name among `tasks`, which says over how many the average is where that is not all.
    fn name(&self, tasks: usize) -> Cow<'static, str> {
        if self.undefined.is_empty() {
            "average".into()
        } else {
            format!("average of {} of {tasks}", self.tasks).into()
        }
    }
}

/// The task's row and its subsets'.
fn rows_of(score: &TaskScore) -> Vec<Row<'_>> {
    let task = || Cow::Borrowed(score.task.as_str());
    let whole = Row {
        task: task(),
        subset: "",
        pairs: Some(score.pairs),
        all: score.all,
        mean: score.mean,
        wmean: score.wmean,
    };
    let subsets = score.subsets.iter().map(|subset| Row {
        task: task(),
        subset: &subset.name,
        pairs: Some(subset.pairs),
        all: subset.spearman,
        mean: None,
        wmean: None,
    });
    std::iter::once(whole).chain(subsets).collect()
}

/// A file is a task; a folder with `STS.input.*` is one; a folder with neither is looked through for such folders.
pub(super) fn read(path: &Path, tasks: &mut Vec<StsTask>) -> Result<(), CliError> {
    if !path.is_dir() {
        let task = StsTask::from_file(&path.display().to_string(), &files::read(path)?)?;
        task.subsets.iter().for_each(|set| files::notes(path, &set.notes));
        tasks.push(task);
        return Ok(());
    }
    let mut found = StsTask::from_folders(&senteval_files(path)?)?;
    if found.is_empty() {
        for folder in files::entries(path)?.iter().filter(|entry| entry.is_dir()) {
            found.extend(StsTask::from_folders(&senteval_files(folder)?)?);
        }
    }
    if found.is_empty() {
        return Err(CliError::Input(format!(
            "{}: no STS.input.NAME.txt in this folder or the folders in it",
            path.display()
        )));
    }
    tasks.extend(found);
    Ok(())
}

/// The files of a folder that are parts of its task.
fn senteval_files(folder: &Path) -> Result<Vec<(String, Vec<u8>)>, CliError> {
    let is_part = |path: &PathBuf| {
        path.is_file() && path.file_name().and_then(|name| name.to_str()).is_some_and(is_senteval_file)
    };
    let parts = files::entries(folder)?.into_iter().filter(is_part);
    parts.map(|path| Ok((files::slashes(&path), files::read(&path)?))).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn tasks(path: &Path) -> Result<Vec<(String, Vec<String>)>, String> {
        let mut tasks = Vec::new();
        read(path, &mut tasks).map_err(|error| error.to_string())?;
        let names = |task: StsTask| (task.name, task.subsets.into_iter().map(|subset| subset.name).collect());
        Ok(tasks.into_iter().map(names).collect())
    }

    #[test]
    fn folders_of_subsets_are_found_at_two_depths_and_in_order() {
        let root = tempfile::tempdir().unwrap();
        for (task, subset) in [("STS13", "FNWN"), ("STS12", "MSRpar"), ("STS12", "surprise.OnWN")] {
            let folder = root.path().join(task);
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join(format!("STS.input.{subset}.txt")), "a\tb\nc\td\n").unwrap();
            fs::write(folder.join(format!("STS.gs.{subset}.txt")), "1\n2\n").unwrap();
            fs::write(folder.join("00-readme.txt"), "not a pair").unwrap();
        }
        let sts12 = ("STS12".to_owned(), vec!["MSRpar".to_owned(), "surprise.OnWN".to_owned()]);
        let sts13 = ("STS13".to_owned(), vec!["FNWN".to_owned()]);
        assert_eq!(tasks(root.path()).unwrap(), [sts12.clone(), sts13]);
        assert_eq!(tasks(&root.path().join("STS12")).unwrap(), [sts12]);

        fs::remove_file(root.path().join("STS13/STS.gs.FNWN.txt")).unwrap();
        assert!(tasks(root.path()).unwrap_err().contains("STS.gs.FNWN.txt"));
        let empty = root.path().join("empty");
        fs::create_dir(&empty).unwrap();
        assert!(tasks(&empty).unwrap_err().contains("no STS.input.NAME.txt"));
    }
}
