//! The stages of a LayerNorm kernel with their lines in shaders/layer_norm.wgsl, and their numbers for one row.

use crate::verify::reference::kernels::layer_norm;

/// Numbers in the row: two of the shader's vec4s.
pub const WIDTH: usize = 8;
/// BERT's `layer_norm_eps`.
pub const EPSILON: f32 = 1e-12;

/// A stage of the kernels: its formula, and how its first and last lines in the shader begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KernelStage {
    pub formula: &'static str,
    first: &'static str,
    last: &'static str,
    pub backward: bool,
}

pub const KERNEL_STAGES: [KernelStage; 6] = [
    KernelStage {
        formula: "μ = (1/H) · Σ sᵢ",
        first: "var total = vec4(0.0);",
        last: "let mean = team_sum(",
        backward: false,
    },
    KernelStage {
        formula: "σ² = (1/H) · Σ (sᵢ − μ)²",
        first: "var squares = vec4(0.0);",
        last: "let variance = team_sum(",
        backward: false,
    },
    KernelStage {
        formula: "r = 1 / √(σ² + ε)",
        first: "let scale = 1.0 / sqrt(",
        last: "let scale = 1.0 / sqrt(",
        backward: false,
    },
    KernelStage {
        formula: "yᵢ = γᵢ · (sᵢ − μ) · r + βᵢ",
        first: "let y = (",
        last: "normalized[start + i] = ",
        backward: false,
    },
    KernelStage {
        formula: "gᵢ = γᵢ · dyᵢ,  x̂ᵢ = (sᵢ − μ) · r,  mean(g), mean(g·x̂)",
        first: "var gradient = vec4(0.0);",
        last: "let means = team_sums(",
        backward: true,
    },
    KernelStage {
        formula: "dsᵢ = (gᵢ − mean(g) − x̂ᵢ · mean(g·x̂)) · r",
        first: "let g = weights[i]",
        last: "dx[start + i] = ",
        backward: true,
    },
];

impl KernelStage {
    /// The stage's lines of the shader, without their common indentation.
    pub fn code(&self) -> String {
        let source = include_str!("../../shaders/layer_norm.wgsl");
        let lines: Vec<&str> = source.lines().collect();
        // The last such line before `last`: an earlier one belongs to an earlier stage.
        let begins = |line: &str, with: &str| line.trim_start().starts_with(with);
        let last = lines.iter().position(|line| begins(line, self.last)).unwrap_or(0);
        let first = lines[..=last].iter().rposition(|line| begins(line, self.first)).unwrap_or(last);
        let indent = |line: &&str| line.len() - line.trim_start().len();
        let least = lines[first..=last].iter().filter(|line| !line.is_empty()).map(indent).min().unwrap_or(0);
        lines[first..=last].iter().map(|line| line.get(least..).unwrap_or("")).collect::<Vec<_>>().join("\n")
    }
}

/// The stages' numbers for one row in `f64`, with γ = 1 and β = 0.
#[derive(Debug, Clone, PartialEq)]
pub struct RowInFull {
    pub mean: f64,
    pub variance: f64,
    /// 1 / √(σ² + ε).
    pub scale: f64,
    pub y: Vec<f64>,
    /// mean(g) and mean(g·x̂).
    pub means: [f64; 2],
    pub dx: Vec<f64>,
}

impl RowInFull {
    /// `x` is the row, `dy` the gradient of its output, [WIDTH] each.
    pub fn new(x: &[f64; WIDTH], dy: &[f64; WIDTH]) -> Self {
        let (weight, bias, epsilon) = ([1.0; WIDTH], [0.0; WIDTH], f64::from(EPSILON));
        let forward = layer_norm::forward(x, &weight, &bias, epsilon);
        let backward = layer_norm::backward(x, &weight, dy, epsilon);
        let (mean, scale) = (forward.mean[0], forward.inverse_deviation[0]);
        let mean_of = |of: &dyn Fn(usize) -> f64| (0..WIDTH).map(of).sum::<f64>() / WIDTH as f64;
        let means = [mean_of(&|i| dy[i]), mean_of(&|i| dy[i] * forward.output[i])];
        let variance = mean_of(&|i| (x[i] - mean).powi(2));
        Self { mean, variance, scale, y: forward.output, means, dx: backward.x }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stage_shows_the_lines_that_compute_it() {
        let code = KERNEL_STAGES.map(|stage| stage.code());
        let lines = code.each_ref().map(|code| code.lines().count());
        assert_eq!(lines, [10, 6, 1, 2, 9, 5], "{code:#?}");
        for (stage, code) in KERNEL_STAGES.iter().zip(&code) {
            assert!(code.starts_with(stage.first), "{code}");
            assert!(
                code.lines().last().is_some_and(|line| line.trim_start().starts_with(stage.last)),
                "{code}"
            );
        }
    }

    #[test]
    fn a_normalised_row_has_mean_0_and_variance_1_and_a_gradient_orthogonal_to_one_and_to_itself() {
        let row = RowInFull::new(
            &[0.5, -1.0, 2.0, 0.25, -0.5, 1.5, -2.0, 0.0],
            &[1.0, 0.0, -0.5, 0.0, 0.3, 0.0, 0.0, 0.2],
        );
        let sum = |values: &[f64]| values.iter().sum::<f64>();
        assert!(sum(&row.y).abs() < 1e-12);
        assert!((row.y.iter().map(|y| y * y).sum::<f64>() / WIDTH as f64 - 1.0).abs() < 1e-9);
        assert!(sum(&row.dx).abs() < 1e-12);
        assert!(row.dx.iter().zip(&row.y).map(|(dx, y)| dx * y).sum::<f64>().abs() < 1e-9);
        assert!((row.scale - 1.0 / row.variance.sqrt()).abs() < 1e-9);
    }
}
