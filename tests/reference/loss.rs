//! SimCSE's contrastive loss (arXiv 2104.08821, eq. 4 and 5) as a tensor expression.

use candle_core::{D, DType, Device, Result, Tensor};

use super::kernels::contrastive::{self as kernels, Anchor};

/// Settings of the loss: those of the kernels' reference, and the widths that are summed over.
#[derive(Clone, Copy, Debug, Default)]
pub struct Settings {
    pub kernel: kernels::Settings,
    /// Matryoshka (arXiv 2205.13147): the loss is the sum of those of these numbers of leading columns; empty: all
    /// columns.
    pub widths: &'static [usize],
}

impl Settings {
    pub fn new(temperature: f64, hard_negative_weight: f64) -> Self {
        let kernel = kernels::Settings { temperature, hard_negative_weight, ..Default::default() };
        Settings { kernel, widths: &[] }
    }
}

/// The views of `n` items, each `[n, hidden]`: two (anchor, positive), or three (and hard negative) → a scalar.
pub fn contrastive(views: &[Tensor], settings: Settings) -> Result<Tensor> {
    let (items, hidden) = views[0].dims2()?;
    let embeddings = Tensor::cat(views, 0)?;
    let whole = [hidden];
    let widths = if settings.widths.is_empty() { &whole } else { settings.widths };
    let losses: Result<Vec<Tensor>> = widths
        .iter()
        .map(|width| contrastive_of(&embeddings.narrow(1, 0, *width)?, items, settings.kernel))
        .collect();
    Tensor::stack(&losses?, 0)?.sum_all()
}

/// `embeddings [rows, width]`, view after view.
fn contrastive_of(embeddings: &Tensor, items: usize, settings: kernels::Settings) -> Result<Tensor> {
    let rows = embeddings.dim(0)?;
    let unit = normalize(embeddings)?;
    let cosines = unit.matmul(&unit.t()?)?;
    let mut losses = Vec::new();
    for Anchor { row, candidates, label } in kernels::anchors(settings.form, items, rows) {
        let indices: Vec<u32> = candidates.iter().map(|candidate| *candidate as u32).collect();
        let cosines = cosines.get(row)?.index_select(&Tensor::new(indices, &Device::Cpu)?, 0)?;
        let values: Vec<f64> = cosines.to_dtype(DType::F64)?.to_vec1()?;
        let shift = |(column, candidate): (usize, &usize)| {
            let own_hard_negative = *candidate == 2 * items + row % items;
            let negative = column != label && !own_hard_negative;
            let above = settings.false_negative_threshold.is_some_and(|most| values[column] > most);
            match own_hard_negative {
                _ if *candidate == row || (above && negative) => -1e30,
                true => settings.hard_negative_weight,
                false => 0.0,
            }
        };
        let shifts: Vec<f64> = candidates.iter().enumerate().map(shift).collect();
        let shifts = Tensor::new(shifts, &Device::Cpu)?.to_dtype(embeddings.dtype())?;
        let logits = ((cosines / settings.temperature)? + shifts)?;
        let maximum = logits.max(0)?.detach();
        let log_sum = (logits.broadcast_sub(&maximum)?.exp()?.sum_all()?.log()? + maximum)?;
        losses.push((log_sum - logits.get(label)?)?);
    }
    Tensor::stack(&losses, 0)?.mean_all()
}

/// Rows divided by `max(norm, 1e-8)`.
fn normalize(x: &Tensor) -> Result<Tensor> {
    let smallest_square = 1e-16;
    let squares = x.to_dtype(DType::F64)?.sqr()?.sum_keepdim(D::Minus1)?;
    let norms = squares.maximum(smallest_square)?.sqrt()?.to_dtype(x.dtype())?;
    x.broadcast_div(&norms)
}
