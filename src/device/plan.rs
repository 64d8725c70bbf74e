//! Plans: kernel calls that are made once and recorded every step.

use super::{CpuCall, Dispatch, Work};

/// A size that a call depends on: fixed when the plan is built, or different from step to step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    Fixed(u32),
    /// Index into the `sizes` given when the plan is recorded.
    Dynamic(usize),
}

impl Extent {
    /// The value of the extent; `sizes` are those of the dynamic ones.
    pub fn resolve(self, sizes: &[u32]) -> u32 {
        match self {
            Extent::Fixed(value) => value,
            Extent::Dynamic(index) => sizes[index],
        }
    }
}

/// A kernel call as its device takes it.
#[derive(Clone)]
pub enum Call {
    Gpu(Dispatch),
    Cpu(CpuCall),
}

/// One kernel call over fixed buffers, with its name.
#[derive(Clone)]
pub struct PlannedCall {
    pub label: &'static str,
    pub call: Call,
    /// FLOPs and bytes, where known.
    pub work: Option<Work>,
}

/// A list of kernel calls, built once per model and recorded once per step.
#[derive(Clone, Default)]
pub struct Plan {
    pub calls: Vec<PlannedCall>,
}

impl Plan {
    pub fn push(&mut self, label: &'static str, call: Call) {
        self.calls.push(PlannedCall { label, call, work: None });
    }

    /// Sets the work of the last call. Does nothing in a plan without calls, such as one over
    /// [`super::Arena::estimate`].
    pub fn note(&mut self, work: Work) {
        if let Some(last) = self.calls.last_mut() {
            last.work = Some(work);
        }
    }

    pub fn append(&mut self, other: &Plan) {
        self.calls.extend_from_slice(&other.calls);
    }

    pub fn len(&self) -> usize {
        self.calls.len()
    }

    pub fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }
}
