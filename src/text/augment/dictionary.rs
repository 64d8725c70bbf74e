//! Reads a dictionary of synonyms from a text file.

use std::collections::HashMap;

use crate::text::{TextError, decode::decode};

/// Words and their synonyms. `cargo xtask setup` makes one from WordNet 3.0: `www/generated/dictionary/synonyms.tsv`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dictionary {
    entries: HashMap<String, Vec<String>>,
}

impl Dictionary {
    /// Reads one word per line: the word in lower case and its synonyms, separated by tabs. `name` is the file's name.
    ///
    /// # Errors
    /// No text, or not UTF-8; a line without a synonym, with an empty cell or with white space around a cell; a word
    /// that is not in lower case, is repeated or is its own synonym.
    pub fn parse(name: &str, bytes: &[u8]) -> Result<Self, TextError> {
        let text = decode(name, bytes)?;
        let mut entries = HashMap::new();
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let wrong = |reason: String| TextError::Line {
                file: name.to_owned(),
                line: index + 1,
                reason: reason.into(),
            };
            let mut cells = line.split('\t').map(str::to_owned);
            let word = cells.next().unwrap_or_default();
            let synonyms: Vec<String> = cells.collect();
            if let Some(cell) =
                synonyms.iter().chain([&word]).find(|cell| cell.trim() != **cell || cell.is_empty())
            {
                let reason =
                    format!("{cell:?} is empty or has spaces around it; expected only tabs between words");
                return Err(wrong(reason));
            }
            if synonyms.is_empty() {
                return Err(wrong(format!("{word:?} has no synonyms; expected a word, a tab and a synonym")));
            }
            if word != word.to_lowercase() {
                return Err(wrong(format!("{word:?} is not in lower case, so it would never be found")));
            }
            if synonyms.contains(&word) {
                return Err(wrong(format!("{word:?} is its own synonym")));
            }
            if entries.contains_key(&word) {
                return Err(wrong(format!("{word:?} is there a second time")));
            }
            entries.insert(word, synonyms);
        }
        Ok(Dictionary { entries })
    }

    /// A word's synonyms in the file's order, case-insensitively; none for other forms of the word ("cars" for "car").
    pub fn synonyms(&self, word: &str) -> &[String] {
        self.entries.get(&word.to_lowercase()).map_or(&[], Vec::as_slice)
    }

    /// The number of words.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> String {
        Dictionary::parse("d.tsv", text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn each_line_has_a_word_and_its_synonyms() {
        let dictionary = Dictionary::parse("d.tsv", b"car\tauto\tautomobile\r\n\nbig\tlarge\n").unwrap();
        assert_eq!(dictionary.synonyms("Car"), ["auto", "automobile"]);
        assert_eq!(dictionary.synonyms("BIG"), ["large"]);
        assert!(dictionary.synonyms("cars").is_empty());
        assert_eq!(dictionary.len(), 2);
    }

    #[test]
    fn lines_that_do_not_fit_are_refused_with_their_number() {
        assert_eq!(
            message("car\tauto\n\nbig\n"),
            "d.tsv, line 3: \"big\" has no synonyms; expected a word, a tab and a synonym"
        );
        assert!(message("car\tauto\t\n").contains("line 1: \"\" is empty"));
        assert!(message("\tauto\n").contains("line 1: \"\" is empty"));
        assert!(message("car\tauto \n").contains("line 1: \"auto \" is empty or has spaces around it"));
        assert!(message("a\tb\nCar\tauto\n").contains("line 2: \"Car\" is not in lower case"));
        assert!(message("car\tauto\tcar\n").contains("its own synonym"));
        assert!(
            message("car\tauto\nbig\tlarge\ncar\tmotor\n").contains("line 3: \"car\" is there a second time")
        );
        assert!(message("").contains("the file is empty"));
        assert!(message("caf\u{e9}\0\tx").contains("binary"));
    }
}
