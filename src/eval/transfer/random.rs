//! NumPy's and PyTorch's random numbers, so that a seed gives the same folds, shuffles and initial weights as in
//! SentEval. NumPy's `RandomState` and PyTorch's CPU generator are both the 32-bit Mersenne Twister.

use rand_mt::Mt;

/// `numpy.random.RandomState(seed)`, or PyTorch after `torch.manual_seed(seed)`, as far as SentEval uses them.
pub(super) struct Random(Mt);

impl Random {
    pub fn new(seed: u32) -> Self {
        Random(Mt::new(seed))
    }

    /// NumPy's `shuffle` of an array: Fisher–Yates from the end.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.up_to(last as u32) as usize);
        }
    }

    /// NumPy's `permutation` of 0..length.
    pub fn permutation(&mut self, length: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..length).collect();
        self.shuffle(&mut order);
        order
    }

    /// Uniform in 0..=max: draws as many bits as `max` has until their value is at most `max`.
    fn up_to(&mut self, max: u32) -> u32 {
        let mask = u32::MAX >> max.leading_zeros();
        loop {
            let value = self.0.next_u32() & mask;
            if value <= max {
                return value;
            }
        }
    }

    /// PyTorch's `uniform_(-bound, bound)` of one f32, from the low 24 of 32 bits.
    pub fn uniform(&mut self, bound: f32) -> f32 {
        let unit = (self.0.next_u32() & 0xff_ffff) as f32 / 16_777_216.0;
        unit * (bound + bound) - bound
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permutations_agree_with_numpy_and_uniform_numbers_with_pytorch() {
        // numpy 2: np.random.seed(1111); np.random.permutation(10)
        assert_eq!(Random::new(1111).permutation(10), [9, 3, 8, 0, 6, 2, 4, 1, 5, 7]);
        // torch 2.15: torch.manual_seed(1111); torch.nn.Linear(4, 2), weights, then biases
        let mut random = Random::new(1111);
        let found: Vec<f32> = (0..10).map(|_| random.uniform(0.5)).collect();
        let expected = [
            -0.039_404_154,
            -0.415_020_53,
            0.300_947_5,
            -0.102_824_15,
            0.454_796_55,
            0.098_184_705,
            -0.017_903_09,
            0.444_589_14,
            0.014_520_049,
            0.312_546_97,
        ];
        assert_eq!(found, expected);
    }
}
