//! The table as JavaScript has it: `www/api/parts/options.js`, which the API checks a recipe by, and the types in
//! `www/api/recipe.d.ts`. `WRITE=1 cargo test --lib javascript` writes both again.

use super::{Kind, OptionSpec, TrainOption, TrainOptions, written};

/// `batch_size` as `batchSize`.
fn camel(name: &str) -> String {
    let mut parts = name.split('_');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |name, part| {
        let (head, tail) = part.split_at(1);
        name + &head.to_uppercase() + tail
    })
}

/// The options that callers give; the objective follows from the data.
fn given() -> impl Iterator<Item = &'static OptionSpec> {
    let specs = TrainOption::ALL.iter().filter(|option| **option != TrainOption::Objective);
    specs.map(|option| option.spec()).filter(|spec| spec.offered)
}

fn names(names: &[&str]) -> String {
    names.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(", ")
}

fn options() -> String {
    let kind = |spec: &OptionSpec| match spec.kind {
        Kind::Whole(_) => "{ kind: 'whole' }".to_owned(),
        Kind::Real(_) => "{ kind: 'number' }".to_owned(),
        Kind::Flag => "{ kind: 'flag' }".to_owned(),
        Kind::Widths => "{ kind: 'wholes' }".to_owned(),
        Kind::Choice(choices) => format!("{{ kind: 'choice', names: [{}] }}", names(choices)),
        Kind::Augmentation => {
            let known = crate::text::augment::Augmentation::ALL.map(|known| known.name());
            format!("{{ kind: 'augmentation', names: [{}] }}", names(&known))
        }
    };
    let lines: String = given().map(|spec| format!("  {}: {},\n", camel(spec.name), kind(spec))).collect();
    format!(
        "// The options of a recipe, made from the table in src/train/options: WRITE=1 cargo test --lib javascript\n\n\
         /**\n * What each option holds, and the names that it can be.\n \
         * @type {{Record<string, {{ kind: string, names?: readonly string[] }}>}}\n */\n\
         export const OPTIONS = {{\n{lines}}};\n"
    )
}

fn types() -> String {
    let defaults = TrainOptions::default().fields();
    let member = |spec: &OptionSpec| {
        let kind = match spec.kind {
            Kind::Whole(_) | Kind::Real(_) => "number".to_owned(),
            Kind::Flag => "boolean".to_owned(),
            Kind::Widths => "readonly number[]".to_owned(),
            Kind::Augmentation => "string".to_owned(),
            Kind::Choice(_) if spec.name == "pooler" => "Pooler".to_owned(),
            Kind::Choice(choices) => names(choices).replace(", ", " | "),
        };
        let mut words = spec.summary();
        match spec.kind {
            Kind::Whole(_) | Kind::Real(_) => words += &format!(" Expected: {}.", spec.kind.expected()),
            _ => {}
        }
        words += spec.cost.words();
        let default = defaults.get(spec.name).map(written).unwrap_or_default();
        if !spec.follows && !default.is_empty() {
            words += &format!(" Default: {default}.");
        }
        format!("{}  {}?: {kind};\n", comment(&words), camel(spec.name))
    };
    let members: String = given().map(member).collect();
    format!(
        "/** The options of a recipe, made from the table in src/train/options: WRITE=1 cargo test --lib javascript */\n\n\
         import type {{ Pooler }} from './simcse-lab.js';\n\nexport interface Recipe {{\n{members}}}\n"
    )
}

/// A docstring in lines of at most 120 characters.
fn comment(words: &str) -> String {
    let mut lines = vec![String::new()];
    for word in words.split(' ') {
        let line = lines.last_mut().expect("there is always one");
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > 112 {
            lines.push(word.to_owned());
        } else {
            line.push_str(if line.is_empty() { "" } else { " " });
            line.push_str(word);
        }
    }
    match lines.as_slice() {
        [line] => format!("  /** {line} */\n"),
        lines => {
            let lines: String = lines.iter().map(|line| format!("   * {line}\n")).collect();
            format!("  /**\n{lines}   */\n")
        }
    }
}

#[test]
fn the_files_of_the_javascript_api_have_every_option() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("www/api");
    for (path, made) in [("parts/options.js", options()), ("recipe.d.ts", types())] {
        let path = folder.join(path);
        if std::env::var_os("WRITE").is_some() {
            std::fs::write(&path, &made).expect("it can be written");
        }
        let found = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(found, made, "{}: run WRITE=1 cargo test --lib javascript", path.display());
    }
    let by_hand = std::fs::read_to_string(folder.join("simcse-lab.d.ts")).unwrap_or_default();
    let line = by_hand.lines().find(|line| line.starts_with("export type Pooler = ")).unwrap_or_default();
    for pooler in super::POOLERS {
        assert!(
            line.contains(&format!("'{pooler}'")),
            "www/api/simcse-lab.d.ts: the type Pooler lacks {pooler}"
        );
    }
}
