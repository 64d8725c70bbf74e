//! Reads groups of sentences with similar meaning: one sentence per line, blank lines between groups, and an optional
//! title line `# …` before a group.

/// Groups of sentences.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Groups {
    pub names: Vec<String>,
    /// Each sentence with the index of its group.
    pub sentences: Vec<(String, usize)>,
}

impl Groups {
    /// The most sentences: with more, the picture is crowded and the run slower.
    pub const MAX_SENTENCES: usize = 120;

    /// Reads groups; sentences beyond [`Groups::MAX_SENTENCES`] are left out.
    pub fn parse(text: &str) -> Self {
        let mut groups = Self::default();
        let mut begun = false;
        for line in text.lines().map(str::trim) {
            if let Some(name) = line.strip_prefix('#') {
                groups.names.push(name.trim().to_owned());
                begun = true;
            } else if line.is_empty() {
                begun = false;
            } else if groups.sentences.len() < Self::MAX_SENTENCES {
                if !begun {
                    groups.names.push(String::new());
                    begun = true;
                }
                groups.sentences.push((line.to_owned(), groups.names.len() - 1));
            }
        }
        groups
    }

    pub fn texts(&self) -> Vec<String> {
        self.sentences.iter().map(|(text, _)| text.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_end_at_blank_lines_and_titles() {
        let groups = Groups::parse("# a\none\ntwo\n\nthree\n# b\n four \n\n\n");
        assert_eq!(groups.names, ["a", "", "b"]);
        let sentences: Vec<(&str, usize)> =
            groups.sentences.iter().map(|(text, group)| (text.as_str(), *group)).collect();
        assert_eq!(sentences, [("one", 0), ("two", 0), ("three", 1), ("four", 2)]);
        assert_eq!(Groups::parse(" \n\n"), Groups::default());
    }

    #[test]
    fn the_sites_files_have_ten_groups_of_six_sentences_in_both_languages() {
        let files =
            [include_str!("../../www/data/groups-en.txt"), include_str!("../../www/data/groups-zh.txt")];
        for groups in files.map(Groups::parse) {
            assert_eq!(groups.names.len(), 10);
            for group in 0..groups.names.len() {
                assert_eq!(groups.sentences.iter().filter(|(_, of)| *of == group).count(), 6);
            }
        }
    }

    #[test]
    fn sentences_beyond_the_limit_are_left_out() {
        let text: String = (0..2 * Groups::MAX_SENTENCES).map(|number| format!("{number}\n")).collect();
        assert_eq!(Groups::parse(&text).sentences.len(), Groups::MAX_SENTENCES);
    }
}
