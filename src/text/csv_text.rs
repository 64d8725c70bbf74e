//! Writes tables as CSV.

/// CSV (RFC 4180, but lines end with `\n`) with a header; cells are quoted where necessary.
pub fn csv_text<R>(header: impl IntoIterator<Item: AsRef<[u8]>>, rows: impl IntoIterator<Item = R>) -> String
where
    R: IntoIterator<Item: AsRef<[u8]>>,
{
    // Cannot fail: it writes to memory, and `flexible` allows rows of any length.
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    writer.write_record(header).expect("a record into memory");
    for row in rows {
        writer.write_record(row).expect("a record into memory");
    }
    let bytes = writer.into_inner().expect("flushing to memory cannot fail");
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The cell of a number; empty if there is none, or it is not finite.
pub fn number_cell(value: Option<f64>) -> String {
    value.filter(|value| value.is_finite()).map(|value| value.to_string()).unwrap_or_default()
}

/// The cell of an f32, in its own precision: 0.1 and not 0.10000000149; empty if it is not finite.
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
    fn missing_and_infinite_numbers_are_empty_cells() {
        assert_eq!([Some(0.25), Some(f64::NAN), None].map(number_cell), ["0.25", "", ""]);
        assert_eq!([0.1, f32::INFINITY].map(single_cell), ["0.1", ""]);
    }
}
