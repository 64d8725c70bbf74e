//! Masked-language modelling: gathering and scattering of tokens, GELU's gradient, cross-entropy over the vocabulary.

use crate::{
    device::DeviceError,
    kernels::{METRICS, MaskedLoss, PieceLogits, Step},
    verify::{
        check::Checks,
        compare::bound,
        reference::{
            kernels::{activation, contrastive::cross_entropy, mlm as reference},
            random::Random,
        },
    },
};

fn step(masked: usize, tokens: usize, scale: f32) -> Step {
    Step { tokens: masked as u32, rows: tokens as u32, loss_scale: scale, ..Step::default() }
}

/// Corrupted tokens: every third one and the last one.
fn places(tokens: usize) -> Vec<u32> {
    (0..tokens as u32).filter(|token| token % 3 == 1 || *token as usize + 1 == tokens).collect()
}

/// Corrupted tokens are gathered, and their gradients scattered among zeros.
pub async fn gather_and_scatter(checks: &Checks) -> Result<(), DeviceError> {
    for (tokens, hidden) in [(1, 4), (7, 12), (130, 36), (66, 384)] {
        let (bench, places) = (checks.bench()?, places(tokens));
        let mut random = Random::new(tokens as u64);
        let (states, grad) = (random.normals(tokens * hidden), random.normals(places.len() * hidden));
        let mut slots = vec![u32::MAX; tokens];
        (0..).zip(&places).for_each(|(slot, place)| slots[*place as usize] = slot);
        let (places_view, slots) = (bench.words(&places)?, bench.words(&slots)?);
        let (states_view, grad_view) = (bench.floats(&states)?, bench.floats(&grad)?);
        let (gathered, d_states) = (bench.output(places.len() * hidden)?, bench.output(tokens * hidden)?);
        bench
            .run(&step(places.len(), tokens, 1.0), |kernels, plan| {
                let width = hidden as u32;
                kernels.gather_masked(plan, width, &places_view, &states_view, &gathered)?;
                kernels.scatter_masked(plan, width, &slots, &grad_view, &d_states)
            })
            .await?;
        // Copies: exact up to the rounding of the inputs to float32.
        let (case, exact) = (format!("{tokens} tokens, width {hidden}"), bound(0, 1.0));
        let actual = bench.read(&gathered, places.len() * hidden).await?;
        checks.close("gathered", &case, &actual, &reference::gather(&states, &places, hidden), exact);
        let actual = bench.read(&d_states, tokens * hidden).await?;
        let expected = reference::scatter(&grad, &places, tokens, hidden);
        checks.close("scattered", &case, &actual, &expected, exact);
        let unmasked = (0..tokens).filter(|token| !places.contains(&(*token as u32)));
        let some = |token: &usize| actual[token * hidden..][..hidden].iter().any(|value| *value != 0.0);
        let named = |token| format!("token {token} is not masked, and not 0");
        checks.none("zeros between", &case, unmasked.filter(some).map(named));
    }
    Ok(())
}

/// The gradient through GELU.
pub async fn gelu_gradient(checks: &Checks) -> Result<(), DeviceError> {
    for (rows, hidden) in [(1, 4), (67, 36)] {
        let (bench, len) = (checks.bench()?, rows * hidden);
        let mut random = Random::new(len as u64);
        let u: Vec<f64> = random.normals(len).iter().map(|value| 3.0 * value).collect();
        let grad = random.normals(len);
        let (u_view, d) = (bench.floats(&u)?, bench.floats(&grad)?);
        bench
            .run(&step(rows, rows, 1.0), |kernels, plan| {
                kernels.gelu_backward(plan, hidden as u32, &u_view, &d)
            })
            .await?;
        let expected = u.iter().zip(&grad).map(|(u, grad)| grad * activation::gelu_derivative(*u));
        // As in the products: erf has an error of 4e-7 (7 roundings), exp(−x²/2) of 3 + 2·x²/2 with |x| up to about 9,
        // where its factor is small; the product with the gradient is one more.
        let (case, expected) = (format!("{rows} rows, width {hidden}"), expected.collect::<Vec<_>>());
        checks.close("du", &case, &bench.read(&d, len).await?, &expected, bound(0, 16.0));
    }
    Ok(())
}

/// A vocabulary in pieces, as for a table beyond the binding limit.
struct Case {
    masked: usize,
    pieces: &'static [usize],
    /// Standard deviation of the logits.
    size: f64,
}

impl Case {
    async fn check(&self, checks: &Checks) -> Result<(), DeviceError> {
        let (bench, masked) = (checks.bench()?, self.masked);
        let words: usize = self.pieces.iter().sum();
        let case = format!("{masked} of {:?} words, logits of {}", self.pieces, self.size);
        let mut random = Random::new((masked + words) as u64);
        let logits: Vec<f64> = random
            .normals(masked * words)
            .iter()
            .map(|value| f64::from((self.size * value) as f32))
            .collect();
        let labels: Vec<u32> = (0..masked).map(|row| ((row * 7 + words - 1) % words) as u32).collect();
        let mut first = 0;
        let mut views = Vec::new();
        for piece in self.pieces {
            let stride = piece.next_multiple_of(4);
            let mut padded = Vec::new();
            for row in logits.chunks_exact(words) {
                padded.extend_from_slice(&row[first..first + piece]);
                // Padding after the words must not count, however large.
                padded.extend(vec![1e6; stride - piece]);
            }
            views.push((first, *piece, stride, bench.floats(&padded)?));
            first += piece;
        }
        let pieces: Vec<PieceLogits> = views
            .iter()
            .map(|(first, words, _, logits)| PieceLogits {
                first_word: *first as u32,
                words: *words as u32,
                logits,
            })
            .collect();
        let parts = MaskedLoss::parts(pieces.len());
        let labels_view = bench.words(&labels)?;
        let (label_logits, losses) = (bench.output(masked)?, bench.output(masked)?);
        let (partials, statistics) = (bench.output(2 * masked * parts)?, bench.output(2 * masked)?);
        let before = [0.5, 7.0, 8.0, 0.25];
        let metrics = bench.floats(&before)?;
        let loss = MaskedLoss {
            pieces: &pieces,
            labels: &labels_view,
            partials: &partials,
            label_logits: &label_logits,
            statistics: &statistics,
            losses: &losses,
            metrics: &metrics,
        };
        let scale = 0.3;
        bench.run(&step(masked, masked, scale), |kernels, plan| kernels.masked_loss(plan, &loss)).await?;
        let (expected_loss, expected) = reference::loss(&logits, &labels, words, f64::from(scale));

        // exp of a difference of logits: 3 + 2 times that; a sum over the words; a division or a logarithm.
        let largest = logits.iter().fold(0.0_f64, |largest, logit| largest.max(logit.abs()));
        let most = bound(words, 16.0 + 4.0 * largest);
        let actual_losses = bench.read(&losses, masked).await?;
        let rows = logits.chunks_exact(words).zip(&labels);
        let expected_losses: Vec<f64> =
            rows.map(|(row, label)| cross_entropy(row, *label as usize)).collect();
        checks.close_beside("losses", &case, &actual_losses, &expected_losses, 1.0 + 2.0 * largest, most);
        let metrics = bench.read(&metrics, METRICS).await?;
        for (index, (metric, before)) in metrics.iter().zip(before).enumerate() {
            let added = if index == 0 || index == 3 { expected_loss } else { 0.0 };
            let (size, of) = (1.0 + 2.0 * expected_loss, format!("{case}, metric {index}"));
            checks.number("metrics", &of, f64::from(*metric), before + added, size, most.relative());
        }
        let mut first = 0;
        for (_, piece, stride, view) in &views {
            let actual = bench.read(view, masked * stride).await?;
            let rows = actual.chunks_exact(*stride);
            let padding = rows.clone().flat_map(|row| &row[*piece..]).filter(|value| **value != 0.0);
            checks.none("padding", &case, padding.map(|value| format!("a float of it is {value:e}")));
            let actual: Vec<f32> = rows.flat_map(|row| row[..*piece].to_vec()).collect();
            let expected = expected.chunks_exact(words).flat_map(|row| row[first..first + piece].to_vec());
            let expected: Vec<f64> = expected.collect();
            checks.close_beside("d logits", &case, &actual, &expected, f64::from(scale), most);
            first += piece;
        }
        for (view, len) in
            [(&partials, 2 * masked * parts), (&statistics, 2 * masked), (&label_logits, masked)]
        {
            bench.check_guard(view, len).await?;
        }
        Ok(())
    }
}

/// The loss over the words and its gradient.
pub async fn loss(checks: &Checks) -> Result<(), DeviceError> {
    for size in [1.0, 12.0] {
        // At 2,048 words each thread of the workgroups that share a token has one vec4.
        let pieces: [&'static [usize]; 6] = [&[5], &[33], &[1026], &[64, 64, 7], &[128, 2], &[2047, 4101]];
        for pieces in checks.cases(pieces, 3) {
            for masked in [1, 3, 70] {
                Case { masked, pieces, size }.check(checks).await?;
            }
        }
    }
    Ok(())
}

/// A batch without masked tokens adds nothing.
pub async fn nothing_masked(checks: &Checks) -> Result<(), DeviceError> {
    let bench = checks.bench()?;
    let (states, slots) = (bench.output(24)?, bench.words(&[u32::MAX; 6])?);
    let before = [1.0, 2.0, 3.0, 4.0];
    let (metrics, none) = (bench.floats(&before)?, bench.floats(&[])?);
    let pieces = [PieceLogits { first_word: 0, words: 8, logits: &bench.output(8)? }];
    let (partials, label_logits) = (bench.output(64)?, bench.output(64)?);
    let (statistics, losses) = (bench.output(64)?, bench.output(64)?);
    let labels = bench.words(&[])?;
    let loss = MaskedLoss {
        pieces: &pieces,
        labels: &labels,
        partials: &partials,
        label_logits: &label_logits,
        statistics: &statistics,
        losses: &losses,
        metrics: &metrics,
    };
    bench
        .run(&step(0, 6, 0.3), |kernels, plan| {
            kernels.masked_loss(plan, &loss)?;
            kernels.scatter_masked(plan, 4, &slots, &none, &states)
        })
        .await?;
    let metrics = bench.read(&metrics, METRICS).await?;
    let changed = metrics.iter().zip(before).enumerate().filter(|(_, (now, was))| f64::from(**now) != *was);
    let named = |(i, (now, was))| format!("metric {i} is {now:e}, and was {was:e}");
    checks.none("nothing masked", "metrics", changed.map(named));
    let states = bench.read(&states, 24).await?;
    let some = states.iter().enumerate().filter(|(_, value)| **value != 0.0);
    checks.none("nothing masked", "states", some.map(|(i, value)| format!("element {i} is {value:e}")));
    Ok(())
}
