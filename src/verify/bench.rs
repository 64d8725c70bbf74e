//! Running kernels over guarded buffers, which show where a kernel wrote or read beyond its tensors.

use std::rc::Rc;

use half::f16;

use super::{check::Checks, reference::random::Random};
use crate::{
    device::{Arena, DeviceError, Plan, Recorder, Stored, View},
    kernels::{Kernels, Step, keep_factors},
    model::PackedBatch,
};

/// A NaN with a recognisable payload, which fills outputs before a kernel runs, and the guard after every tensor.
const POISON: u32 = 0x7fc0_dead;
/// Floats of the guard after every tensor: two rows of 1,536.
const GUARD: usize = 3072;

pub const SEED: u32 = 20_210_418;
pub const STEP: u32 = 5;

/// Kernels over an arena of their own, which report to [`Checks`].
pub struct Bench<'a> {
    pub kernels: Kernels,
    checks: &'a Checks,
}

impl Checks {
    /// A place to run kernels in. What they write beyond their tensors is a failed check.
    ///
    /// # Errors
    /// The device's.
    pub fn bench(&self) -> Result<Bench<'_>, DeviceError> {
        let arena = Rc::new(Arena::new(self.device()));
        Ok(Bench { kernels: Kernels::new(arena)?, checks: self })
    }
}

impl Bench<'_> {
    /// A buffer of these words, followed by the guard.
    fn guarded(&self, words: &[u32]) -> Result<View, DeviceError> {
        let mut all = words.to_vec();
        all.resize(words.len() + GUARD, POISON);
        self.kernels.arena().upload("verify", &all)
    }

    /// A tensor of float32, followed by NaNs.
    pub fn floats(&self, values: &[f64]) -> Result<View, DeviceError> {
        let words: Vec<u32> = values.iter().map(|value| (*value as f32).to_bits()).collect();
        self.guarded(&words)
    }

    /// A tensor of float16, followed by NaNs, and the values it holds. Subnormal halves, which a shader may flush to
    /// zero, are stored as zero.
    pub fn halves(&self, values: &[f64]) -> Result<(View, Vec<f64>), DeviceError> {
        let half =
            |value: &f64| Some(f16::from_f64(*value)).filter(|half| half.is_normal()).unwrap_or_default();
        let mut halves: Vec<f16> = values.iter().map(half).collect();
        let held = halves.iter().map(|half| half.to_f64()).collect();
        halves.resize(values.len() + GUARD, f16::NAN);
        let arena = self.kernels.arena();
        let view = arena.storage_of("verify", halves.len(), Stored::F16)?;
        view.write(arena.device(), &halves);
        Ok((view, held))
    }

    /// A tensor of integers, followed by the guard.
    pub fn words(&self, values: &[u32]) -> Result<View, DeviceError> {
        self.guarded(values)
    }

    /// An output of `len` floats, all NaN, followed by the guard.
    pub fn output(&self, len: usize) -> Result<View, DeviceError> {
        self.guarded(&vec![POISON; len])
    }

    /// Runs the plan that `build` makes.
    ///
    /// # Errors
    /// The device's, including those of shaders that do not compile.
    pub async fn run(
        &self,
        step: &Step,
        build: impl FnOnce(&Kernels, &mut Plan) -> Result<(), DeviceError>,
    ) -> Result<(), DeviceError> {
        let device = self.kernels.arena().device();
        let mut plan = Plan::default();
        build(&self.kernels, &mut plan)?;
        device.ready().await?;
        self.kernels.write_step(step);
        Recorder::new(device).plan(&plan, &step.sizes());
        Ok(())
    }

    /// Checks the guard after a buffer whose values are not compared.
    ///
    /// # Errors
    /// As [`Bench::read`].
    pub async fn check_guard(&self, view: &View, len: usize) -> Result<(), DeviceError> {
        self.read(view, len).await.map(drop)
    }

    /// The first `len` floats. Records a check that nothing was written to the guard after them.
    ///
    /// # Errors
    /// The device's.
    pub async fn read(&self, view: &View, len: usize) -> Result<Vec<f32>, DeviceError> {
        let words: Vec<u32> = view.read(self.kernels.arena().device()).await?;
        let (values, guard) = words.split_at(len);
        let written = guard.iter().take(GUARD).enumerate().filter(|(_, word)| **word != POISON);
        let named = written.map(|(i, _)| format!("float {} behind the valid part was written", i + 1));
        self.checks.none("guard words", &format!("a buffer of {len} floats"), named);
        Ok(bytemuck::cast_slice(values).to_vec())
    }
}

/// A batch of rows of these lengths with random ids below `vocabulary`; `max_positions` as in [`PackedBatch::new`].
pub fn batch(lengths: &[usize], vocabulary: usize, max_positions: usize) -> PackedBatch {
    let mut random = Random::new(lengths.len() as u64);
    let mut row =
        |length: usize| -> Vec<u32> { (0..length).map(|_| random.between(0, vocabulary) as u32).collect() };
    let rows: Vec<Vec<u32>> = lengths.iter().map(|length| row(*length)).collect();
    PackedBatch::new(&rows, max_positions)
}

/// The step of a batch, without dropout.
pub fn step_of(batch: &PackedBatch) -> Step {
    batch.sizes(Step { seed: SEED, step: STEP, ..Step::default() })
}

pub fn row_starts(batch: &PackedBatch) -> Vec<usize> {
    batch.row_starts.iter().map(|start| *start as usize).collect()
}

/// Dropout factors, 0 or 1/(1−p), of a [tokens, hidden] tensor.
pub fn mask(batch: &PackedBatch, p: f32, site: u32, hidden: usize) -> Vec<f64> {
    let blocks = hidden as u32 / 4;
    let factors = |span: &[u32; 4]| {
        let key = span[0];
        (0..blocks).flat_map(move |block| keep_factors(p, SEED, STEP, site, key, block))
    };
    batch.spans.iter().flat_map(factors).map(f64::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        device::{Device, DeviceChoice, DeviceOptions},
        verify::check::Coverage,
    };

    #[test]
    fn a_float_behind_the_valid_part_is_seen() {
        let options =
            DeviceOptions { choice: DeviceChoice::Cpu, threads: Some(1), ..DeviceOptions::default() };
        let device = pollster::block_on(Device::open(options)).expect("the CPU refuses nothing");
        for (written, passes) in [(8, true), (9, false)] {
            let checks = Checks::new(&device, "a part", Coverage::All);
            let bench = checks.bench().expect("a step is small");
            let view = bench.output(8).expect("eight floats are few");
            view.write(&device, &vec![0.0_f32; written]);
            let values = pollster::block_on(bench.read(&view, 8)).expect("the CPU answers");
            assert_eq!(values, [0.0; 8]);
            let found = checks.into_found();
            assert_eq!((found[0].quantity.as_str(), found[0].passed()), ("guard words", passes));
        }
    }
}
