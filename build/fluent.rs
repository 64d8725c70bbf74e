//! Reads Project Fluent's files, for the build and for tests/locales.rs.

use std::{collections::BTreeMap, error::Error, fs, path::Path};

use fluent_syntax::{
    ast::{Entry, Expression, InlineExpression, Pattern, PatternElement},
    parser,
};

pub type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The messages of a file by their ids.
///
/// # Errors
/// It cannot be read, or has a message that is empty or there twice.
pub fn messages(file: &Path) -> Result<BTreeMap<String, Pattern<String>>> {
    let name = file.display();
    let resource =
        parser::parse(fs::read_to_string(file)?).map_err(|(_, errors)| format!("{name}: {errors:?}"))?;
    let mut messages = BTreeMap::new();
    for entry in resource.body {
        if let Entry::Message(message) = entry {
            let id = message.id.name;
            let pattern = message.value.ok_or_else(|| format!("{name}: {id} is empty"))?;
            if messages.insert(id.clone(), pattern).is_some() {
                return Err(format!("{name}: {id} is there twice").into());
            }
        }
    }
    Ok(messages)
}

/// The variables of a pattern in the order in which they first come.
pub fn variables(pattern: &Pattern<String>) -> Vec<String> {
    let mut found = Vec::new();
    in_pattern(pattern, &mut found);
    found
}

fn in_pattern(pattern: &Pattern<String>, found: &mut Vec<String>) {
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            in_expression(expression, found);
        }
    }
}

fn in_expression(expression: &Expression<String>, found: &mut Vec<String>) {
    match expression {
        Expression::Inline(inline) => in_inline(inline, found),
        Expression::Select { selector, variants } => {
            in_inline(selector, found);
            variants.iter().for_each(|variant| in_pattern(&variant.value, found));
        }
    }
}

fn in_inline(expression: &InlineExpression<String>, found: &mut Vec<String>) {
    match expression {
        InlineExpression::VariableReference { id } if !found.contains(&id.name) => {
            found.push(id.name.clone());
        }
        InlineExpression::Placeable { expression } => in_expression(expression, found),
        InlineExpression::FunctionReference { arguments, .. } => {
            arguments.positional.iter().for_each(|argument| in_inline(argument, found));
        }
        _ => {}
    }
}
