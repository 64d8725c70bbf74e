//! Recording of commands for either device.

use super::{Device, Plan, ReadbackRing, Timings, View, cpu, gpu};

/// Records plans, copies and clears in order, and submits them, at the latest when it is dropped.
pub enum Recorder<'a> {
    Gpu(gpu::Commands<'a>),
    Cpu(&'a cpu::Cpu),
}

impl<'a> Recorder<'a> {
    pub fn new(device: &'a Device) -> Self {
        match device {
            Device::Gpu(gpu) => Self::Gpu(gpu::Commands::new(gpu)),
            Device::Cpu(cpu) => Self::Cpu(cpu),
        }
    }

    /// Records all calls of a plan; `sizes` are the values of its dynamic extents.
    pub fn plan(&mut self, plan: &Plan, sizes: &[u32]) {
        match self {
            Self::Gpu(commands) => commands.plan(plan, sizes),
            Self::Cpu(cpu) => cpu.plan(plan, sizes, false, None),
        }
    }

    /// As [`Recorder::plan`], for a plan that [`Device::abandon`] must not leave half done: one that changes the state
    /// the next step starts from.
    pub fn whole_plan(&mut self, plan: &Plan, sizes: &[u32]) {
        match self {
            Self::Gpu(commands) => commands.plan(plan, sizes),
            Self::Cpu(cpu) => cpu.plan(plan, sizes, true, None),
        }
    }

    /// As [`Recorder::plan`], with every call timed on its own.
    pub fn timed_plan(&mut self, plan: &Plan, sizes: &[u32], timings: &mut Timings) {
        match (self, timings) {
            (Self::Gpu(commands), Timings::Gpu(timestamps)) => commands.timed_plan(plan, sizes, timestamps),
            (Self::Cpu(cpu), Timings::Cpu(clock)) => cpu.plan(plan, sizes, false, Some(clock)),
            _ => debug_assert!(false, "timings of another device"),
        }
    }

    /// Copies all of `from` to the start of `to`.
    pub fn copy(&mut self, from: &View, to: &View) {
        match self {
            Self::Gpu(commands) => commands.copy(from, to),
            Self::Cpu(cpu) => cpu.copy(from, to),
        }
    }

    /// Sets the view's bytes to zero.
    pub fn clear(&mut self, view: &View) {
        match self {
            Self::Gpu(commands) => commands.clear(view),
            Self::Cpu(cpu) => cpu.clear(view),
        }
    }

    /// Copies the view's bytes at this point to `ring`, which must have room, see [`ReadbackRing::has_room`].
    pub fn fetch(&mut self, view: &View, ring: &mut ReadbackRing) {
        match (self, ring) {
            (Self::Gpu(commands), ReadbackRing::Gpu(ring)) => ring.record(commands.encoder(), view),
            (Self::Cpu(cpu), ReadbackRing::Cpu(ring)) => ring.record(cpu, view),
            _ => debug_assert!(false, "a ring of another device"),
        }
    }

    /// Makes the times readable; record it after the timed plans.
    pub fn resolve(&mut self, timings: &Timings) {
        if let (Self::Gpu(commands), Timings::Gpu(timestamps)) = (self, timings) {
            timestamps.resolve(commands.encoder());
        }
    }

    /// Submits what is recorded. Later writes to buffers affect only what is recorded after this.
    pub fn submit(&mut self) {
        if let Self::Gpu(commands) = self {
            commands.submit();
        }
    }
}
