//! Alignment and uniformity (arXiv 2005.10242, section 4.1; arXiv 2104.08821, eq. 2 and 3) and the cosine.

/// Columns of the Gram matrix computed together, a few vector registers wide.
const PANEL: usize = 8;
/// Rows computed together.
const ROWS: usize = 4;

/// Norms are clamped to at least this, as in PyTorch's cosine similarity.
const SMALLEST_NORM: f64 = 1e-8;

/// Each row of `embeddings` `[n, hidden]` divided by its length. A row of zeros, or one that contains a NaN or
/// infinity, becomes zeros.
pub fn normalised(embeddings: &[f32], hidden: usize) -> Vec<f32> {
    let mut unit = Vec::with_capacity(embeddings.len());
    for row in embeddings.chunks_exact(hidden) {
        let norm = row.iter().map(|&value| f64::from(value).powi(2)).sum::<f64>().sqrt();
        let scale = if norm.is_finite() { 1.0 / norm.max(SMALLEST_NORM) } else { 0.0 };
        unit.extend(
            row.iter().map(|&value| if scale == 0.0 { 0.0 } else { (f64::from(value) * scale) as f32 }),
        );
    }
    unit
}

/// Cosine of two rows in f64; 0 where one has no direction (zeros, NaN).
pub fn cosine(a: &[f32], b: &[f32]) -> f64 {
    let [mut ab, mut aa, mut bb] = [0.0; 3];
    for (&a, &b) in a.iter().zip(b) {
        let (a, b) = (f64::from(a), f64::from(b));
        ab += a * b;
        aa += a * a;
        bb += b * b;
    }
    // One root of the product instead of a product of roots: √(x·x) is exactly x, so equal rows have the cosine 1 to
    // the last bit. Repeated sentences in STS sets then tie in the ranking.
    let smallest = SMALLEST_NORM * SMALLEST_NORM;
    let cosine = ab / (aa.max(smallest) * bb.max(smallest)).sqrt();
    if cosine.is_nan() { 0.0 } else { cosine }
}

/// Cosine of each pair of embeddings, `[2 · pairs, hidden]` with first and second in turn, not normalised. NaN where a
/// vector contains a NaN or infinity; 0 where one is zeros, as in PyTorch.
pub fn pair_cosines(embeddings: &[f32], hidden: usize) -> Vec<f64> {
    let unit = normalised(embeddings, hidden);
    let pairs = embeddings.chunks_exact(2 * hidden).zip(unit.chunks_exact(2 * hidden));
    pairs
        .map(|(given, unit)| {
            if given.iter().all(|value| value.is_finite()) {
                cosine(&unit[..hidden], &unit[hidden..])
            } else {
                f64::NAN
            }
        })
        .collect()
}

/// Mean ‖f(x) − f(x⁺)‖² over pairs of normalised rows; `None` without a pair.
pub fn alignment<'a>(pairs: impl Iterator<Item = (&'a [f32], &'a [f32])>) -> Option<f64> {
    let (mut sum, mut count) = (0.0, 0);
    for (first, second) in pairs {
        sum += first.iter().zip(second).map(|(&a, &b)| (f64::from(a) - f64::from(b)).powi(2)).sum::<f64>();
        count += 1;
    }
    (count > 0).then(|| sum / f64::from(count))
}

/// log mean exp(−2‖f(x) − f(y)‖²) over the n(n − 1)/2 unordered pairs of distinct rows of `unit` `[n, hidden]`,
/// which are normalised; `None` for fewer than two rows.
///
/// For unit vectors the exponent is between −8 and 0, so no log-sum-exp shift is needed. Dot products are f32, computed
/// `ROWS` × `PANEL` at a time so that the compiler vectorises them; the sum is f64.
pub fn uniformity(unit: &[f32], hidden: usize) -> Option<f64> {
    let rows = unit.len() / hidden;
    if rows < 2 {
        return None;
    }
    let panels = column_panels(unit, hidden);
    let squared_norm =
        |row: &[f32]| row.iter().map(|&value| f64::from(value) * f64::from(value)).sum::<f64>();
    let squared_norms: Vec<f64> = unit.chunks_exact(hidden).map(squared_norm).collect();
    let row = |index: usize| &unit[index * hidden..][..hidden];

    let mut sum = 0.0;
    for top in (0..rows).step_by(ROWS) {
        // Past the end the last row is repeated; its values are computed, but not summed.
        let block: [&[f32]; ROWS] = std::array::from_fn(|r| row((top + r).min(rows - 1)));
        for panel in top / PANEL..rows.div_ceil(PANEL) {
            let dots = dot_block(block, &panels[panel * PANEL * hidden..][..PANEL * hidden]);
            for (i, dots) in (top..rows).zip(dots) {
                for (j, dot) in (panel * PANEL..rows).zip(dots) {
                    if j > i {
                        sum += (-2.0 * (squared_norms[i] + squared_norms[j] - 2.0 * f64::from(dot))).exp();
                    }
                }
            }
        }
    }
    let pairs = rows as f64 * (rows - 1) as f64 / 2.0;
    Some((sum / pairs).ln())
}

/// Rows interleaved in groups of `PANEL`: `[⌈n / PANEL⌉, hidden, PANEL]`, zeros past the end.
fn column_panels(unit: &[f32], hidden: usize) -> Vec<f32> {
    let rows = unit.len() / hidden;
    let mut panels = vec![0.0; rows.div_ceil(PANEL) * PANEL * hidden];
    for (index, row) in unit.chunks_exact(hidden).enumerate() {
        let panel = &mut panels[index / PANEL * PANEL * hidden..];
        for (k, &value) in row.iter().enumerate() {
            panel[k * PANEL + index % PANEL] = value;
        }
    }
    panels
}

fn dot_block(rows: [&[f32]; ROWS], panel: &[f32]) -> [[f32; PANEL]; ROWS] {
    let mut dots = [[0.0; PANEL]; ROWS];
    for (k, columns) in panel.as_chunks::<PANEL>().0.iter().enumerate() {
        for (dots, row) in dots.iter_mut().zip(rows) {
            let value = row[k];
            for (dot, column) in dots.iter_mut().zip(columns) {
                *dot += value * column;
            }
        }
    }
    dots
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wavy(rows: usize, hidden: usize) -> Vec<f32> {
        let values: Vec<f32> = (0..rows * hidden).map(|i| ((i * i % 1009) as f32 * 0.37).sin()).collect();
        normalised(&values, hidden)
    }

    #[test]
    fn equal_rows_have_the_cosine_one_to_the_last_bit() {
        for seed in 0..500_u32 {
            let row: Vec<f32> = (0..37).map(|i| ((seed * 37 + i) as f32 * 0.618).sin() * 3.0).collect();
            for row in [row.clone(), normalised(&row, 37)] {
                assert_eq!(cosine(&row, &row), 1.0, "{seed}");
            }
        }
    }

    #[test]
    fn a_pair_with_a_nan_or_infinity_has_no_cosine() {
        let found = pair_cosines(&[3.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 1.0, f32::NAN, 1.0, 0.0], 2);
        assert_eq!(found[..2], [1.0, 0.0]);
        assert!(found[2].is_nan());
        assert!(pair_cosines(&[1.0, 0.0, f32::INFINITY, 0.0], 2)[0].is_nan());
    }

    #[test]
    fn uniformity_is_the_mean_over_distinct_pairs_for_sizes_that_do_not_fill_the_blocks() {
        for (rows, hidden) in [(2, 4), (3, 5), (8, 16), (9, 3), (23, 12), (33, 64)] {
            let unit = wavy(rows, hidden);
            let mut values = Vec::new();
            for i in 0..rows {
                for j in 0..i {
                    let difference =
                        |k: usize| f64::from(unit[i * hidden + k]) - f64::from(unit[j * hidden + k]);
                    values.push((-2.0 * (0..hidden).map(|k| difference(k).powi(2)).sum::<f64>()).exp());
                }
            }
            let expected = (values.iter().sum::<f64>() / values.len() as f64).ln();
            let found = uniformity(&unit, hidden).unwrap();
            // f32 dot products of unit vectors are off by a few 1e-7; the exponent multiplies that by four.
            assert!((found - expected).abs() < 2e-6, "{rows}×{hidden}: {found} is not {expected}");
        }
    }

    #[test]
    fn uniformity_is_minus_eight_for_opposite_vectors_and_zero_for_equal_ones() {
        let opposite = uniformity(&[1.0, 0.0, -1.0, 0.0], 2).unwrap();
        assert!((opposite + 8.0).abs() < 1e-6);
        assert!(uniformity(&[1.0, 0.0, 1.0, 0.0], 2).unwrap().abs() < 1e-6);
        assert_eq!(uniformity(&[1.0, 0.0], 2), None);
    }

    #[test]
    fn alignment_is_the_mean_of_squared_distances() {
        let pairs: [(&[f32], &[f32]); 2] = [(&[1.0, 0.0], &[0.0, 1.0]), (&[1.0, 0.0], &[-1.0, 0.0])];
        assert_eq!(alignment(pairs.into_iter()), Some(3.0));
        assert_eq!(alignment(std::iter::empty()), None);
    }

    #[test]
    fn rows_become_unit_vectors_and_rows_without_direction_zeros() {
        let unit = normalised(&[3.0, 4.0, 0.0, 0.0, f32::NAN, 1.0, f32::INFINITY, 1.0, 1e30, 0.0], 2);
        assert_eq!(unit, [0.6, 0.8, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
        assert_eq!(cosine(&unit[..2], &unit[4..6]), 0.0);
        assert_eq!(cosine(&[f32::NAN], &[1.0]), 0.0);
        assert!((cosine(&[2.0, 0.0], &[1.0, 1.0]) - 0.5_f64.sqrt()).abs() < 1e-15);
    }
}
