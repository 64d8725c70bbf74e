//! Errors of loading and writing a model.

use thiserror::Error;

use crate::said::{Reason, Said, Say, reason, said};

/// Why a model cannot be loaded or written. A message about a file names it, what was found and what was expected;
/// `file` is the name that the caller gave (a path, or a dropped file's name).
#[derive(Debug, Clone, Error)]
pub enum ModelError {
    /// A JSON file (config.json, simcse.json, modules.json …) does not parse.
    #[error("{file}: not valid JSON: {reason}")]
    NotJson { file: String, reason: Reason },

    /// A required field of config.json is absent.
    #[error("{file}: the field \"{field}\" is missing; is this the config.json of a BERT encoder?")]
    MissingField { file: String, field: String },

    /// A field has a value that makes no sense or that this engine does not support.
    #[error("{file}: \"{field}\" is {found}; expected {expected}")]
    Field { file: String, field: Reason, found: String, expected: Reason },

    /// Not a safetensors file, cut short, or with a header that contradicts itself.
    #[error("{file}: not a usable safetensors file: {reason}")]
    Container { file: String, reason: Reason },

    /// The file is intact, but holds no BERT or RoBERTa encoder.
    #[error(
        "{file}: no BERT encoder in it: no tensor is named …embeddings.word_embeddings.weight; it holds {}",
        listed(found)
    )]
    NoEncoder { file: String, found: Vec<String> },

    /// Tensors that config.json calls for are absent.
    #[error(
        "{file}: {} missing that config.json calls for: {}",
        count(missing, "tensor is", "tensors are"),
        listed(missing)
    )]
    MissingTensors { file: String, missing: Vec<String> },

    /// A tensor's shape disagrees with config.json.
    #[error(
        "{file}: tensor {tensor} has shape {found:?}, while config.json makes it {expected:?}; \
         are the weights and config.json of the same model?"
    )]
    Shape { file: String, tensor: String, found: Vec<usize>, expected: Vec<usize> },

    /// A weight is stored in a type that is not a supported floating-point type.
    #[error(
        "{file}: tensor {tensor} is stored as {dtype}; weights must be F32, F16, BF16, or I8 with a scale for each row (NAME_scale)"
    )]
    Dtype { file: String, tensor: String, dtype: String },

    /// A weight is NaN or infinite. `index` counts elements in row-major order.
    #[error(
        "{file}: tensor {tensor} is {value} at element {index}; the weights are damaged or diverged in training"
    )]
    NotFinite { file: String, tensor: String, index: usize, value: f32 },

    /// Training or exporting with [`Pooler::Own`](super::Pooler::Own), modules that match no pooler of SimCSE.
    #[error(
        "the model's own pooling (the pooler own) can be used, but not trained; choose one of cls, cls_before_pooler, \
         avg, avg_top2, avg_first_last"
    )]
    OwnPooling,

    /// float16 weights are only supported on a GPU.
    #[error(
        "--weights f16 is for a GPU; the CPU computes in float32: leave the option out, or choose --device gpu"
    )]
    HalvesOnCpu,

    /// A weight is too large for float16. `index` counts elements in row-major order.
    #[error(
        "tensor {tensor} is {value} at element {index}, but float16 ends at 65504: leave --weights f16 out"
    )]
    BeyondHalf { tensor: String, index: usize, value: f32 },

    /// The pooler needs a head that the checkpoint does not have.
    #[error(
        "the pooler \"cls\" needs a head, and the checkpoint has neither mlp.dense nor pooler.dense; \
         use the pooler cls_before_pooler or avg"
    )]
    NoHead,

    /// The device cannot hold or run the model.
    #[error(transparent)]
    Gpu(#[from] crate::device::DeviceError),

    /// Files that a model folder must have are missing.
    #[error("the model is incomplete: missing {}; found {}", Reason::all(missing.iter().cloned()), listed(found))]
    MissingFiles { missing: Vec<Reason>, found: Vec<String> },

    /// The set of files is ambiguous or in a form that is not supported.
    #[error("{file}: {reason}")]
    Files { file: String, reason: Reason },
}

/// At most this many names are listed in a message; the variants hold all of them.
const NAMES_IN_MESSAGE: usize = 12;

fn listed(names: &[String]) -> Reason {
    match names.len() {
        0 => reason!("listed-none", "nothing"),
        n if n <= NAMES_IN_MESSAGE => names.join(", ").into(),
        n => {
            let (names, more) = (names[..NAMES_IN_MESSAGE].join(", "), n - NAMES_IN_MESSAGE);
            reason!("listed-more", "{names} and {more} more", names, more)
        }
    }
}

fn count(names: &[String], one: &str, many: &str) -> String {
    format!("{} {}", names.len(), if names.len() == 1 { one } else { many })
}

impl Say for ModelError {
    fn said(&self) -> Option<Said> {
        Some(match self {
            Self::NotJson { file, reason } => said!("model-not-json", file, reason),
            Self::MissingField { file, field } => said!("model-missing-field", file, field),
            Self::Field { file, field, found, expected } => {
                said!("model-field", file, field, found, expected)
            }
            Self::Container { file, reason } => said!("model-container", file, reason),
            Self::NoEncoder { file, found } => said!("model-no-encoder", file, found = listed(found)),
            Self::MissingTensors { file, missing } => {
                said!("model-missing-tensors", file, count = missing.len(), missing = listed(missing))
            }
            Self::Shape { file, tensor, found, expected } => {
                let (found, expected) = (format!("{found:?}"), format!("{expected:?}"));
                said!("model-wrong-shape", file, tensor, found, expected)
            }
            Self::Dtype { file, tensor, dtype } => said!("model-dtype", file, tensor, dtype),
            Self::NotFinite { file, tensor, index, value } => {
                said!("model-not-finite", file, tensor, index, value)
            }
            Self::OwnPooling => said!("model-own-pooling"),
            Self::HalvesOnCpu => said!("model-halves-on-cpu"),
            Self::BeyondHalf { tensor, index, value } => said!("model-beyond-half", tensor, index, value),
            Self::NoHead => said!("model-no-head"),
            Self::Gpu(error) => return error.said(),
            Self::MissingFiles { missing, found } => {
                let missing = Reason::all(missing.iter().cloned());
                said!("model-missing-files", missing, found = listed(found))
            }
            Self::Files { file, reason } => said!("model-files", file, reason),
        })
    }
}
