//! Makes safe names of downloaded files and folders: a model may be called anything, and a name must not be a path.

/// The longest name in bytes: file systems allow 255, and an ending is added.
const LONGEST: usize = 150;

/// Whether a character means something to a file system or a terminal, is invisible, or changes the text direction.
fn is_special(c: char) -> bool {
    c.is_control()
        || r#"/\:*?"<>|"#.contains(c)
        || matches!(c, '\u{200b}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Whether a name means the same file, within its folder, on every system.
pub(super) fn is_plain_name(name: &str) -> bool {
    !name.is_empty() && name != "." && name != ".." && !name.contains(is_special)
}

/// The name with special characters replaced by `_`, without dots and spaces at its ends, cut to `LONGEST` bytes;
/// `model` if nothing is left.
pub fn plain_name(name: &str) -> String {
    let plain: String = name.chars().map(|c| if is_special(c) { '_' } else { c }).collect();
    let trimmed = plain.trim_start_matches(|c: char| c == '.' || c.is_whitespace());
    let short = &trimmed[..trimmed.floor_char_boundary(LONGEST)];
    match short.trim_end_matches(|c: char| c == '.' || c.is_whitespace()) {
        "" => "model".to_owned(),
        name => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_names_stay_as_they_are() {
        for name in ["all-MiniLM-L6-v2", "my model (2)", "模型", "bert.base_é"] {
            assert_eq!(plain_name(name), name);
        }
    }

    #[test]
    fn separators_control_characters_and_direction_marks_are_replaced() {
        for (name, plain) in [
            ("..", "model"),
            ("", "model"),
            ("../../etc/passwd", "_.._etc_passwd"),
            ("C:\\x", "C__x"),
            ("a\0b\u{1b}[2J", "a_b_[2J"),
            ("txt.\u{202e}exe", "txt._exe"),
            (" .hidden. ", "hidden"),
        ] {
            assert_eq!(plain_name(name), plain, "{name:?}");
            assert!(is_plain_name(&plain_name(name)), "{name:?}");
        }
        let long = plain_name(&"é".repeat(400));
        assert_eq!(long.len(), LONGEST);
    }
}
