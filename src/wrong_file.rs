//! Files that stand in the place of others: what a download that did not work leaves behind.

use crate::localize::{Localized, messages};

/// What a file is instead of itself, and what to do: a pointer of Git LFS, or a web page.
pub fn stand_in(bytes: &[u8]) -> Option<Localized> {
    let begins = |start: &str| {
        bytes.len() >= start.len() && bytes[..start.len()].eq_ignore_ascii_case(start.as_bytes())
    };
    if begins("version https://git-lfs.github.com/spec/") {
        return Some(messages::stand_in_lfs());
    }
    let page = ["<!doctype html", "<html"].into_iter().any(begins);
    page.then(messages::stand_in_page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_and_pages_are_known_and_other_files_are_left_alone() {
        let english = |bytes: &str| stand_in(bytes.as_bytes()).map(|reason| reason.english.into_owned());
        let lfs = english("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n");
        assert!(lfs.unwrap().contains("git lfs pull"));
        assert!(english("<!DOCTYPE html><html>").unwrap().contains("web page"));
        assert!(english("<HTML lang=en>").unwrap().contains("web page"));
        for other in ["", "{}", "version 2 of a sentence", "<html", "<h1>"] {
            assert_eq!(english(other).is_some(), other == "<html", "{other}");
        }
    }
}
