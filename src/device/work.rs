//! Work of kernel calls, for profiles.

use super::Extent;

/// FLOPs of a kernel call and the bytes it moves at least (each operand read once, each result written once). For
/// profiles only.
#[derive(Debug, Clone, PartialEq)]
pub struct Work {
    /// Distinguishes calls of one kernel, by the sizes of a product for example.
    pub detail: String,
    pub flops: Amount,
    pub bytes: Amount,
}

/// `fixed + each · extent`
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Amount {
    pub fixed: f64,
    pub each: f64,
    pub extent: Extent,
}

impl Amount {
    pub const NONE: Self = Self { fixed: 0.0, each: 0.0, extent: Extent::Fixed(0) };

    pub fn each(extent: Extent, each: f64) -> Self {
        Self { fixed: 0.0, each, extent }
    }

    pub fn with_fixed(self, fixed: f64) -> Self {
        Self { fixed, ..self }
    }

    fn of(self, sizes: &[u32]) -> f64 {
        self.fixed + self.each * f64::from(self.extent.resolve(sizes))
    }
}

impl Work {
    /// Work of moving `floats` 32-bit values for each of `extent`, with negligible arithmetic.
    pub fn moving(extent: Extent, floats: u32) -> Self {
        let bytes = Amount::each(extent, 4.0 * f64::from(floats));
        Self { detail: String::new(), flops: Amount::NONE, bytes }
    }

    /// Appends to the detail.
    pub fn with(mut self, more: &str) -> Self {
        self.detail = format!("{} {more}", self.detail);
        self
    }

    /// FLOPs and bytes; `sizes` are the values of the dynamic extents.
    pub fn amounts(&self, sizes: &[u32]) -> (f64, f64) {
        (self.flops.of(sizes), self.bytes.of(sizes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_grow_with_their_extent() {
        let work = Work {
            detail: String::new(),
            flops: Amount::each(Extent::Dynamic(2), 3.0),
            bytes: Amount::each(Extent::Dynamic(1), 2.0).with_fixed(100.0),
        };
        assert_eq!(work.amounts(&[0, 7, 5]), (15.0, 114.0));
        assert_eq!(Work::moving(Extent::Fixed(5), 3).amounts(&[]), (0.0, 60.0));
    }
}
