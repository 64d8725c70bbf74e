//! Tables to take home.

/// CSV (RFC 4180, lines end with `\n`): a header and a row a line, quoted where that is needed.
pub fn csv_text<R>(header: impl IntoIterator<Item: AsRef<[u8]>>, rows: impl IntoIterator<Item = R>) -> String
where
    R: IntoIterator<Item: AsRef<[u8]>>,
{
    // What it writes into is memory, and rows of another length than the header are no error: it cannot fail.
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    writer.write_record(header).expect("a record into memory");
    for row in rows {
        writer.write_record(row).expect("a record into memory");
    }
    let bytes = writer.into_inner().expect("memory takes all that is buffered");
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A number's cell: empty where it cannot be measured.
pub fn number_cell(value: Option<f64>) -> String {
    value.filter(|value| value.is_finite()).map(|value| value.to_string()).unwrap_or_default()
}

/// The cell of a number that is known in single precision: 0.1 rather than 0.10000000149.
pub fn single_cell(value: f32) -> String {
    if value.is_finite() { value.to_string() } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        let rows = [["a, \"b\"", "1"], ["two\nlines", ""], ["", ""]];
        assert_eq!(csv_text(["名", "n"], rows), "名,n\n\"a, \"\"b\"\"\",1\n\"two\nlines\",\n,\n");
        assert_eq!(csv_text(["a"], [vec!["1", "2"]]), "a\n1,2\n");
    }

    #[test]
    fn what_is_no_number_is_an_empty_cell() {
        assert_eq!([Some(0.25), Some(f64::NAN), None].map(number_cell), ["0.25", "", ""]);
        assert_eq!([0.1, f32::INFINITY].map(single_cell), ["0.1", ""]);
    }
}
