//! Numbers for people, as the page's language writes them; `www/glue/format.js` has `Intl` do it.

use wasm_bindgen::prelude::wasm_bindgen;

use super::language::language;

mod glue {
    use super::wasm_bindgen;

    #[wasm_bindgen(module = "/www/glue/format.js")]
    extern "C" {
        pub fn count(language: &str, value: f64) -> String;
        pub fn decimals(language: &str, value: f64, places: u32) -> String;
        pub fn bytes(language: &str, value: f64) -> String;
        pub fn millions(language: &str, value: f64) -> String;
        pub fn duration(language: &str, seconds: f64) -> String;
        pub fn date(language: &str, milliseconds: f64) -> String;
        pub fn significant(language: &str, value: f64) -> String;
    }
}

/// 11914 → "11,914".
pub fn count(number: usize) -> String {
    glue::count(language().tag(), number as f64)
}

/// 90868376 → "90.9 MB".
pub fn bytes(bytes: f64) -> String {
    glue::bytes(language().tag(), bytes)
}

/// 22713216 → "22.7 million".
pub fn millions(number: usize) -> String {
    glue::millions(language().tag(), number as f64)
}

/// 125.4 → "2 min 5 sec".
pub fn duration(seconds: f64) -> String {
    glue::duration(language().tag(), seconds)
}

/// Milliseconds since 1970 → "24 Nov, 14:03", in the visitor's time.
pub fn date(milliseconds: f64) -> String {
    glue::date(language().tag(), milliseconds)
}

/// Three significant digits or so: 0.0123, 4.57, 1,234.
pub fn significant(value: f64) -> String {
    glue::significant(language().tag(), value)
}

/// So many digits after the point; a dash where there is no number.
pub fn decimals(value: Option<f64>, digits: usize) -> String {
    value.map_or("–".to_owned(), |value| glue::decimals(language().tag(), value, digits as u32))
}
