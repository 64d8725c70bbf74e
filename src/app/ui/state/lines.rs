//! Texts with one sentence per line.

/// The lines that are not blank, without white space at their ends.
pub fn non_blank_lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}
