//! Weights from along the run, to look back through.

use std::collections::BTreeMap;

use crate::model::HostTensor;

type Weights = BTreeMap<String, HostTensor>;

/// Bytes that all of them together may take of the tab's memory.
const BUDGET: usize = 512 << 20;

/// Weights by step, the earliest first. Where they get too many, every other one goes.
#[derive(Default)]
pub struct Checkpoints {
    kept: Vec<(u32, Weights)>,
}

impl Checkpoints {
    /// Keeps `weights`, unless two of them would be too much already. What a run did beyond `step` before it was taken
    /// back there is forgotten.
    pub fn keep(&mut self, step: u32, weights: Weights) {
        self.kept.retain(|(kept, _)| *kept < step);
        let bytes = bytes(&weights);
        if 2 * bytes > BUDGET {
            return;
        }
        self.kept.push((step, weights));
        while self.kept.len() * bytes > BUDGET {
            // The last one stays.
            let last = self.kept.len() - 1;
            let mut index = 0;
            self.kept.retain(|_| {
                index += 1;
                (last + 1 - index).is_multiple_of(2)
            });
        }
    }

    pub fn steps(&self) -> Vec<u32> {
        self.kept.iter().map(|(step, _)| *step).collect()
    }

    pub fn at(&self, step: u32) -> Option<&Weights> {
        self.kept.iter().find(|(kept, _)| *kept == step).map(|(_, weights)| weights)
    }
}

fn bytes(weights: &Weights) -> usize {
    weights.values().map(|tensor| size_of_val(tensor.data.as_slice())).sum()
}
