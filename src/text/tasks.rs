//! Finds STS tasks among files by their paths: folders in SentEval's layout, and single files.

use std::collections::BTreeMap;

use super::{StsSet, TextError};
use crate::localize::messages;
use crate::paths::{base, folder};

/// A task of one or several subsets, such as STS12 with five.
#[derive(Debug, Clone, PartialEq)]
pub struct StsTask {
    /// Name of the folder, or of the single file.
    pub name: String,
    pub subsets: Vec<StsSet>,
}

/// Tasks, with notes on what was ignored.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StsTasks {
    pub tasks: Vec<StsTask>,
    pub notes: Vec<String>,
}

impl StsTask {
    /// A task of one file, in any format that [`StsSet::parse`] reads.
    ///
    /// # Errors
    /// Those of [`StsSet::parse`].
    pub fn from_file(path: &str, bytes: &[u8]) -> Result<Self, TextError> {
        Ok(StsTask { name: base(path).to_owned(), subsets: vec![StsSet::parse(path, bytes)?] })
    }

    /// The sentences of all subsets in order, as in [`StsSet::sentences`].
    pub fn sentences(&self) -> Vec<&str> {
        self.subsets.iter().flat_map(StsSet::sentences).collect()
    }

    /// A task for each folder with `STS.input.X.txt` files, each of which must have an `STS.gs.X.txt` beside it.
    /// `files` are paths with `/` and contents; other files are ignored. Tasks are in the order of the folders'
    /// paths.
    ///
    /// # Errors
    /// An input without its scores; those of [`StsSet::from_senteval`].
    pub fn from_folders(files: &[(String, Vec<u8>)]) -> Result<Vec<Self>, TextError> {
        let by_path: BTreeMap<&str, &[u8]> =
            files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
        let mut folders: BTreeMap<&str, Vec<StsSet>> = BTreeMap::new();
        for (path, input) in &by_path {
            let Some(subset) = subset_name(path) else { continue };
            let folder = folder(path);
            let gold_path = format!("{folder}STS.gs.{subset}.txt");
            let gold = by_path.get(gold_path.as_str()).ok_or_else(|| TextError::Format {
                file: gold_path.clone(),
                reason: messages::sts_no_gold(path),
            })?;
            let set = StsSet::from_senteval(subset, (path, input), (&gold_path, gold))?;
            folders.entry(folder).or_default().push(set);
        }
        let name = |folder: &str| match base(folder.trim_end_matches('/')) {
            "" => "STS".to_owned(),
            name => name.to_owned(),
        };
        Ok(folders.into_iter().map(|(folder, subsets)| StsTask { name: name(folder), subsets }).collect())
    }

    /// The number of pairs in all subsets.
    pub fn pairs(&self) -> usize {
        self.subsets.iter().map(|subset| subset.pairs.len()).sum()
    }
}

impl StsTasks {
    /// All tasks among some files: folders in SentEval's layout, and every other file with scored pairs. A file
    /// outside a folder must have scored pairs; one in a folder that has none is ignored with a note.
    ///
    /// # Errors
    /// Those of [`StsTask`]; no task among the files.
    pub fn gather(files: &[(String, Vec<u8>)]) -> Result<Self, TextError> {
        let mut tasks = StsTask::from_folders(files)?;
        let mut notes = Vec::new();
        let senteval: Vec<&str> = files
            .iter()
            .filter(|(path, _)| subset_name(path).is_some())
            .map(|(path, _)| folder(path))
            .collect();
        for (path, bytes) in files {
            let hidden = base(path).starts_with('.');
            if hidden
                || base(path).starts_with("STS.")
                || senteval.contains(&folder(path)) && path.contains('/')
            {
                continue;
            }
            match StsTask::from_file(path, bytes) {
                Ok(task) => {
                    let of_file = task.subsets.iter().flat_map(|set| &set.notes);
                    notes.extend(of_file.map(|note| format!("{path}: {note}")));
                    tasks.push(task);
                }
                Err(error) if !path.contains('/') => return Err(error),
                Err(error) => notes.push(format!("Passed over: {error}")),
            }
        }
        if tasks.is_empty() {
            let file = files.first().map_or("the folder", |(path, _)| path).to_owned();
            return Err(TextError::Format { file, reason: messages::sts_no_task() });
        }
        Ok(StsTasks { tasks, notes })
    }
}

/// X of `STS.input.X.txt`.
fn subset_name(path: &str) -> Option<&str> {
    base(path).strip_prefix("STS.input.")?.strip_suffix(".txt")
}

/// Whether a file can be part of a task in SentEval's layout, by its name.
pub fn is_senteval_file(name: &str) -> bool {
    name.ends_with(".txt") && (name.starts_with("STS.input.") || name.starts_with("STS.gs."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(list: &[(&str, &str)]) -> Vec<(String, Vec<u8>)> {
        list.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect()
    }

    fn names(tasks: &[StsTask]) -> Vec<(&str, Vec<&str>)> {
        let mut all = Vec::new();
        for task in tasks {
            all.push((task.name.as_str(), task.subsets.iter().map(|set| set.name.as_str()).collect()));
        }
        all
    }

    const INPUT: &str = "a\tb\nc\td\n";
    const GOLD: &str = "1\n2\n";

    #[test]
    fn a_dropped_folder_becomes_its_tasks() {
        let found = StsTasks::gather(&files(&[
            ("STS/STS13-en-test/STS.input.FNWN.txt", INPUT),
            ("STS/STS13-en-test/STS.gs.FNWN.txt", GOLD),
            ("STS/STS12-en-test/STS.gs.surprise.OnWN.txt", GOLD),
            ("STS/STS12-en-test/STS.input.surprise.OnWN.txt", INPUT),
            ("STS/STS12-en-test/STS.input.MSRpar.txt", INPUT),
            ("STS/STS12-en-test/STS.gs.MSRpar.txt", "\n3\n"),
            ("STS/STS12-en-test/00-readme.txt", "words"),
            ("STS/.DS_Store", "\0"),
            ("STS/pairs.tsv", "a\tb\t1\nc\td\t2\n"),
            ("STS/LICENSE.txt", "You may"),
        ]))
        .unwrap();
        let pairs: Vec<usize> = found.tasks.iter().map(StsTask::pairs).collect();
        assert_eq!(
            names(&found.tasks),
            [
                ("STS12-en-test", vec!["MSRpar", "surprise.OnWN"]),
                ("STS13-en-test", vec!["FNWN"]),
                ("pairs.tsv", vec!["STS/pairs.tsv"])
            ]
        );
        assert_eq!(pairs, [3, 2, 2]);
        assert_eq!(found.notes.len(), 1);
        assert!(found.notes[0].starts_with("Passed over: STS/LICENSE.txt"), "{:?}", found.notes);
    }

    #[test]
    fn files_given_one_by_one_are_tasks_and_must_be_readable() {
        let found = StsTasks::gather(&files(&[
            ("STS.input.A.txt", INPUT),
            ("STS.gs.A.txt", GOLD),
            ("sts-test.csv", "a\tb\t1\nc\td\t2\n"),
        ]));
        assert_eq!(
            names(&found.unwrap().tasks),
            [("STS", vec!["A"]), ("sts-test.csv", vec!["sts-test.csv"])]
        );
        let error = |list| StsTasks::gather(&files(list)).unwrap_err().to_string();
        assert!(error(&[("x.csv", "a,b\n")]).starts_with("x.csv, line 1"));
        assert!(error(&[("y/STS.input.A.txt", INPUT)]).starts_with("y/STS.gs.A.txt: it is not there"));
        assert!(error(&[("y/readme.txt", "hello")]).contains("no STS task among these files"));
    }
}
