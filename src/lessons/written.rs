//! Formats numbers for the lessons.

/// A number with `digits` decimals and a typographic minus (−).
pub fn fixed(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$}");
    match text.strip_prefix('-') {
        // "-0.00" is 0.
        Some(rest) if rest.bytes().all(|byte| matches!(byte, b'0' | b'.')) => rest.to_owned(),
        Some(rest) => format!("−{rest}"),
        None => text,
    }
}

/// The same with a plus before positive numbers.
pub fn signed(value: f64, digits: usize) -> String {
    let text = fixed(value, digits);
    let above = value > 0.0 && text.bytes().any(|byte| (b'1'..=b'9').contains(&byte));
    if above { format!("+{text}") } else { text }
}

/// A temperature with two significant digits.
pub fn temperature(value: f64) -> String {
    let digits = (1.0 - value.log10().floor()).max(0.0) as usize;
    let text = format!("{value:.digits$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A loss with three decimals, in scientific notation below 0.001.
pub fn loss(value: f64) -> String {
    match value {
        value if value >= 1e-3 || value == 0.0 => format!("{value:.3}"),
        value => format!("{value:.1e}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_round_to_zero_have_no_sign() {
        assert_eq!([fixed(-0.001, 2), fixed(-1.5, 2), fixed(2.0, 1)], ["0.00", "−1.50", "2.0"]);
        assert_eq!([signed(0.001, 2), signed(0.25, 2), signed(-0.25, 2)], ["0.00", "+0.25", "−0.25"]);
    }

    #[test]
    fn temperatures_have_two_digits() {
        assert_eq!([0.05, 0.012, 1.0, 0.1, 0.5].map(temperature), ["0.05", "0.012", "1", "0.1", "0.5"]);
    }

    #[test]
    fn tiny_losses_stay_visible() {
        assert_eq!([0.0, 1.386, 4.2e-5].map(loss), ["0.000", "1.386", "4.2e-5"]);
    }
}
