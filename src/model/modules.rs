//! What sentence-transformers does around the encoder: to texts before it, and to token states after it where no
//! pooler of SimCSE does the same. Modules after the encoder run on the host; they can be used, but not trained.

use strum::IntoStaticStr;

use libm::erff;

use super::HostTensor;

/// The settings of a folder's sentence-transformers files.
#[derive(Debug, Clone, PartialEq)]
pub struct SentenceRules {
    /// The modules of the pooler [`Own`](super::Pooler::Own); `None` where a pooler of SimCSE does the same.
    pub modules: Option<SentenceModules>,
    /// Scale vectors to length 1.
    pub normalize: bool,
    /// Lower-case texts before tokenizing.
    pub lower_case: bool,
    /// Put before every text that is encoded, but not in training. An empty prompt counts too: without `include_prompt`
    /// its tokens, here only the first special token, are not pooled.
    pub prompt: Option<String>,
    /// Pool the prompt's tokens with the others.
    pub include_prompt: bool,
    /// config_sentence_transformers.json as loaded, for an export.
    pub file: Option<Vec<u8>>,
}

impl Default for SentenceRules {
    fn default() -> Self {
        Self {
            modules: None,
            normalize: false,
            lower_case: false,
            prompt: None,
            include_prompt: true,
            file: None,
        }
    }
}

/// How the module `Pooling` of sentence-transformers makes one vector of a sentence's token states. Several modes are
/// concatenated, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr)]
pub enum PoolMode {
    /// The first token's state.
    #[strum(serialize = "cls")]
    Cls,
    #[strum(serialize = "max")]
    Max,
    #[strum(serialize = "mean")]
    Mean,
    /// The sum divided by the square root of the number of tokens.
    #[strum(serialize = "mean_sqrt_len_tokens")]
    MeanSqrtLen,
    /// The mean weighted by position, from 1 on.
    #[strum(serialize = "weightedmean")]
    WeightedMean,
    #[strum(serialize = "lasttoken")]
    LastToken,
}

impl PoolMode {
    pub const ALL: [Self; 6] =
        [Self::Cls, Self::Max, Self::Mean, Self::MeanSqrtLen, Self::WeightedMean, Self::LastToken];

    /// The value of `pooling_mode` in version 6 of sentence-transformers.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The flag in older versions of sentence-transformers.
    pub fn flag(self) -> &'static str {
        match self {
            Self::Cls => "pooling_mode_cls_token",
            Self::Max => "pooling_mode_max_tokens",
            Self::Mean => "pooling_mode_mean_tokens",
            Self::MeanSqrtLen => "pooling_mode_mean_sqrt_len_tokens",
            Self::WeightedMean => "pooling_mode_weightedmean_tokens",
            Self::LastToken => "pooling_mode_lasttoken",
        }
    }
}

/// The activation of a `Dense` module: classes of `torch.nn` with their default arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    Identity,
    Tanh,
    Relu,
    Relu6,
    Gelu,
    Sigmoid,
    Silu,
    Mish,
    Elu,
    Selu,
    LeakyRelu,
    Softplus,
    Softsign,
    Hardtanh,
    Hardsigmoid,
    Hardswish,
    LogSigmoid,
    Tanhshrink,
}

impl Activation {
    /// Finds an activation by the last part of its class name.
    pub fn named(class: &str) -> Option<Self> {
        Some(match class.rsplit('.').next()? {
            "Identity" => Self::Identity,
            "Tanh" => Self::Tanh,
            "ReLU" => Self::Relu,
            "ReLU6" => Self::Relu6,
            "GELU" => Self::Gelu,
            "Sigmoid" => Self::Sigmoid,
            "SiLU" => Self::Silu,
            "Mish" => Self::Mish,
            "ELU" | "CELU" => Self::Elu,
            "SELU" => Self::Selu,
            "LeakyReLU" => Self::LeakyRelu,
            "Softplus" => Self::Softplus,
            "Softsign" => Self::Softsign,
            "Hardtanh" => Self::Hardtanh,
            "Hardsigmoid" => Self::Hardsigmoid,
            "Hardswish" => Self::Hardswish,
            "LogSigmoid" => Self::LogSigmoid,
            "Tanhshrink" => Self::Tanhshrink,
            _ => return None,
        })
    }

    fn apply(self, x: f32) -> f32 {
        let sigmoid = |x: f32| 1.0 / (1.0 + (-x).exp());
        // log(1 + eˣ), without overflow.
        let softplus = |x: f32| x.max(0.0) + (-x.abs()).exp().ln_1p();
        match self {
            Self::Identity => x,
            Self::Tanh => x.tanh(),
            Self::Relu => x.max(0.0),
            Self::Relu6 => x.clamp(0.0, 6.0),
            Self::Gelu => 0.5 * x * (1.0 + erff(x * std::f32::consts::FRAC_1_SQRT_2)),
            Self::Sigmoid => sigmoid(x),
            Self::Silu => x * sigmoid(x),
            Self::Mish => x * softplus(x).tanh(),
            Self::Elu => {
                if x > 0.0 {
                    x
                } else {
                    x.exp_m1()
                }
            }
            // The constants of arXiv 1706.02515, rounded to f32.
            Self::Selu => 1.050_701 * if x > 0.0 { x } else { 1.673_263_2 * x.exp_m1() },
            Self::LeakyRelu => {
                if x > 0.0 {
                    x
                } else {
                    0.01 * x
                }
            }
            Self::Softplus => {
                if x > 20.0 {
                    x
                } else {
                    softplus(x)
                }
            }
            Self::Softsign => x / (1.0 + x.abs()),
            Self::Hardtanh => x.clamp(-1.0, 1.0),
            Self::Hardsigmoid => (x / 6.0 + 0.5).clamp(0.0, 1.0),
            Self::Hardswish => x * (x / 6.0 + 0.5).clamp(0.0, 1.0),
            Self::LogSigmoid => -softplus(-x),
            Self::Tanhshrink => x - x.tanh(),
        }
    }
}

/// A module after the pooling.
#[derive(Debug, Clone, PartialEq)]
pub enum VectorModule {
    /// `weight` [out, in], `bias` `[out]`.
    Dense { weight: HostTensor, bias: Option<HostTensor>, activation: Activation },
    /// `[width]` each.
    LayerNorm { weight: HostTensor, bias: HostTensor },
    /// Scales to length 1.
    Normalize,
}

/// The default of torch.nn.LayerNorm, which the module does not change.
const LAYER_NORM_EPSILON: f64 = 1e-5;

/// Turns a sentence's token states into its vector.
#[derive(Debug, Clone, PartialEq)]
pub struct SentenceModules {
    /// At least one, in ascending order.
    pub modes: Vec<PoolMode>,
    pub after_pooling: Vec<VectorModule>,
    /// Tokens at the front that means and maxima leave out: those of a prompt that is not pooled.
    pub skipped: usize,
}

impl SentenceModules {
    /// Numbers per vector, for token states that are `hidden` wide.
    pub fn width(&self, hidden: usize) -> usize {
        self.after_pooling.iter().fold(self.modes.len() * hidden, |width, module| match module {
            VectorModule::Dense { weight, .. } => weight.shape[0],
            _ => width,
        })
    }

    /// The vector of a sentence's token states, [tokens, hidden].
    pub fn vector(&self, states: &[f32], hidden: usize) -> Vec<f32> {
        let mut vector = Vec::with_capacity(self.modes.len() * hidden);
        for mode in &self.modes {
            vector.extend(self.pooled(*mode, states, hidden));
        }
        for module in &self.after_pooling {
            vector = module.apply(vector);
        }
        vector
    }

    fn pooled(&self, mode: PoolMode, states: &[f32], hidden: usize) -> Vec<f32> {
        let tokens = states.chunks_exact(hidden);
        let count = tokens.len();
        let skipped = self.skipped.min(count);
        let weighted = |weight: &dyn Fn(usize) -> f64, divisor: f64| -> Vec<f32> {
            let mut sums = vec![0.0_f64; hidden];
            for (position, token) in tokens.clone().enumerate().skip(skipped) {
                let weight = weight(position);
                sums.iter_mut().zip(token).for_each(|(sum, x)| *sum += weight * f64::from(*x));
            }
            // sentence-transformers divides by at least 1e-9, which matters where every token is skipped.
            sums.into_iter().map(|sum| (sum / divisor.max(1e-9)) as f32).collect()
        };
        let counted = (count - skipped) as f64;
        match mode {
            PoolMode::Cls => states[..hidden].to_vec(),
            PoolMode::LastToken => states[states.len() - hidden..].to_vec(),
            PoolMode::Mean => weighted(&|_| 1.0, counted),
            PoolMode::MeanSqrtLen => weighted(&|_| 1.0, counted.sqrt()),
            PoolMode::WeightedMean => {
                let weights: usize = (skipped..count).map(|position| position + 1).sum();
                weighted(&|position| (position + 1) as f64, weights as f64)
            }
            PoolMode::Max => {
                // sentence-transformers overwrites skipped tokens with −1e9.
                let mut largest = vec![if skipped > 0 { -1e9 } else { f32::NEG_INFINITY }; hidden];
                for token in tokens.skip(skipped) {
                    largest.iter_mut().zip(token).for_each(|(largest, x)| *largest = largest.max(*x));
                }
                largest
            }
        }
    }
}

impl VectorModule {
    fn apply(&self, vector: Vec<f32>) -> Vec<f32> {
        match self {
            Self::Dense { weight, bias, activation } => {
                let rows = weight.data.chunks_exact(vector.len());
                let row = |(index, row): (usize, &[f32])| {
                    let sum: f64 = row.iter().zip(&vector).map(|(w, x)| f64::from(*w) * f64::from(*x)).sum();
                    let bias = bias.as_ref().map_or(0.0, |bias| f64::from(bias.data[index]));
                    activation.apply((sum + bias) as f32)
                };
                rows.enumerate().map(row).collect()
            }
            Self::LayerNorm { weight, bias } => {
                let count = vector.len() as f64;
                let mean = vector.iter().map(|x| f64::from(*x)).sum::<f64>() / count;
                let squares: f64 = vector.iter().map(|x| (f64::from(*x) - mean).powi(2)).sum();
                let scale = 1.0 / (squares / count + LAYER_NORM_EPSILON).sqrt();
                let both = weight.data.iter().zip(&bias.data);
                let one = |(x, (weight, bias)): (&f32, (&f32, &f32))| {
                    ((f64::from(*x) - mean) * scale * f64::from(*weight) + f64::from(*bias)) as f32
                };
                vector.iter().zip(both).map(one).collect()
            }
            Self::Normalize => {
                let length = vector.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>().sqrt().max(1e-12);
                vector.iter().map(|x| (f64::from(*x) / length) as f32).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three tokens of two numbers.
    const STATES: [f32; 6] = [1.0, -4.0, 3.0, 2.0, -1.0, 5.0];

    fn pooled(modes: &[PoolMode], skipped: usize) -> Vec<f32> {
        SentenceModules { modes: modes.to_vec(), after_pooling: Vec::new(), skipped }.vector(&STATES, 2)
    }

    #[test]
    fn each_mode_pools_as_named_and_several_are_concatenated() {
        assert_eq!(pooled(&[PoolMode::Cls], 0), [1.0, -4.0]);
        assert_eq!(pooled(&[PoolMode::LastToken], 0), [-1.0, 5.0]);
        assert_eq!(pooled(&[PoolMode::Mean, PoolMode::Max], 0), [1.0, 1.0, 3.0, 5.0]);
        let by_root = (3.0 / 3.0_f64.sqrt()) as f32;
        assert_eq!(pooled(&[PoolMode::MeanSqrtLen], 0), [by_root, by_root]);
        // (1·1 + 2·3 + 3·−1) / 6, (1·−4 + 2·2 + 3·5) / 6
        assert_eq!(pooled(&[PoolMode::WeightedMean], 0), [4.0 / 6.0, 15.0 / 6.0]);
    }

    #[test]
    fn skipped_tokens_are_left_out_of_means_and_maxima_but_not_of_cls() {
        assert_eq!(
            pooled(&[PoolMode::Cls, PoolMode::Mean, PoolMode::Max], 2),
            [1.0, -4.0, -1.0, 5.0, -1.0, 5.0]
        );
        assert_eq!(pooled(&[PoolMode::WeightedMean], 1), [(2.0 * 3.0 - 3.0) / 5.0, (2.0 * 2.0 + 15.0) / 5.0]);
    }

    #[test]
    fn modules_follow_the_pooling_in_order() {
        let tensor =
            |shape: &[usize], data: &[f32]| HostTensor { shape: shape.to_vec(), data: data.to_vec() };
        let dense = VectorModule::Dense {
            weight: tensor(&[3, 2], &[1.0, 0.0, 0.0, 1.0, 1.0, 1.0]),
            bias: Some(tensor(&[3], &[0.0, 0.0, 1.0])),
            activation: Activation::Relu,
        };
        let modules = SentenceModules {
            modes: vec![PoolMode::Cls],
            after_pooling: vec![dense, VectorModule::Normalize],
            skipped: 0,
        };
        assert_eq!(modules.width(2), 3);
        assert_eq!(modules.vector(&[3.0, 0.0], 2), [0.6, 0.0, 0.8]);
        let norm =
            VectorModule::LayerNorm { weight: tensor(&[2], &[2.0, 2.0]), bias: tensor(&[2], &[1.0, 0.0]) };
        let normed = norm.apply(vec![3.0, 1.0]);
        let unit = 1.0 / (1.0 + LAYER_NORM_EPSILON).sqrt() as f32;
        assert!((normed[0] - (1.0 + 2.0 * unit)).abs() < 1e-6 && (normed[1] + 2.0 * unit).abs() < 1e-6);
    }

    /// Values of PyTorch 2.6 at −2, −0.5, 0.5 and 25.
    #[test]
    fn activations_agree_with_pytorch() {
        let expected: [(&str, [f32; 4]); 17] = [
            ("torch.nn.modules.activation.Tanh", [-0.964_027_6, -0.462_117_2, 0.462_117_2, 1.0]),
            ("ReLU", [0.0, 0.0, 0.5, 25.0]),
            ("ReLU6", [0.0, 0.0, 0.5, 6.0]),
            ("GELU", [-0.045_500_3, -0.154_268_8, 0.345_731_2, 25.0]),
            ("Sigmoid", [0.119_202_9, 0.377_540_7, 0.622_459_3, 1.0]),
            ("SiLU", [-0.238_405_8, -0.188_770_3, 0.311_229_7, 25.0]),
            ("Mish", [-0.252_501_5, -0.220_743_8, 0.375_245_2, 25.0]),
            ("ELU", [-0.864_664_7, -0.393_469_3, 0.5, 25.0]),
            ("SELU", [-1.520_166_5, -0.691_758_2, 0.525_350_5, 26.267_525]),
            ("LeakyReLU", [-0.02, -0.005, 0.5, 25.0]),
            ("Softplus", [0.126_928, 0.474_077, 0.974_077, 25.0]),
            ("Softsign", [-0.666_666_7, -0.333_333_3, 0.333_333_3, 0.961_538_5]),
            ("Hardtanh", [-1.0, -0.5, 0.5, 1.0]),
            ("Hardsigmoid", [0.166_666_7, 0.416_666_7, 0.583_333_3, 1.0]),
            ("Hardswish", [-0.333_333_3, -0.208_333_3, 0.291_666_7, 25.0]),
            ("LogSigmoid", [-2.126_928, -0.974_077, -0.474_077, 0.0]),
            ("Tanhshrink", [-1.035_972_4, -0.037_882_8, 0.037_882_8, 24.0]),
        ];
        for (class, values) in expected {
            let activation = Activation::named(class).unwrap();
            for (x, value) in [-2.0, -0.5, 0.5, 25.0].into_iter().zip(values) {
                let found = activation.apply(x);
                assert!(
                    (found - value).abs() <= 2e-6 * value.abs().max(1.0),
                    "{class}({x}) is {found}, not {value}"
                );
            }
        }
        assert_eq!(Activation::named("torch.nn.modules.linear.Identity"), Some(Activation::Identity));
        assert_eq!(Activation::named("torch.nn.modules.activation.Softmax"), None);
    }
}
