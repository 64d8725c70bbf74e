//! Training data from text, CSV and TSV files.

use serde::{Deserialize, Serialize};

use super::TextError;
use super::decode::decode;
use super::table::{Layout, Row, Table, is_number};
use crate::said::{Reason, reason};

/// What a model is trained on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrainingData {
    /// For the unsupervised objective: each is its own positive under another dropout mask.
    Sentences(Vec<String>),
    /// Sentence and positive.
    Pairs(Vec<[String; 2]>),
    /// Sentence, positive (entailment) and hard negative (contradiction).
    Triplets(Vec<[String; 3]>),
}

impl TrainingData {
    /// Number of sentences, pairs or triplets.
    pub fn len(&self) -> usize {
        match self {
            TrainingData::Sentences(items) => items.len(),
            TrainingData::Pairs(items) => items.len(),
            TrainingData::Triplets(items) => items.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// 1, 2 or 3.
    pub fn sentences_per_item(&self) -> usize {
        match self {
            TrainingData::Sentences(_) => 1,
            TrainingData::Pairs(_) => 2,
            TrainingData::Triplets(_) => 3,
        }
    }

    /// Every sentence, item after item.
    pub fn sentences(&self) -> &[String] {
        match self {
            TrainingData::Sentences(items) => items,
            TrainingData::Pairs(items) => items.as_flattened(),
            TrainingData::Triplets(items) => items.as_flattened(),
        }
    }
}

/// What was read, for the log and the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CorpusReport {
    /// Sentences, pairs or triplets.
    pub items: usize,
    /// Lines that held nothing but white space.
    pub skipped_blank: usize,
    /// Whether the first line named the columns.
    pub header: bool,
}

/// Training data and how it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Corpus {
    pub data: TrainingData,
    pub report: CorpusReport,
}

/// Names of the columns, the first of each as SimCSE has it. Compared without regard to case.
const ANCHOR: [&str; 5] = ["sent0", "anchor", "premise", "sentence1", "query"];
const POSITIVE: [&str; 4] = ["sent1", "positive", "entailment", "sentence2"];
const NEGATIVE: [&str; 4] = ["hard_neg", "negative", "contradiction", "hard_negative"];
/// Of a table with one column.
const SENTENCE: [&str; 3] = ["sentence", "text", "sent0"];
/// Names that tell a header, and that nothing can be trained on.
const OTHER: [&str; 7] = ["label", "gold_label", "score", "id", "idx", "index", "similarity"];

fn expected() -> Reason {
    reason!(
        "corpus-expected",
        "sent0,sent1,hard_neg (or anchor,positive,negative; premise,entailment,contradiction; sentence1,sentence2), \
         the third column being optional"
    )
}

impl Corpus {
    /// Reads training data; `name` is the file's, and its extension says what it is: .csv and .tsv are tables,
    /// .jsonl and .json are refused, all else is a sentence a line.
    ///
    /// Tables have a header, or else exactly two or three columns. In CSV quotes are RFC 4180's, in TSV they
    /// mean nothing; a .csv whose lines all have tabs is TSV. Sentences are kept as they stand, white space too.
    ///
    /// # Errors
    /// No text or not UTF-8; and of a table, a row of another width or with an empty cell, broken quoting,
    /// columns that are not known, labels where hard negatives should be.
    pub fn parse(name: &str, bytes: &[u8]) -> Result<Corpus, TextError> {
        let text = decode(name, bytes)?;
        let lower = name.to_ascii_lowercase();
        match lower.rsplit_once('.').map(|(_, extension)| extension) {
            Some("csv" | "tsv" | "tab") => {
                let tabs = !lower.ends_with("csv") || Layout::sniff(text) == Layout::Tsv;
                parse_table(name, text, if tabs { Layout::Tsv } else { Layout::Csv })
            }
            Some("json" | "jsonl") => Err(TextError::Format {
                file: name.to_owned(),
                reason: reason!(
                    "corpus-json",
                    "JSON is not read yet; bring a sentence a line as .txt, or a .csv or .tsv with the columns \
                     sent0,sent1,hard_neg"
                ),
            }),
            _ => parse_lines(name, text),
        }
    }
}

fn parse_lines(name: &str, text: &str) -> Result<Corpus, TextError> {
    let lines = text.lines().count();
    let sentences: Vec<String> =
        text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect();
    let report =
        CorpusReport { items: sentences.len(), skipped_blank: lines - sentences.len(), header: false };
    if sentences.len() > 1 && sentences.iter().all(|sentence| is_number(sentence)) {
        let reason = reason!("corpus-numbers", "its lines are numbers only, where sentences are expected");
        return Err(TextError::Format { file: name.to_owned(), reason });
    }
    Ok(Corpus { data: TrainingData::Sentences(sentences), report })
}

fn parse_table(name: &str, text: &str, layout: Layout) -> Result<Corpus, TextError> {
    let mut table = Table::read(name, text, layout)?;
    // `decode` has refused blank text; a table of nothing but separators is left.
    let Some(first) = table.rows.first() else {
        return Err(TextError::Blank { file: name.to_owned(), lines: table.skipped_blank });
    };
    let columns = header_columns(&table, first)?;
    let header = columns.is_some();
    let columns = match columns {
        Some(columns) => columns,
        None if matches!(first.cells.len(), 2 | 3) => (0..first.cells.len()).collect(),
        None => {
            let expected = reason!("corpus-header", "a header: {expected}", expected = expected());
            return Err(table.wrong_width(first, expected));
        }
    };
    let width = first.cells.len();
    if header {
        table.rows.remove(0);
    }
    for row in &table.rows {
        if row.cells.len() != width {
            let expected = reason!("corpus-width", "{width} as in the first line", width);
            return Err(table.wrong_width(row, expected));
        }
        if let Some(empty) = row.cells.iter().position(|cell| cell.trim().is_empty()) {
            let reason = reason!("corpus-empty-cell", "column {column} is empty", column = empty + 1);
            return Err(table.wrong(row.line, reason));
        }
    }
    if table.rows.is_empty() {
        return Err(TextError::Format {
            file: name.to_owned(),
            reason: reason!("corpus-header-only", "the header is all there is, no data"),
        });
    }
    if let [_, _, third] = columns[..]
        && table.rows.iter().all(|row| is_label(&row.cells[third]))
    {
        let reason = reason!(
            "corpus-labels",
            "the third column holds labels or scores, not hard negatives; to train on pairs, keep only the positive \
             ones and drop that column"
        );
        return Err(TextError::Format { file: name.to_owned(), reason });
    }
    table.check_sentences(&table.rows, &columns)?;
    let skipped_blank = table.skipped_blank;
    let data = pick(table.rows, &columns);
    Ok(Corpus { report: CorpusReport { items: data.len(), skipped_blank, header }, data })
}

fn is_label(cell: &str) -> bool {
    let cell = cell.trim();
    cell.parse::<f64>().is_ok()
        || ["entailment", "neutral", "contradiction", "-"]
            .iter()
            .any(|label| cell.eq_ignore_ascii_case(label))
}

/// The columns of sentence, positive and hard negative if the row is a header.
fn header_columns(table: &Table<'_>, row: &Row) -> Result<Option<Vec<usize>>, TextError> {
    let cells: Vec<String> = row.cells.iter().map(|cell| cell.trim().to_ascii_lowercase()).collect();
    if let [cell] = &cells[..]
        && SENTENCE.contains(&cell.as_str())
    {
        return Ok(Some(vec![0]));
    }
    let roles = [&ANCHOR[..], &POSITIVE, &NEGATIVE];
    let is_known = |cell: &String| roles.iter().any(|names| names.contains(&cell.as_str()));
    // `entailment` and `contradiction` alone are the labels of a first row of data.
    let tells_header = |cell: &String| OTHER.contains(&cell.as_str()) || is_known(cell) && !is_label(cell);
    if !cells.iter().any(tells_header) {
        return Ok(None);
    }
    let unknown: Vec<&str> = cells.iter().filter(|cell| !is_known(cell)).map(String::as_str).collect();
    if !unknown.is_empty() {
        // Not passed over: a column of labels would make positives of pairs that are none.
        let reason = reason!(
            "corpus-unknown-column",
            "unknown column {unknown}; expected {expected}",
            unknown = unknown.join(", "),
            expected = expected()
        );
        return Err(table.wrong(row.line, reason));
    }
    let mut columns = Vec::new();
    for names in roles {
        let found: Vec<usize> =
            (0..cells.len()).filter(|&column| names.contains(&cells[column].as_str())).collect();
        match found[..] {
            [column] => columns.push(column),
            [] if names[0] == NEGATIVE[0] => {}
            _ => {
                let (role, found_columns) = (names[0], cells.join(", "));
                let reason = match found.is_empty() {
                    true => reason!(
                        "corpus-no-column",
                        "no column for {role} ({found_columns}); expected {expected}",
                        role,
                        found_columns,
                        expected = expected()
                    ),
                    false => reason!(
                        "corpus-column-twice",
                        "more than one column for {role} ({found_columns}); expected {expected}",
                        role,
                        found_columns,
                        expected = expected()
                    ),
                };
                return Err(table.wrong(row.line, reason));
            }
        }
    }
    Ok(Some(columns))
}

fn pick(rows: Vec<Row>, columns: &[usize]) -> TrainingData {
    fn items<const N: usize>(rows: Vec<Row>, columns: [usize; N]) -> Vec<[String; N]> {
        rows.into_iter().map(|mut row| columns.map(|column| std::mem::take(&mut row.cells[column]))).collect()
    }
    match *columns {
        [a] => TrainingData::Sentences(items(rows, [a]).into_iter().flatten().collect()),
        [a, b] => TrainingData::Pairs(items(rows, [a, b])),
        [a, b, c] => TrainingData::Triplets(items(rows, [a, b, c])),
        _ => unreachable!("a table has one to three roles"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(name: &str, text: &str) -> Corpus {
        Corpus::parse(name, text.as_bytes()).unwrap()
    }

    fn message(name: &str, text: &str) -> String {
        Corpus::parse(name, text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn a_text_file_is_a_sentence_a_line() {
        let corpus = parse("wiki.txt", "\u{feff}One, \"two.\r\n\r\n  \nThree\tfour\n");
        assert_eq!(corpus.data.sentences(), ["One, \"two.", "Three\tfour"]);
        assert_eq!(corpus.report, CorpusReport { items: 2, skipped_blank: 2, header: false });
        assert_eq!(corpus.data.sentences_per_item(), 1);
    }

    #[test]
    fn simcse_triplets_and_their_other_names_are_read_in_any_order() {
        let expected = TrainingData::Triplets(vec![["a, a".into(), "b".into(), "c".into()]]);
        assert_eq!(parse("nli.csv", "sent0,sent1,hard_neg\n\"a, a\",b,c\n").data, expected);
        assert_eq!(parse("nli.CSV", "Anchor,Negative,Positive\n\"a, a\",c,b\n").data, expected);
        assert_eq!(parse("nli.tsv", "premise\tentailment\tcontradiction\na, a\tb\tc\n").data, expected);
        assert_eq!(parse("tabs.csv", "sent0\tsent1\thard_neg\na, a\tb\tc\n").data, expected);
        assert!(parse("nli.csv", "sent0,sent1,hard_neg\na,b,c\n").report.header);
    }

    #[test]
    fn without_a_header_two_or_three_columns_speak_for_themselves() {
        let pairs = parse("p.tsv", "a\tb\n\nc\td\n");
        assert_eq!(pairs.data, TrainingData::Pairs(vec![["a".into(), "b".into()], ["c".into(), "d".into()]]));
        assert_eq!(pairs.report, CorpusReport { items: 2, skipped_blank: 1, header: false });
        assert_eq!(pairs.data.sentences(), ["a", "b", "c", "d"]);
        assert_eq!(parse("t.csv", "a,b,c\n").data.sentences_per_item(), 3);
        assert!(
            message("t.csv", "a,b,c,d\n").contains("line 1: 4 columns (separator: comma), expected a header")
        );
        assert_eq!(parse("t.csv", "text\na\nb\n").data.sentences(), ["a", "b"]);
    }

    #[test]
    fn rows_that_do_not_fit_are_refused_with_their_line() {
        assert_eq!(
            message("p.tsv", "sent0\tsent1\na\tb\n\nc\n"),
            "p.tsv, line 4: 1 column (separator: tab), expected 2 as in the first line"
        );
        assert_eq!(message("p.csv", "a,b\nc, \n"), "p.csv, line 2: column 2 is empty");
        assert!(message("p.csv", "a,b\nc,\"d\n").contains("line 2: a double quote opens"));
        assert!(message("p.csv", "sent0,sent1\n").contains("the header is all there is"));
        assert!(message("p.csv", ",,\n").contains("blank"));
    }

    #[test]
    fn numbers_are_no_sentences() {
        assert!(message("t.txt", "1.5\n2\n3e4\n").contains("numbers only"));
        let index = message("t.csv", "0,a cat,a dog\n1,blue,red\n");
        assert!(index.contains("line 1") && index.contains("column 1 holds numbers only"), "{index}");
        assert!(message("t.txt", "a cat\rthe dog\r").contains("CR alone"));
        // One of them may be a sentence.
        assert_eq!(parse("t.txt", "42\nthe answer\n").data.len(), 2);
    }

    #[test]
    fn columns_that_are_not_known_are_named_with_what_is_expected() {
        let unknown = message("p.csv", "id,sentence1,sentence2,label\n1,a,b,0\n");
        assert!(
            unknown.contains("line 1: unknown column id, label; expected sent0,sent1,hard_neg"),
            "{unknown}"
        );
        assert!(message("p.csv", "sent0,hard_neg\na,b\n").contains("no column for sent1"));
        assert!(message("p.csv", "sent0,anchor,sent1\na,b,c\n").contains("more than one column for sent0"));
    }

    #[test]
    fn labels_are_not_taken_for_hard_negatives() {
        assert!(message("n.tsv", "a\tb\tneutral\nc\td\tentailment\n").contains("labels or scores"));
        assert!(message("n.csv", "a,b,0.5\nc,d,5\n").contains("labels or scores"));
        assert!(message("n.jsonl", "{}\n").contains("JSON is not read yet"));
    }
}
