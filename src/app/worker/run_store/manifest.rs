//! What a kept run was made of, as `run.json` in its folder says it.

use serde::{Deserialize, Serialize};

use crate::{app::worker::inputs::InputFile, device::MatmulKind, runs::Outcome, train::TrainOptions};

pub const VERSION: u32 = 1;

/// A run and all that it reads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    pub version: u32,
    /// When it began, milliseconds since 1970.
    pub id: u64,
    pub options: TrainOptions,
    /// Steps of the whole run.
    pub total: u32,
    /// Share of the training text's tokens that the model's vocabulary does not know.
    pub unknown_share: f64,
    /// Which matrix product of the GPU's computed; another one rounds otherwise.
    pub matmul: Option<MatmulKind>,
    pub model_name: String,
    pub model: Vec<InputFile>,
    pub training: KeptText,
    pub evaluation: Option<KeptText>,
    /// Synonyms, where the recipe has words replaced.
    pub dictionary: Option<InputFile>,
    pub outcome: Outcome,
}

/// A text of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeptText {
    pub name: String,
    pub file: InputFile,
    /// Whether it came as items in a request and not as a file.
    pub items: bool,
}

impl Manifest {
    /// All files that it reads.
    pub fn inputs(&self) -> impl Iterator<Item = &InputFile> {
        let texts = [Some(&self.training), self.evaluation.as_ref()].into_iter().flatten();
        self.model.iter().chain(texts.map(|text| &text.file)).chain(&self.dictionary)
    }
}
