//! Changes to texts of lines and cells: tables, vocabularies, links.

use arbitrary::{Result, Unstructured};

use super::{HOSTILE, bytes};

/// Cells with a special meaning to a reader of tables.
const CELLS: [&str; 22] = [
    "0",
    "1",
    "2.5",
    "-1",
    "5.0",
    "nan",
    "a",
    "A cat.",
    "\"a, b\"",
    "\"a\"\"b\"",
    "\"open",
    "close\"",
    "a\"b",
    "entailment",
    "sent0",
    "sent1",
    "hard_neg",
    "score",
    "sentence1",
    "sentence2",
    "label",
    "a\u{301}",
];
const ENDS: [&str; 6] = ["\n", "\r\n", "\r", "\n\n", "\u{2028}", ""];

/// One change; `separators` are the possible separators of cells.
pub fn mutate(text: &mut Vec<u8>, separators: &[char], u: &mut Unstructured<'_>) -> Result<()> {
    let Ok(read) = std::str::from_utf8(text) else { return bytes::mutate(text, &[], u) };
    let mut lines: Vec<String> = read.split('\n').map(str::to_owned).collect();
    let separator = *u.choose(separators)?;
    let at = u.choose_index(lines.len())?;
    let mut end = "\n";
    match u.int_in_range(0..=11)? {
        0..=2 => {
            let mut cells: Vec<&str> = lines[at].split(separator).collect();
            let cell = u.choose_index(cells.len())?;
            cells[cell] = if u.arbitrary()? { *u.choose(&HOSTILE)? } else { *u.choose(&CELLS)? };
            lines[at] = cells.join(&separator.to_string());
        }
        3 => {
            let mut cells: Vec<&str> = lines[at].split(separator).collect();
            let cell = u.choose_index(cells.len())?;
            if u.arbitrary()? {
                cells.insert(cell, *u.choose(&CELLS)?)
            } else {
                cells.remove(cell);
            }
            lines[at] = cells.join(&separator.to_string());
        }
        4 => drop(lines.remove(at)),
        5 => lines.insert(at, lines[at].clone()),
        6 => {
            let other = u.choose_index(lines.len())?;
            lines.swap(at, other);
        }
        7 => end = *u.choose(&ENDS)?,
        8 => {
            let other = *u.choose(separators)?;
            lines.iter_mut().for_each(|line| *line = line.replace(separator, &other.to_string()));
        }
        9 if u.ratio(1, 20)? => {
            let line = if u.arbitrary()? { lines[at].clone() } else { "a".to_owned() };
            lines.extend(std::iter::repeat_n(line, 20_000));
        }
        10 if u.ratio(1, 20)? => lines[at] = lines[at].repeat(10_000),
        11 => {
            let wide: Vec<u8> = read.encode_utf16().flat_map(u16::to_le_bytes).collect();
            match u.int_in_range(0..=2)? {
                0 => *text = [b"\xff\xfe", &wide[..]].concat(),
                1 => *text = wide,
                _ => *text = [b"\xef\xbb\xbf", &text[..]].concat(),
            }
            return Ok(());
        }
        _ => return bytes::mutate(text, &[], u),
    }
    *text = lines.join(end).into_bytes();
    Ok(())
}
