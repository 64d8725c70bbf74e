//! What an option of a recipe can be: how its value is typed, checked and written.

use serde_json::{Map, Value};

use crate::{
    localize::{Localized, messages},
    text::augment::Augmentation,
};

/// Numbers from `least` to `most`; infinite where there is no such end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    pub least: f64,
    pub most: f64,
    /// Whether `most` itself is left out.
    pub below: bool,
}

impl Range {
    fn holds(&self, value: f64) -> bool {
        value >= self.least && if self.below { value < self.most } else { value <= self.most }
    }
}

/// What an option holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// A whole number of 32 bits.
    Whole(Range),
    /// A number that a float32 can hold.
    Real(Range),
    /// One of several names.
    Choice(&'static [&'static str]),
    Flag,
    /// A name of [`Augmentation`], with a colon and a share where it takes one; or none.
    Augmentation,
    /// Columns of a vector, multiples of 4; or none.
    Widths,
}

/// What a larger value costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cost {
    Nothing,
    Time,
    /// The device's memory as well.
    TimeAndMemory,
}

impl Cost {
    /// A sentence, with the space before it; empty for nothing.
    pub fn words(self) -> &'static str {
        match self {
            Self::Nothing => "",
            Self::Time => " More costs time.",
            Self::TimeAndMemory => " More costs time and memory.",
        }
    }
}

/// What the exported Python script does with an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InScript {
    /// A constant of its name, which the script uses.
    Constant,
    /// Sentence-transformers cannot do it: the script says so.
    Missing,
    /// It has no place there: the folder says it, or it does not change the weights.
    Silent,
}

/// One option of a recipe: whatever form, command line, links, names of runs, JavaScript and Python need to know of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OptionSpec {
    /// The field of [`super::TrainOptions`]; links and saved runs call it so.
    pub name: &'static str,
    /// The same with hyphens: the flag of the command line, and how the ids of its messages begin.
    pub key: &'static str,
    /// Its docstring, line by line.
    pub help: &'static [&'static str],
    pub kind: Kind,
    pub cost: Cost,
    pub script: InScript,
    /// Whether it can be left out, which is a value of its own.
    pub optional: bool,
    /// Whether the value that it has when nobody gives one follows from other options.
    pub follows: bool,
    /// Whether it changes the weights, so that runs are told apart by it.
    pub tells_apart: bool,
    /// Whether people set it, rather than a command that stands for it.
    pub offered: bool,
}

impl OptionSpec {
    pub(super) const fn whole(least: f64, most: f64) -> Self {
        Self::of(Kind::whole(least, most))
    }

    pub(super) const fn real(least: f64, most: f64) -> Self {
        Self::of(Kind::Real(Range { least, most, below: false }))
    }

    pub(super) const fn below(least: f64, most: f64) -> Self {
        Self::of(Kind::Real(Range { least, most, below: true }))
    }

    pub(super) const fn choice(names: &'static [&'static str]) -> Self {
        Self::of(Kind::Choice(names))
    }

    pub(super) const fn of(kind: Kind) -> Self {
        Self {
            name: "",
            key: "",
            help: &[],
            kind,
            cost: Cost::Nothing,
            script: InScript::Missing,
            optional: false,
            follows: false,
            tells_apart: true,
            offered: true,
        }
    }

    pub(super) const fn costs(self, cost: Cost) -> Self {
        Self { cost, ..self }
    }

    pub(super) const fn in_script(self) -> Self {
        Self { script: InScript::Constant, ..self }
    }

    pub(super) const fn silent_in_script(self) -> Self {
        Self { script: InScript::Silent, ..self }
    }

    pub(super) const fn optional(self) -> Self {
        Self { optional: true, ..self }
    }

    pub(super) const fn follows(self) -> Self {
        Self { follows: true, ..self }
    }

    pub(super) const fn same_weights(self) -> Self {
        Self { tells_apart: false, script: InScript::Silent, ..self }
    }

    pub(super) const fn not_offered(self) -> Self {
        Self { offered: false, ..self }
    }

    /// What errors call it: the message `option-KEY`.
    pub fn title(&self) -> Localized {
        messages::option_name(self.key).unwrap_or_else(|| self.name.into())
    }

    /// The docstring as one line.
    pub fn summary(&self) -> String {
        self.help.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ")
    }

    /// The value that somebody typed.
    ///
    /// # Errors
    /// What is expected instead.
    pub fn parse(&self, typed: &str) -> Result<Value, Localized> {
        let typed = typed.trim();
        let value = match self.kind {
            _ if self.optional && (typed.is_empty() || typed == "none") => Some(Value::Null),
            Kind::Whole(_) => typed.parse::<f64>().ok().and_then(whole),
            Kind::Real(_) => typed.parse::<f64>().ok().map(Value::from),
            Kind::Flag => typed.parse::<bool>().ok().map(Value::from),
            Kind::Choice(_) | Kind::Augmentation => Some(Value::from(typed)),
            Kind::Widths => {
                let numbers = typed.split([',', ' ']).filter(|number| !number.is_empty());
                numbers.map(|number| number.parse::<u32>().map(Value::from).ok()).collect()
            }
        };
        let value = value.ok_or_else(|| self.kind.expected())?;
        self.check(&value)?;
        Ok(value)
    }

    /// Whether a value, as JSON has it, can work.
    ///
    /// # Errors
    /// What is expected instead.
    pub fn check(&self, value: &Value) -> Result<(), Localized> {
        let name = value.as_str();
        let fits = match self.kind {
            _ if self.optional && value.is_null() => true,
            Kind::Whole(range) => value.as_u64().is_some_and(|number| range.holds(number as f64)),
            Kind::Real(range) => {
                // It is a float32 that comes to the device.
                value.as_f64().is_some_and(|number| range.holds(number) && (number as f32).is_finite())
            }
            Kind::Choice(names) => name.is_some_and(|name| names.contains(&name)),
            Kind::Flag => value.is_boolean(),
            Kind::Augmentation => name.is_some_and(|name| name.parse::<Augmentation>().is_ok()),
            Kind::Widths => value.as_array().is_some_and(|widths| {
                widths.iter().all(|width| width.as_u64().is_some_and(|width| width > 0 && width % 4 == 0))
            }),
        };
        if fits { Ok(()) } else { Err(self.kind.expected()) }
    }
}

/// A whole number that fits 32 bits, as JSON.
fn whole(number: f64) -> Option<Value> {
    let fits = number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number);
    fits.then(|| Value::from(number as u32))
}

impl Kind {
    /// A whole number from `least` to `most`.
    pub const fn whole(least: f64, most: f64) -> Self {
        Self::Whole(Range { least, most, below: false })
    }

    /// Whether a typed number fits.
    ///
    /// # Errors
    /// What is expected instead.
    pub fn number(&self, typed: &str) -> Result<f64, Localized> {
        let value = OptionSpec::of(*self).parse(typed)?;
        value.as_f64().ok_or_else(|| self.expected())
    }

    /// What is expected, as a part of an error.
    pub fn expected(&self) -> Localized {
        let (whole, Range { least, most, below }) = match *self {
            Self::Whole(range) => (true, range),
            Self::Real(range) => (false, range),
            Self::Choice(names) => {
                return messages::expected_one_of(names.join(", "));
            }
            Self::Flag => return messages::expected_flag(),
            Self::Augmentation => {
                let names = Augmentation::ALL.map(|known| known.name()).join(", ");
                return messages::expected_augmentation(names);
            }
            Self::Widths => return messages::expected_fours(),
        };
        match (whole, least.is_finite(), most.is_finite(), below) {
            // A whole number has 32 bits, hence an end.
            (true, ..) => messages::expected_whole_between(least, most),
            (false, true, true, false) => messages::expected_between(least, most),
            (false, true, true, true) => messages::expected_below(least, most),
            (false, true, false, _) => messages::expected_from(least),
            (false, false, ..) => messages::expected_number(),
        }
    }
}

/// A value as people write it: `3e-5`, `true`, `avg`, `128 64`; empty for none.
pub fn written(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(written).collect::<Vec<_>>().join(" "),
        Value::Number(number) => match number.as_f64() {
            Some(value) if value != 0.0 && value.abs() < 1e-3 => format!("{value:e}"),
            _ if number.is_f64() => number.to_string().trim_end_matches(".0").to_owned(),
            _ => number.to_string(),
        },
        other => other.to_string(),
    }
}

/// The fields of what serde writes as an object. Through text, in which a float32 keeps its short form: 0.05, not
/// 0.05000000074505806.
pub fn fields<T: serde::Serialize>(of: &T) -> Map<String, Value> {
    let text = serde_json::to_string(of).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expected(kind: Kind) -> String {
        kind.expected().to_string()
    }

    #[test]
    fn a_number_outside_its_range_is_refused_with_the_range() {
        let spec = OptionSpec::whole(1.0, 1024.0);
        assert_eq!(spec.parse(" 64 "), Ok(Value::from(64)));
        for typed in ["0", "1025", "1.5", "-1", "many", "", "NaN", "1e99"] {
            assert_eq!(
                spec.parse(typed).unwrap_err().to_string(),
                "a whole number from 1 to 1024",
                "{typed}"
            );
        }
        let spec = OptionSpec::below(0.0, 1.0);
        assert_eq!(spec.parse("0.1"), Ok(Value::from(0.1)));
        for typed in ["1", "-0.1", "inf", "NaN"] {
            assert!(spec.parse(typed).is_err(), "{typed}");
        }
        assert!(OptionSpec::real(0.0, f64::INFINITY).parse("1e39").is_err());
        assert_eq!(expected(OptionSpec::real(0.0, f64::INFINITY).kind), "a number from 0 on");
        assert_eq!(expected(OptionSpec::real(f64::NEG_INFINITY, f64::INFINITY).kind), "a number");
    }

    #[test]
    fn choices_widths_augmentations_and_flags_are_parsed() {
        let spec = OptionSpec::choice(&["unsup", "sup"]);
        assert_eq!(spec.parse("sup"), Ok(Value::from("sup")));
        assert_eq!(spec.parse("max").unwrap_err().to_string(), "one of unsup, sup");
        let spec = OptionSpec::of(Kind::Widths);
        assert_eq!(spec.parse("128, 64"), Ok(Value::from(vec![128, 64])));
        assert_eq!(spec.parse("128 64").map(|value| written(&value)), Ok("128 64".to_owned()));
        assert_eq!(spec.parse(""), Ok(Value::Array(Vec::new())));
        assert!(spec.parse("30").is_err() && spec.parse("64;32").is_err());
        let spec = OptionSpec::of(Kind::Augmentation).optional();
        assert_eq!(spec.parse("none"), Ok(Value::Null));
        assert_eq!(spec.parse("crop:0.1"), Ok(Value::from("crop:0.1")));
        assert!(spec.parse("shout").is_err());
        assert_eq!(OptionSpec::of(Kind::Flag).parse("true"), Ok(Value::Bool(true)));
    }

    #[test]
    fn numbers_are_written_as_people_write_them() {
        let numbers =
            [Value::from(3e-5), Value::from(1.0), Value::from(0.05), Value::from(64), Value::from(0)];
        assert_eq!(numbers.each_ref().map(written), ["3e-5", "1", "0.05", "64", "0"]);
    }
}
