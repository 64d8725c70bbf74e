//! Bytes to text.

use super::TextError;

/// The bytes as UTF-8 without a byte order mark.
///
/// # Errors
/// An empty file, a binary one, another encoding (with the line of the first byte that is not UTF-8).
pub(super) fn decode<'a>(file: &str, bytes: &'a [u8]) -> Result<&'a str, TextError> {
    let file = || file.to_owned();
    let line_of = |at: usize| 1 + bytes[..at].iter().filter(|&&byte| byte == b'\n').count();
    if bytes.is_empty() {
        return Err(TextError::Empty { file: file() });
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        let advice = "it begins as UTF-16 does: save it as UTF-8";
        return Err(TextError::NotUtf8 { file: file(), line: 1, advice });
    }
    if let Some(at) = bytes.iter().position(|&byte| byte == 0) {
        return Err(TextError::Binary { file: file(), line: line_of(at) });
    }
    let text = std::str::from_utf8(bytes).map_err(|error| TextError::NotUtf8 {
        file: file(),
        line: line_of(error.valid_up_to()),
        advice: "it may be Latin-1 or Windows-1252: save it as UTF-8",
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() {
        return Err(TextError::Blank { file: file(), lines: text.lines().count() });
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(bytes: &[u8]) -> String {
        decode("a.txt", bytes).unwrap_err().to_string()
    }

    #[test]
    fn what_is_no_text_is_refused_with_its_place() {
        assert_eq!(message(b""), "a.txt: the file is empty");
        assert_eq!(message(b" \n\t\n\n"), "a.txt: all of its 3 lines are blank");
        assert!(message(b"one\ntw\0o").contains("line 2 has a NUL byte"));
        assert!(message(b"one\ntwo\ncaf\xe9\n").contains("not UTF-8 (line 3); it may be Latin-1"));
        assert!(message(b"\xff\xfeh\0i\0").contains("UTF-16"));
        assert!(message("\u{feff}\n".as_bytes()).contains("blank"));
    }

    #[test]
    fn a_byte_order_mark_is_no_text() {
        assert_eq!(decode("a.txt", "\u{feff}héllo".as_bytes()).unwrap(), "héllo");
    }
}
