//! Parses the files of SentEval's transfer tasks.

use super::{LabelledSet, TransferKind};
use crate::{
    localize::{Localized, messages},
    text::{TextError, decode::decode_or_latin1},
};

/// TREC's coarse classes; the index is the class's number.
const TREC_CLASSES: [&str; 6] = ["ABBR", "DESC", "ENTY", "HUM", "LOC", "NUM"];

/// An item's class and sentences.
type Item<'a> = (usize, Vec<&'a str>);

/// The sets in a task's files.
pub(super) fn sets(kind: TransferKind, files: &[(String, Vec<u8>)]) -> Result<Vec<LabelledSet>, TextError> {
    let texts = files.iter().map(|(file, bytes)| Ok((file.as_str(), decode_or_latin1(file, bytes)?)));
    let texts = texts.collect::<Result<Vec<_>, TextError>>()?;
    let each = |item: fn(&str) -> Result<Item<'_>, Localized>| {
        texts.iter().map(|(file, text)| Ok(sorted(items(file, text, item)?))).collect()
    };
    match kind {
        TransferKind::Sst2 => each(sst),
        TransferKind::Trec => each(trec),
        TransferKind::Mrpc => texts.iter().map(|(file, text)| Ok(sorted(mrpc(file, text)?))).collect(),
        TransferKind::Mr | TransferKind::Cr | TransferKind::Subj | TransferKind::Mpqa => {
            // The first file has class 1. An empty line is an item without words.
            let classes = texts.iter().zip([1, 0]);
            let items =
                classes.flat_map(|((_, text), class)| text.lines().map(move |line| (class, vec![line])));
            Ok(vec![sorted(items.collect())])
        }
    }
}

/// One item per line that is not blank.
fn items<'a>(
    file: &str,
    text: &'a str,
    item: fn(&'a str) -> Result<Item<'a>, Localized>,
) -> Result<Vec<Item<'a>>, TextError> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let wrong = |index, reason| TextError::Line { file: file.to_owned(), line: index + 1, reason };
    lines.map(|(index, line)| item(line).map_err(|reason| wrong(index, reason))).collect()
}

/// Parses `sentence TAB 0 or 1`.
fn sst(line: &str) -> Result<Item<'_>, Localized> {
    match line.trim().split_once('\t') {
        Some((sentence, label)) => Ok((binary(label)?, vec![sentence])),
        None => Err(messages::transfer_sst()),
    }
}

/// Parses `COARSE:fine question`.
fn trec(line: &str) -> Result<Item<'_>, Localized> {
    let parts = line.trim().split_once(':');
    let parts = parts.and_then(|(coarse, rest)| Some((coarse, rest.split_once(' ')?.1)));
    let (coarse, question) = parts.ok_or(messages::transfer_trec())?;
    let class = TREC_CLASSES.iter().position(|&class| class == coarse);
    let class = class.ok_or_else(|| {
        let classes = TREC_CLASSES.join(", ");
        messages::transfer_class_unknown(coarse, classes)
    })?;
    Ok((class, vec![question]))
}

/// Parses `quality TAB id TAB id TAB sentence TAB sentence` with a header and without quoting.
fn mrpc<'a>(file: &str, text: &'a str) -> Result<Vec<Item<'a>>, TextError> {
    let items = items(file, text, |line| {
        let cells: Vec<&str> = line.trim().split('\t').collect();
        match cells[..] {
            // The header, marked by an impossible class and no sentences; removed below.
            [quality, ..] if quality.eq_ignore_ascii_case("quality") => Ok((usize::MAX, Vec::new())),
            [quality, _, _, first, second] => Ok((binary(quality)?, vec![first, second])),
            _ => Err(messages::transfer_mrpc(cells.len())),
        }
    })?;
    let items: Vec<_> = items.into_iter().filter(|(_, sentences)| !sentences.is_empty()).collect();
    if items.is_empty() {
        Err(TextError::Format { file: file.to_owned(), reason: messages::pairs_header_only() })
    } else {
        Ok(items)
    }
}

fn binary(label: &str) -> Result<usize, Localized> {
    match label.trim() {
        "0" => Ok(0),
        "1" => Ok(1),
        other => Err(messages::transfer_class(other)),
    }
}

/// Sorts items as SentEval does: by the number of words of each sentence, then by class; stable.
fn sorted(items: Vec<Item<'_>>) -> LabelledSet {
    let mut items: Vec<_> = items
        .into_iter()
        .map(|(class, sentences)| {
            let words = sentences.iter().map(|sentence| sentence.split_whitespace().collect());
            (words.collect::<Vec<Vec<&str>>>(), class)
        })
        .collect();
    items.sort_by_cached_key(|(words, class)| (words.iter().map(Vec::len).collect::<Vec<_>>(), *class));
    let mut set = LabelledSet::default();
    for (sentences, class) in items {
        set.sentences.extend(sentences.iter().map(|words| words.join(" ")));
        set.labels.push(class);
    }
    set
}

#[cfg(test)]
mod tests {
    use super::super::TransferTask;
    use super::*;

    fn read(kind: TransferKind, texts: &[&[u8]]) -> Result<Vec<LabelledSet>, String> {
        let files: Vec<_> =
            kind.files().iter().zip(texts).map(|(name, text)| ((*name).to_owned(), text.to_vec())).collect();
        TransferTask::parse(kind, &files).map(|task| task.sets).map_err(|error| error.to_string())
    }

    fn set(sentences: &[&str], labels: &[usize]) -> LabelledSet {
        LabelledSet { sentences: sentences.iter().map(|&s| s.to_owned()).collect(), labels: labels.to_vec() }
    }

    #[test]
    fn files_of_one_class_each_are_sorted_by_words_then_class_and_keep_empty_lines() {
        let texts: [&[u8]; 2] = [b"\xef\xbb\xbfgood  film .\r\n\r\nfine\r\n", b"caf\xe9 bad\nbad\nall bad\n"];
        let expected =
            set(&["", "bad", "fine", "caf\u{e9} bad", "all bad", "good film ."], &[1, 0, 1, 0, 0, 1]);
        for kind in [TransferKind::Mr, TransferKind::Cr, TransferKind::Subj, TransferKind::Mpqa] {
            assert_eq!(read(kind, &texts).unwrap(), std::slice::from_ref(&expected), "{kind:?}");
        }
        assert_eq!(read(TransferKind::Cr, &[b"a\n", b""]).unwrap_err(), "custrev.neg: the file is empty");
    }

    #[test]
    fn sst_has_the_class_after_a_tab() {
        let sets = read(TransferKind::Sst2, &[b"a b\t1\n\nc\t0\r\n", b"d\t1\n", b"e \"f\t0"]).unwrap();
        assert_eq!(sets, [set(&["c", "a b"], &[0, 1]), set(&["d"], &[1]), set(&["e \"f"], &[0])]);
        let message = read(TransferKind::Sst2, &[b"a\t1\n", b"\nb\t2\n", b"c\t0\n"]).unwrap_err();
        assert_eq!(message, "sentiment-dev, line 2: the class is \"2\", expected 0 or 1");
        let message = read(TransferKind::Sst2, &[b"a\t1\n1\n", b"b\t1\n", b"c\t0\n"]).unwrap_err();
        assert_eq!(message, "sentiment-train, line 2: expected a sentence, a tab and the class, 0 or 1");
    }

    #[test]
    fn trec_has_the_coarse_class_before_a_colon() {
        let sets =
            read(TransferKind::Trec, &[b"NUM:dist How far : \xb5m ?\nLOC:city Where ?\n", b"ABBR:exp US ?"]);
        assert_eq!(sets.unwrap(), [set(&["Where ?", "How far : \u{b5}m ?"], &[4, 5]), set(&["US ?"], &[0])]);
        let message = |text| read(TransferKind::Trec, &[b"LOC:city Where ?\n", text]).unwrap_err();
        assert!(
            message(b"HUM:ind Who ?\nWHO:ind Who ?\n")
                .starts_with("TREC_10.label, line 2: \"WHO\" is none of")
        );
        assert!(message(b"HUM Who ?\n").contains("line 1: expected COARSE:fine"));
        assert!(message(b"HUM:ind\n").contains("line 1: expected COARSE:fine"));
    }

    #[test]
    fn mrpc_has_pairs_below_a_header_without_quoting() {
        let train = "\u{feff}Quality\t#1 ID\t#2 ID\t#1 String\t#2 String\r\n\
                     1\t7\t8\ta \"b c\td\r\n0\t9\t10\te f g\th i\r\n1\t11\t12\tj k l\tm\r\n";
        let sets = read(TransferKind::Mrpc, &[train.as_bytes(), b"0\t1\t2\ta\tb\n"]).unwrap();
        let expected = set(&["a \"b c", "d", "j k l", "m", "e f g", "h i"], &[1, 1, 0]);
        assert_eq!(sets, [expected, set(&["a", "b"], &[0])]);
        let message = |text| read(TransferKind::Mrpc, &[train.as_bytes(), text]).unwrap_err();
        assert!(message(b"1\t7\t8\ta\n").contains("line 1: 4 columns (separator: tab)"));
        assert!(message(b"1\t7\t8\ta\tb\nyes\t7\t8\ta\tb\n").contains("line 2: the class is \"yes\""));
        assert!(message(b"Quality\t#1 ID\t#2 ID\t#1 String\t#2 String\n").contains("no pairs"));
    }

    #[test]
    fn a_task_is_recognised_by_its_file_names() {
        assert_eq!(TransferKind::of_file("sentiment-dev"), Some(TransferKind::Sst2));
        assert_eq!(TransferKind::of_file("TREC/sts-dev.csv"), None);
        for kind in TransferKind::ALL {
            for name in kind.files() {
                assert_eq!(TransferKind::of_file(&format!("any/folder/{name}")), Some(kind));
            }
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
        }
    }
}
