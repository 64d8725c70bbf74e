//! Errors that can be said in any language: each has a message id with values beside its English words.
//!
//! The words in other languages are in `locales/LANGUAGE/errors.ftl`; tests/locales.rs holds them against the calls of
//! [`said!`] and [`reason!`].

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Serialize};

/// A message of errors.ftl with its values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    pub id: Cow<'static, str>,
    pub values: Vec<(Cow<'static, str>, Reason)>,
}

/// A part of an error: its words in English, and the message that says the same; none for what is the same in all
/// languages, and for what a browser, a driver or a parser said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    pub english: Cow<'static, str>,
    /// In a box, so that errors stay small.
    pub said: Option<Box<Said>>,
}

/// An error whose English words, those of `Display`, have a message.
pub trait Say: fmt::Display {
    /// None where the error is wholly somebody else's words.
    fn said(&self) -> Option<Said>;

    /// The error as a part of another, or by itself.
    fn reason(&self) -> Reason {
        Reason { english: self.to_string().into(), said: self.said().map(Box::new) }
    }
}

/// What can be a value of a message.
pub trait Value {
    fn value(&self) -> Reason;
}

impl Value for Reason {
    fn value(&self) -> Reason {
        self.clone()
    }
}

impl<T: Value + ?Sized> Value for &T {
    fn value(&self) -> Reason {
        (**self).value()
    }
}

/// Values that are written the same in all languages.
macro_rules! plain {
    ($($kind:ty),+) => {
        $(impl Value for $kind {
            fn value(&self) -> Reason {
                self.to_string().into()
            }
        })+
    };
}

plain!(str, String, u16, u32, u64, usize, f32, f64);

impl From<String> for Reason {
    fn from(words: String) -> Self {
        Self { english: words.into(), said: None }
    }
}

impl From<&'static str> for Reason {
    fn from(words: &'static str) -> Self {
        Self { english: words.into(), said: None }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.english)
    }
}

impl Reason {
    /// As it came in two parts.
    pub fn new(english: String, said: Option<Box<Said>>) -> Self {
        Self { english: english.into(), said }
    }

    /// Several parts in a row, "and" between them; nothing of none.
    pub fn all(parts: impl IntoIterator<Item = Reason>) -> Reason {
        let and = |first, second| reason!("all-of", "{first} and {second}", first, second);
        parts.into_iter().reduce(and).unwrap_or_else(|| String::new().into())
    }
}

/// A [`Said`]: `said!("id", name = value)`, or `name` alone for a variable of that name.
macro_rules! said {
    (@value $name:ident) => { $name };
    (@value $name:ident = $value:expr) => { $value };
    ($id:literal $(, $name:ident $(= $value:expr)?)* $(,)?) => {
        $crate::said::Said {
            id: std::borrow::Cow::Borrowed($id),
            values: vec![$((
                std::borrow::Cow::Borrowed(stringify!($name)),
                $crate::said::Value::value(&$crate::said::said!(@value $name $(= $value)?)),
            )),*],
        }
    };
}

/// A [`Reason`]: the id, the English words as for `format!`, and the values that other languages need.
macro_rules! reason {
    ($id:literal, $english:literal $(,)?) => {
        $crate::said::Reason {
            english: std::borrow::Cow::Borrowed($english),
            said: Some(Box::new($crate::said::said!($id))),
        }
    };
    ($id:literal, $english:literal $(, $name:ident $(= $value:expr)?)+ $(,)?) => {{
        $(let $name = &$crate::said::said!(@value $name $(= $value)?);)+
        $crate::said::Reason {
            english: format!($english).into(),
            said: Some(Box::new($crate::said::said!($id $(, $name)+))),
        }
    }};
}

pub(crate) use {reason, said};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_has_its_words_and_its_message() {
        let (found, plural) = (2_usize, "s");
        let reason = reason!("an-id", "{found} column{plural}, {cell:?}", found, cell = "a\"b");
        assert_eq!(reason.to_string(), r#"2 columns, "a\"b""#);
        let values = vec![("found".into(), "2".into()), ("cell".into(), "a\"b".into())];
        assert_eq!(reason.said, Some(Box::new(Said { id: "an-id".into(), values })));
    }

    #[test]
    fn a_reason_keeps_its_message_within_another() {
        let inner = reason!("inner", "{not} formatted");
        let outer = said!("outer", inner);
        assert_eq!(outer.values, [("inner".into(), inner)]);
    }

    #[test]
    fn parts_are_joined_by_and() {
        let all = |parts: &[&'static str]| Reason::all(parts.iter().map(|part| (*part).into()));
        assert_eq!(all(&["a", "b", "c"]).to_string(), "a and b and c");
        assert_eq!(all(&["a"]), "a".into());
        assert_eq!(all(&[]).to_string(), "");
    }
}
