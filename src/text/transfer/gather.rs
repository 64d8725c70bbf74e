//! Finds transfer tasks among files by their paths.

use std::collections::{BTreeMap, BTreeSet};

use super::{TransferKind, TransferTask};
use crate::{
    localize::{Localized, messages},
    paths::{base, folder},
    text::TextError,
};

impl TransferTask {
    /// The tasks among `files` (paths with `/` and contents), in any folders; other files are ignored. In the order of
    /// [`TransferKind::ALL`].
    ///
    /// # Errors
    /// A task with a missing file, no task at all, and those of [`TransferTask::parse`].
    pub fn gather(files: &[(String, Vec<u8>)]) -> Result<Vec<TransferTask>, TextError> {
        let contents: BTreeMap<&str, &[u8]> =
            files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
        let found: BTreeSet<(TransferKind, &str)> =
            contents.keys().filter_map(|path| Some((TransferKind::of_file(path)?, folder(path)))).collect();
        if found.is_empty() {
            let file = files.first().map_or("the folder", |(path, _)| path).to_owned();
            return Err(TextError::Format { file, reason: none_found() });
        }
        let task = |(kind, folder): (TransferKind, &str)| {
            let content = |name: &&str| {
                let path = format!("{folder}{name}");
                match contents.get(path.as_str()) {
                    Some(bytes) => Ok((path, bytes.to_vec())),
                    None => {
                        let task = kind.name();
                        Err(TextError::Format { file: path, reason: messages::transfer_file_missing(task) })
                    }
                }
            };
            let parts = kind.files().iter().map(content).collect::<Result<Vec<_>, _>>()?;
            TransferTask::parse(kind, &parts)
        };
        found.into_iter().map(task).collect()
    }
}

impl TransferKind {
    /// The task that a file belongs to, by the last part of its path.
    pub fn of_file(path: &str) -> Option<TransferKind> {
        Self::ALL.into_iter().find(|kind| kind.files().contains(&base(path)))
    }
}

/// The reason that lists every task's files.
fn none_found() -> Localized {
    let kinds = TransferKind::ALL.map(|kind| format!("{} {}", kind.name(), kind.files().join(" ")));
    messages::transfer_no_task(kinds.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(list: &[(&str, &str)]) -> Result<Vec<TransferKind>, String> {
        let files: Vec<_> =
            list.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
        let tasks = TransferTask::gather(&files).map_err(|error| error.to_string())?;
        Ok(tasks.into_iter().map(|task| task.kind).collect())
    }

    #[test]
    fn tasks_are_found_in_any_folder_and_sorted_as_in_the_paper() {
        let trec = [("d/TREC/TREC_10.label", "NUM:d How ?\n"), ("d/TREC/train_5500.label", "NUM:d How ?\n")];
        let sst = ["train", "dev", "test"].map(|part| format!("d/SST/binary/sentiment-{part}"));
        let mut files = vec![("d/readme.txt", "words"), trec[0], trec[1]];
        files.extend(sst.iter().map(|path| (path.as_str(), "good\t1\nbad\t0\n")));
        files.extend([("d/CR/custrev.neg", "bad\n"), ("d/CR/custrev.pos", "good\n")]);
        assert_eq!(kinds(&files).unwrap(), [TransferKind::Cr, TransferKind::Sst2, TransferKind::Trec]);
    }

    #[test]
    fn files_without_folders_may_belong_to_several_tasks() {
        let files =
            [("mpqa.pos", "a\n"), ("custrev.pos", "a\n"), ("custrev.neg", "b\n"), ("mpqa.neg", "b\n")];
        assert_eq!(kinds(&files).unwrap(), [TransferKind::Cr, TransferKind::Mpqa]);
    }

    #[test]
    fn a_missing_file_and_the_files_of_every_task_are_named() {
        let error = kinds(&[("x/CR/custrev.pos", "good\n"), ("x/readme.txt", "words\n")]).unwrap_err();
        assert_eq!(error, "x/CR/custrev.neg: it is not there, and CR needs it");
        let error = kinds(&[("x/pos.txt", "good\n")]).unwrap_err();
        assert!(error.starts_with("x/pos.txt: no transfer task among these files"), "{error}");
        assert!(error.contains("TREC train_5500.label TREC_10.label"), "{error}");
    }
}
