//! Errors and their parts in every language: English words with the message and arguments that say the same.
//!
//! The messages are those of `locales/LANGUAGE/errors.ftl`. build/messages.rs makes a function in [`messages`] of each, so that one
//! that a language lacks, or an argument that is forgotten, does not compile. The engine writes English itself; the page
//! takes the other languages from their files.

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Serialize};

/// A function for each message of errors.ftl, in English order of its arguments.
pub mod messages {
    use super::{Localize, Localized, plural, quoted};

    include!(concat!(env!("OUT_DIR"), "/messages.rs"));
}

/// A message of errors.ftl with its arguments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    pub id: Cow<'static, str>,
    pub arguments: Vec<(Cow<'static, str>, Localized)>,
}

/// Words for people: in English, and as a message; without one they are the same in all languages, or what a browser, a
/// driver or a parser said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Localized {
    pub english: Cow<'static, str>,
    /// In a box, so that errors stay small.
    pub message: Option<Box<Message>>,
}

/// What can be said in every language: an error, or an argument of a message.
pub trait Localize {
    fn localized(&self) -> Localized;
}

impl Localize for Localized {
    fn localized(&self) -> Localized {
        self.clone()
    }
}

impl<T: Localize + ?Sized> Localize for &T {
    fn localized(&self) -> Localized {
        (**self).localized()
    }
}

/// Values that are written the same in all languages.
macro_rules! plain {
    ($($kind:ty),+) => {
        $(impl Localize for $kind {
            fn localized(&self) -> Localized {
                self.to_string().into()
            }
        })+
    };
}

plain!(str, String, u16, u32, u64, usize, f32, f64);

impl From<String> for Localized {
    fn from(words: String) -> Self {
        Self { english: words.into(), message: None }
    }
}

impl From<&'static str> for Localized {
    fn from(words: &'static str) -> Self {
        Self { english: words.into(), message: None }
    }
}

impl fmt::Display for Localized {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.english)
    }
}

impl Localized {
    fn message(
        english: Cow<'static, str>,
        id: &'static str,
        arguments: Vec<(Cow<'static, str>, Localized)>,
    ) -> Self {
        Self { english, message: Some(Box::new(Message { id: id.into(), arguments })) }
    }

    /// Several parts in a row, "and" between them; nothing of none.
    pub fn all(parts: impl IntoIterator<Item = Localized>) -> Localized {
        parts.into_iter().reduce(messages::all_of).unwrap_or_else(|| String::new().into())
    }
}

/// In quotes, with what cannot be seen escaped.
fn quoted(words: &Localized) -> String {
    format!("{:?}", words.english)
}

/// The words for one, or for any other number.
fn plural(count: &Localized, one: &'static str, other: &'static str) -> &'static str {
    if count.english == "1" { one } else { other }
}

/// Makes an error's English words, those of `Display`, the ones of its message.
macro_rules! display_localized {
    ($error:ty) => {
        impl std::fmt::Display for $error {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(&$crate::localize::Localize::localized(self), formatter)
            }
        }
    };
}

pub(crate) use display_localized;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_has_its_english_words_and_its_arguments() {
        let said = messages::json_no_string("a\"b", 3_u32);
        assert_eq!(said.to_string(), r#"the field "a\"b" is 3, not a string"#);
        let arguments = vec![("name".into(), "a\"b".into()), ("found".into(), "3".into())];
        assert_eq!(said.message, Some(Box::new(Message { id: "json-no-string".into(), arguments })));
    }

    #[test]
    fn one_is_told_from_many() {
        let words = |found: usize| messages::table_width(found, "JSON", "two").to_string();
        assert_eq!(words(1), "1 column (separator: JSON), expected two");
        assert_eq!(words(2), "2 columns (separator: JSON), expected two");
    }

    #[test]
    fn a_message_keeps_the_messages_within_it() {
        let inner = messages::separator_comma();
        let outer = messages::table_width(2_usize, &inner, "two");
        assert_eq!(outer.message.unwrap().arguments[1], ("separator".into(), inner));
    }

    #[test]
    fn braces_are_words() {
        assert_eq!(messages::config_no_object().to_string(), "it is no object {…}");
    }

    #[test]
    fn parts_are_joined_by_and() {
        let all = |parts: &[&'static str]| Localized::all(parts.iter().map(|part| (*part).into()));
        assert_eq!(all(&["a", "b", "c"]).to_string(), "a and b and c");
        assert_eq!(all(&["a"]), "a".into());
        assert_eq!(all(&[]).to_string(), "");
    }
}
