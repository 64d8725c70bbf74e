//! Functions of floats and of rows of floats for the CPU's kernels, written so that the compiler vectorises them:
//! without branches, calls, or sums whose order it would have to change. All machines compute the same bits: nothing
//! here is contracted to a fused multiply-add.

/// Independent partial sums: two vectors of AVX-512, four of AVX, eight of WebAssembly, enough to hide the latency of
/// an addition.
const LANES: usize = 32;

/// `Σ_i term(x_i, y_i…)` over slices of equal length, in a fixed order: [`LANES`] partial sums, then halves added to
/// halves.
#[inline(always)]
fn sum_of<const N: usize>(slices: [&[f32]; N], term: impl Fn([f32; N]) -> f32) -> f32 {
    let len = slices[0].len();
    let mut sums = [0.0_f32; LANES];
    let whole = len / LANES * LANES;
    for begin in (0..whole).step_by(LANES) {
        let parts: [&[f32]; N] = slices.map(|slice| &slice[begin..begin + LANES]);
        for (lane, sum) in sums.iter_mut().enumerate() {
            *sum += term(parts.map(|part| part[lane]));
        }
    }
    for index in whole..len {
        sums[index - whole] += term(slices.map(|slice| slice[index]));
    }
    let mut half = LANES / 2;
    while half > 0 {
        for lane in 0..half {
            sums[lane] += sums[lane + half];
        }
        half /= 2;
    }
    sums[0]
}

#[inline(always)]
pub(super) fn sum(x: &[f32]) -> f32 {
    sum_of([x], |[x]| x)
}

#[inline(always)]
pub(super) fn dot(x: &[f32], y: &[f32]) -> f32 {
    sum_of([x, &y[..x.len()]], |[x, y]| x * y)
}

/// `Σ (x − mean)²`
#[inline(always)]
pub(super) fn squares_around(x: &[f32], mean: f32) -> f32 {
    sum_of([x], |[x]| (x - mean) * (x - mean))
}

/// The largest number, ignoring NaNs; −∞ for an empty slice.
#[inline(always)]
pub(super) fn largest(x: &[f32]) -> f32 {
    let mut lanes = [f32::NEG_INFINITY; LANES];
    let (parts, rest) = x.as_chunks::<LANES>();
    for part in parts {
        for (lane, x) in lanes.iter_mut().zip(part) {
            *lane = if *x > *lane { *x } else { *lane };
        }
    }
    lanes.iter().chain(rest).fold(f32::NEG_INFINITY, |largest, x| if *x > largest { *x } else { largest })
}

/// `y += a·x`
#[inline(always)]
pub(super) fn add_scaled(y: &mut [f32], a: f32, x: &[f32]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y += a * x;
    }
}

/// `y += x`
#[inline(always)]
pub(super) fn add(y: &mut [f32], x: &[f32]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y += x;
    }
}

/// eˣ to 2 units in the last place: `2ⁿ·eʳ` with `|r| ≤ ½ ln 2`, and eʳ by its Taylor series up to r⁷ (next term 5e-9).
/// 0 below −86.9, where half the result is no longer a normal number.
#[inline(always)]
pub(super) fn exp(x: f32) -> f32 {
    // Adding 1.5·2²³ rounds to the nearest integer, which the lowest bits then hold.
    const ROUND: f32 = 12_582_912.0;
    // ln 2 in two parts, the first with few enough digits for n times it to be exact.
    const LN2_HIGH: f32 = 0.693_359_4;
    const LN2_LOW: f32 = -2.121_944_4e-4;
    let rounded = x * std::f32::consts::LOG2_E + ROUND;
    let n = rounded - ROUND;
    let r = x - n * LN2_HIGH - n * LN2_LOW;
    let p = 1.0 / 5040.0;
    let p = p * r + 1.0 / 720.0;
    let p = p * r + 1.0 / 120.0;
    let p = p * r + 1.0 / 24.0;
    let p = p * r + 1.0 / 6.0;
    let p = p * r + 0.5;
    let p = (p * r) * r + r + 1.0;
    // 2ⁿ by its bits: the exponent field is n + 127. n = 128 would be infinity, so 2ⁿ⁻¹ is used, and doubled.
    let exponent = rounded.to_bits().wrapping_sub(ROUND.to_bits());
    let half = f32::from_bits(exponent.wrapping_add(126) << 23);
    let value = p * half * 2.0;
    let value = if x < -86.9 { 0.0 } else { value };
    if x > 88.722_83 { f32::INFINITY } else { value }
}

/// erf to 4.1e-7, by the rational function of shaders/common/activation.wgsl.
#[inline(always)]
fn erf(x: f32) -> f32 {
    let c = x.clamp(-3.9, 3.9);
    let u = c * c;
    let p = u * 2.066_480_3e-6 + 0.000_285_061_13;
    let p = p * u + 0.003_738_303;
    let p = p * u + 0.052_667_953;
    let p = p * u + 0.189_665_84;
    let p = p * u + std::f32::consts::FRAC_2_SQRT_PI;
    let q = u * 3.827_003_5e-5 + 0.001_157_365_4;
    let q = q * u + 0.014_914_192;
    let q = q * u + 0.113_818_55;
    let q = q * u + 0.501_419_8;
    let q = q * u + 1.0;
    c * p / q
}

/// Φ(x), the standard normal distribution function.
#[inline(always)]
pub(super) fn normal_cdf(x: f32) -> f32 {
    0.5 * (1.0 + erf(x * std::f32::consts::FRAC_1_SQRT_2))
}

/// d GELU / dx = Φ(x) + x·φ(x), given Φ(x).
#[inline(always)]
pub(super) fn gelu_slope(x: f32, cdf: f32) -> f32 {
    cdf + x * 0.398_942_3 * exp(-0.5 * x * x)
}

/// tanh without overflow and without cancellation near 0, as in shaders/common/activation.wgsl.
#[inline(always)]
pub(super) fn tanh(x: f32) -> f32 {
    let u = x * x;
    let near = x * (1.0 + u * (-1.0 / 3.0 + u * (2.0 / 15.0 + u * (-17.0 / 315.0 + u * (62.0 / 2835.0)))));
    let t = exp(-2.0 * x.abs());
    let far = ((1.0 - t) / (1.0 + t)).copysign(x);
    if x.abs() < 0.25 { near } else { far }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments() -> impl Iterator<Item = f32> {
        (-20_000..20_000).map(|i| i as f32 * 0.005_001)
    }

    #[test]
    fn exp_is_right_to_two_units_in_the_last_place_and_ends_at_zero_and_infinity() {
        for x in arguments() {
            let (got, right) = (f64::from(exp(x)), f64::from(x).exp());
            match x {
                ..-86.9 => assert_eq!(got, 0.0, "{x}"),
                88.722_83.. => assert_eq!(got, f64::INFINITY, "{x}"),
                _ => assert!((got / right - 1.0).abs() < 2.0 / 8_388_608.0, "exp({x}) is {got}, not {right}"),
            }
        }
        assert_eq!((exp(0.0), exp(-1e30), exp(f32::NEG_INFINITY)), (1.0, 0.0, 0.0));
        assert_eq!(exp(f32::INFINITY), f32::INFINITY);
        assert!(exp(f32::NAN).is_nan());
    }

    #[test]
    fn tanh_and_the_normal_distribution_are_right_to_a_few_units() {
        for x in arguments() {
            let right = f64::from(x).tanh();
            assert!((f64::from(tanh(x)) - right).abs() <= 4e-7 * right.abs(), "tanh({x})");
            let right = 0.5 * libm::erfc(-f64::from(x) / std::f64::consts::SQRT_2);
            assert!((f64::from(normal_cdf(x)) - right).abs() < 3e-7, "Φ({x})");
        }
        assert!(tanh(f32::NAN).is_nan() && normal_cdf(f32::NAN).is_nan());
    }

    #[test]
    fn sums_of_every_length_are_those_of_f64() {
        for len in [0, 1, 3, 31, 32, 33, 64, 100] {
            let x: Vec<f32> = (0..len).map(|i| (i as f32 * 0.7).sin()).collect();
            let right = |term: fn(f64) -> f64| x.iter().map(|x| term(f64::from(*x))).sum::<f64>();
            assert!((f64::from(sum(&x)) - right(|x| x)).abs() < 1e-5, "{len}");
            assert!((f64::from(dot(&x, &x)) - right(|x| x * x)).abs() < 1e-5, "{len}");
            let around = right(|x| (x - 0.25) * (x - 0.25));
            assert!((f64::from(squares_around(&x, 0.25)) - around).abs() < 1e-5, "{len}");
            let right = x.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            assert_eq!(largest(&x), right, "{len}");
        }
    }
}
