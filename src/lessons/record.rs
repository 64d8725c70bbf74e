//! What `simcse-lab ablate` found, as the lesson shows it beside the paper's numbers.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::{Deserialize, Serialize};

use super::{Ablation, Setting};

/// The scores of all ablations with the site's own encoder; made by the command in docs/correctness.md "Ablations".
static RECORD: LazyLock<AblationRecord> = LazyLock::new(|| {
    // A test reads the same text.
    serde_json::from_str(include_str!("ablations.json")).unwrap_or_default()
});

/// Runs of one recipe with everything varied in turn.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AblationRecord {
    pub model: String,
    /// File names: what was trained on, and the pairs that were scored.
    pub sentences: String,
    pub triplets: Option<String>,
    pub pairs: String,
    pub steps: u32,
    pub batch_size: usize,
    pub learning_rate: f64,
    pub pooler: String,
    pub seeds: Vec<u32>,
    /// Spearman × 100 of the untrained model with each pooler; `None` (JSON null) where undefined, as below.
    pub before: BTreeMap<String, Option<f64>>,
    /// Spearman × 100 after the last step, by seed; by ablation and setting.
    pub scores: BTreeMap<String, BTreeMap<String, Vec<Option<f64>>>>,
}

impl AblationRecord {
    /// The one that the site comes with.
    pub fn of_the_site() -> &'static Self {
        &RECORD
    }

    /// By seed; empty where the setting was not run.
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
        assert_eq!(AblationRecord::of_the_site(), &record);
    }
}
