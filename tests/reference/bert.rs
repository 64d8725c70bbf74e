//! BERT's encoder (arXiv 1810.04805; huggingface/transformers `modeling_bert.py`) as candle tensor expressions,
//! differentiated by candle. Parameters have their Hugging Face names without the `bert.` prefix.
//!
//! All tokens of a batch lie end to end in one `[tokens, hidden]` tensor; only attention works row by row. GELU is
//! written with `erf`, because the backward pass of candle's own `gelu_erf` rounds 1/√(2π) to six digits.

use std::collections::BTreeMap;
use std::f64::consts::SQRT_2;
use std::ops::Range;

use candle_core::{D, DType, Device, Result, Tensor, Var};

/// Parameter name → shape and values.
pub type Weights = BTreeMap<String, (Vec<usize>, Vec<f32>)>;

/// Parameter name → shape and values in `f64`.
pub type WideWeights = BTreeMap<String, (Vec<usize>, Vec<f64>)>;

/// The same numbers in `f64`, exactly.
pub fn widen(values: &[f32]) -> Vec<f64> {
    values.iter().map(|&value| f64::from(value)).collect()
}

/// [`widen`] of every parameter.
pub fn widen_weights(weights: &Weights) -> WideWeights {
    let entries = weights.iter();
    entries.map(|(name, (shape, values))| (name.clone(), (shape.clone(), widen(values)))).collect()
}

/// The values of config.json that the shapes of the weights do not determine.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    pub layers: usize,
    pub heads: usize,
    /// Position of a row's first token: 0 for BERT, 2 for RoBERTa.
    pub first_position: usize,
    /// 1e-12 for BERT, 1e-5 for RoBERTa.
    pub layer_norm_epsilon: f64,
}

/// Where dropout acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Site {
    /// After the embedding LayerNorm; the layer is 0.
    Embedding,
    /// On the attention probabilities of this head.
    Probabilities { head: usize },
    /// On `attention.output.dense`, before the residual sum.
    AttentionOutput,
    /// On `output.dense`, before the residual sum.
    Output,
}

/// An element that dropout may drop.
#[derive(Clone, Copy, Debug)]
pub struct Element {
    pub site: Site,
    pub layer: usize,
    /// The row of the batch.
    pub row: usize,
    /// The token's position in its row, counted from 0; for probabilities, that of the query.
    pub position: usize,
    /// The column of the hidden vector; for probabilities, the position of the key.
    pub index: usize,
}

/// The factor of an element: 0 or 1/(1-p).
pub type Dropout<'a> = &'a dyn Fn(Element) -> f64;

/// An encoder whose parameters are variables.
pub struct Bert {
    config: Config,
    dtype: DType,
    parameters: BTreeMap<String, (Tensor, Var)>,
}

impl Bert {
    /// Takes every tensor of `weights` as a parameter. `dtype` is `F64` or `F32`.
    pub fn new(weights: &Weights, config: Config, dtype: DType) -> Result<Self> {
        Self::from_f64(&widen_weights(weights), config, dtype)
    }

    /// The same from `f64` values, as training produces them.
    pub fn from_f64(weights: &WideWeights, config: Config, dtype: DType) -> Result<Self> {
        let mut parameters = BTreeMap::new();
        for (name, (shape, values)) in weights {
            let tensor = Tensor::from_slice(values, shape.as_slice(), &Device::Cpu)?.to_dtype(dtype)?;
            let variable = Var::from_tensor(&tensor)?;
            parameters.insert(name.clone(), (variable.as_tensor().clone(), variable));
        }
        Ok(Bert { config, dtype, parameters })
    }

    /// All parameters by name.
    pub fn parameters(&self) -> impl Iterator<Item = (&str, &Tensor)> {
        self.parameters.iter().map(|(name, (tensor, _))| (name.as_str(), tensor))
    }

    /// One parameter.
    pub fn parameter(&self, name: &str) -> Result<&Tensor> {
        let parameter = self.parameters.get(name).map(|(tensor, _)| tensor);
        parameter.ok_or_else(|| candle_core::Error::Msg(format!("the reference has no tensor {name}")))
    }

    /// Token ids of rows of any length → the last hidden states of each row, `[length, hidden]`.
    pub fn encode(&self, rows: &[Vec<u32>], dropout: Option<Dropout>) -> Result<Vec<Tensor>> {
        Ok(self.encode_depths(rows, dropout)?.pop().unwrap_or_default())
    }

    /// The same for every depth: the embeddings, the first layer, … the last layer.
    pub fn encode_depths(&self, rows: &[Vec<u32>], dropout: Option<Dropout>) -> Result<Vec<Vec<Tensor>>> {
        let mut starts = vec![0];
        for row in rows {
            starts.push(starts[starts.len() - 1] + row.len());
        }
        let spans: Vec<Range<usize>> = starts.windows(2).map(|bounds| bounds[0]..bounds[1]).collect();
        let batch = PackedBatch { model: self, spans, dropout };
        let mut depths = vec![batch.embed(rows)?];
        for layer in 0..self.config.layers {
            depths.push(batch.layer(&depths[layer], layer)?);
        }
        let in_rows = |hidden: &Tensor| {
            batch.spans.iter().map(|span| hidden.narrow(0, span.start, span.len())).collect()
        };
        depths.iter().map(in_rows).collect()
    }

    /// Linear layer over `x [rows, inputs]`, with `{name}.weight [outputs, inputs]` and `{name}.bias [outputs]`.
    pub fn linear(&self, x: &Tensor, name: &str) -> Result<Tensor> {
        let weight = self.parameter(&format!("{name}.weight"))?;
        x.matmul(&weight.t()?)?.broadcast_add(self.parameter(&format!("{name}.bias"))?)
    }

    /// LayerNorm of rows, with `{name}.weight` and `{name}.bias`.
    pub fn layer_norm(&self, x: &Tensor, name: &str) -> Result<Tensor> {
        let centred = x.broadcast_sub(&x.mean_keepdim(D::Minus1)?)?;
        let variance = centred.sqr()?.mean_keepdim(D::Minus1)?;
        let deviation = (variance + self.config.layer_norm_epsilon)?.sqrt()?;
        let weight = self.parameter(&format!("{name}.weight"))?;
        let bias = self.parameter(&format!("{name}.bias"))?;
        centred.broadcast_div(&deviation)?.broadcast_mul(weight)?.broadcast_add(bias)
    }
}

/// A forward pass over one batch.
struct PackedBatch<'a> {
    model: &'a Bert,
    /// The tokens of each row in the packed order.
    spans: Vec<Range<usize>>,
    dropout: Option<Dropout<'a>>,
}

impl PackedBatch<'_> {
    fn embed(&self, rows: &[Vec<u32>]) -> Result<Tensor> {
        let ids: Vec<u32> = rows.iter().flatten().copied().collect();
        let first = self.model.config.first_position as u32;
        let positions: Vec<u32> = rows.iter().flat_map(|row| first..first + row.len() as u32).collect();
        let types = vec![0u32; ids.len()];
        let look_up = |table: &str, indices: Vec<u32>| {
            let indices = Tensor::new(indices, &Device::Cpu)?;
            self.model.parameter(&format!("embeddings.{table}_embeddings.weight"))?.index_select(&indices, 0)
        };
        let sum =
            ((look_up("word", ids)? + look_up("position", positions)?)? + look_up("token_type", types)?)?;
        self.drop_hidden(self.model.layer_norm(&sum, "embeddings.LayerNorm")?, Site::Embedding, 0)
    }

    fn layer(&self, hidden: &Tensor, layer: usize) -> Result<Tensor> {
        let name = |part: &str| format!("encoder.layer.{layer}.{part}");
        let context = self.attend(hidden, layer)?;
        let attended = self.model.linear(&context, &name("attention.output.dense"))?;
        let attended = (self.drop_hidden(attended, Site::AttentionOutput, layer)? + hidden)?;
        let attended = self.model.layer_norm(&attended, &name("attention.output.LayerNorm"))?;
        let inner = gelu(&self.model.linear(&attended, &name("intermediate.dense"))?)?;
        let output = self.model.linear(&inner, &name("output.dense"))?;
        let output = (self.drop_hidden(output, Site::Output, layer)? + attended)?;
        self.model.layer_norm(&output, &name("output.LayerNorm"))
    }

    fn attend(&self, hidden: &Tensor, layer: usize) -> Result<Tensor> {
        let name = |part: &str| format!("encoder.layer.{layer}.attention.self.{part}");
        let query = self.model.linear(hidden, &name("query"))?;
        let key = self.model.linear(hidden, &name("key"))?;
        let value = self.model.linear(hidden, &name("value"))?;
        let heads = self.model.config.heads;
        let size = query.dim(1)? / heads;
        let mut rows = Vec::new();
        for (row, span) in self.spans.iter().enumerate() {
            let part = |matrix: &Tensor| {
                let tokens = matrix.narrow(0, span.start, span.len())?;
                tokens.reshape((span.len(), heads, size))?.transpose(0, 1)?.contiguous()
            };
            let keys = part(&key)?.transpose(1, 2)?.contiguous()?;
            let scores = (part(&query)?.matmul(&keys)? / (size as f64).sqrt())?;
            let exponentials = scores.broadcast_sub(&scores.max_keepdim(2)?.detach())?.exp()?;
            let probabilities = exponentials.broadcast_div(&exponentials.sum_keepdim(2)?)?;
            let probabilities = self.drop_probabilities(probabilities, layer, row)?;
            let contexts = probabilities.matmul(&part(&value)?)?;
            rows.push(contexts.transpose(0, 1)?.reshape((span.len(), heads * size))?);
        }
        Tensor::cat(&rows, 0)
    }

    fn drop_hidden(&self, x: Tensor, site: Site, layer: usize) -> Result<Tensor> {
        let Some(dropout) = self.dropout else { return Ok(x) };
        let columns = x.dim(1)?;
        let mut factors = Vec::new();
        for (row, span) in self.spans.iter().enumerate() {
            for position in 0..span.len() {
                let element = |index| dropout(Element { site, layer, row, position, index });
                factors.extend((0..columns).map(element));
            }
        }
        x.mul(&self.factors(factors, &x)?)
    }

    /// `x [heads, queries, keys]` of one row.
    fn drop_probabilities(&self, x: Tensor, layer: usize, row: usize) -> Result<Tensor> {
        let Some(dropout) = self.dropout else { return Ok(x) };
        let (heads, length, _) = x.dims3()?;
        let mut factors = Vec::new();
        for head in 0..heads {
            let site = Site::Probabilities { head };
            for position in 0..length {
                let element = |index| dropout(Element { site, layer, row, position, index });
                factors.extend((0..length).map(element));
            }
        }
        x.mul(&self.factors(factors, &x)?)
    }

    fn factors(&self, values: Vec<f64>, like: &Tensor) -> Result<Tensor> {
        Tensor::from_vec(values, like.shape(), &Device::Cpu)?.to_dtype(self.model.dtype)
    }
}

/// `x Φ(x)`.
pub fn gelu(x: &Tensor) -> Result<Tensor> {
    let distribution = (((x / SQRT_2)?.erf()? + 1.0)? * 0.5)?;
    x.mul(&distribution)
}
