//! Names of files and folders that leave the page: a model may be called anything, and a name must be no path.

/// The longest, in bytes: file systems take 255, and something is put behind it.
const LONGEST: usize = 150;

/// Whether a character means something to a file system or a terminal, or changes the direction of what is around it.
fn is_special(c: char) -> bool {
    c.is_control()
        || r#"/\:*?"<>|"#.contains(c)
        || matches!(c, '\u{200b}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Whether a name means the same file on every system, within the folder that it stands in.
pub(super) fn is_plain_name(name: &str) -> bool {
    !name.is_empty() && name != "." && name != ".." && !name.contains(is_special)
}

/// The name with `_` for what is special in it, no points and spaces at its ends, and not too long; `model` where nothing
/// is left.
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
    fn paths_devices_and_marks_of_direction_are_no_part_of_a_name() {
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
