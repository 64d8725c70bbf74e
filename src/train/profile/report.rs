//! The profile of a training step, and its tables in Markdown.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

use crate::{device::MatmulKind, kernels::Ceilings};

/// The label of some buffers, and their bytes in total.
pub type Buffers = (String, u64);

/// The measurements of a training step.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Profile {
    pub adapter: String,
    pub layers: usize,
    pub hidden: usize,
    /// Encoded rows of the batch, in all views.
    pub rows: usize,
    /// Tokens of these rows, without padding.
    pub tokens: usize,
    /// Tokens of the longest row.
    pub longest: usize,
    /// From the host's first call to the arrival of the metrics.
    pub step_milliseconds: f64,
    /// The part of it until everything was recorded and submitted.
    pub host_milliseconds: f64,
    pub dispatches: usize,
    /// Forward and backward.
    pub dispatches_per_layer: usize,
    pub ceilings: Ceilings,
    /// The slowest first; empty on an adapter without timestamp queries.
    pub kernels: Vec<KernelProfile>,
    /// Device buffers by label.
    pub buffers: Vec<Buffers>,
}

/// All calls of a kernel with the same sizes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct KernelProfile {
    /// Entry point of the shader.
    pub kernel: String,
    pub detail: String,
    pub calls: usize,
    pub milliseconds: f64,
    /// Share of the time of all kernels, 0…1.
    pub share: f64,
    pub gigaflops: f64,
    pub gigabytes_per_second: f64,
    /// The larger of its shares of the best matrix product's rate and of a copy's rate. Usually 0…1; above 1 where
    /// operands stay in a cache.
    pub of_ceiling: f64,
}

impl KernelProfile {
    pub fn is_matmul(&self) -> bool {
        ["nt", "nn", "tn"].contains(&self.kernel.as_str())
    }
}

impl Profile {
    /// Share of matrix products in the kernels' time, 0…1; `None` without timestamps.
    pub fn matmul_share(&self) -> Option<f64> {
        let share = self.kernels.iter().filter(|kernel| kernel.is_matmul()).map(|kernel| kernel.share).sum();
        (!self.kernels.is_empty()).then_some(share)
    }

    pub fn gpu_bytes(&self) -> u64 {
        self.buffers.iter().map(|(_, bytes)| bytes).sum()
    }

    /// Buffers of at least a thousandth of all bytes, and smaller ones; the largest first.
    pub fn buffers_by_size(&self) -> (Vec<&Buffers>, Vec<&Buffers>) {
        let mut buffers: Vec<_> = self.buffers.iter().collect();
        buffers.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
        let all = self.gpu_bytes();
        buffers.into_iter().partition(|(_, bytes)| bytes * 1000 >= all)
    }

    /// The profile as tables in Markdown.
    pub fn to_markdown(&self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = self.write_markdown(&mut text);
        text
    }

    fn write_markdown(&self, text: &mut String) -> std::fmt::Result {
        writeln!(
            text,
            "{} layers × {}, {} rows of up to {} tokens, {} tokens, on {}\n",
            self.layers, self.hidden, self.rows, self.longest, self.tokens, self.adapter
        )?;
        writeln!(text, "| | |\n|---|---|")?;
        writeln!(text, "| step | {:.1} ms |", self.step_milliseconds)?;
        writeln!(text, "| of it the host's recording | {:.2} ms |", self.host_milliseconds)?;
        writeln!(text, "| dispatches | {}, {} a layer |", self.dispatches, self.dispatches_per_layer)?;
        if let Some(share) = self.matmul_share() {
            writeln!(text, "| matrix products' share of the kernels' time | {:.1} % |", 100.0 * share)?;
        }
        for (kind, rate) in &self.ceilings.matmul_gigaflops {
            let kind = kind.map_or("all cores", MatmulKind::name);
            writeln!(text, "| ceiling: square product, {kind} | {rate:.1} GFLOP/s |")?;
        }
        writeln!(text, "| ceiling: copy | {:.1} GB/s |", self.ceilings.copy_gigabytes_per_second)?;
        writeln!(text, "| GPU memory | {:.1} MiB |", mebibytes(self.gpu_bytes()))?;

        if self.kernels.is_empty() {
            writeln!(text, "\nThis adapter has no timestamp queries: no times of single kernels.")?;
        } else {
            writeln!(text, "\n| kernel | sizes | calls | ms | share | GFLOP/s | GB/s | of ceiling |")?;
            writeln!(text, "|---|---|--:|--:|--:|--:|--:|--:|")?;
        }
        for kernel in &self.kernels {
            writeln!(
                text,
                "| {} | {} | {} | {:.2} | {:.1} % | {:.2} | {:.2} | {:.0} % |",
                kernel.kernel,
                kernel.detail,
                kernel.calls,
                kernel.milliseconds,
                100.0 * kernel.share,
                kernel.gigaflops,
                kernel.gigabytes_per_second,
                100.0 * kernel.of_ceiling
            )?;
        }
        writeln!(text, "\n| buffers | MiB |\n|---|--:|")?;
        let (large, small) = self.buffers_by_size();
        for (label, bytes) in large {
            writeln!(text, "| {label} | {:.2} |", mebibytes(*bytes))?;
        }
        let rest = small.iter().map(|(_, bytes)| bytes).sum();
        writeln!(text, "| {} smaller kinds | {:.2} |", small.len(), mebibytes(rest))
    }
}

fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_below_a_thousandth_of_all_bytes_are_small() {
        let buffers = [("a", 9), ("b", 1_000), ("c", 8_981), ("d", 10)];
        let profile = Profile {
            adapter: String::new(),
            layers: 1,
            hidden: 4,
            rows: 2,
            tokens: 6,
            longest: 3,
            step_milliseconds: 1.0,
            host_milliseconds: 0.1,
            dispatches: 30,
            dispatches_per_layer: 19,
            ceilings: Ceilings { copy_gigabytes_per_second: 1.0, matmul_gigaflops: Vec::new() },
            kernels: Vec::new(),
            buffers: buffers.map(|(label, bytes)| (label.to_owned(), bytes)).into(),
        };
        let labels = |of: Vec<&Buffers>| of.iter().map(|(label, _)| label.clone()).collect::<String>();
        let (large, small) = profile.buffers_by_size();
        // Of 10,000 bytes, ten are a thousandth.
        assert_eq!((labels(large), labels(small)), ("cbd".to_owned(), "a".to_owned()));
    }
}
