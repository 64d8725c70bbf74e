//! Changes to a safetensors file: its header as JSON, wrong sizes and offsets, damaged data.

use arbitrary::{Result, Unstructured};
use serde_json::{Map, Value, json};

use super::{bytes, json};

pub fn mutate(file: &mut Vec<u8>, trees: &[Value], u: &mut Unstructured<'_>) -> Result<()> {
    let parts = file
        .split_first_chunk::<8>()
        .and_then(|(length, rest)| rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?));
    let Some((header, data)) = parts else { return bytes::mutate(file, &[], u) };
    let (mut header, mut data) = (header.to_vec(), data.to_vec());
    let mut length = None;
    match u.int_in_range(0..=9)? {
        0 => {
            length = Some(*u.choose(&[
                0,
                1,
                8,
                (header.len() as u64).saturating_sub(1),
                100_000_001,
                1 << 63,
                u64::MAX,
            ])?)
        }
        1 | 2 => json::mutate(&mut header, trees, u)?,
        3 => {
            let number = *u.choose(&[f32::NAN, f32::INFINITY, f32::MAX, -0.0, 1e-45])?;
            let words = data.as_chunks_mut::<4>().0;
            if !words.is_empty() {
                let at = u.choose_index(words.len())?;
                words[at] = number.to_le_bytes();
            }
        }
        4 => data.truncate(u.int_in_range(0..=data.len())?),
        5 => data.extend([0; 4]),
        _ => {
            if let Ok(mut tensors) = serde_json::from_slice::<Map<String, Value>>(&header) {
                retell(&mut tensors, u)?;
                if u.ratio(2, 3)? {
                    lay_out(&mut tensors, &mut data);
                }
                header = Value::Object(tensors).to_string().into_bytes();
            }
        }
    }
    let length = length.unwrap_or(header.len() as u64);
    *file = [&length.to_le_bytes()[..], &header, &data].concat();
    Ok(())
}

/// Changes the header's entry of one tensor.
fn retell(tensors: &mut Map<String, Value>, u: &mut Unstructured<'_>) -> Result<()> {
    // An earlier change may have replaced a tensor's entry.
    let whole = |value: &Value| value["data_offsets"].as_array().is_some_and(|offsets| offsets.len() == 2);
    let names: Vec<String> =
        tensors.iter().filter(|(_, value)| whole(value)).map(|(name, _)| name.clone()).collect();
    if names.is_empty() {
        return Ok(());
    }
    let (name, other) = (u.choose(&names)?, u.choose(&names)?);
    let huge = [0_u64, 1, 2, 1 << 31, 1 << 32, 1 << 63, u64::MAX - 7, u64::MAX];
    match u.int_in_range(0..=6)? {
        0 => tensors[name]["data_offsets"][u.int_in_range(0..=1)?] = (*u.choose(&huge)?).into(),
        1 => tensors[name]["shape"] = json!([u.choose(&huge)?, u.choose(&huge)?]),
        2 => {
            let types = ["F32", "F16", "BF16", "I8", "F64", "I64", "U8", "BOOL", "F4", "F8_E4M3", "C64", "X"];
            tensors[name]["dtype"] = (*u.choose(&types)?).into();
        }
        3 => tensors[name]["data_offsets"] = tensors[other]["data_offsets"].clone(),
        4 => {
            let taken = tensors.remove(name).unwrap_or_default();
            tensors.insert(format!("{name}_scale"), taken);
        }
        5 => {
            let (one, two) = (tensors[name].clone(), tensors[other].clone());
            tensors.insert(name.clone(), two);
            tensors.insert(other.clone(), one);
        }
        _ => drop(tensors.remove(name)),
    }
    Ok(())
}

/// Gives every tensor the offsets that its type and shape require, so that the file is consistent again.
fn lay_out(tensors: &mut Map<String, Value>, data: &mut Vec<u8>) {
    let mut end = 0_u64;
    for (_, tensor) in tensors.iter_mut().filter(|(name, value)| *name != "__metadata__" && value.is_object())
    {
        let bytes = match tensor["dtype"].as_str() {
            Some("F32") => 4,
            Some("F16" | "BF16") => 2,
            Some("F64" | "I64" | "C64") => 8,
            _ => 1,
        };
        let sizes = tensor["shape"].as_array().into_iter().flatten().filter_map(Value::as_u64);
        let size = sizes.fold(bytes, |size: u64, axis| size.saturating_mul(axis));
        // Sizes beyond any test file keep their wrong offsets.
        if size < 1 << 20 {
            tensor["data_offsets"] = json!([end, end + size]);
            end += size;
        }
    }
    data.resize(end as usize, 0);
}
