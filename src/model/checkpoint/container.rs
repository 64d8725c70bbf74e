//! Reads and writes safetensors files, checking a file's header and sizes before its tensors are read.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
};

use half::f16;
use safetensors::tensor::{Dtype, Metadata, TensorInfo, TensorView};

use super::HostTensor;
use crate::{
    localize::{Localized, messages},
    model::ModelError,
    wrong_file::stand_in,
};

/// Suffix of the tensor with an I8 matrix's scales, one per row, as in compressed-tensors (`weight`, `weight_scale`),
/// with which transformers reads such files.
const SCALE: &str = "_scale";

/// The format's own limit of a header's length in bytes.
pub const MAX_HEADER: usize = 100_000_000;

/// A parsed safetensors file over borrowed bytes. Every tensor's byte range lies within the file.
pub(crate) struct Container<'a> {
    file: &'a str,
    metadata: Metadata,
    data: &'a [u8],
}

impl<'a> Container<'a> {
    /// Parses the header and checks it against the file's length before anything is read or allocated.
    ///
    /// `SafeTensors::deserialize` is not used for this: it adds up sizes from the header without a check
    /// for overflow, and its errors cannot tell a cut download from a damaged one.
    pub fn parse(file: &'a str, bytes: &'a [u8]) -> Result<Self, ModelError> {
        if let Some(reason) = stand_in(bytes) {
            return Err(ModelError::Files { file: file.to_owned(), reason });
        }
        let broken = |reason: Localized| ModelError::Container { file: file.to_owned(), reason };
        let Some((length, rest)) = bytes.split_first_chunk::<8>() else {
            return Err(broken(messages::container_short(bytes.len())));
        };
        let length = u64::from_le_bytes(*length);
        let Some(header_length) = usize::try_from(length).ok().filter(|&length| length <= MAX_HEADER) else {
            return Err(broken(messages::container_header_length(length)));
        };
        if header_length > rest.len() {
            return Err(broken(messages::container_header_cut(header_length, rest.len())));
        }
        let (header, data) = rest.split_at(header_length);
        let metadata: Metadata = serde_json::from_slice(header)
            .map_err(|error| broken(messages::container_header_unreadable(error.to_string())))?;
        let promised = metadata.data_len();
        if promised > data.len() {
            return Err(broken(messages::container_cut(promised, data.len())));
        }
        if promised < data.len() {
            return Err(broken(messages::container_rest(data.len() - promised)));
        }
        Ok(Container { file, metadata, data })
    }

    /// The names of all tensors, sorted.
    pub fn keys(&self) -> Vec<String> {
        let mut keys = self.metadata.offset_keys();
        keys.sort_unstable();
        keys
    }

    /// Reads a tensor as f32 after checking its shape; `None` where the file has no such key.
    pub fn read(&self, key: &str, expected: &[usize]) -> Result<Option<(HostTensor, Dtype)>, ModelError> {
        let Some(info) = self.metadata.info(key) else {
            return Ok(None);
        };
        if info.shape != expected {
            return Err(ModelError::Shape {
                file: self.file.to_owned(),
                tensor: key.to_owned(),
                found: info.shape.clone(),
                expected: expected.to_vec(),
            });
        }
        let data = self.floats(key, info)?;
        if let Some(index) = data.iter().position(|value| !value.is_finite()) {
            return Err(ModelError::NotFinite {
                file: self.file.to_owned(),
                tensor: key.to_owned(),
                index,
                value: data[index],
            });
        }
        Ok(Some((HostTensor { shape: info.shape.clone(), data }, info.dtype)))
    }

    fn floats(&self, key: &str, info: &TensorInfo) -> Result<Vec<f32>, ModelError> {
        let (start, end) = info.data_offsets;
        let bytes = &self.data[start..end];
        match info.dtype {
            Dtype::F32 => Ok(bytes.as_chunks().0.iter().map(|&b| f32::from_le_bytes(b)).collect()),
            Dtype::F16 => Ok(bytes.as_chunks().0.iter().map(|&b| f16::from_le_bytes(b).to_f32()).collect()),
            Dtype::BF16 => {
                Ok(bytes.as_chunks().0.iter().map(|&b| half::bf16::from_le_bytes(b).to_f32()).collect())
            }
            Dtype::I8 => self.scaled(key, info, bytemuck::cast_slice(bytes)),
            other => Err(self.wrong_dtype(key, other)),
        }
    }

    /// An I8 matrix: each byte times the scale of its row.
    fn scaled(&self, key: &str, info: &TensorInfo, bytes: &[i8]) -> Result<Vec<f32>, ModelError> {
        let rows = info.shape.first().copied().unwrap_or(0);
        let scale = format!("{key}{SCALE}");
        let of_rows = |info: &&TensorInfo| {
            info.dtype != Dtype::I8 && [&[rows][..], &[rows, 1]].contains(&&info.shape[..])
        };
        // With a zero point it is another format, which is not supported.
        let around_zero = self.metadata.info(&format!("{key}_zero_point")).is_none();
        let Some(scales) = self.metadata.info(&scale).filter(of_rows).filter(|_| around_zero) else {
            return Err(self.wrong_dtype(key, Dtype::I8));
        };
        let scales = self.floats(&scale, scales)?;
        let width = bytes.len() / rows.max(1);
        // Allocated once: a growing Vec holds up to three times as much while it moves.
        let mut values = Vec::with_capacity(bytes.len());
        for (row, scale) in bytes.chunks_exact(width.max(1)).zip(scales) {
            values.extend(row.iter().map(|byte| f32::from(*byte) * scale));
        }
        Ok(values)
    }

    fn wrong_dtype(&self, key: &str, dtype: Dtype) -> ModelError {
        ModelError::Dtype { file: self.file.to_owned(), tensor: key.to_owned(), dtype: dtype.to_string() }
    }
}

/// Writes F32 tensors under the names given, with the metadata `format: pt` that `transformers` requires. The same
/// tensors give the same bytes.
///
/// # Errors
/// A tensor whose data does not fill its shape.
pub fn write_safetensors(tensors: &BTreeMap<&str, &HostTensor>) -> Result<Vec<u8>, ModelError> {
    write(tensors.iter().map(|(name, tensor)| {
        // Every target of this program is little-endian, as the format is.
        (*name, Dtype::F32, &tensor.shape, Cow::Borrowed(bytemuck::cast_slice(&tensor.data)))
    }))
}

/// The same with every number rounded to F16: half the bytes.
pub fn write_safetensors_f16(tensors: &BTreeMap<&str, &HostTensor>) -> Result<Vec<u8>, ModelError> {
    write(tensors.iter().map(|(name, tensor)| {
        let halves: Vec<f16> = tensor.data.iter().map(|value| f16::from_f32(*value)).collect();
        (*name, Dtype::F16, &tensor.shape, Cow::Owned(bytemuck::cast_slice(&halves).to_vec()))
    }))
}

/// The same with matrices as I8 and one scale per row: x ≈ round(x / s)·s with s = max |row| / 127. A quarter of the
/// bytes. Other tensors stay F32.
pub fn write_safetensors_i8(tensors: &BTreeMap<&str, &HostTensor>) -> Result<Vec<u8>, ModelError> {
    let bytes_of = |values: &[f32]| -> Vec<u8> { bytemuck::cast_slice(values).to_vec() };
    let mut written = Vec::new();
    for (name, tensor) in tensors {
        let [rows, width] = tensor.shape[..] else {
            written.push(((*name).to_owned(), Dtype::F32, tensor.shape.clone(), bytes_of(&tensor.data)));
            continue;
        };
        let mut scales = Vec::with_capacity(rows);
        let mut bytes = Vec::with_capacity(tensor.data.len());
        for row in tensor.data.chunks_exact(width) {
            let largest = row.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
            let scale = if largest > 0.0 { largest / 127.0 } else { 1.0 };
            scales.push(scale);
            bytes.extend(row.iter().map(|value| (value / scale).round() as i8 as u8));
        }
        written.push(((*name).to_owned(), Dtype::I8, tensor.shape.clone(), bytes));
        written.push((format!("{name}{SCALE}"), Dtype::F32, vec![rows, 1], bytes_of(&scales)));
    }
    write(
        written
            .iter()
            .map(|(name, dtype, shape, data)| (name.as_str(), *dtype, shape, Cow::Borrowed(&data[..]))),
    )
}

/// Whether `key` names the scales of a tensor that `used` says was read.
pub(super) fn is_scale_of(key: &str, used: impl Fn(&str) -> bool) -> bool {
    key.strip_suffix(SCALE).is_some_and(used)
}

/// Serialises tensors given by name, type, shape and data.
fn write<'a>(
    tensors: impl Iterator<Item = (&'a str, Dtype, &'a Vec<usize>, Cow<'a, [u8]>)>,
) -> Result<Vec<u8>, ModelError> {
    let tensors: Vec<_> = tensors.collect();
    let broken = |reason: String| ModelError::Container {
        file: "model.safetensors".to_owned(),
        reason: reason.into(),
    };
    let views = tensors
        .iter()
        .map(|(name, dtype, shape, data)| {
            TensorView::new(*dtype, (*shape).clone(), data)
                .map(|view| (*name, view))
                .map_err(|error| broken(format!("{name}: {error}")))
        })
        .collect::<Result<Vec<_>, _>>()?;
    let metadata = HashMap::from([("format".to_owned(), "pt".to_owned())]);
    safetensors::serialize(views, Some(metadata)).map_err(|error| broken(error.to_string()))
}
