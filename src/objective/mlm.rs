//! The auxiliary objective of masked-language modelling (arXiv 2104.08821, appendix A; princeton-nlp/SimCSE
//! `simcse/models.py`, `do_mlm`), with BERT's head.
//!
//! In princeton-nlp/SimCSE the decoder is separate from the word embeddings; here it is tied to them, as in BERT.

use crate::{
    device::{DeviceError, Plan, View},
    kernels::{
        Kernels, LayerNorm, LayerNormGradient, Linear, LinearGradient, MaskedLoss, NO_DROPOUT, PieceLogits,
        Step, TOKENS, TableRows,
    },
    model::{
        BatchBuffers, Encoder, Network, ParameterBuffers, WORD_EMBEDDINGS,
        checkpoint::{MLM_BIAS, MLM_DENSE_BIAS, MLM_DENSE_WEIGHT, MLM_NORM_WEIGHT},
    },
};

/// Share of tokens that are corrupted.
pub const MLM_PROBABILITY: f64 = 0.15;

/// The corrupted tokens of a packed batch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MaskedTokens {
    /// Their indices in the batch, ascending.
    pub places: Vec<u32>,
    /// Their original ids.
    pub labels: Vec<u32>,
}

/// Head, loss and their gradients over the last hidden states of one encoder.
pub struct MaskedLanguageModel {
    /// Kernels over a step of their own: its `tokens` are the corrupted tokens, its `rows` the tokens of the batch.
    kernels: Kernels,
    capacity: usize,
    places: View,
    slots: View,
    labels: View,
    plan: Plan,
}

impl MaskedLanguageModel {
    /// Corrupted tokens to allocate for, in batches of up to `tokens`: their mean plus eight standard deviations, which
    /// fewer than one batch in 10¹⁴ exceeds; the last tokens of such a batch have no part in the loss.
    fn capacity(tokens: usize) -> usize {
        let (p, tokens) = (MLM_PROBABILITY, tokens as f64);
        let most = p * tokens + 8.0 * (p * (1.0 - p) * tokens).sqrt() + 8.0;
        most.min(tokens).ceil() as usize
    }

    /// Allocates the buffers and makes the plan. `tokens` is the encoder's capacity. The gradient of the encoder's
    /// states is written where its backward pass begins.
    ///
    /// # Errors
    /// The device's.
    pub fn new(
        network: &Network,
        gradients: &ParameterBuffers,
        encoder: &Encoder,
        batch: &BatchBuffers,
        tokens: usize,
        metrics: &View,
    ) -> Result<Self, DeviceError> {
        let arena = network.kernels.arena();
        let kernels = network.kernels.with_own_step()?;
        let capacity = Self::capacity(tokens);
        let (config, weights) = (&network.config, &network.weights);
        let hidden = config.hidden_size;
        let matrix = |label: &str| arena.storage(label, capacity * hidden);
        let words = weights.table(WORD_EMBEDDINGS);
        let (gathered, linear, activated) =
            (matrix("masked")?, matrix("MLM dense")?, matrix("MLM activated")?);
        let (output, d_output, d_linear) =
            (matrix("MLM output")?, matrix("gradient of MLM output")?, matrix("gradient of MLM dense")?);
        let statistics = arena.storage("MLM LayerNorm statistics", 2 * capacity)?;
        let logits: Result<Vec<View>, DeviceError> = words
            .iter()
            .map(|piece| arena.storage("MLM logits", capacity * piece.rows.next_multiple_of(4) as usize))
            .collect();
        let logits = logits?;
        let scratch_lens = words.iter().map(|piece| (piece.rows.next_multiple_of(4), hidden as u32));
        let scratch_lens = scratch_lens
            .chain([(hidden as u32, hidden as u32)])
            .map(|(outputs, inputs)| kernels.weight_gradient_scratch_len(outputs, inputs))
            .chain([LayerNorm::partials_len(hidden, capacity)]);
        let scratch = arena.storage("MLM partial sums", scratch_lens.max().unwrap_or(4))?;
        let (places, labels) =
            (arena.storage("MLM places", capacity)?, arena.storage("MLM labels", capacity)?);
        let slots = arena.storage("MLM slots", tokens)?;

        let width = hidden as u32;
        let dense = [weights.block(MLM_DENSE_WEIGHT), weights.block(MLM_DENSE_BIAS)];
        let dense =
            Linear { rows: TOKENS, inputs: width, outputs: width, weight: &dense[0], bias: &dense[1] };
        let norm_weights = weights.block(MLM_NORM_WEIGHT);
        let norm = LayerNorm {
            hidden: width,
            epsilon: config.layer_norm_eps as f32,
            weights: &norm_weights,
            spans: &batch.spans,
            site_in: NO_DROPOUT,
            site_out: NO_DROPOUT,
            sums: &activated,
            statistics: &statistics,
        };
        let mut plan = Plan::default();
        kernels.gather_masked(&mut plan, width, &places, encoder.output(), &gathered)?;
        kernels.linear_gelu(&mut plan, &dense, &gathered, &linear, &activated)?;
        kernels.layer_norm(&mut plan, &norm, None, &output)?;
        let biases: Vec<View> = words.iter().map(|piece| weights.words_of(MLM_BIAS, piece)).collect();
        let decoder = |index: usize| Linear {
            rows: TOKENS,
            inputs: width,
            outputs: words[index].rows.next_multiple_of(4),
            weight: &words[index].view,
            bias: &biases[index],
        };
        for (index, logits) in logits.iter().enumerate() {
            kernels.linear(&mut plan, &decoder(index), &output, logits)?;
        }

        let piece = |(words, logits): (&TableRows, _)| PieceLogits {
            first_word: words.first_row,
            words: words.rows,
            logits,
        };
        let pieces: Vec<PieceLogits> = words.iter().zip(&logits).map(piece).collect();
        let loss = MaskedLoss {
            pieces: &pieces,
            labels: &labels,
            partials: &arena.storage("MLM partial losses", 2 * capacity * MaskedLoss::parts(pieces.len()))?,
            label_logits: &arena.storage("MLM label logits", capacity)?,
            statistics: &arena.storage("MLM statistics", 2 * capacity)?,
            losses: &arena.storage("MLM losses", capacity)?,
            metrics,
        };
        kernels.masked_loss(&mut plan, &loss)?;

        for (index, d_words) in gradients.table(WORD_EMBEDDINGS).iter().enumerate() {
            let (decoder, d_logits) = (decoder(index), &logits[index]);
            kernels.linear_input_gradient(&mut plan, &decoder, d_logits, &d_output, index > 0)?;
            let bias = gradients.words_of(MLM_BIAS, d_words);
            let gradient = LinearGradient { weight: &d_words.view, bias: &bias, scratch: &scratch };
            kernels.linear_weight_gradient(&mut plan, &decoder, &output, d_logits, &gradient)?;
        }
        let norm_gradient = LayerNormGradient {
            dy: &d_output,
            // There is no residual: its gradient overwrites the output, which is not needed again.
            d_residual: &output,
            dx: &d_linear,
            partials: &scratch,
        };
        kernels.layer_norm_backward(&mut plan, &norm, &norm_gradient)?;
        let (len, d_norm) = (LayerNorm::partials_len(hidden, capacity), gradients.block(MLM_NORM_WEIGHT));
        kernels.layer_norm_parameters(&mut plan, width, &scratch, len, &[d_norm])?;
        kernels.gelu_backward(&mut plan, width, &linear, &d_linear)?;
        let gradient = LinearGradient {
            weight: &gradients.block(MLM_DENSE_WEIGHT),
            bias: &gradients.block(MLM_DENSE_BIAS),
            scratch: &scratch,
        };
        kernels.linear_weight_gradient(&mut plan, &dense, &gathered, &d_linear, &gradient)?;
        let d_gathered = &d_output;
        kernels.linear_input_gradient(&mut plan, &dense, &d_linear, d_gathered, false)?;
        if let Some(d_states) = encoder.output_gradient() {
            kernels.scatter_masked(&mut plan, width, &slots, d_gathered, d_states)?;
        }
        Ok(Self { kernels, capacity, places, slots, labels, plan })
    }

    /// From the encoder's states to their gradient, to be run between its forward and its backward pass. Parameter
    /// gradients are added to what is there.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Uploads the corrupted tokens of a batch of `tokens`, before anything submitted later, and returns the step that
    /// the plan must be recorded with. `scale` multiplies each token's loss.
    pub fn upload(&self, masked: &MaskedTokens, tokens: usize, scale: f32) -> Step {
        let device = self.kernels.arena().device();
        let count = masked.places.len().min(self.capacity);
        let mut slots = vec![u32::MAX; tokens];
        for (slot, place) in (0..).zip(&masked.places[..count]) {
            slots[*place as usize] = slot;
        }
        self.places.write(device, &masked.places[..count]);
        self.labels.write(device, &masked.labels[..count]);
        self.slots.write(device, &slots);
        let (masked, tokens) = (count as u32, tokens as u32);
        let step = Step { tokens: masked, rows: tokens, accumulate: 1, loss_scale: scale, ..Step::default() };
        self.kernels.write_step(&step);
        step
    }
}
