//! Reads sentence pairs with human similarity scores, in all usual file formats.

use super::TextError;
use super::decode::decode;
use super::json_lines::{self, Json, Known};
use super::table::{Layout, Row, Table, is_number};
use crate::localize::{Localized, messages};

/// Two sentences and their human similarity score, usually from 0 to 5.
#[derive(Debug, Clone, PartialEq)]
pub struct StsPair {
    pub first: String,
    pub second: String,
    pub score: f64,
}

/// A set of scored pairs, named after its file.
#[derive(Debug, Clone, PartialEq)]
pub struct StsSet {
    pub name: String,
    pub pairs: Vec<StsPair>,
    /// What was ignored.
    pub notes: Vec<Localized>,
}

const FIRST: [&str; 6] = ["sentence1", "sentence_a", "sentence_1", "sent1", "s1", "text1"];
const SECOND: [&str; 6] = ["sentence2", "sentence_b", "sentence_2", "sent2", "s2", "text2"];
const SCORE: [&str; 7] =
    ["score", "relatedness_score", "similarity", "similarity_score", "gold_score", "gold", "label"];

fn expected() -> Localized {
    messages::sts_expected()
}

/// Known fields of JSON objects; others are ignored with a note.
const FIELDS: Known =
    Known { sentences: &[&FIRST, &SECOND], others: &SCORE, expected: || messages::sts_fields() };

/// Columns of STS-B without the optional attribution columns.
const STS_B_COLUMNS: usize = 7;

/// The columns of the sentences and the score.
struct Columns {
    first: usize,
    second: usize,
    score: usize,
}

impl StsSet {
    /// Reads scored pairs. The format is recognised by content, since STS-B's tab-separated files are named .csv.
    ///
    /// Formats: STS-B (TSV without header or quoting: genre, file, year, id, score, sentence1, sentence2, and optional
    /// attribution columns), SICK and GLUE (TSV with a header), three columns with the score last or first, whichever
    /// has more numbers, `id||sentence1||sentence2||score`, CSV with a header, and JSON objects, one per line or in
    /// one array.
    ///
    /// # Errors
    /// No text, or not UTF-8; an unknown format; a row that is too short; a score that is not a number.
    pub fn parse(name: &str, bytes: &[u8]) -> Result<StsSet, TextError> {
        let text = decode(name, bytes)?;
        let (table, notes) = if json_lines::is_json(name, text) {
            match json_lines::read(name, text, &FIELDS)? {
                Json::Table { table, notes } => (table, notes),
                Json::Sentences { .. } => {
                    return Err(TextError::Format {
                        file: name.to_owned(),
                        reason: messages::sts_strings((FIELDS.expected)()),
                    });
                }
            }
        } else {
            (Table::read(name, text, Layout::sniff(text))?, Vec::new())
        };
        let Some(head) = table.rows.first() else {
            return Err(TextError::Blank { file: name.to_owned(), lines: table.skipped_blank });
        };
        let (columns, rows) = match header_columns(&table, head)? {
            Some(columns) => (columns, &table.rows[1..]),
            None if table.fields().is_some() => {
                return Err(
                    table.wrong(head.line, messages::json_fields(head.cells.join(", "), (FIELDS.expected)()))
                );
            }
            None => (columns_by_position(&table, head)?, &table.rows[..]),
        };
        if rows.is_empty() {
            return Err(TextError::Format { file: name.to_owned(), reason: messages::pairs_header_only() });
        }
        table.check_sentences(rows, &[columns.first, columns.second])?;
        // STS-B has a varying number of attribution columns after the sentences.
        let headed = rows.len() < table.rows.len();
        if headed || head.cells.len() < STS_B_COLUMNS {
            check_width(&table, rows, head.cells.len())?;
        }
        let pairs = rows.iter().map(|row| pair(&table, row, &columns)).collect::<Result<_, _>>()?;
        Ok(StsSet { name: name.to_owned(), pairs, notes })
    }

    /// The gold scores, in order.
    pub fn scores(&self) -> Vec<f64> {
        self.pairs.iter().map(|pair| pair.score).collect()
    }

    /// First and second sentence of each pair in turn.
    pub fn sentences(&self) -> Vec<&str> {
        self.pairs.iter().flat_map(|pair| [pair.first.as_str(), pair.second.as_str()]).collect()
    }
}

fn number(cell: &str) -> Option<f64> {
    is_number(cell).then(|| cell.trim().parse().ok()).flatten()
}

fn header_columns(table: &Table<'_>, row: &Row) -> Result<Option<Columns>, TextError> {
    let named = |names: &[&str]| -> Vec<usize> {
        let is = |cell: &String| names.iter().any(|name| cell.trim().eq_ignore_ascii_case(name));
        row.cells.iter().enumerate().filter(|(_, cell)| is(cell)).map(|(column, _)| column).collect()
    };
    let (firsts, seconds, scores) = (named(&FIRST), named(&SECOND), named(&SCORE));
    let (Some(&first), Some(&second), Some(&score)) = (firsts.first(), seconds.first(), scores.first())
    else {
        return Ok(None);
    };
    for columns in [&firsts, &seconds, &scores] {
        if columns.len() > 1 {
            let names: Vec<&str> = columns.iter().map(|column| row.cells[*column].trim()).collect();
            return Err(table.wrong(row.line, messages::sts_twice(names.join(", "))));
        }
    }
    Ok(Some(Columns { first, second, score }))
}

fn columns_by_position(table: &Table<'_>, head: &Row) -> Result<Columns, TextError> {
    match head.cells.len() {
        3 => {
            let numbers = |column: usize| {
                table
                    .rows
                    .iter()
                    .filter(|row| row.cells.get(column).is_some_and(|cell| number(cell).is_some()))
                    .count()
            };
            let (first, last) = (numbers(0), numbers(2));
            match first.cmp(&last) {
                std::cmp::Ordering::Less => Ok(Columns { first: 0, second: 1, score: 2 }),
                std::cmp::Ordering::Greater => Ok(Columns { first: 1, second: 2, score: 0 }),
                std::cmp::Ordering::Equal => {
                    let what = if last == 0 { messages::sts_neither() } else { messages::sts_both() };
                    Err(table.wrong(head.line, messages::sts_which_score(what, expected())))
                }
            }
        }
        4 => Ok(Columns { first: 1, second: 2, score: 3 }),
        STS_B_COLUMNS.. => Ok(Columns { first: 5, second: 6, score: 4 }),
        _ => Err(table.wrong_width(head, expected())),
    }
}

/// Refuses rows with more than `width` cells: the extra cell may be before the sentences and shift them. Empty cells
/// at the end are harmless.
fn check_width(table: &Table<'_>, rows: &[Row], width: usize) -> Result<(), TextError> {
    let wide = |row: &&Row| row.cells.iter().skip(width).any(|cell| !cell.trim().is_empty());
    match rows.iter().find(wide) {
        None => Ok(()),
        Some(row) => Err(table.wrong_width(row, messages::corpus_width(width))),
    }
}

fn pair(table: &Table<'_>, row: &Row, columns: &Columns) -> Result<StsPair, TextError> {
    let cell = |column: usize| {
        let cell = row.cells.get(column).map(String::as_str);
        cell.ok_or_else(|| {
            let least = 1 + columns.first.max(columns.second).max(columns.score);
            table.wrong_width(row, messages::sts_width(least))
        })
    };
    let sentence = |column: usize| match cell(column)? {
        blank if blank.trim().is_empty() => {
            Err(table.wrong(row.line, messages::sts_empty(table.place(column))))
        }
        sentence => Ok(sentence.to_owned()),
    };
    let found = cell(columns.score)?;
    let score = number(found).ok_or_else(|| {
        table.wrong(row.line, messages::sts_score(table.place(columns.score), found, expected()))
    })?;
    Ok(StsPair { first: sentence(columns.first)?, second: sentence(columns.second)?, score })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Vec<(String, String, f64)> {
        let set = StsSet::parse("sts.csv", text.as_bytes()).unwrap();
        set.pairs.into_iter().map(|pair| (pair.first, pair.second, pair.score)).collect()
    }

    fn message(text: &str) -> String {
        StsSet::parse("sts.csv", text.as_bytes()).unwrap_err().to_string()
    }

    fn expected() -> Vec<(String, String, f64)> {
        vec![("A \"man.".to_owned(), "B, too".to_owned(), 4.5), ("C".to_owned(), "D".to_owned(), 0.0)]
    }

    #[test]
    fn every_format_gives_the_same_pairs() {
        let forms = [
            "g\tf\t2012\t1\t4.5\tA \"man.\tB, too\ng\tf\t2012\t2\t0\tC\tD\tsource\tlicence\n",
            "pair_ID\tsentence_A\tsentence_B\trelatedness_score\tentailment_judgment\n1\tA \"man.\tB, too\t4.5\tX\n2\tC\tD\t0\tX\n",
            "A \"man.\tB, too\t4.5\n\nC\tD\t0\n",
            "4.5\tA \"man.\tB, too\n0\tC\tD\n",
            "7||A \"man.||B, too||4.5\n8||C||D||0\n",
            "sentence1,sentence2,score\n\"A \"\"man.\",\"B, too\",4.5\nC,D,0\n",
            "\u{feff}Score,Sentence1,Sentence2\r\n4.5,A \"man.,\"B, too\"\r\n0,C,D\r\n",
        ];
        for form in forms {
            assert_eq!(parse(form), expected(), "{form}");
        }
    }

    #[test]
    fn sentences_and_scores_come_in_order() {
        let set = StsSet::parse("x", b"a\tb\t1\nc\td\t2\n").unwrap();
        assert_eq!(set.sentences(), ["a", "b", "c", "d"]);
        assert_eq!(set.scores(), [1.0, 2.0]);
    }

    #[test]
    fn a_score_that_is_not_a_number_is_refused_with_its_line() {
        assert!(
            message("a\tb\t1\nc\td\thigh\n")
                .starts_with("sts.csv, line 2: the score in column 3 is \"high\"")
        );
        assert!(message("a\tb\t1\nc\td\tNaN\n").contains("line 2"));
        assert!(
            message("sentence1,sentence2,score\na,b,\n").contains("line 2: the score in column 3 is \"\"")
        );
    }

    #[test]
    fn a_score_that_may_be_on_either_side_is_not_guessed() {
        assert!(message("1\tb\t1\n2\td\t2\n").contains("both the first and the last column hold numbers"));
        assert!(message("a\tb\tc\n").contains("neither the first nor the last column holds numbers"));
    }

    #[test]
    fn ambiguous_tables_are_refused() {
        let both = message("sentence1,sentence2,label,score\na b,c d,0,3.0\ne f,g h,1,1.0\n");
        assert!(both.contains("line 1") && both.contains("label, score could each be meant"), "{both}");
        let index = message("sentence1\tsentence2\tscore\n1\ta b\t3\n2\tc d\t4\n");
        assert!(index.contains("column 1 holds numbers only"), "{index}");
        assert!(message("a b\tc d\t1\re f\tg h\t2\r").contains("CR alone"));
        let quoted = message("sentence1\tsentence2\tscore\n\"a \"\"big\"\" cat\"\ta dog\t3.0\n");
        assert!(quoted.contains("line 2") && quoted.contains("quoted as in CSV"), "{quoted}");
        // Sentences may contain quotes, as in STS-B.
        assert_eq!(parse("\"a\" and \"b\"\t\"c d\"\t1\n").len(), 1);
    }

    #[test]
    fn an_extra_cell_is_refused_where_it_may_shift_the_others() {
        for text in ["3\ta\tb\n1\tc\td\te\n", "score\tsentence1\tsentence2\n1\tc\td\te\n"] {
            assert!(
                message(text).contains("line 2: 4 columns (separator: tab), expected 3"),
                "{}",
                message(text)
            );
        }
        // An extra tab at the end of a line shifts nothing.
        assert_eq!(parse("a\tb\t1\nc\td\t2\t\n").len(), 2);
        assert_eq!(parse("sentence1\tsentence2\tscore\na\tb\t1\t\n").len(), 1);
        assert_eq!(parse("a\tb\t1\t\nc\td\t2\t\n").len(), 2);
    }

    #[test]
    fn files_of_spreadsheets_and_pandas_are_read_or_refused() {
        let semicolons = message("sentence1;sentence2;score\na;b;3,5\n");
        assert!(semicolons.contains("line 1: ") && semicolons.contains("semicolons"), "{semicolons}");
        let index = ",sentence1,sentence2,score\n0,\"say \"\"x\"\"\",\"two\nlines\",1\n1,c,d,2\n";
        assert_eq!(parse(index)[0], ("say \"x\"".to_owned(), "two\nlines".to_owned(), 1.0));
        assert!(message("a\tb\t1\rc\td\t2\r\n").contains("CR alone"));
    }

    #[test]
    fn json_objects_are_pairs_with_a_score() {
        let expected = expected();
        let lines = r#"{"sentence1": "A \"man.", "sentence2": "B, too", "score": 4.5}
            {"score": 0, "sentence2": "D", "sentence1": "C"}"#;
        let array = "[\n{\"Sentence_A\": \"A \\\"man.\", \"Sentence_B\": \"B, too\", \"relatedness_score\": \"4.5\"},\n\
                     {\"sentence_A\": \"C\", \"sentence_B\": \"D\", \"relatedness_score\": 0}]";
        assert_eq!(parse(lines), expected);
        assert_eq!(parse(array), expected);
        let noted = StsSet::parse("a.jsonl", br#"{"id": 1, "s1": "a", "s2": "b", "gold": 2}"#).unwrap();
        assert_eq!(
            noted.notes.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["fields that are not used: id"]
        );
    }

    #[test]
    fn json_that_is_not_a_scored_pair_is_refused_with_its_line() {
        let first = r#"{"sentence1": "a", "sentence2": "b", "score": 1}"#;
        for (second, words) in [
            (
                r#"{"sentence1": "c", "sentence2": "d", "score": "high"}"#,
                "the score in field \"score\" is \"high\"",
            ),
            (r#"{"sentence1": "c", "sentence2": "d", "score": null}"#, "is \"null\", not a number"),
            (r#"{"sentence1": "c", "sentence2": "d", "score": NaN}"#, "this is no JSON"),
            (
                r#"{"sentence1": "c", "sentence2": 4, "score": 1}"#,
                "the field \"sentence2\" is 4, not a string",
            ),
            (
                r#"{"sentence1": "c", "sentence2": " ", "score": 1}"#,
                "the sentence in field \"sentence2\" is empty",
            ),
            (r#"{"sentence1": "c", "score": 1}"#, "there is no field \"sentence2\""),
        ] {
            let message = message(&format!("{first}\n\n{second}\n"));
            assert!(message.starts_with("sts.csv, line 3: ") && message.contains(words), "{message}");
        }
        let both = message(r#"{"sentence1": "a", "sentence2": "b", "score": 1, "label": 0}"#);
        assert!(both.contains("score, label could each be meant"), "{both}");
        let unscored = message(r#"{"sentence1": "a", "sentence2": "b"}"#);
        assert!(unscored.contains("line 1: its fields are sentence1, sentence2; expected"), "{unscored}");
        let numbers = message(
            &[first, &first.replace("\"a\"", "\"7\"")].map(|line| line.replace("\"a\"", "\"6\"")).join("\n"),
        );
        assert!(numbers.contains("field \"sentence1\" holds numbers only"), "{numbers}");
        assert!(
            StsSet::parse("a.json", b"[\"a\", \"b\"]").unwrap_err().to_string().contains("holds strings")
        );
    }

    #[test]
    fn rows_that_do_not_fit_are_refused() {
        assert!(
            message("a\tb\t1\nc\td\n").contains("line 2: 2 columns (separator: tab), expected at least 3")
        );
        assert!(message("a\t \t1\n").contains("line 1: the sentence in column 2 is empty"));
        assert!(
            message("just a sentence\nand another\n")
                .contains("line 1: 1 column (separator: comma), expected STS-B")
        );
        assert!(message("sentence1,sentence2,score\n").contains("no pairs"));
        assert_eq!(message(""), "sts.csv: the file is empty");
    }
}
