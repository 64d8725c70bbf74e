//! Changes to files that respect their format, so that most results get past a reader's first check.

mod bytes;
mod folder;
mod json;
mod safetensors;
mod table;

use arbitrary::{Result, Unstructured};
use serde_json::Value;

use crate::case::Files;

/// All seeds of a target, which inputs are made and spliced from.
pub struct Pool {
    seeds: Vec<Files>,
    /// Every JSON file, parsed.
    trees: Vec<Value>,
}

impl Pool {
    pub fn new(seeds: Vec<Files>) -> Self {
        let files = || seeds.iter().flatten();
        let mut trees: Vec<Value> = Vec::new();
        for (path, bytes) in files() {
            trees.extend(path.ends_with(".json").then(|| serde_json::from_slice(bytes).ok()).flatten());
        }
        Self { seeds, trees }
    }

    pub fn seeds(&self) -> &[Files] {
        &self.seeds
    }

    /// A seed with some changes, all drawn from `u`.
    pub fn draw(&self, u: &mut Unstructured<'_>) -> Files {
        let Ok(seed) = u.choose(&self.seeds) else { return Files::new() };
        let mut files = seed.clone();
        // If the random bytes run out, the changes made so far are the input.
        let _ = self.change(&mut files, u);
        files
    }

    fn change(&self, files: &mut Files, u: &mut Unstructured<'_>) -> Result<()> {
        for _ in 0..u.int_in_range(1..=3)? {
            if files.len() > 1 && u.ratio(1, 6)? {
                folder::mutate(files, &self.seeds, u)?;
            } else if !files.is_empty() {
                let at = u.choose_index(files.len())?;
                let (path, bytes) = &mut files[at];
                self.change_file(path, bytes, u)?;
                // Repetitions of repetitions could give gigabytes, which are slow only because of their size.
                bytes.truncate(LARGEST);
            }
        }
        Ok(())
    }

    fn change_file(&self, path: &str, bytes: &mut Vec<u8>, u: &mut Unstructured<'_>) -> Result<()> {
        if u.ratio(1, 12)? {
            let other = u.choose(&self.seeds)?;
            let other = if other.is_empty() { &[][..] } else { &u.choose(other)?.1 };
            return bytes::mutate(bytes, other, u);
        }
        match path.rsplit_once('.').map(|(_, ending)| ending) {
            Some("json") => json::mutate(bytes, &self.trees, u),
            Some("safetensors") => safetensors::mutate(bytes, &self.trees, u),
            Some("link") => table::mutate(bytes, &['&', '=', '?', '/', '%', '+'], u),
            _ => table::mutate(bytes, &['\t', ',', ' ', '|'], u),
        }
    }
}

/// The largest file in bytes, enough for 10⁵ levels of nesting.
const LARGEST: usize = 1 << 19;

/// Text with a special meaning in a path, a page, a table, a number or a terminal.
pub const HOSTILE: [&str; 40] = [
    "",
    " ",
    "..",
    "../../etc/passwd",
    "/",
    "\\",
    "C:\\x",
    "..\\..\\x",
    ".",
    "a:b",
    "\0",
    "\u{1}",
    "\u{1b}[2J",
    "\u{7f}",
    "\u{feff}",
    "\u{202e}",
    "\u{2028}",
    "\u{85}",
    "\u{0}\u{0}",
    "\"",
    "\"\"",
    "'",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "{{x}}",
    "=1+1",
    "nan",
    "inf",
    "-inf",
    "1e999",
    "-0",
    "0x10",
    "1_000",
    "９",
    "\u{fffd}",
    "e\u{301}\u{301}\u{301}",
    "👩‍👩‍👧‍👦",
    "İ",
    "ß",
    "CON",
];
