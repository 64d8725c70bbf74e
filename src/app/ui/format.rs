//! Numbers for people.

/// 11914 → "11,914".
pub fn count(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// 90868376 → "90.9 MB".
pub fn bytes(bytes: f64) -> String {
    match bytes {
        b if b >= 1e9 => format!("{:.2} GB", b / 1e9),
        b if b >= 1e6 => format!("{:.1} MB", b / 1e6),
        b if b >= 1e3 => format!("{:.0} kB", b / 1e3),
        b => format!("{b:.0} bytes"),
    }
}

/// 22713216 → "22.7 million".
pub fn millions(number: usize) -> String {
    match number {
        n if n >= 1_000_000 => format!("{:.1} million", n as f64 / 1e6),
        n => count(n),
    }
}

/// 125.4 → "2 min 5 s".
pub fn duration(seconds: f64) -> String {
    let whole = seconds.max(0.0).round() as u64;
    match (whole / 3600, whole / 60 % 60, whole % 60) {
        (0, 0, s) => format!("{s} s"),
        (0, m, s) => format!("{m} min {s} s"),
        (h, m, _) => format!("{h} h {m} min"),
    }
}

/// Milliseconds since 1970 → "24 Nov, 14:03", in the visitor's time and the language's way.
pub fn date(milliseconds: f64, language: &str) -> String {
    let options = js_sys::Object::new();
    for (field, form) in [("day", "numeric"), ("month", "short"), ("hour", "2-digit"), ("minute", "2-digit")]
    {
        // Setting a property of a plain object cannot fail.
        let _ = js_sys::Reflect::set(&options, &field.into(), &form.into());
    }
    js_sys::Date::new(&milliseconds.into()).to_locale_string(language, &options).into()
}

/// Three significant digits or so: 0.0123, 4.57, 1,234.
pub fn significant(value: f64) -> String {
    match value.abs() {
        a if a >= 1000.0 => {
            let sign = if value < 0.0 { "-" } else { "" };
            format!("{sign}{}", count(a.round() as usize))
        }
        a if a >= 100.0 => format!("{value:.0}"),
        a if a >= 10.0 => format!("{value:.1}"),
        a if a >= 1.0 => format!("{value:.2}"),
        a if a >= 1e-3 || a == 0.0 => format!("{value:.3}"),
        _ => format!("{value:.2e}"),
    }
}

/// So many digits after the point; a dash where there is no number.
pub fn decimals(value: Option<f64>, digits: usize) -> String {
    value.map_or("–".to_owned(), |value| format!("{value:.digits$}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!([count(0), count(999), count(1000), count(1234567)], ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn durations_use_two_units_at_most() {
        assert_eq!([duration(4.6), duration(65.0), duration(7265.0)], ["5 s", "1 min 5 s", "2 h 1 min"]);
    }

    #[test]
    fn what_is_undefined_is_a_dash() {
        assert_eq!([decimals(Some(1.005), 1), decimals(None, 2)], ["1.0", "–"]);
    }

    #[test]
    fn small_and_large_values_stay_short() {
        assert_eq!(
            [significant(0.01234), significant(4.567), significant(3e-5), significant(1234.4)],
            ["0.012", "4.57", "3.00e-5", "1,234"]
        );
        assert_eq!([significant(-1234.0), significant(-0.5)], ["-1,234", "-0.500"]);
    }
}
