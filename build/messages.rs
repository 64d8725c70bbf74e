//! Makes a function of each message of errors.ftl, so that the compiler knows which messages there are and what each
//! needs. The build fails where a language lacks a message, or has it with other variables.

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    fmt::Write as _,
    fs,
    path::Path,
};

use fluent_syntax::ast::{Expression, InlineExpression, Pattern, PatternElement, VariantKey};

use crate::fluent::{Result, messages, variables};

/// The English file; the functions' words are its own.
const ENGLISH: &str = "locales/en/errors.ftl";
/// The others, which must say the same.
const OTHERS: [&str; 1] = ["locales/zh-CN/errors.ftl"];
/// Its function that sets a value in quotes, with what cannot be seen escaped.
const QUOTED: &str = "QUOTED";

/// Writes the functions to messages.rs in the folder for what builds make.
pub fn write() -> Result<()> {
    let english = read(ENGLISH)?;
    for other in OTHERS {
        compare(&english, &read(other)?, other)?;
    }
    let mut code = String::new();
    for (id, pattern) in &english {
        code += &function(id, pattern)?;
    }
    code += &option_name(&english)?;
    fs::write(Path::new(&env::var("OUT_DIR")?).join("messages.rs"), code)?;
    Ok(())
}

/// The messages of a file, which the build follows.
fn read(file: &str) -> Result<BTreeMap<String, Pattern<String>>> {
    println!("cargo::rerun-if-changed={file}");
    messages(Path::new(file))
}

fn compare(
    english: &BTreeMap<String, Pattern<String>>,
    other: &BTreeMap<String, Pattern<String>>,
    file: &str,
) -> Result<()> {
    let set = |pattern: &Pattern<String>| variables(pattern).into_iter().collect::<BTreeSet<_>>();
    for id in english.keys().chain(other.keys()) {
        match (english.get(id), other.get(id)) {
            (Some(first), Some(second)) if set(first) == set(second) => {}
            (Some(_), Some(_)) => {
                return Err(format!("{id} has other variables in {file} than in {ENGLISH}").into());
            }
            (Some(_), None) => return Err(format!("{file} lacks {id}").into()),
            (None, _) => return Err(format!("{ENGLISH} lacks {id}").into()),
        }
    }
    Ok(())
}

/// A function that gives the message with its English words.
fn function(id: &str, pattern: &Pattern<String>) -> Result<String> {
    let variables = variables(pattern);
    let (mut words, mut format, mut doc) = (String::new(), Vec::new(), String::new());
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { value } => {
                words += &value.replace('{', "{{").replace('}', "}}");
                doc += value;
            }
            PatternElement::Placeable { expression } => {
                let (value, shown) = placeable(expression).map_err(|error| format!("{id}: {error}"))?;
                words += "{}";
                doc += &shown;
                format.push(value);
            }
        }
    }
    let mut code = String::new();
    writeln!(code, "/// {}", doc.replace('[', "\\[").replace('<', "\\<"))?;
    let parameters: Vec<String> = variables.iter().map(|name| format!("{name}: impl Localize")).collect();
    writeln!(code, "pub fn {}({}) -> Localized {{", id.replace('-', "_"), parameters.join(", "))?;
    for name in &variables {
        writeln!(code, "    let {name} = {name}.localized();")?;
    }
    let values: String = format.iter().map(|value| format!(", {value}")).collect();
    if values.is_empty() {
        writeln!(code, "    let english = {:?}.into();", words.replace("{{", "{").replace("}}", "}"))?
    } else {
        writeln!(code, "    let english = format!({words:?}{values}).into();")?
    }
    let arguments: Vec<String> = variables.iter().map(|name| format!("({name:?}.into(), {name})")).collect();
    writeln!(code, "    Localized::message(english, {id:?}, vec![{}])\n}}", arguments.join(", "))?;
    Ok(code)
}

/// How the ids of options' names begin; the option's key follows.
const NAMES: &str = "option-";

/// A function that finds the name of an option by its key.
fn option_name(english: &BTreeMap<String, Pattern<String>>) -> Result<String> {
    let mut code = String::from("/// The name of an option, by its key.\n");
    code += "pub fn option_name(key: &str) -> Option<Localized> {\n    Some(match key {\n";
    for (id, key) in english.keys().filter_map(|id| Some((id, id.strip_prefix(NAMES)?))) {
        writeln!(code, "        {key:?} => {}(),", id.replace('-', "_"))?;
    }
    code += "        _ => return None,\n    })\n}\n";
    Ok(code)
}

/// A value among the words, as Rust, and as documentation shows it.
fn placeable(expression: &Expression<String>) -> Result<(String, String)> {
    match expression {
        Expression::Inline(InlineExpression::StringLiteral { value }) => {
            Ok((format!("{value:?}"), value.clone()))
        }
        Expression::Inline(InlineExpression::VariableReference { id }) => {
            Ok((format!("&{}", id.name), format!("`{}`", id.name)))
        }
        Expression::Inline(InlineExpression::FunctionReference { id, arguments }) if id.name == QUOTED => {
            match arguments.positional.as_slice() {
                [InlineExpression::VariableReference { id }] => {
                    Ok((format!("quoted(&{})", id.name), format!("\"`{}`\"", id.name)))
                }
                _ => Err(format!("{QUOTED} takes one variable").into()),
            }
        }
        Expression::Select { selector: InlineExpression::VariableReference { id }, variants } => {
            let text = |wanted: &str| {
                variants.iter().find_map(|variant| match (&variant.key, variant.value.elements.as_slice()) {
                    (VariantKey::Identifier { name }, [PatternElement::TextElement { value }])
                        if name == wanted =>
                    {
                        Some(value.clone())
                    }
                    _ => None,
                })
            };
            match (text("one"), text("other"), variants.len()) {
                (Some(one), Some(other), 2) => {
                    Ok((format!("plural(&{}, {one:?}, {other:?})", id.name), format!("{one}/{other}")))
                }
                _ => Err("a choice is between the words [one] and *[other]".into()),
            }
        }
        _ => Err("this part of Fluent is not used for errors".into()),
    }
}
