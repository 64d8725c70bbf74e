//! How far a float32 result may be from the `f64` one, and the comparison.

/// Unit roundoff of float32: half the distance from 1 to the next number.
const ROUNDOFF: f64 = 1.0 / 16_777_216.0;

/// A bound on the relative error of a kernel's result.
///
/// A partial sum of k numbers of random sign has a size of √k, and adding to it rounds by up to u = 2⁻²⁴ of that.
/// These errors are independent, so over n terms they come to u·√(Σk) = u·n/√2, which is u·√(n/2) of the sum's own
/// size √n (and u·√(n/3) for terms of one sign). The bound takes 2u·√n for the chain of additions, and u for every
/// other rounding on the way: 1 for + − ×, 2.5 for a division and a square root, 3 + 2|x| for exp(x), 8 for log
/// near 1 (WGSL §15.7.4, "Accuracy of expressions").
#[derive(Clone, Copy, Debug)]
pub struct Bound {
    /// Longest chain of additions behind an element.
    pub terms: usize,
    /// All other roundings behind it, in units of the roundoff.
    pub roundings: f64,
}

/// See [`Bound`].
pub fn bound(terms: usize, roundings: f64) -> Bound {
    Bound { terms, roundings }
}

impl Bound {
    pub fn relative(self) -> f64 {
        ROUNDOFF * (2.0 * (self.terms as f64).sqrt() + self.roundings)
    }
}

/// Holds the norm of the error to the bound times the norm of `expected`, and every single error to four times
/// the bound times the largest expected magnitude (four standard deviations of an error that is the same for all
/// elements).
#[track_caller]
pub fn assert_close(what: &str, actual: &[f32], expected: &[f64], bound: Bound) {
    assert_close_beside(what, actual, expected, 0.0, bound);
}

/// As [`assert_close`], where elements are differences of terms of this magnitude that may cancel: the error is
/// then relative to the terms, not to what is left of them.
#[track_caller]
pub fn assert_close_beside(what: &str, actual: &[f32], expected: &[f64], magnitude: f64, bound: Bound) {
    assert_eq!(actual.len(), expected.len(), "{what}");
    let (mut squared_error, mut squared_size) = (0.0, 0.0);
    let (mut largest, mut worst) = (magnitude, (0.0, 0));
    for (i, (actual, expected)) in actual.iter().zip(expected).enumerate() {
        assert!(actual.is_finite(), "{what}: element {i} is {actual} instead of {expected}");
        let error = (f64::from(*actual) - expected).abs();
        squared_error += error * error;
        squared_size += expected * expected;
        largest = largest.max(expected.abs());
        if error > worst.0 {
            worst = (error, i);
        }
    }
    let (error, size) =
        (squared_error.sqrt(), squared_size.sqrt().max(magnitude * (actual.len() as f64).sqrt()));
    let relative = bound.relative();
    assert!(
        error <= relative * size,
        "{what}: the norm of the error is {error:e}, that of the result {size:e}: more than {relative:e} of it"
    );
    let (error, i) = worst;
    assert!(
        error <= 4.0 * relative * largest,
        "{what}: element {i} is {} instead of {}, the largest is {largest}",
        actual[i],
        expected[i]
    );
}
