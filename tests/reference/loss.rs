//! The contrastive loss of SimCSE as a tensor expression.

use candle_core::{D, DType, Device, Result, Tensor};

/// Temperature, and the weight added to the logit of an anchor's own hard negative.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    pub temperature: f64,
    pub hard_negative_weight: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { temperature: 0.05, hard_negative_weight: 0.0 }
    }
}

/// The views of `n` items, each `[n, hidden]`: two (anchor, positive), or three (also hard negative) → a scalar.
pub fn contrastive(views: &[Tensor], settings: Settings) -> Result<Tensor> {
    let items = views[0].dim(0)?;
    let anchors = normalize(&views[0])?;
    let mut blocks = Vec::new();
    for (view, candidates) in views.iter().enumerate().skip(1) {
        let logits = (anchors.matmul(&normalize(candidates)?.t()?)? / settings.temperature)?;
        let is_hard_negative = view == 2;
        blocks.push(if is_hard_negative {
            let own = Tensor::eye(items, logits.dtype(), &Device::Cpu)?;
            (logits + (own * settings.hard_negative_weight)?)?
        } else {
            logits
        });
    }
    let logits = Tensor::cat(&blocks, 1)?;
    let maximum = logits.max_keepdim(D::Minus1)?.detach();
    let log_sum = (logits.broadcast_sub(&maximum)?.exp()?.sum_keepdim(D::Minus1)?.log()? + maximum)?;
    let labels = Tensor::arange(0u32, items as u32, &Device::Cpu)?.unsqueeze(1)?;
    (log_sum - logits.gather(&labels, 1)?)?.mean_all()
}

/// Rows divided by `max(norm, 1e-8)`.
fn normalize(x: &Tensor) -> Result<Tensor> {
    let smallest_square = 1e-16;
    let squares = x.to_dtype(DType::F64)?.sqr()?.sum_keepdim(D::Minus1)?;
    let norms = squares.maximum(smallest_square)?.sqrt()?.to_dtype(x.dtype())?;
    x.broadcast_div(&norms)
}
