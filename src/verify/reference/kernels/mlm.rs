//! The cross-entropy of masked-language modelling (arXiv 1810.04805), and gathering of the corrupted tokens.

use super::attention::softmax;
use super::contrastive::cross_entropy;

/// `states [tokens, hidden]` → those at `places`, `[masked, hidden]`.
pub fn gather(states: &[f64], places: &[u32], hidden: usize) -> Vec<f64> {
    places.iter().flat_map(|place| states[*place as usize * hidden..][..hidden].to_vec()).collect()
}

/// Gradient of [`gather`], `[tokens, hidden]`.
pub fn scatter(grad: &[f64], places: &[u32], tokens: usize, hidden: usize) -> Vec<f64> {
    let mut output = vec![0.0; tokens * hidden];
    for (place, grad) in places.iter().zip(grad.chunks_exact(hidden)) {
        output[*place as usize * hidden..][..hidden].copy_from_slice(grad);
    }
    output
}

/// `scale` times the sum of the cross-entropies of `logits [masked, words]`, and its gradient, of the same shape.
pub fn loss(logits: &[f64], labels: &[u32], words: usize, scale: f64) -> (f64, Vec<f64>) {
    let (mut loss, mut grad) = (0.0, Vec::new());
    for (row, label) in logits.chunks_exact(words).zip(labels) {
        loss += scale * cross_entropy(row, *label as usize);
        let target = |word: usize| if word == *label as usize { 1.0 } else { 0.0 };
        grad.extend(softmax(row).iter().enumerate().map(|(word, share)| scale * (share - target(word))));
    }
    (loss, grad)
}
