//! The page's words: both languages have the same messages with the same values, and each of them is used.

#[path = "../build/fluent.rs"]
mod fluent;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use simcse_lab::{
    text::augment::Augmentation,
    train::{Kind, TrainOption},
};

const LANGUAGES: [&str; 2] = ["en", "zh-CN"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files below a folder with an ending.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.extension().is_some_and(|extension| extension == ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Message ids of a language with the names of their values, by file.
fn messages(language: &str) -> BTreeMap<String, BTreeMap<String, BTreeSet<String>>> {
    let folder = root().join("locales").join(language);
    files(&folder, "ftl")
        .iter()
        .map(|path| {
            let messages = fluent::messages(path).unwrap_or_else(|error| panic!("{error}"));
            let values = |pattern| fluent::variables(pattern).into_iter().collect();
            let ids = messages.iter().map(|(id, pattern)| (id.clone(), values(pattern))).collect();
            (path.file_name().unwrap().to_string_lossy().into_owned(), ids)
        })
        .collect()
}

#[test]
fn both_languages_say_the_same_things() {
    let [english, chinese] = LANGUAGES.map(messages);
    assert!(english.values().map(BTreeMap::len).sum::<usize>() > 30);
    assert_eq!(english, chinese);
}

#[test]
fn no_id_is_in_two_files() {
    for language in LANGUAGES {
        let mut seen = BTreeMap::new();
        for (file, ids) in messages(language) {
            for id in ids.into_keys() {
                if let Some(other) = seen.insert(id.clone(), file.clone()) {
                    panic!("{id} is in {other} and in {file} of {language}");
                }
            }
        }
    }
}

/// What stands between quotes in the source of the pages, whatever it is.
fn quoted() -> BTreeSet<String> {
    let mut quoted = BTreeSet::new();
    let places = [("src/app", "rs"), ("www/api", "html"), ("www/api", "js"), ("www/example", "js")];
    for path in places.into_iter().flat_map(|(folder, ending)| files(&root().join(folder), ending)) {
        let text = fs::read_to_string(path).unwrap();
        quoted.extend(text.split(['"', '\'']).map(str::to_owned));
    }
    quoted
}

/// The messages of a recipe's options, whose ids are made from the table: in the page's files, and in errors.ftl.
fn of_options() -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut of_page, mut of_errors) = (BTreeSet::new(), BTreeSet::new());
    for spec in TrainOption::ALL.iter().map(|option| option.spec()) {
        let key = spec.key;
        of_errors.insert(format!("option-{key}"));
        of_page.extend(spec.tells_apart.then(|| format!("differs-{key}")));
        if !spec.offered {
            continue;
        }
        of_page.insert(key.to_owned());
        let choices = match spec.kind {
            Kind::Whole(_) | Kind::Real(_) | Kind::Widths => {
                of_page.insert(format!("{key}-help"));
                Vec::new()
            }
            Kind::Flag => vec!["false", "true"],
            Kind::Choice(names) => names.to_vec(),
            Kind::Augmentation => {
                let named = Augmentation::ALL.map(|augmentation| augmentation.name());
                ["none"].into_iter().chain(named).collect()
            }
        };
        for choice in choices {
            let choice = choice.replace('_', "-");
            of_page.extend([format!("{key}-{choice}"), format!("{key}-{choice}-help")]);
        }
    }
    (of_page, of_errors)
}

/// The messages that the engine says, by the functions that it calls for them.
fn of_engine() -> BTreeSet<String> {
    let mut called = BTreeSet::new();
    for path in files(&root().join("src"), "rs") {
        let text = fs::read_to_string(path).unwrap();
        for call in text.split("messages::").skip(1) {
            let name = call.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next();
            called.extend(name.map(|name| name.replace('_', "-")));
        }
    }
    called
}

/// Files whose English words come with the page's later modules alone, as src/app/ui/words/i18n.rs has them.
fn later_files() -> Vec<String> {
    let source = fs::read_to_string(root().join("src/app/ui/words/i18n.rs")).unwrap();
    let list =
        source.split("macro_rules! later_files").nth(1).and_then(|list| list.split(';').next()).unwrap();
    list.split('"').skip(1).step_by(2).map(|name| format!("{name}.ftl")).collect()
}

/// Sources below src/app/ui of the page's first module, which is shown before those words are there. Not all of them:
/// what the modules share is in the first one too, and does not speak before they are made.
const FIRST: [&str; 16] = [
    "arrival.rs",
    "device_menu.rs",
    "engine_notice.rs",
    "header.rs",
    "mod.rs",
    "offline",
    "parts/chart_files.rs",
    "parts/drawing.rs",
    "parts/fold.rs",
    "parts/later.rs",
    "parts/notice.rs",
    "parts/run_buttons.rs",
    "parts/tabs.rs",
    "state",
    "studio/mod.rs",
    "studio/run_controls.rs",
];

#[test]
fn what_is_shown_first_speaks_words_that_are_there() {
    let english = messages("en");
    let later: BTreeSet<&String> = later_files().iter().flat_map(|file| english[file].keys()).collect();
    assert!(later.contains(&"lessons-title".to_owned()));
    let ui = root().join("src/app/ui");
    let sources = FIRST.into_iter().map(|place| ui.join(place)).flat_map(|place| {
        assert!(place.exists(), "{}", place.display());
        if place.is_dir() { files(&place, "rs") } else { vec![place] }
    });
    for path in sources {
        let text = fs::read_to_string(&path).unwrap();
        let absent: Vec<&str> = text.split('"').filter(|word| later.contains(&word.to_string())).collect();
        assert_eq!(absent, [""; 0], "{}", path.display());
    }
}

/// The explanations of fields: a field's id with `-help`.
fn of_fields(quoted: &BTreeSet<String>) -> BTreeSet<String> {
    quoted.iter().map(|id| format!("{id}-help")).collect()
}

#[test]
fn every_message_is_used_and_every_id_is_there() {
    let (of_page, of_errors) = of_options();
    let english = messages("en");
    let absent = |ids: BTreeSet<String>, files: &BTreeMap<String, BTreeMap<String, BTreeSet<String>>>| {
        ids.into_iter().filter(|id| !files.values().any(|ids| ids.contains_key(id))).collect::<Vec<_>>()
    };
    assert_eq!(absent(of_page.union(&of_errors).cloned().collect(), &english), [""; 0]);
    let mut quoted = quoted();
    quoted.extend(of_fields(&quoted));
    quoted.extend(["model", "text", "from-trained", "pairs"].map(|field| format!("differs-{field}")));
    quoted.extend(of_page);
    quoted.extend(of_errors);
    quoted.extend(of_engine());
    let ids: BTreeSet<String> = english.into_values().flat_map(BTreeMap::into_keys).collect();
    let unused: Vec<_> = ids.iter().filter(|id| !quoted.contains(*id)).collect();
    assert!(unused.is_empty(), "nobody says {unused:?}");

    let mut absent = Vec::new();
    for path in files(&root().join("src/app"), "rs") {
        let text = fs::read_to_string(&path).unwrap();
        for start in ["t!(\"", "mt!(\"", "rich(\""] {
            for (begin, _) in text.match_indices(start) {
                // Not `format!(`, and not the documentation's own examples.
                let part_of_a_name =
                    text[..begin].ends_with(|before: char| before.is_alphanumeric() || before == '`');
                let id = text[begin + start.len()..].split('"').next().unwrap_or_default();
                if !part_of_a_name && !ids.contains(id) {
                    absent.push(format!("{id} in {}", path.display()));
                }
            }
        }
    }
    assert!(absent.is_empty(), "{absent:?}");
}

/// Lessons and poolers have their words by functions, which no `t!` names.
#[test]
fn every_id_of_a_lesson_or_a_pooler_is_there() {
    let ids: BTreeSet<String> = messages("en").into_values().flat_map(BTreeMap::into_keys).collect();
    let mut absent = Vec::new();
    for file in ["src/app/ui/lessons/mod.rs", "src/app/ui/parts/encoder_bar.rs"] {
        let text = fs::read_to_string(root().join(file)).unwrap();
        let arms: Vec<&str> =
            text.lines().filter_map(|line| line.split_once("=> ").map(|(_, arm)| arm)).collect();
        let named: Vec<&str> = arms
            .iter()
            .filter(|arm| arm.starts_with(['"', '[']))
            .flat_map(|arm| arm.split('"').skip(1).step_by(2))
            .collect();
        assert!(named.len() > 5, "{file} names its messages in another way");
        absent.extend(named.into_iter().filter(|id| !ids.contains(*id)).map(|id| format!("{id} in {file}")));
    }
    assert!(absent.is_empty(), "{absent:?}");
}
