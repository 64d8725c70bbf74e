//! Tolerances of float32 results, and their distances from `f64` references.

/// Unit roundoff u of float32: half the distance from 1 to the next number.
pub const ROUNDOFF: f64 = 1.0 / 16_777_216.0;

/// A bound on the relative error of a kernel's result.
///
/// A partial sum of k numbers of random sign has a size of √k, and adding to it rounds by up to u = 2⁻²⁴ of that.
/// These errors are independent, so over n terms they add up to u·√(Σk) = u·n/√2, which is u·√(n/2) of the sum's own
/// size √n (and u·√(n/3) for terms of one sign). The bound is 2u·√n for the chain of additions, plus u times the other
/// roundings on the way: 1 for + − ×, 2.5 for a division and a square root, 3 + 2|x| for exp(x), 8 for log
/// near 1 (WGSL §15.7.4, "Accuracy of expressions").
#[derive(Clone, Copy, Debug)]
pub struct Bound {
    /// Longest chain of additions that leads to an element.
    pub terms: usize,
    /// All other roundings that lead to it, in units of u.
    pub roundings: f64,
}

/// See [`Bound`].
pub fn bound(terms: usize, roundings: f64) -> Bound {
    Bound { terms, roundings }
}

impl Bound {
    /// The bound on the relative error.
    pub fn relative(self) -> f64 {
        ROUNDOFF * (2.0 * (self.terms as f64).sqrt() + self.roundings)
    }
}

/// The result of a comparison.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// To compare with [`Bound::relative`]: the larger of the norm of the error over the norm of the result, and a
    /// quarter of the largest single error over the largest magnitude (four standard deviations of an error that is
    /// the same for all elements). Infinite where a result is not finite.
    pub error: f64,
    /// The element with the largest error.
    pub worst: String,
}

/// The distance of `actual` from `expected`, of equal length.
///
/// `magnitude`: where elements are differences of terms of this size, which may cancel, the error is relative to the
/// terms instead of their difference; 0 otherwise.
pub fn difference(actual: &[f32], expected: &[f64], magnitude: f64) -> Difference {
    assert_eq!(actual.len(), expected.len(), "results and references of one shape");
    let (mut squared_error, mut squared_size) = (0.0, 0.0);
    let (mut largest, mut worst) = (magnitude, (0.0, 0));
    for (i, (actual, expected)) in actual.iter().zip(expected).enumerate() {
        if !actual.is_finite() {
            let worst = format!("element {i} is {actual} instead of {expected:e}");
            return Difference { error: f64::INFINITY, worst };
        }
        let error = (f64::from(*actual) - expected).abs();
        squared_error += error * error;
        squared_size += expected * expected;
        largest = largest.max(expected.abs());
        if error > worst.0 {
            worst = (error, i);
        }
    }
    let size = squared_size.sqrt().max(magnitude * (actual.len() as f64).sqrt());
    let (single, i) = worst;
    let worst = match (actual.get(i), expected.get(i)) {
        (Some(actual), Some(expected)) => {
            format!("element {i} is {actual:e} instead of {expected:e}, the largest is {largest:e}")
        }
        _ => "nothing to compare".to_owned(),
    };
    Difference { error: relative(squared_error.sqrt(), size).max(relative(single, largest) / 4.0), worst }
}

/// An error relative to a size; 0 for no error, whatever the size.
pub fn relative(error: f64, size: f64) -> f64 {
    if error == 0.0 { 0.0 } else { error / size }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_is_that_of_the_norm_or_of_a_single_element() {
        // The same error everywhere: that of the norm, 3·1e-3 of 3·1.
        let even = difference(&[1.001, -1.001, 1.001], &[1.0, -1.0, 1.0], 0.0);
        assert!((even.error - 1e-3).abs() < 1e-6, "{even:?}");
        // One of ten thousand is off by 100 %: a hundredth of the norm, a quarter of the element.
        let (mut actual, expected) = (vec![1.0; 10_000], vec![1.0; 10_000]);
        actual[7] = 2.0;
        let single = difference(&actual, &expected, 0.0);
        assert_eq!(single.error, 0.25);
        assert_eq!(single.worst, "element 7 is 2e0 instead of 1e0, the largest is 1e0");
    }

    #[test]
    fn terms_that_cancel_are_what_the_error_is_relative_to() {
        let (actual, expected) = ([1e-3, -1e-3], [0.0, 0.0]);
        assert_eq!(difference(&actual, &expected, 0.0).error, f64::INFINITY);
        let beside = difference(&actual, &expected, 10.0).error;
        assert!((beside - 1e-4).abs() < 1e-9, "{beside}");
    }

    #[test]
    fn what_is_no_number_is_infinitely_far_off_and_named() {
        for value in [f32::NAN, f32::INFINITY] {
            let found = difference(&[0.0, value], &[0.0, 1.0], 0.0);
            assert_eq!(found.error, f64::INFINITY);
            assert!(found.worst.starts_with("element 1 is "), "{}", found.worst);
        }
    }

    #[test]
    fn equal_results_have_no_error_even_of_nothing() {
        assert_eq!(difference(&[0.0, 2.0], &[0.0, 2.0], 0.0).error, 0.0);
        assert_eq!(difference(&[0.0], &[0.0], 0.0).error, 0.0);
        assert_eq!(difference(&[], &[], 0.0).error, 0.0);
    }
}
