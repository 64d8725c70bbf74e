//! Dropout masks on the host: the same counter-based hash as shaders/common/dropout.wgsl, whose head has the formula.

mod cpu;

pub(super) use cpu::drop_from;

/// PCG4D of Jarzynski and Olano, "Hash Functions for GPU Rendering" (JCGT 9(3), 2020), equal bit for bit to
/// shaders/common/dropout.wgsl.
fn pcg4d(counter: [u32; 4]) -> [u32; 4] {
    let [mut x, mut y, mut z, mut w] = counter.map(|c| c.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
    let mix = |x: &mut u32, y: &mut u32, z: &mut u32, w: &mut u32| {
        *x = x.wrapping_add(y.wrapping_mul(*w));
        *y = y.wrapping_add(z.wrapping_mul(*x));
        *z = z.wrapping_add(x.wrapping_mul(*y));
        *w = w.wrapping_add(y.wrapping_mul(*z));
    };
    mix(&mut x, &mut y, &mut z, &mut w);
    for v in [&mut x, &mut y, &mut z, &mut w] {
        *v ^= *v >> 16;
    }
    mix(&mut x, &mut y, &mut z, &mut w);
    [x, y, z, w]
}

/// p · 2³²: an element whose 32 random bits are below this is dropped.
pub fn drop_threshold(p: f32) -> u32 {
    (f64::from(p) * 4_294_967_296.0).round().clamp(0.0, f64::from(u32::MAX)) as u32
}

/// The factors, 0 or `1/(1−p)`, of elements `4·block … 4·block+3` of the token with this key, at this site of this
/// step, as the shaders compute them: for tests and for showing the masks.
pub fn keep_factors(p: f32, seed: u32, step: u32, site: u32, dropout_key: u32, block: u32) -> [f32; 4] {
    let threshold = drop_threshold(p);
    if site == super::NO_DROPOUT || threshold == 0 {
        return [1.0; 4];
    }
    let bits = pcg4d([block, dropout_key, (step << 8) | site, seed]);
    bits.map(|b| if b >= threshold { 1.0 / (1.0 - p) } else { 0.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(p: f32, draws: impl Iterator<Item = [f32; 4]>) -> f64 {
        let (mut kept, mut all) = (0_u64, 0_u64);
        for factor in draws.flatten() {
            kept += u64::from(factor > 0.0);
            all += 1;
            assert!(factor == 0.0 || (factor - 1.0 / (1.0 - p)).abs() < 1e-6);
        }
        kept as f64 / all as f64
    }

    #[test]
    fn the_share_kept_is_one_minus_p() {
        for p in [0.01_f32, 0.1, 0.5, 0.9] {
            let draws =
                (0..500).flat_map(|key| (0..96).map(move |block| keep_factors(p, 42, 3, 7, key, block)));
            // 192,000 draws: five standard errors are at most 0.006.
            assert!((kept(p, draws) - f64::from(1.0 - p)).abs() < 0.006, "p = {p}");
        }
    }

    #[test]
    fn masks_of_views_steps_sites_and_seeds_are_independent() {
        let p = 0.5;
        let base: Vec<_> = (0..20_000).map(|b| keep_factors(p, 1, 1, 1, b / 96, b % 96)).collect();
        for (name, seed, step, site, first_key) in
            [("view", 1, 1, 1, 100_000), ("step", 1, 2, 1, 0), ("site", 1, 1, 2, 0), ("seed", 2, 1, 1, 0)]
        {
            let other = |b: u32| keep_factors(p, seed, step, site, first_key + b / 96, b % 96);
            let agree = (0..20_000_u32)
                .zip(&base)
                .map(|(b, mask)| other(b).iter().zip(mask).filter(|(x, y)| x == y).count())
                .sum::<usize>() as f64
                / 80_000.0;
            // Independent fair coins agree half the time; five standard errors of 80,000 draws are 0.009.
            assert!((agree - 0.5).abs() < 0.009, "{name}: {agree}");
        }
    }
}
