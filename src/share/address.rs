//! `#/PLACE?KEY=VALUE&…`: the fragment never leaves the browser, so that what is shared goes to no server.

use std::fmt;

use strum::EnumCount;

/// A view of the page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Place {
    #[default]
    Studio,
    Playground,
    /// All lessons.
    Lessons,
    Lesson(Lesson),
    Evaluation,
    /// What the device computes, checked.
    Verify,
}

/// A lesson, by what it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, EnumCount)]
pub enum Lesson {
    Crowding,
    Dropout,
    Loss,
    Circle,
    HardNegatives,
    Ablations,
    Collapse,
    Kernel,
}

impl Lesson {
    /// In the order in which they build on each other.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Crowding,
        Self::Dropout,
        Self::Loss,
        Self::Circle,
        Self::HardNegatives,
        Self::Ablations,
        Self::Collapse,
        Self::Kernel,
    ];

    /// Its path in the fragment.
    fn path(self) -> &'static str {
        match self {
            Self::Crowding => "lessons/crowding",
            Self::Dropout => "lessons/dropout",
            Self::Loss => "lessons/loss",
            Self::Circle => "lessons/circle",
            Self::HardNegatives => "lessons/hard-negatives",
            Self::Ablations => "lessons/ablations",
            Self::Collapse => "lessons/collapse",
            Self::Kernel => "lessons/kernel",
        }
    }

    /// The one to go on with.
    pub fn next(self) -> Option<Self> {
        let here = Self::ALL.iter().position(|lesson| *lesson == self)?;
        Self::ALL.get(here + 1).copied()
    }
}

impl Place {
    /// Its path in the fragment.
    pub fn path(self) -> &'static str {
        match self {
            Self::Studio => "studio",
            Self::Playground => "playground",
            Self::Lessons => "lessons",
            Self::Lesson(lesson) => lesson.path(),
            Self::Evaluation => "evaluation",
            Self::Verify => "verify",
        }
    }

    fn from_path(path: &str) -> Option<Self> {
        match path.trim_matches('/') {
            "" | "studio" => Some(Self::Studio),
            "playground" => Some(Self::Playground),
            "evaluation" => Some(Self::Evaluation),
            "verify" => Some(Self::Verify),
            "lessons" => Some(Self::Lessons),
            path => Lesson::ALL.into_iter().find(|lesson| lesson.path() == path).map(Self::Lesson),
        }
    }
}

/// Where one is, with whatever the link says beside.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Address {
    pub place: Place,
    /// Keys and values in their order, decoded.
    pub values: Vec<(String, String)>,
    /// The path led nowhere, so `place` is where one begins.
    pub lost: bool,
}

impl Address {
    pub fn at(place: Place) -> Self {
        Self { place, ..Self::default() }
    }

    /// Reads a fragment, with or without its `#`. Whatever it holds, an address comes out.
    pub fn parse(fragment: &str) -> Self {
        let fragment = fragment.strip_prefix('#').unwrap_or(fragment);
        let (path, query) = fragment.split_once('?').unwrap_or((fragment, ""));
        let place = Place::from_path(path);
        Self {
            place: place.unwrap_or_default(),
            values: form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            lost: place.is_none(),
        }
    }

    /// The last value under a key.
    pub fn value(&self, key: &str) -> Option<&str> {
        self.values.iter().rev().find(|(known, _)| known == key).map(|(_, value)| value.as_str())
    }
}

/// With its `#`.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#/{}", self.place.path())?;
        if self.values.is_empty() {
            return Ok(());
        }
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.values).finish();
        write!(f, "?{query}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_is_found_again() {
        let views = [Place::Studio, Place::Playground, Place::Lessons, Place::Evaluation, Place::Verify];
        for place in views.into_iter().chain(Lesson::ALL.map(Place::Lesson)) {
            let read = Address::parse(&Address::at(place).to_string());
            assert_eq!(read, Address::at(place));
        }
    }

    #[test]
    fn values_survive_whatever_they_hold() {
        let values = [("sentences", "A cat & a dog?\nZwei = zwei #1 + 100 %"), ("seed", "7"), ("名", "值")];
        let values = values.map(|(key, value)| (key.to_owned(), value.to_owned())).to_vec();
        let address = Address { place: Place::Playground, values, lost: false };
        assert_eq!(Address::parse(&address.to_string()), address);
        assert_eq!(address.value("seed"), Some("7"));
        assert_eq!(address.value("absent"), None);
    }

    #[test]
    fn a_wrong_address_begins_at_the_beginning() {
        for fragment in ["#/nowhere", "#/studio/2", "#/lessons/nothing", "#/attic?a=1", "#run", "#%ff%fe"] {
            let address = Address::parse(fragment);
            assert_eq!(address.place, Place::Studio, "{fragment}");
            assert!(address.lost, "{fragment}");
        }
        for fragment in ["", "#", "#/", "#/studio", "#/studio/", "#/?seed=1"] {
            assert!(!Address::parse(fragment).lost, "{fragment}");
        }
    }

    #[test]
    fn lessons_lead_on_to_the_last() {
        let mut lessons = vec![Lesson::ALL[0]];
        while let Some(next) = lessons.last().and_then(|lesson| lesson.next()) {
            lessons.push(next);
        }
        assert_eq!(lessons, Lesson::ALL);
    }

    #[test]
    fn the_last_of_a_key_twice_counts() {
        assert_eq!(Address::parse("#/studio?seed=1&seed=2").value("seed"), Some("2"));
    }
}
