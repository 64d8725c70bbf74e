//! Which tensors an encoder has, and under which names checkpoints store them.

use std::collections::BTreeMap;

use crate::model::{ModelConfig, config::Architecture};

/// SimCSE's MLP head over `[CLS]`: Linear(h, h), then tanh.
pub const HEAD_WEIGHT: &str = "mlp.dense.weight";
pub const HEAD_BIAS: &str = "mlp.dense.bias";
/// BERT's pre-trained pooler, kept for an export; in a converted SimCSE checkpoint it is the head.
pub const POOLER_WEIGHT: &str = "pooler.dense.weight";
pub const POOLER_BIAS: &str = "pooler.dense.bias";

pub const WORD_EMBEDDINGS: &str = "embeddings.word_embeddings.weight";
pub const POSITION_EMBEDDINGS: &str = "embeddings.position_embeddings.weight";

/// Every tensor of the encoder with its shape, under canonical names (those of `transformers.BertModel`
/// without a prefix), in the order of the forward pass: embeddings, then layer by layer.
///
/// Weights of linear layers are `[out, in]`. Memory on the device is laid out in this order.
pub fn expected_tensors(config: &ModelConfig) -> Vec<(String, Vec<usize>)> {
    let hidden = config.hidden_size;
    let intermediate = config.intermediate_size;
    let mut tensors = Vec::with_capacity(5 + 16 * config.num_hidden_layers);
    let mut push = |name: String, shape: &[usize]| tensors.push((name, shape.to_vec()));

    push(WORD_EMBEDDINGS.to_owned(), &[config.vocab_size, hidden]);
    push(POSITION_EMBEDDINGS.to_owned(), &[config.max_position_embeddings, hidden]);
    push("embeddings.token_type_embeddings.weight".to_owned(), &[config.type_vocab_size, hidden]);
    push("embeddings.LayerNorm.weight".to_owned(), &[hidden]);
    push("embeddings.LayerNorm.bias".to_owned(), &[hidden]);
    for layer in 0..config.num_hidden_layers {
        let linears = [
            ("attention.self.query", hidden, hidden),
            ("attention.self.key", hidden, hidden),
            ("attention.self.value", hidden, hidden),
            ("attention.output.dense", hidden, hidden),
            ("attention.output.LayerNorm", hidden, 0),
            ("intermediate.dense", intermediate, hidden),
            ("output.dense", hidden, intermediate),
            ("output.LayerNorm", hidden, 0),
        ];
        for (module, out, input) in linears {
            let weight: &[usize] = if input == 0 { &[out] } else { &[out, input] };
            push(format!("encoder.layer.{layer}.{module}.weight"), weight);
            push(format!("encoder.layer.{layer}.{module}.bias"), &[out]);
        }
    }
    tensors
}

/// Weight and bias of the head and of the pooler, which a file may lack.
pub(super) fn optional_pairs(config: &ModelConfig) -> [[(&'static str, Vec<usize>); 2]; 2] {
    let hidden = config.hidden_size;
    [[(HEAD_WEIGHT, HEAD_BIAS)], [(POOLER_WEIGHT, POOLER_BIAS)]]
        .map(|[(weight, bias)]| [(weight, vec![hidden, hidden]), (bias, vec![hidden])])
}

/// The head of masked-language modelling under BERT's names, which are the canonical ones here: a dense layer, GELU,
/// LayerNorm, then the transposed word embeddings with a bias of their own.
pub const MLM_DENSE_WEIGHT: &str = "cls.predictions.transform.dense.weight";
pub const MLM_DENSE_BIAS: &str = "cls.predictions.transform.dense.bias";
pub const MLM_NORM_WEIGHT: &str = "cls.predictions.transform.LayerNorm.weight";
pub const MLM_NORM_BIAS: &str = "cls.predictions.transform.LayerNorm.bias";
pub const MLM_BIAS: &str = "cls.predictions.bias";

/// RoBERTa's name of each.
const ROBERTA_MLM: [(&str, &str); 5] = [
    (MLM_DENSE_WEIGHT, "lm_head.dense.weight"),
    (MLM_DENSE_BIAS, "lm_head.dense.bias"),
    (MLM_NORM_WEIGHT, "lm_head.layer_norm.weight"),
    (MLM_NORM_BIAS, "lm_head.layer_norm.bias"),
    (MLM_BIAS, "lm_head.bias"),
];

/// The tensors of the head of masked-language modelling, with their shapes. The decoder's weight is the word table.
pub fn mlm_tensors(config: &ModelConfig) -> [(&'static str, Vec<usize>); 5] {
    let hidden = config.hidden_size;
    [
        (MLM_DENSE_WEIGHT, vec![hidden, hidden]),
        (MLM_DENSE_BIAS, vec![hidden]),
        (MLM_NORM_WEIGHT, vec![hidden]),
        (MLM_NORM_BIAS, vec![hidden]),
        (MLM_BIAS, vec![config.vocab_size]),
    ]
}

/// The names of a checkpoint's own file, which gradients and exports use too.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Naming {
    prefix: String,
    own: BTreeMap<String, String>,
}

impl Naming {
    /// The prefix of the encoder's tensors in the file: empty, `bert.`, `0.auto_model.` …
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The file's name of a canonical name; a name that the file did not have (a new head) stays as it is.
    pub fn in_file<'a>(&'a self, canonical: &'a str) -> &'a str {
        self.own.get(canonical).map_or(canonical, String::as_str)
    }

    /// As [`Naming::in_file`], but a head of masked-language modelling that the file did not have gets the names of the
    /// model's architecture.
    pub fn for_export<'a>(&'a self, canonical: &'a str, config: &ModelConfig) -> &'a str {
        match roberta_mlm(canonical) {
            Some(name)
                if config.architecture == Architecture::Roberta && !self.own.contains_key(canonical) =>
            {
                name
            }
            _ => self.in_file(canonical),
        }
    }

    /// Whether `transformers.AutoModel` finds the encoder under these names. It strips `bert.` or `roberta.` and
    /// reads the old `LayerNorm.gamma`, but knows no other prefix, such as `0.auto_model.`.
    pub fn is_known_to_transformers(&self) -> bool {
        matches!(self.prefix.as_str(), "" | "bert." | "roberta.")
    }

    pub(super) fn record(&mut self, canonical: &str, in_file: String) {
        self.own.insert(canonical.to_owned(), in_file);
    }

    /// Finds the encoder among a file's keys by its word embeddings. A file may hold several encoders (an exponential
    /// moving average, for example): the usual prefixes win, then the shortest one.
    pub(super) fn find<'a>(keys: impl Iterator<Item = &'a str>) -> Option<Self> {
        const USUAL: [&str; 5] = ["", "bert.", "roberta.", "0.auto_model.", "model."];
        let prefix = keys
            .filter_map(|key| key.strip_suffix(WORD_EMBEDDINGS))
            .filter(|prefix| prefix.is_empty() || prefix.ends_with('.'))
            .min_by_key(|prefix| {
                let rank = USUAL.iter().position(|usual| usual == prefix).unwrap_or(USUAL.len());
                (rank, prefix.len(), *prefix)
            })?;
        Some(Naming { prefix: prefix.to_owned(), own: BTreeMap::new() })
    }

    /// The keys under which a file may hold a tensor, in order of preference.
    pub(super) fn candidates(&self, canonical: &str) -> Vec<String> {
        let roberta = roberta_mlm(canonical);
        // The head of masked-language modelling is not under the encoder's prefix.
        let prefix = if roberta.is_some() { "" } else { self.prefix.as_str() };
        let mut keys = vec![format!("{prefix}{canonical}")];
        // Checkpoints converted from TensorFlow call LayerNorm's weight and bias gamma and beta.
        if let Some(module) = canonical.strip_suffix("LayerNorm.weight") {
            keys.push(format!("{prefix}{module}LayerNorm.gamma"));
        }
        if let Some(module) = canonical.strip_suffix("LayerNorm.bias") {
            keys.push(format!("{prefix}{module}LayerNorm.beta"));
        }
        // SimCSE's BertForCL stores the head beside `bert.`, without the prefix.
        if canonical == HEAD_WEIGHT || canonical == HEAD_BIAS {
            keys.insert(0, canonical.to_owned());
        }
        keys.extend(roberta.map(str::to_owned));
        keys.dedup();
        keys
    }
}

/// RoBERTa's name of a tensor of the head of masked-language modelling.
fn roberta_mlm(canonical: &str) -> Option<&'static str> {
    ROBERTA_MLM.iter().find(|(bert, _)| *bert == canonical).map(|(_, roberta)| *roberta)
}
