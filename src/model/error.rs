//! Errors of loading and writing a model.

use thiserror::Error;

use super::Pooler;
use crate::localize::{Localize, Localized, display_localized, messages};

/// Why a model cannot be loaded or written. A message about a file names it, what was found and what was expected;
/// `file` is the name that the caller gave (a path, or a dropped file's name).
#[derive(Debug, Clone, Error)]
pub enum ModelError {
    /// A JSON file (config.json, simcse.json, modules.json …) does not parse.
    NotJson { file: String, reason: Localized },

    /// A required field of config.json is absent.
    MissingField { file: String, field: String },

    /// A field has a value that makes no sense or that this engine does not support.
    Field { file: String, field: Localized, found: String, expected: Localized },

    /// Not a safetensors file, cut short, or with a header that contradicts itself.
    Container { file: String, reason: Localized },

    /// The file is intact, but holds no BERT or RoBERTa encoder.
    NoEncoder { file: String, found: Vec<String> },

    /// Tensors that config.json calls for are absent.
    MissingTensors { file: String, missing: Vec<String> },

    /// A tensor's shape disagrees with config.json.
    Shape { file: String, tensor: String, found: Vec<usize>, expected: Vec<usize> },

    /// A weight is stored in a type that is not a supported floating-point type.
    Dtype { file: String, tensor: String, dtype: String },

    /// A weight is NaN or infinite. `index` counts elements in row-major order.
    NotFinite { file: String, tensor: String, index: usize, value: f32 },

    /// Training or exporting with [`Pooler::Own`](super::Pooler::Own), modules that match no pooler of SimCSE.
    OwnPooling,

    /// float16 weights are only supported on a GPU.
    HalvesOnCpu,

    /// A weight is too large for float16. `index` counts elements in row-major order.
    BeyondHalf { tensor: String, index: usize, value: f32 },

    /// The pooler needs a head that the checkpoint does not have.
    NoHead,

    /// The device cannot hold or run the model.
    Device(#[from] crate::device::DeviceError),

    /// Files that a model folder must have are missing.
    MissingFiles { missing: Vec<Localized>, found: Vec<String> },

    /// The set of files is ambiguous or in a form that is not supported.
    Files { file: String, reason: Localized },
}

/// At most this many names are listed in a message; the variants hold all of them.
const NAMES_IN_MESSAGE: usize = 12;

fn listed(names: &[String]) -> Localized {
    match names.len() {
        0 => messages::listed_none(),
        n if n <= NAMES_IN_MESSAGE => names.join(", ").into(),
        n => {
            let (names, more) = (names[..NAMES_IN_MESSAGE].join(", "), n - NAMES_IN_MESSAGE);
            messages::listed_more(names, more)
        }
    }
}

impl Localize for ModelError {
    fn localized(&self) -> Localized {
        match self {
            Self::NotJson { file, reason } => messages::model_not_json(file, reason),
            Self::MissingField { file, field } => messages::model_missing_field(file, field),
            Self::Field { file, field, found, expected } => {
                messages::model_field(file, field, found, expected)
            }
            Self::Container { file, reason } => messages::model_container(file, reason),
            Self::NoEncoder { file, found } => messages::model_no_encoder(file, listed(found)),
            Self::MissingTensors { file, missing } => {
                messages::model_missing_tensors(file, missing.len(), listed(missing))
            }
            Self::Shape { file, tensor, found, expected } => {
                let (found, expected) = (format!("{found:?}"), format!("{expected:?}"));
                messages::model_wrong_shape(file, tensor, found, expected)
            }
            Self::Dtype { file, tensor, dtype } => messages::model_dtype(file, tensor, dtype),
            Self::NotFinite { file, tensor, index, value } => {
                messages::model_not_finite(file, tensor, value, index)
            }
            Self::OwnPooling => messages::model_own_pooling(Pooler::ALL.map(Pooler::name).join(", ")),
            Self::HalvesOnCpu => messages::model_halves_on_cpu(),
            Self::BeyondHalf { tensor, index, value } => messages::model_beyond_half(tensor, value, index),
            Self::NoHead => messages::model_no_head(),
            Self::Device(error) => error.localized(),
            Self::MissingFiles { missing, found } => {
                let missing = Localized::all(missing.iter().cloned());
                messages::model_missing_files(missing, listed(found))
            }
            Self::Files { file, reason } => messages::model_files(file, reason),
        }
    }
}

display_localized!(ModelError);
