//! The results of `simcse-lab ablate`, which the lesson shows beside the paper's numbers.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::{Deserialize, Serialize};

use super::{Ablation, Setting};

/// The scores of all ablations with the site's own encoder, made with the command in docs/correctness.md, "Ablations".
static RECORD: LazyLock<AblationRecord> = LazyLock::new(|| {
    // The file is part of the program, and a test parses it.
    serde_json::from_str(include_str!("ablations.json")).unwrap_or_default()
});

/// Runs of one recipe with one option varied at a time.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AblationRecord {
    /// Name of the encoder.
    pub model: String,
    /// File name of the training sentences.
    pub sentences: String,
    /// File name of the triplets.
    pub triplets: Option<String>,
    /// File name of the scored pairs.
    pub pairs: String,
    pub steps: u32,
    pub batch_size: usize,
    pub learning_rate: f64,
    pub pooler: String,
    pub seeds: Vec<u32>,
    /// Spearman × 100 of the untrained model by pooler; `None` (JSON null) where undefined.
    pub before: BTreeMap<String, Option<f64>>,
    /// Spearman × 100 after the last step, by ablation, setting and seed; `None` (JSON null) where undefined.
    pub scores: BTreeMap<String, BTreeMap<String, Vec<Option<f64>>>>,
}

impl AblationRecord {
    /// The record that comes with the site.
    pub fn bundled() -> &'static Self {
        &RECORD
    }

    /// Scores by seed; empty if the setting was not run.
    pub fn scores(&self, ablation: Ablation, setting: &Setting) -> &[Option<f64>] {
        let scores = self.scores.get(ablation.name()).and_then(|settings| settings.get(&setting.key));
        scores.map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sites_record_has_every_setting_with_five_seeds() {
        let record: AblationRecord = serde_json::from_str(include_str!("ablations.json")).unwrap();
        assert_eq!(record.seeds.len(), 5);
        for ablation in Ablation::ALL {
            for setting in ablation.settings() {
                let scores = record.scores(ablation, &setting);
                assert_eq!(scores.len(), 5, "{}", setting.key);
                assert!(scores.iter().all(Option::is_some), "{}", setting.key);
            }
        }
        assert_eq!(AblationRecord::bundled(), &record);
    }
}
