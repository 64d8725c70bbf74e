//! Reads sentences and tables from JSON: strings or objects, one per line, or in one array over any number of lines.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};
use serde_json::{Value, error::Category};

use super::{
    TextError,
    table::{Row, Table},
};
use crate::localize::{Localized, messages};

/// The fields of an object that a reader knows; compared case-insensitively.
pub(super) struct Known {
    /// Fields of sentences, which must be strings.
    pub sentences: &'static [&'static [&'static str]],
    /// Fields of numbers or words.
    pub others: &'static [&'static str],
    /// What the reader expects, for errors.
    pub expected: fn() -> Localized,
}

/// The content of a JSON file.
pub(super) enum Json<'a> {
    Sentences {
        sentences: Vec<String>,
        skipped_blank: usize,
    },
    /// The first row is a header: the known fields of the first object, in their order.
    Table {
        table: Table<'a>,
        notes: Vec<Localized>,
    },
}

/// Whether a text is JSON: by the file's extension; or because it begins with an object or with an array of objects or
/// strings; or because every line is a JSON string, except in a table, whose quoted cells can look the same.
pub(super) fn is_json(name: &str, text: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let ends = |endings: &[&str]| endings.iter().any(|ending| lower.ends_with(ending));
    let mut begin = text.bytes().filter(|byte| !byte.is_ascii_whitespace());
    match (begin.next(), begin.next()) {
        _ if ends(&[".jsonl", ".ndjson", ".json"]) => true,
        (Some(b'{'), Some(b'"')) | (Some(b'['), Some(b'{' | b'"')) => true,
        (Some(b'"'), _) if !ends(&[".csv", ".tsv", ".tab"]) => {
            let mut lines = text.lines().filter(|line| !line.trim().is_empty());
            lines.all(|line| serde_json::from_str::<String>(line).is_ok())
        }
        _ => false,
    }
}

/// Reads objects or strings; `text` must not be blank.
///
/// # Errors
/// Invalid JSON; a value that is neither an object nor a string, or not of the same kind as the first; a known field
/// that is missing, repeated or not in the first object, or a sentence that is not a string.
pub(super) fn read<'a>(file: &'a str, text: &str, known: &Known) -> Result<Json<'a>, TextError> {
    let wrong = |line, reason| TextError::Line { file: file.to_owned(), line, reason };
    let pieces = pieces(file, text)?;
    let mut sentences = Vec::new();
    let mut records: Option<Records<'a>> = None;
    let mut skipped_blank = pieces.skipped_blank;
    for (line, piece) in pieces.values {
        let value = serde_json::from_str::<Piece>(piece).map_err(|error| wrong(line, no_json(&error)))?;
        let fits = match value {
            Piece::Text(sentence) if records.is_none() => {
                if sentence.trim().is_empty() {
                    skipped_blank += 1
                } else {
                    sentences.push(sentence)
                }
                true
            }
            Piece::Object(fields) if sentences.is_empty() => {
                match &mut records {
                    Some(records) => records.push(line, fields, known)?,
                    None => records = Some(Records::new(file, line, fields, known)?),
                }
                true
            }
            _ => false,
        };
        if !fits {
            return Err(wrong(line, messages::json_kind((known.expected)())));
        }
    }
    match records {
        Some(records) => Ok(records.finish(skipped_blank)),
        None if sentences.is_empty() => {
            Err(TextError::Format { file: file.to_owned(), reason: messages::json_empty() })
        }
        None => Ok(Json::Sentences { sentences, skipped_blank }),
    }
}

/// The values of a file, each with its line and its text.
struct Pieces<'t> {
    values: Vec<(usize, &'t str)>,
    skipped_blank: usize,
}

fn pieces<'t>(file: &str, text: &'t str) -> Result<Pieces<'t>, TextError> {
    let array = text.trim();
    if !array.starts_with('[') {
        let (blank, values): (Vec<_>, Vec<_>) =
            (1..).zip(text.lines()).partition(|(_, line)| line.trim().is_empty());
        return Ok(Pieces { values, skipped_blank: blank.len() });
    }
    let first = 1 + line_ends(&text[..text.len() - text.trim_start().len()]);
    serde_json::from_str::<IgnoredAny>(array).map_err(|error| TextError::Line {
        file: file.to_owned(),
        line: first + error.line().saturating_sub(1),
        reason: no_json(&error),
    })?;
    Ok(Pieces { values: elements(array, first), skipped_blank: 0 })
}

fn line_ends(text: &str) -> usize {
    text.bytes().filter(|&byte| byte == b'\n').count()
}

/// The elements of a valid JSON array, each with the line in which it begins.
fn elements(array: &str, first_line: usize) -> Vec<(usize, &str)> {
    let mut elements = Vec::new();
    let (mut line, mut from) = (first_line, 1);
    let (mut depth, mut quoted, mut escaped) = (0, false, false);
    for (at, byte) in array.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth -= 1,
            _ => {}
        }
        let ends = !quoted && (depth == 0 || depth == 1 && byte == b',');
        if ends {
            let element = &array[from..at];
            let before = element.len() - element.trim_start().len();
            // Only an empty array has an empty element.
            if !element.trim().is_empty() {
                elements.push((line + line_ends(&element[..before]), element.trim()));
            }
            line += line_ends(element);
            from = at + 1;
        }
    }
    elements
}

fn no_json(error: &serde_json::Error) -> Localized {
    let words = error.to_string();
    // The parser's line counts from where it began; the error names the file's line instead.
    let words = words.rsplit_once(" at line ").map_or(words.as_str(), |(words, _)| words);
    let expected = messages::json_expected();
    match error.classify() {
        Category::Data => messages::json_value(words, expected),
        _ => messages::json_broken(words, error.column(), expected),
    }
}

/// One value: a string or an object.
enum Piece {
    Text(String),
    /// In the order of the file, repeated fields included.
    Object(Vec<(String, Value)>),
}

impl<'de> Deserialize<'de> for Piece {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Pieces;
        impl<'de> Visitor<'de> for Pieces {
            type Value = Piece;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object or a string")
            }

            fn visit_str<E>(self, text: &str) -> Result<Piece, E> {
                Ok(Piece::Text(text.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Piece, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Piece::Object(fields))
            }
        }
        from.deserialize_any(Pieces)
    }
}

/// Collects objects into a table.
struct Records<'a> {
    table: Table<'a>,
    /// Unknown fields in the order of their first occurrence.
    unknown: Vec<String>,
}

impl<'a> Records<'a> {
    fn new(
        file: &'a str,
        line: usize,
        fields: Vec<(String, Value)>,
        known: &Known,
    ) -> Result<Self, TextError> {
        let named = fields.iter().map(|(name, _)| name).filter(|name| known.kind(name).is_some());
        let columns: Vec<String> = named.cloned().collect();
        let mut records = Self { table: Table::of_fields(file, columns.clone()), unknown: Vec::new() };
        if columns.is_empty() {
            let found = fields.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
            return Err(records.table.wrong(line, messages::json_fields(found, (known.expected)())));
        }
        records.table.rows.push(Row { line, cells: columns });
        records.push(line, fields, known)?;
        Ok(records)
    }

    fn push(&mut self, line: usize, fields: Vec<(String, Value)>, known: &Known) -> Result<(), TextError> {
        let columns = self.table.fields().unwrap_or_default();
        let mut cells: Vec<Option<String>> = vec![None; columns.len()];
        for (name, value) in fields {
            let Some(kind) = known.kind(&name) else {
                if !self.unknown.contains(&name) {
                    self.unknown.push(name);
                }
                continue;
            };
            let Some(column) = columns.iter().position(|column| column.eq_ignore_ascii_case(&name)) else {
                return Err(self.table.wrong(line, messages::json_new_field(name)));
            };
            if cells[column].is_some() {
                return Err(self.table.wrong(line, messages::json_field_twice(name)));
            }
            cells[column] = Some(match (value, kind) {
                (Value::String(text), _) => text,
                (value, Kind::Other) => value.to_string(),
                (value, Kind::Sentence) => {
                    let found = value.to_string();
                    return Err(self.table.wrong(line, messages::json_no_string(name, found)));
                }
            });
        }
        if let Some(missing) = cells.iter().position(Option::is_none) {
            return Err(self.table.wrong(line, messages::json_no_field(&columns[missing])));
        }
        self.table.push(line, cells.into_iter().flatten().collect());
        Ok(())
    }

    fn finish(mut self, skipped_blank: usize) -> Json<'a> {
        self.table.skipped_blank += skipped_blank;
        let note = |unknown: &[String]| messages::json_unknown_fields(unknown.join(", "));
        let notes = (!self.unknown.is_empty()).then(|| note(&self.unknown)).into_iter().collect();
        Json::Table { table: self.table, notes }
    }
}

/// The kind of a field.
enum Kind {
    Sentence,
    Other,
}

impl Known {
    fn kind(&self, name: &str) -> Option<Kind> {
        let among = |names: &[&str]| names.iter().any(|known| known.eq_ignore_ascii_case(name));
        if self.sentences.iter().any(|names| among(names)) {
            Some(Kind::Sentence)
        } else {
            among(self.others).then_some(Kind::Other)
        }
    }
}
