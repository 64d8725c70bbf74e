//! Dropout on the CPU: masks are computed for eight blocks at a time and applied to a token's elements in place.

use super::super::{NO_DROPOUT, Step};

/// Blocks that are hashed at the same time, in vector registers.
const BESIDE: usize = 8;

/// Multiplies a token's elements, of which `row` holds those from `4·first_block` on, by their factors; see
/// [`super::keep_factors`].
#[inline(always)]
pub(in crate::kernels) fn drop_from(
    row: &mut [f32],
    step: &Step,
    site: u32,
    dropout_key: u32,
    first_block: u32,
) {
    if site == NO_DROPOUT || step.drop_threshold == 0 {
        return;
    }
    let salt = (step.step << 8) | site;
    for (index, part) in row.chunks_mut(4 * BESIDE).enumerate() {
        let first = first_block + (BESIDE * index) as u32;
        let bits = pcg4d_beside(first, dropout_key, salt, step.seed);
        let mut factors = [0.0_f32; 4 * BESIDE];
        for (block, four) in factors.as_chunks_mut::<4>().0.iter_mut().enumerate() {
            for (factor, bits) in four.iter_mut().zip(&bits) {
                *factor = if bits[block] >= step.drop_threshold { step.keep_scale } else { 0.0 };
            }
        }
        for (value, factor) in part.iter_mut().zip(&factors) {
            *value *= factor;
        }
    }
}

/// [`super::pcg4d`] of the [`BESIDE`] blocks from `first` on: four words for each of them, word by word.
#[inline(always)]
fn pcg4d_beside(first: u32, dropout_key: u32, salt: u32, seed: u32) -> [[u32; BESIDE]; 4] {
    let begin = |counter: u32| counter.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
    let mut x = [0_u32; BESIDE];
    for (block, x) in x.iter_mut().enumerate() {
        *x = begin(first.wrapping_add(block as u32));
    }
    let [mut y, mut z, mut w] = [dropout_key, salt, seed].map(|counter| [begin(counter); BESIDE]);
    mix(&mut x, &mut y, &mut z, &mut w);
    for lanes in [&mut x, &mut y, &mut z, &mut w] {
        for lane in lanes.iter_mut() {
            *lane ^= *lane >> 16;
        }
    }
    mix(&mut x, &mut y, &mut z, &mut w);
    [x, y, z, w]
}

#[inline(always)]
fn mix(x: &mut [u32; BESIDE], y: &mut [u32; BESIDE], z: &mut [u32; BESIDE], w: &mut [u32; BESIDE]) {
    add_product(x, y, w);
    add_product(y, z, x);
    add_product(z, x, y);
    add_product(w, y, z);
}

#[inline(always)]
fn add_product(sum: &mut [u32; BESIDE], a: &[u32; BESIDE], b: &[u32; BESIDE]) {
    for lane in 0..BESIDE {
        sum[lane] = sum[lane].wrapping_add(a[lane].wrapping_mul(b[lane]));
    }
}

#[cfg(test)]
mod tests {
    use super::super::{drop_threshold, keep_factors};
    use super::*;

    #[test]
    fn a_row_is_dropped_as_the_hash_of_its_blocks_says() {
        for (p, len, first) in [(0.1, 76, 0), (0.5, 32, 7), (0.9, 3, u32::MAX - 2)] {
            let step = Step { seed: 42, step: 9, ..Step::default() }.with_dropout(p);
            assert_eq!(step.drop_threshold, drop_threshold(p));
            let mut row = vec![1.0; len];
            drop_from(&mut row, &step, 5, 1234, first);
            let right = (0..).flat_map(|block| keep_factors(p, 42, 9, 5, 1234, first.wrapping_add(block)));
            assert_eq!(row, right.take(len).collect::<Vec<_>>(), "p = {p}");
        }
    }
}
