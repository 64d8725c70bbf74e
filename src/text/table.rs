//! Reads rows of cells from CSV, TSV and tables with `||`, and finds tables that would be misread.

use std::collections::HashSet;

use super::TextError;
use crate::localize::{Localized, messages};

/// How cells are separated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// RFC 4180: commas; cells that contain commas, quotes or line breaks are in double quotes.
    Csv,
    /// Tabs without quoting: STS-B and SICK have unbalanced quotes in their sentences.
    Tsv,
    /// `||` between cells, no quoting.
    Bars,
}

/// Where a table's rows come from.
#[derive(Debug)]
enum Source {
    Lines(Layout),
    /// JSON objects with these fields, one column each.
    Fields(Vec<String>),
}

/// Lines that are read to recognise the layout.
const SNIFFED_LINES: usize = 20;

impl Layout {
    /// The layout by content and not by the file's name (STS-B's tab-separated files are named .csv): tabs or `||` if
    /// all of the first lines have one, else commas.
    pub fn sniff(text: &str) -> Layout {
        let every_line_has = |separator: &str| {
            let mut lines = text.lines().filter(|line| !line.trim().is_empty()).take(SNIFFED_LINES);
            lines.all(|line| line.contains(separator))
        };
        if every_line_has("\t") {
            Layout::Tsv
        } else if every_line_has("||") {
            Layout::Bars
        } else {
            Layout::Csv
        }
    }

    /// The separator's name in errors.
    fn name(self) -> Localized {
        match self {
            Layout::Csv => messages::separator_comma(),
            Layout::Tsv => messages::separator_tab(),
            Layout::Bars => "||".into(),
        }
    }
}

/// Whether a cell is a finite number and nothing else.
pub(super) fn is_number(cell: &str) -> bool {
    cell.trim().parse::<f64>().is_ok_and(f64::is_finite)
}

#[derive(Debug, PartialEq)]
pub(super) struct Row {
    /// The line in which the row begins.
    pub line: usize,
    pub cells: Vec<String>,
}

#[derive(Debug)]
pub(super) struct Table<'a> {
    file: &'a str,
    source: Source,
    pub rows: Vec<Row>,
    pub skipped_blank: usize,
}

impl<'a> Table<'a> {
    /// Reads every row; rows may differ in length. `text` must not be blank.
    ///
    /// # Errors
    /// In CSV, broken quoting, or semicolons as separators; in TSV, cells quoted as in CSV.
    pub fn read(file: &'a str, text: &str, layout: Layout) -> Result<Self, TextError> {
        let mut table = Table { file, source: Source::Lines(layout), rows: Vec::new(), skipped_blank: 0 };
        match layout {
            Layout::Csv => {
                check_quotes(text).map_err(|(line, reason)| table.wrong(line, reason))?;
                table.read_csv(text)?;
                table.check_semicolons()?;
            }
            Layout::Tsv => {
                table.read_lines(text, "\t");
                table.check_unquoted()?;
            }
            Layout::Bars => table.read_lines(text, "||"),
        }
        table.drop_empty_ends();
        Ok(table)
    }

    /// Drops columns at the end that are empty in every row, which come from an extra separator at the end of lines.
    fn drop_empty_ends(&mut self) {
        let end =
            |row: &Row| row.cells.iter().rposition(|cell| !cell.trim().is_empty()).map_or(0, |last| last + 1);
        let width = self.rows.iter().map(end).max().unwrap_or(0).max(1);
        self.rows.iter_mut().for_each(|row| row.cells.truncate(width));
    }

    /// An empty table with one column per field; rows are added by [`Table::push`].
    pub fn of_fields(file: &'a str, fields: Vec<String>) -> Self {
        Table { file, source: Source::Fields(fields), rows: Vec::new(), skipped_blank: 0 }
    }

    /// Names of the columns if the table comes from JSON objects.
    pub fn fields(&self) -> Option<&[String]> {
        match &self.source {
            Source::Fields(fields) => Some(fields),
            Source::Lines(_) => None,
        }
    }

    /// A column's name in errors: its number from 1, or its field.
    pub fn place(&self, column: usize) -> Localized {
        match self.fields().and_then(|fields| fields.get(column)) {
            Some(field) => messages::table_field(field),
            None => messages::table_column(column + 1),
        }
    }

    /// Refuses a column of sentences with numbers only: it is an index, a score or a label.
    pub fn check_sentences(&self, rows: &[Row], columns: &[usize]) -> Result<(), TextError> {
        let numbers = |column: &&usize| {
            rows.len() > 1
                && rows.iter().all(|row| row.cells.get(**column).is_some_and(|cell| is_number(cell)))
        };
        match columns.iter().find(numbers) {
            None => Ok(()),
            Some(column) => Err(self.wrong(rows[0].line, messages::table_numbers(self.place(*column)))),
        }
    }

    pub fn wrong(&self, line: usize, reason: Localized) -> TextError {
        TextError::Line { file: self.file.to_owned(), line, reason }
    }

    /// An error about the number of cells in a row.
    pub fn wrong_width(&self, row: &Row, expected: Localized) -> TextError {
        let found = row.cells.len();
        let separator = match &self.source {
            Source::Lines(layout) => layout.name(),
            Source::Fields(_) => "JSON".into(),
        };
        self.wrong(row.line, messages::table_width(found, separator, expected))
    }

    pub fn push(&mut self, line: usize, cells: Vec<String>) {
        if cells.iter().all(|cell| cell.trim().is_empty()) {
            self.skipped_blank += 1;
        } else {
            self.rows.push(Row { line, cells });
        }
    }

    fn read_lines(&mut self, text: &str, separator: &str) {
        for (index, line) in text.lines().enumerate() {
            self.push(index + 1, line.split(separator).map(str::to_owned).collect());
        }
    }

    /// Refuses tab-separated cells that are quoted as in CSV. They are recognised by doubled quotes within quotes,
    /// which no sentence has.
    fn check_unquoted(&self) -> Result<(), TextError> {
        let quoted = |cell: &String| {
            let inner = cell.trim().strip_prefix('"').and_then(|cell| cell.strip_suffix('"'));
            inner.is_some_and(|inner| inner.contains("\"\"") && !inner.replace("\"\"", "").contains('"'))
        };
        match self.rows.iter().find(|row| row.cells.iter().any(quoted)) {
            None => Ok(()),
            Some(row) => Err(self.wrong(row.line, messages::table_quoted())),
        }
    }

    /// Refuses a table with semicolons as separators, which spreadsheets write where the comma is the decimal mark:
    /// every row has the same number of semicolons, at least one.
    fn check_semicolons(&self) -> Result<(), TextError> {
        let count = |row: &Row| row.cells.iter().map(|cell| cell.matches(';').count()).sum::<usize>();
        match &self.rows[..] {
            [first, rest @ ..]
                if !rest.is_empty()
                    && count(first) > 0
                    && rest.iter().all(|row| count(row) == count(first)) =>
            {
                Err(self.wrong(first.line, messages::table_semicolons()))
            }
            _ => Ok(()),
        }
    }

    /// Whether a column only counts the rows: whole numbers, each once.
    pub fn is_index(rows: &[Row], column: usize) -> bool {
        let numbers = rows.iter().map(|row| row.cells.get(column)?.trim().parse::<u64>().ok());
        let numbers: Option<HashSet<u64>> = numbers.collect();
        numbers.is_some_and(|numbers| numbers.len() == rows.len())
    }

    fn read_csv(&mut self, text: &str) -> Result<(), TextError> {
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        let mut record = csv::StringRecord::new();
        let mut read_to = (0, 1);
        loop {
            let more = reader.read_record(&mut record).map_err(|error| {
                let line = error.position().map_or(1, |position| position.line() as usize);
                self.wrong(line, error.to_string().into())
            })?;
            // The reader silently skips empty lines before a record, and its position is the one before them. After a
            // CR LF, its position is before the LF.
            let (start, line) = read_to;
            let line_ends = text[start..].bytes().take_while(|byte| matches!(byte, b'\r' | b'\n'));
            let line_ends = line_ends.filter(|&byte| byte == b'\n').count();
            let half_read = text[..start].ends_with('\r') && text[start..].starts_with('\n');
            self.skipped_blank += line_ends - usize::from(half_read);
            if !more {
                return Ok(());
            }
            self.push(line + line_ends, record.iter().map(str::to_owned).collect());
            let position = reader.position();
            read_to = (position.byte() as usize, position.line() as usize);
        }
    }
}

/// Finds quoting that RFC 4180 does not allow but that the reader would silently accept. The error has the line in
/// which the quote of the cell opened: an unclosed quote is often noticed only many lines below, at the next quoted
/// cell. A quote inside an unquoted cell is harmless.
fn check_quotes(text: &str) -> Result<(), (usize, Localized)> {
    enum State {
        CellStart,
        Unquoted,
        Quoted { opened: usize },
        QuoteInQuoted { opened: usize },
    }
    let mut state = State::CellStart;
    let mut line = 1;
    for byte in text.bytes() {
        state = match (state, byte) {
            (State::CellStart, b'"') => State::Quoted { opened: line },
            (State::Quoted { opened }, b'"') => State::QuoteInQuoted { opened },
            (State::Quoted { opened }, _) | (State::QuoteInQuoted { opened }, b'"') => {
                State::Quoted { opened }
            }
            (_, b',' | b'\n' | b'\r') => State::CellStart,
            (State::QuoteInQuoted { opened }, _) => {
                let place = if line == opened { String::new().into() } else { messages::table_in_line(line) };
                return Err((opened, messages::table_after_quote(place)));
            }
            (State::CellStart | State::Unquoted, _) => State::Unquoted,
        };
        line += usize::from(byte == b'\n');
    }
    match state {
        State::Quoted { opened } => Err((opened, messages::table_open_quote())),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn csv(text: &str) -> Result<Table<'_>, TextError> {
        Table::read("a.csv", text, Layout::Csv)
    }

    fn cells<'a>(table: &'a Table<'_>) -> Vec<(usize, Vec<&'a str>)> {
        table.rows.iter().map(|row| (row.line, row.cells.iter().map(String::as_str).collect())).collect()
    }

    #[test]
    fn csv_cells_may_hold_commas_quotes_and_line_breaks() {
        let table = csv("a,\"b, c\"\r\n\"say \"\"x\"\"\",\"two\nlines\"\nlast \"one\",y").unwrap();
        assert_eq!(
            cells(&table),
            [(1, vec!["a", "b, c"]), (2, vec!["say \"x\"", "two\nlines"]), (4, vec!["last \"one\"", "y"])]
        );
    }

    #[test]
    fn blank_rows_are_counted_and_lines_keep_their_numbers() {
        let table = csv("\n\na,b\r\n\r\n , \nc,d\n\n\n").unwrap();
        assert_eq!(cells(&table), [(3, vec!["a", "b"]), (6, vec!["c", "d"])]);
        assert_eq!(table.skipped_blank, 6);
        let table = Table::read("a.tsv", "\na\tb\n\t\nc\td", Layout::Tsv).unwrap();
        assert_eq!(cells(&table), [(2, vec!["a", "b"]), (4, vec!["c", "d"])]);
        assert_eq!(table.skipped_blank, 2);
    }

    #[test]
    fn broken_quoting_is_refused_with_its_line() {
        let message = csv("a,b\nc,\"d\ne,f\n").unwrap_err().to_string();
        assert_eq!(message, "a.csv, line 2: a double quote opens a cell here that is never closed");
        let message = csv("a,b\n\"c\"d,e\n").unwrap_err().to_string();
        let expected =
            "a.csv, line 2: the cell that a double quote opens here goes on after its closing quote; close";
        assert!(message.starts_with(expected), "{message}");
        // The fault is in line 2, though it is only noticed in line 4, at the next quoted cell.
        let message = csv("a,b\nc,\"d\ne,f\ng,\"h\"\n").unwrap_err().to_string();
        assert!(
            message.starts_with("a.csv, line 2: the cell") && message.contains("quote in line 4;"),
            "{message}"
        );
    }

    #[test]
    fn semicolons_between_columns_are_refused_and_within_sentences_are_not() {
        for text in ["s1;s2;score\na;b;3,5\n", "a, b;c\nd, e;f\n", "\"a\";\"b\"\n\"c\";\"d\"\n"] {
            let message = csv(text).unwrap_err().to_string();
            assert!(message.starts_with("a.csv, line 1: "), "{message}");
        }
        assert!(csv("s1;s2\na;b\n").unwrap_err().to_string().contains("semicolons"));
        assert!(csv("s1,s2\na; b,c\nd; e,f\n").is_ok());
        assert!(csv("a; b,c\nd,e\n").is_ok());
    }

    #[test]
    fn tab_separated_files_have_no_quoting() {
        let table = Table::read("a.tsv", "\"a\tb\nc\"\td\"\"", Layout::Tsv).unwrap();
        assert_eq!(cells(&table), [(1, vec!["\"a", "b"]), (2, vec!["c\"", "d\"\""])]);
    }

    #[test]
    fn the_layout_is_recognised_by_content() {
        assert_eq!(Layout::sniff("a\tb, c\nd\te, f\n\n"), Layout::Tsv);
        assert_eq!(Layout::sniff("1||a, b||c||3\n"), Layout::Bars);
        assert_eq!(Layout::sniff("a,b\tc\nd,e\n"), Layout::Csv);
    }
}
