//! Changes to JSON, including those that a tree in memory cannot represent: numbers beyond any type, repeated keys,
//! half a surrogate pair, very deep nesting.

use arbitrary::{Result, Unstructured};
use serde_json::{Map, Value};

use super::{HOSTILE, bytes};

/// Raw values, as they are written in a file.
const RAW: [&str; 28] = [
    "null",
    "true",
    "false",
    "0",
    "-0",
    "-1",
    "1",
    "3",
    "0.5",
    "-0.0",
    "1e308",
    "1e999",
    "-1e999",
    "1e-320",
    "1e39",
    "9007199254740992",
    "9007199254740993",
    "4294967295",
    "4294967296",
    "4294967300",
    "18446744073709551615",
    "18446744073709551616",
    "[]",
    "{}",
    "\"\"",
    "\"\\ud800\"",
    "\"\\u0000\"",
    "\"\\udc00\\ud800\"",
];

/// A placeholder in the tree for a raw value that it cannot represent.
fn marker(index: usize) -> String {
    format!("\u{e000}{index}\u{e001}")
}

/// Changes the text of a JSON file; `trees` are others to take parts from. Invalid JSON is changed as bytes.
pub fn mutate(text: &mut Vec<u8>, trees: &[Value], u: &mut Unstructured<'_>) -> Result<()> {
    let Ok(mut tree) = serde_json::from_slice(text) else { return bytes::mutate(text, &[], u) };
    let mut raw = Vec::new();
    let changed = (0..u.int_in_range(1..=3)?).try_for_each(|_| change(&mut tree, &mut raw, trees, u));
    let mut written = tree.to_string();
    for (index, raw) in raw.iter().enumerate() {
        written = written.replacen(&format!("\"{}\"", marker(index)), raw, 1);
    }
    *text = written.into_bytes();
    changed
}

/// The places of all values, as JSON pointers.
fn places(tree: &Value) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut next = 0;
    while let Some(place) = found.get(next).cloned() {
        match tree.pointer(&place) {
            Some(Value::Object(fields)) => {
                let escaped = |key: &String| key.replace('~', "~0").replace('/', "~1");
                found.extend(fields.keys().map(|key| format!("{place}/{}", escaped(key))));
            }
            Some(Value::Array(items)) => {
                found.extend((0..items.len()).map(|index| format!("{place}/{index}")))
            }
            _ => {}
        }
        next += 1;
    }
    found
}

/// The parent's pointer and the unescaped key of a JSON pointer.
fn key(place: &str) -> (&str, String) {
    let (parent, key) = place.rsplit_once('/').unwrap_or((place, ""));
    (parent, key.replace("~1", "/").replace("~0", "~"))
}

fn change(tree: &mut Value, raw: &mut Vec<String>, trees: &[Value], u: &mut Unstructured<'_>) -> Result<()> {
    let places = places(tree);
    let place = u.choose(&places)?;
    let (parent, key) = key(place);
    let mut set_raw = |tree: &mut Value, place: &str, text: String| {
        if let Some(value) = tree.pointer_mut(place) {
            *value = Value::String(marker(raw.len()));
            raw.push(text);
        }
    };
    match u.int_in_range(0..=13)? {
        0..=2 => set_raw(tree, place, (*u.choose(&RAW)?).to_owned()),
        3 => match tree.pointer_mut(parent) {
            Some(Value::Object(fields)) => drop(fields.remove(&key)),
            Some(Value::Array(items)) => {
                let at = key.parse().unwrap_or(0);
                if at < items.len() {
                    items.remove(at);
                }
            }
            _ => {}
        },
        4 => {
            let name = *u.choose(&HOSTILE)?;
            if let Some(Value::Object(fields)) = tree.pointer_mut(parent)
                && let Some(value) = fields.remove(&key)
            {
                fields.insert(name.to_owned(), value);
            }
        }
        5 => {
            let value = tree.pointer(place).map_or_else(String::new, Value::to_string);
            let again = if u.arbitrary()? { value.clone() } else { (*u.choose(&RAW)?).to_owned() };
            if matches!(tree.pointer(parent), Some(Value::Object(_))) {
                set_raw(tree, place, format!("{value},{}:{again}", Value::String(key)));
            }
        }
        6 => {
            let hostile = *u.choose(&HOSTILE)?;
            if let Some(Value::String(text)) = tree.pointer_mut(place) {
                let at = text.floor_char_boundary(u.int_in_range(0..=text.len())?);
                if u.arbitrary()? {
                    text.truncate(at);
                }
                text.insert_str(at, hostile);
            }
        }
        7 | 8 => {
            let other = u.choose(trees)?;
            let others = self::places(other);
            let part = other.pointer(u.choose(&others)?).cloned().unwrap_or_default();
            if let Some(value) = tree.pointer_mut(place) {
                *value = part;
            }
        }
        9 => grow(tree.pointer_mut(place), u)?,
        10 => {
            if u.ratio(1, 30)? {
                let depth = *u.choose(&[100, 127, 200, 10_000, 100_000])?;
                let (open, close) = *u.choose(&[
                    ("[", "]"),
                    ("{\"type\":\"Sequence\",\"processors\":[", "]}"),
                    ("{\"a\":", "}"),
                ])?;
                set_raw(tree, place, format!("{}null{}", open.repeat(depth), close.repeat(depth)));
            }
        }
        11 => {
            let other = u.choose(&places)?;
            let (one, two) = (tree.pointer(place).cloned(), tree.pointer(other).cloned());
            for (place, value) in [(place, two), (other, one)] {
                if let (Some(there), Some(value)) = (tree.pointer_mut(place), value) {
                    *there = value;
                }
            }
        }
        _ => {
            if let Some(value) = tree.pointer_mut(place) {
                *value = near(value, u)?;
            }
        }
    }
    Ok(())
}

/// A slightly different value of the same kind.
fn near(value: &Value, u: &mut Unstructured<'_>) -> Result<Value> {
    Ok(match value {
        Value::Bool(value) => Value::Bool(!value),
        Value::Number(number) if number.is_i64() => {
            let number = number.as_i64().unwrap_or(0);
            let others =
                [number + 1, number - 1, number * 2, number * 4, number + 4, -number, number / 2, 1 << 24];
            (*u.choose(&others)?).into()
        }
        Value::Number(number) => {
            (number.as_f64().unwrap_or(0.0) * *u.choose(&[0.5, 10.0, 1e-30, -1.0])?).into()
        }
        Value::String(text) => {
            let mut letters: Vec<char> = text.chars().collect();
            if !letters.is_empty() {
                let at = u.choose_index(letters.len())?;
                letters[at] = *u.choose(&['a', '[', '#', '\u{e9}', ' ', '\\', '.', '*'])?;
            }
            Value::String(letters.into_iter().collect())
        }
        other => other.clone(),
    })
}

/// Makes a list or an object long.
fn grow(value: Option<&mut Value>, u: &mut Unstructured<'_>) -> Result<()> {
    let count = if u.ratio(1, 40)? { 20_000 } else { u.int_in_range(1..=60)? };
    match value {
        Some(Value::Array(items)) if !items.is_empty() => {
            let item = u.choose(items)?.clone();
            items.extend((0..count).map(|_| item.clone()));
        }
        Some(Value::Object(fields)) if !fields.is_empty() => {
            let of: Vec<Value> = fields.values().cloned().collect();
            let value = u.choose(&of)?;
            let numbered: Map<_, _> = (0..count)
                .map(|index| {
                    let value = if value.is_u64() { index.into() } else { value.clone() };
                    (if u.is_empty() { format!("k{index}") } else { index.to_string() }, value)
                })
                .collect();
            fields.extend(numbered);
        }
        Some(Value::String(text)) => *text = text.repeat(count),
        _ => {}
    }
    Ok(())
}
