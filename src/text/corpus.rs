//! Reads training data from text, CSV, TSV and JSON files.

use serde::{Deserialize, Serialize};

use super::TextError;
use super::decode::decode;
use super::json_lines::{self, Json, Known};
use super::table::{Layout, Row, Table, is_number};
use crate::localize::{Localized, messages};

/// The sentences to train on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrainingData {
    /// For the unsupervised objective: each is its own positive, with another dropout mask.
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

    /// All sentences, item by item.
    pub fn sentences(&self) -> &[String] {
        match self {
            TrainingData::Sentences(items) => items,
            TrainingData::Pairs(items) => items.as_flattened(),
            TrainingData::Triplets(items) => items.as_flattened(),
        }
    }
}

/// Counts of what was read, for the log and the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CorpusReport {
    /// Sentences, pairs or triplets.
    pub items: usize,
    /// Lines of white space only.
    pub skipped_blank: usize,
    /// Whether the first line named the columns.
    pub header: bool,
}

/// Training data with a report of how it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Corpus {
    pub data: TrainingData,
    pub report: CorpusReport,
    /// What was ignored or guessed.
    pub notes: Vec<Localized>,
}

/// Names of the columns, first those of princeton-nlp/SimCSE (`train.py`). Compared case-insensitively.
const ANCHOR: [&str; 5] = ["sent0", "anchor", "premise", "sentence1", "query"];
const POSITIVE: [&str; 4] = ["sent1", "positive", "entailment", "sentence2"];
const NEGATIVE: [&str; 4] = ["hard_neg", "negative", "contradiction", "hard_negative"];
/// Names for a table with one column.
const SENTENCE: [&str; 3] = ["sentence", "text", "sent0"];
/// Columns that make the first row a header but cannot be trained on: labels of pairs.
const LABELS: [&str; 4] = ["label", "gold_label", "score", "similarity"];
/// The same for row numbers.
const IDS: [&str; 3] = ["id", "idx", "index"];

/// Known fields of JSON objects; others are ignored with a note.
const FIELDS: Known = Known {
    sentences: &[&ANCHOR, &POSITIVE, &NEGATIVE, &SENTENCE],
    others: &LABELS,
    expected: || messages::corpus_fields(expected()),
};

fn expected() -> Localized {
    messages::corpus_expected()
}

impl Corpus {
    /// Reads training data. The extension of the file `name` gives the format: .csv and .tsv are tables; .jsonl,
    /// .ndjson and .json are objects or strings, one per line or in one array; every other file has one sentence per
    /// line. JSON is also recognised by its beginning.
    ///
    /// Tables have a header, or exactly two or three columns. CSV has the quoting of RFC 4180, TSV has none; a .csv
    /// file with tabs in every line is TSV. Sentences are kept unchanged, white space included.
    ///
    /// # Errors
    /// No text, or not UTF-8. In a table: a row of another width or with an empty cell, broken quoting, unknown
    /// columns, labels in place of hard negatives.
    pub fn parse(name: &str, bytes: &[u8]) -> Result<Corpus, TextError> {
        let text = decode(name, bytes)?;
        if json_lines::is_json(name, text) {
            return parse_json(name, text);
        }
        let lower = name.to_ascii_lowercase();
        match lower.rsplit_once('.').map(|(_, extension)| extension) {
            Some("csv" | "tsv" | "tab") => {
                let tabs = !lower.ends_with("csv") || Layout::sniff(text) == Layout::Tsv;
                let layout = if tabs { Layout::Tsv } else { Layout::Csv };
                parse_table(name, Table::read(name, text, layout)?)
            }
            _ => parse_lines(name, text),
        }
    }
}

fn parse_lines(name: &str, text: &str) -> Result<Corpus, TextError> {
    let lines = text.lines().count();
    let sentences: Vec<String> =
        text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect();
    let skipped_blank = lines - sentences.len();
    of_sentences(name, sentences, skipped_blank)
}

fn parse_json(name: &str, text: &str) -> Result<Corpus, TextError> {
    let corpus = match json_lines::read(name, text, &FIELDS)? {
        Json::Sentences { sentences, skipped_blank } => return of_sentences(name, sentences, skipped_blank),
        Json::Table { table, notes } => Corpus { notes, ..parse_table(name, table)? },
    };
    // The first row of the table is made of the objects' field names; the file has no header.
    Ok(Corpus { report: CorpusReport { header: false, ..corpus.report }, ..corpus })
}

fn of_sentences(name: &str, sentences: Vec<String>, skipped_blank: usize) -> Result<Corpus, TextError> {
    let report = CorpusReport { items: sentences.len(), skipped_blank, header: false };
    if sentences.len() > 1 && sentences.iter().all(|sentence| is_number(sentence)) {
        return Err(TextError::Format { file: name.to_owned(), reason: messages::corpus_numbers() });
    }
    Ok(Corpus { data: TrainingData::Sentences(sentences), report, notes: Vec::new() })
}

fn parse_table(name: &str, mut table: Table<'_>) -> Result<Corpus, TextError> {
    // `decode` has refused blank text; only a table of separators has no rows.
    let Some(first) = table.rows.first() else {
        return Err(TextError::Blank { file: name.to_owned(), lines: table.skipped_blank });
    };
    let columns = header_columns(&table, first)?;
    let header = columns.is_some();
    let mut notes = Vec::new();
    if header && first.cells[0].trim().is_empty() {
        notes.push(messages::corpus_index());
    }
    let columns = match columns {
        Some(columns) => columns,
        None if table.fields().is_some() => {
            let found = first.cells.join(", ");
            return Err(table.wrong(first.line, messages::json_fields(found, expected())));
        }
        None if matches!(first.cells.len(), 2 | 3) => (0..first.cells.len()).collect(),
        None => {
            let expected = messages::corpus_header(expected());
            return Err(table.wrong_width(first, expected));
        }
    };
    let width = first.cells.len();
    if header {
        table.rows.remove(0);
    }
    for row in &table.rows {
        if row.cells.len() != width {
            let expected = messages::corpus_width(width);
            return Err(table.wrong_width(row, expected));
        }
        if let Some(empty) = row.cells.iter().position(|cell| cell.trim().is_empty()) {
            return Err(table.wrong(row.line, messages::corpus_empty_cell(table.place(empty))));
        }
    }
    if table.rows.is_empty() {
        return Err(TextError::Format { file: name.to_owned(), reason: messages::corpus_header_only() });
    }
    if let [_, _, third] = columns[..]
        && table.rows.iter().all(|row| is_label(&row.cells[third]))
    {
        return Err(TextError::Format { file: name.to_owned(), reason: messages::corpus_labels() });
    }
    table.check_sentences(&table.rows, &columns)?;
    let skipped_blank = table.skipped_blank;
    let data = pick(table.rows, &columns);
    let report = CorpusReport { items: data.len(), skipped_blank, header };
    Ok(Corpus { data, report, notes })
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
    // A row with `entailment` or `contradiction` and no other known name is data, whose labels these are.
    let is_other = |cell: &str| LABELS.contains(&cell) || IDS.contains(&cell);
    let tells_header = |cell: &String| is_other(cell) || is_known(cell) && !is_label(cell);
    if !cells.iter().any(tells_header) {
        return Ok(None);
    }
    // pandas writes its index as a first column without a name.
    let is_index = |column: usize| column == 0 && Table::is_index(&table.rows[1..], column);
    if let Some(nameless) = (0..cells.len()).find(|&column| cells[column].is_empty() && !is_index(column)) {
        return Err(table.wrong(row.line, messages::corpus_nameless_column(nameless + 1, expected())));
    }
    let unknown: Vec<&str> =
        cells.iter().filter(|cell| !cell.is_empty() && !is_known(cell)).map(String::as_str).collect();
    if !unknown.is_empty() {
        // Unknown columns are not ignored: with a column of labels, some pairs are not positives.
        return Err(table.wrong(row.line, messages::corpus_unknown_column(unknown.join(", "), expected())));
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
                let reason = if found.is_empty() {
                    messages::corpus_no_column(role, found_columns, expected())
                } else {
                    messages::corpus_column_twice(role, found_columns, expected())
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
    fn a_text_file_has_one_sentence_per_line() {
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
    fn without_a_header_two_or_three_columns_are_read_by_position() {
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
    fn columns_and_files_of_numbers_are_refused_as_sentences() {
        assert!(message("t.txt", "1.5\n2\n3e4\n").contains("numbers only"));
        let index = message("t.csv", "0,a cat,a dog\n1,blue,red\n");
        assert!(index.contains("line 1") && index.contains("column 1 holds numbers only"), "{index}");
        assert!(message("t.txt", "a cat\rthe dog\r").contains("CR alone"));
        // A single number may be a sentence.
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

    fn notes(corpus: &Corpus) -> Vec<String> {
        corpus.notes.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn json_objects_have_the_columns_of_tables() {
        let triplets = TrainingData::Triplets(vec![
            ["a, a".into(), "b".into(), "c".into()],
            ["d\n\u{e9}".into(), "e".into(), "f".into()],
        ]);
        let lines = r#"{"sent0": "a, a", "sent1": "b", "hard_neg": "c"}

            {"hard_neg": "f", "sent0": "d\n\u00e9", "sent1": "e"}"#;
        let corpus = parse("nli.jsonl", lines);
        assert_eq!(corpus.data, triplets);
        assert_eq!(corpus.report, CorpusReport { items: 2, skipped_blank: 1, header: false });
        assert!(corpus.notes.is_empty());
        let renamed =
            lines.replace("sent0", "Anchor").replace("sent1", "positive").replace("hard_neg", "negative");
        for name in ["nli.ndjson", "nli.txt", "nli.csv", "pasted.tsv", "nli"] {
            assert_eq!(parse(name, &renamed).data, triplets, "{name}");
        }
        let array = format!("[\n{}\n]", lines.replace("\n\n", ",\n"));
        assert_eq!(parse("nli.json", &array).data, triplets);
        assert_eq!(parse("a.jsonl", r#"{"text": "one"}"#).data, TrainingData::Sentences(vec!["one".into()]));
    }

    #[test]
    fn json_strings_are_sentences() {
        let sentences = ["one", "two \"2\"", "th\nree"];
        let lines = "\"one\"\n\"two \\\"2\\\"\"\n\n\"\"\n\"th\\nree\"\n";
        for name in ["a.jsonl", "a.txt"] {
            let corpus = parse(name, lines);
            assert_eq!(corpus.data.sentences(), sentences, "{name}");
            assert_eq!(corpus.report, CorpusReport { items: 3, skipped_blank: 2, header: false });
        }
        let array = "[\"one\",\n \"two \\\"2\\\"\", \"th\\nree\"]\n";
        assert_eq!(parse("a.json", array).data.sentences(), sentences);
        assert_eq!(parse("a.txt", array).data.sentences(), sentences);
        assert!(message("a.json", "[\"1\", \"2.5\"]").contains("numbers only"));
    }

    #[test]
    fn text_that_only_looks_like_json_is_text() {
        for text in ["\"One,\" he said.\n\"Two\"\n", "{laughter} no\n", "[1] see below\n", "[1]\n[2]\n"] {
            assert_eq!(parse("a.txt", text).data.sentences(), text.lines().collect::<Vec<_>>());
        }
        // Quoted cells of a table are not JSON strings.
        assert_eq!(parse("a.csv", "\"text\"\n\"a, b\"\n").data.sentences(), ["a, b"]);
    }

    #[test]
    fn fields_that_are_not_used_are_named_and_labels_are_refused() {
        let corpus = parse("a.jsonl", r#"{"id": 7, "text": "one", "meta": {"a": [1]}}"#);
        assert_eq!(notes(&corpus), ["fields that are not used: id, meta"]);
        let label = message("a.jsonl", r#"{"sentence1": "a", "sentence2": "b", "label": 0}"#);
        assert!(label.contains("line 1: unknown column label; expected sent0,sent1,hard_neg"), "{label}");
        let found = message("a.json", "\n{\"title\": \"a\"}");
        assert!(found.starts_with("a.json, line 2: its fields are title; expected sent0"), "{found}");
        // In a table, these two could be labels in a first row without a header.
        let half = message("a.jsonl", r#"{"entailment": "a", "contradiction": "b"}"#);
        assert!(half.contains("its fields are entailment, contradiction"), "{half}");
        assert!(
            message("a.jsonl", r#"{"sent0": "a", "anchor": "b", "sent1": "c"}"#)
                .contains("more than one column")
        );
    }

    #[test]
    fn json_that_does_not_fit_is_refused_with_its_line() {
        let first = r#"{"sent0": "a", "sent1": "b"}"#;
        for (second, words) in [
            ("{\"sent0\": \"c\"", "this is no JSON: EOF while parsing an object (column 13)"),
            ("c", "this is no JSON"),
            (r#"{"sent0": "c"}"#, "there is no field \"sent1\""),
            (r#"{"sent0": "c", "sent1": null}"#, "the field \"sent1\" is null, not a string"),
            (r#"{"sent0": "c", "sent1": ["d"]}"#, "the field \"sent1\" is [\"d\"], not a string"),
            (r#"{"sent0": "c", "sent1": " "}"#, "field \"sent1\" is empty"),
            (
                r#"{"sent0": "c", "sent1": "d", "hard_neg": "e"}"#,
                "\"hard_neg\" is here, and not in the first object",
            ),
            (r#"{"sent0": "c", "sent1": "d", "sent1": "e"}"#, "the field \"sent1\" is there twice"),
            ("\"c\"", "expected either an object everywhere or a string everywhere"),
            ("7", "invalid type: integer `7`, expected an object or a string"),
            (r#"["c", "d"]"#, "invalid type: sequence, expected an object or a string"),
        ] {
            let lines = message("a.txt", &format!("{first}\n\n{second}\n"));
            assert!(lines.starts_with("a.txt, line 3: ") && lines.contains(words), "{lines}");
        }
        // The same in an array, where an object can begin in any line.
        let array = message("a.json", &format!("[{first},\n\n  {{\"sent0\":\n \"c\"}}, {first}]"));
        assert!(array.starts_with("a.json, line 3: there is no field \"sent1\""), "{array}");
        assert!(message("a.json", "[\"a\",\n\"b\"\n").starts_with("a.json, line 2: this is no JSON: EOF"));
        assert!(
            message("a.jsonl", "[\"a\"]\n[\"b\"]\n").contains("line 2: this is no JSON: trailing characters")
        );
        assert!(message("a.json", "[]").contains("there is nothing in it"));
        assert!(message("a.jsonl", "a sentence\n").contains("line 1: this is no JSON"));
    }

    #[test]
    fn an_index_without_a_name_is_left_out_with_a_note() {
        let pairs = TrainingData::Pairs(vec![["a".into(), "b".into()], ["c".into(), "d".into()]]);
        for text in [",sent0,sent1\n0,a,b\n1,c,d\n", "\"\",sent0,sent1\n17,a,b\n4,c,d\n"] {
            let corpus = parse("p.csv", text);
            assert_eq!(corpus.data, pairs);
            assert!(notes(&corpus)[0].contains("the first column has no name"), "{:?}", corpus.notes);
        }
        assert_eq!(parse("p.tsv", "\tsent0\tsent1\n0\ta\tb\n1\tc\td\n").data, pairs);
        for text in
            [",sent0,sent1\n0,a,b\n0,c,d\n", ",sent0,sent1\nx,a,b\ny,c,d\n", "sent0,sent1,\na,b,1\nc,d,2\n"]
        {
            let refused = message("p.csv", text);
            assert!(
                refused.starts_with("p.csv, line 1: column ") && refused.contains("has no name"),
                "{refused}"
            );
        }
    }

    #[test]
    fn pandas_quoting_is_read_and_extra_tabs_are_dropped_or_refused() {
        let text = "sent0,sent1\n\"he said \"\"hi\"\"\",\"two\nlines\"\nc,d\n";
        let TrainingData::Pairs(pairs) = parse("p.csv", text).data else { panic!("pairs") };
        assert_eq!(pairs[0], ["he said \"hi\"", "two\nlines"]);
        // The same with tabs.
        let quoted = message("p.tsv", &text.replace(',', "\t"));
        assert!(quoted.starts_with("p.tsv, line 2: "), "{quoted}");
        // An extra tab at the end of a line shifts no cell; within the line it does.
        for text in ["sent0\tsent1\na\tb\nc\td\t\n", "sent0\tsent1\t\na\tb\t\nc\td\t\n", "a\tb\t\nc\td\t\n"] {
            assert_eq!(parse("p.tsv", text).data, parse("p.tsv", "a\tb\nc\td\n").data, "{text}");
        }
        let shifted = message("p.tsv", "sent0\tsent1\na\tb\nc\t\td\n");
        assert!(shifted.starts_with("p.tsv, line 3: "), "{shifted}");
        assert!(message("p.csv", "sent0;sent1\na;b\nc;d\n").contains("line 1: every line has"));
    }

    #[test]
    fn labels_are_not_taken_for_hard_negatives() {
        assert!(message("n.tsv", "a\tb\tneutral\nc\td\tentailment\n").contains("labels or scores"));
        assert!(message("n.csv", "a,b,0.5\nc,d,5\n").contains("labels or scores"));
    }
}
