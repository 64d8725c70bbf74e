use super::{CpuCall, Dispatch, Work};

/// A size that a call depends on: known when the plan is built, or one that changes from step to step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    Fixed(u32),
    /// Index into the `sizes` given when the plan is recorded.
    Dynamic(usize),
}

impl Extent {
    /// `sizes` are the values of the dynamic ones.
    pub fn resolve(self, sizes: &[u32]) -> u32 {
        match self {
            Extent::Fixed(value) => value,
            Extent::Dynamic(index) => sizes[index],
        }
    }
}

/// How a device is given a kernel call.
#[derive(Clone)]
pub enum Call {
    Gpu(Dispatch),
    Cpu(CpuCall),
}

/// One kernel call over fixed buffers.
#[derive(Clone)]
pub struct PlannedCall {
    pub label: &'static str,
    pub call: Call,
    /// What it has to do, where that is known.
    pub work: Option<Work>,
}

/// A list of kernel calls in order. Built once per model, recorded once per step.
#[derive(Clone, Default)]
pub struct Plan {
    pub calls: Vec<PlannedCall>,
}

impl Plan {
    pub fn push(&mut self, label: &'static str, call: Call) {
        self.calls.push(PlannedCall { label, call, work: None });
    }

    /// Says what the call pushed last has to do. A plan that only counts buffers has no calls, and takes no notice.
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
