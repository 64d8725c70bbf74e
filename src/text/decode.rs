//! Decodes files to text, and refuses what is not text.

use std::borrow::Cow;

use super::TextError;
use crate::localize::messages;
use crate::wrong_file::stand_in;

/// The bytes as UTF-8 without a byte order mark.
///
/// # Errors
/// An empty file, a binary one, another encoding (with the line of the first byte that is not UTF-8).
pub fn decode<'a>(file: &str, bytes: &'a [u8]) -> Result<&'a str, TextError> {
    refuse_other_than_text(file, bytes)?;
    let text = std::str::from_utf8(bytes).map_err(|error| TextError::NotUtf8 {
        file: file.to_owned(),
        line: line_of(bytes, error.valid_up_to()),
        advice: messages::text_maybe_latin1(),
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    refuse_blank(file, text)?;
    refuse_lone_returns(file, text)?;
    Ok(text)
}

/// The same for files that are often Latin-1: text that is not UTF-8 is read as Latin-1.
///
/// # Errors
/// An empty file, a binary one, UTF-16.
pub(super) fn decode_or_latin1<'a>(file: &str, bytes: &'a [u8]) -> Result<Cow<'a, str>, TextError> {
    if std::str::from_utf8(bytes).is_ok() {
        return decode(file, bytes).map(Cow::Borrowed);
    }
    refuse_other_than_text(file, bytes)?;
    // A byte of Latin-1 is its own code point.
    let text: String = bytes.iter().copied().map(char::from).collect();
    refuse_blank(file, &text)?;
    refuse_lone_returns(file, &text)?;
    Ok(Cow::Owned(text))
}

fn line_of(bytes: &[u8], at: usize) -> usize {
    1 + bytes[..at].iter().filter(|&&byte| byte == b'\n').count()
}

fn refuse_other_than_text(file: &str, bytes: &[u8]) -> Result<(), TextError> {
    let file = file.to_owned();
    if let Some(reason) = stand_in(bytes) {
        return Err(TextError::Format { file, reason });
    }
    if bytes.is_empty() {
        return Err(TextError::Empty { file });
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        let advice = messages::text_utf16();
        return Err(TextError::NotUtf8 { file, line: 1, advice });
    }
    match bytes.iter().position(|&byte| byte == 0) {
        Some(at) => Err(TextError::Binary { file, line: line_of(bytes, at) }),
        None => Ok(()),
    }
}

/// Refuses lines that end in CR alone, as on classic Mac OS, which would be read as one line: at least as many lone
/// CRs as LFs. Fewer are taken for CRs within lines.
fn refuse_lone_returns(file: &str, text: &str) -> Result<(), TextError> {
    let bytes = text.trim_end().as_bytes();
    let feeds = bytes.iter().filter(|&&byte| byte == b'\n').count();
    let is_lone = |at: &usize| bytes[*at] == b'\r' && bytes.get(at + 1) != Some(&b'\n');
    let lone: Vec<usize> = (0..bytes.len()).filter(is_lone).collect();
    match lone.first() {
        Some(first) if lone.len() >= feeds => Err(TextError::Line {
            file: file.to_owned(),
            line: line_of(bytes, *first),
            reason: messages::text_returns(),
        }),
        _ => Ok(()),
    }
}

fn refuse_blank(file: &str, text: &str) -> Result<(), TextError> {
    if text.trim().is_empty() {
        Err(TextError::Blank { file: file.to_owned(), lines: text.lines().count() })
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(bytes: &[u8]) -> String {
        decode("a.txt", bytes).unwrap_err().to_string()
    }

    #[test]
    fn empty_binary_and_wrongly_encoded_files_are_refused_with_the_line() {
        assert_eq!(message(b""), "a.txt: the file is empty");
        assert_eq!(message(b" \n\t\n\n"), "a.txt: all of its 3 lines are blank");
        assert!(message(b"one\ntw\0o").contains("line 2 has a NUL byte"));
        assert!(message(b"one\ntwo\ncaf\xe9\n").contains("not UTF-8 (line 3); it may be Latin-1"));
        assert!(message(b"\xff\xfeh\0i\0").contains("UTF-16"));
        assert!(message("\u{feff}\n".as_bytes()).contains("blank"));
    }

    #[test]
    fn lines_that_end_in_cr_alone_are_refused_whatever_ends_the_last_line() {
        for text in ["one\rtwo", "one\rtwo\r", "one\rtwo\rthree\n", "one\rtwo\rthree\r\n", "head\none\rtwo\r"]
        {
            assert!(message(text.as_bytes()).contains("CR alone"), "{text:?}");
            let latin1 = [text.as_bytes(), b"\xe9"].concat();
            let error = decode_or_latin1("a.txt", &latin1).unwrap_err().to_string();
            assert!(error.contains("CR alone"), "{text:?}");
        }
        assert!(message(b"head\none\rtwo\r").starts_with("a.txt, line 2: "));
        // A few lone CRs are accepted: in a cell with several lines, or a stray one.
        for text in ["one\r\ntwo\r\n", "one\n\"two\rhalves\"\nthree\n", "one\r"] {
            assert_eq!(decode("a.txt", text.as_bytes()).unwrap(), text);
        }
    }

    #[test]
    fn text_that_is_not_utf8_is_read_as_latin1_where_that_is_allowed() {
        assert_eq!(decode_or_latin1("a.txt", b"sister\xadcity").unwrap(), "sister\u{ad}city");
        assert_eq!(decode_or_latin1("a.txt", "\u{feff}caf\u{e9}".as_bytes()).unwrap(), "caf\u{e9}");
        assert!(
            decode_or_latin1("a.txt", b"caf\xe9\n\0").unwrap_err().to_string().contains("line 2 has a NUL")
        );
        assert!(decode_or_latin1("a.txt", b"\xff\xfeh\0").unwrap_err().to_string().contains("UTF-16"));
        assert!(decode_or_latin1("a.txt", b"\xa0\n").unwrap_err().to_string().contains("blank"));
    }

    #[test]
    fn a_byte_order_mark_is_not_part_of_the_text() {
        assert_eq!(decode("a.txt", "\u{feff}héllo".as_bytes()).unwrap(), "héllo");
    }
}
