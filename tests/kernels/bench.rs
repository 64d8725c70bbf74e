//! The device, and buffers that show what a kernel should not have touched.

use std::{
    cell::{Cell, RefCell},
    mem::ManuallyDrop,
    rc::Rc,
};

use half::f16;
use simcse_lab::{
    device::{Arena, Device, DeviceChoice, DeviceOptions, Plan, Recorder, Stored, View},
    kernels::{Kernels, Step, keep_factors},
    model::PackedBatch,
};

use crate::reference::random::Random;

/// A NaN of our own: what buffers hold before a kernel runs, and behind the valid part for ever.
const POISON: u32 = 0x7fc0_dead;
/// Floats behind every buffer's valid part: two rows of the widest tensor.
const GUARD: usize = 3072;

pub const SEED: u32 = 20_210_418;
pub const STEP: u32 = 5;

thread_local! {
    /// One device of each kind per thread: the browser runs all tests on one, and makes each pipeline once. They are
    /// never dropped, because wgpu needs thread locals of its own for that, and they may be gone by then.
    static DEVICES: RefCell<Vec<(DeviceChoice, ManuallyDrop<Device>)>> = const { RefCell::new(Vec::new()) };
    /// What the test at hand runs on.
    static CHOICE: Cell<DeviceChoice> = const { Cell::new(DeviceChoice::Gpu) };
}

/// Runs a test on the GPU, then on the CPU.
pub async fn on_each_device(test: impl AsyncFn()) {
    for choice in [DeviceChoice::Gpu, DeviceChoice::Cpu] {
        CHOICE.set(choice);
        test().await;
    }
    CHOICE.set(DeviceChoice::Gpu);
}

/// The device that the test runs on: a GPU with WebGPU's guaranteed limits and no optional features, or the CPU with a
/// few threads, whatever the machine has.
pub async fn device() -> Device {
    let choice = CHOICE.get();
    let kept = |devices: &mut Vec<(DeviceChoice, ManuallyDrop<Device>)>| {
        devices.iter().find(|(kept, _)| *kept == choice).map(|(_, device)| Device::clone(device))
    };
    if let Some(device) = DEVICES.with_borrow_mut(kept) {
        return device;
    }
    let options = DeviceOptions { choice, threads: Some(3), baseline: true };
    let device = Device::open(options).await.expect("a device opens");
    DEVICES.with_borrow_mut(|devices| devices.push((choice, ManuallyDrop::new(device.clone()))));
    device
}

/// Kernels over an arena of their own.
pub struct Bench {
    pub kernels: Kernels,
}

impl Bench {
    pub async fn new() -> Self {
        let arena = Rc::new(Arena::new(&device().await));
        Self { kernels: Kernels::new(arena).expect("the step's uniform is small") }
    }

    fn guarded(&self, words: &[u32]) -> View {
        let mut all = words.to_vec();
        all.resize(words.len() + GUARD, POISON);
        self.kernels.arena().upload("test", &all).expect("the test's buffers are small")
    }

    /// A tensor; behind it lie NaNs.
    pub fn floats(&self, values: &[f64]) -> View {
        let words: Vec<u32> = values.iter().map(|value| (*value as f32).to_bits()).collect();
        self.guarded(&words)
    }

    /// A tensor of halves, and what it holds; behind it lie NaNs. Halves below the normal ones, which a shader may take
    /// for zero, are zero.
    pub fn halves(&self, values: &[f64]) -> (View, Vec<f64>) {
        let half =
            |value: &f64| Some(f16::from_f64(*value)).filter(|half| half.is_normal()).unwrap_or_default();
        let mut halves: Vec<f16> = values.iter().map(half).collect();
        let held = halves.iter().map(|half| half.to_f64()).collect();
        halves.resize(values.len() + GUARD, f16::NAN);
        let arena = self.kernels.arena();
        let view = arena.storage_of("test", halves.len(), Stored::F16).expect("the test's buffers are small");
        view.write(arena.device(), &halves);
        (view, held)
    }

    /// Integers with a valid end.
    pub fn words(&self, values: &[u32]) -> View {
        self.guarded(values)
    }

    /// Room for `len` floats, NaN throughout.
    pub fn output(&self, len: usize) -> View {
        self.guarded(&vec![POISON; len])
    }

    /// Runs what `build` records.
    pub async fn run(&self, step: &Step, build: impl FnOnce(&Kernels, &mut Plan)) {
        let device = self.kernels.arena().device();
        let mut plan = Plan::default();
        build(&self.kernels, &mut plan);
        device.ready().await.expect("the shaders compile");
        self.kernels.write_step(step);
        Recorder::new(device).plan(&plan, &step.sizes());
    }

    /// The first `len` floats, once it is sure that the kernels wrote nothing behind them.
    #[track_caller]
    pub fn read(&self, view: &View, len: usize) -> impl Future<Output = Vec<f32>> {
        let caller = std::panic::Location::caller();
        let (device, view) = (self.kernels.arena().device().clone(), view.clone());
        async move {
            let words: Vec<u32> = view.read(&device).await.expect("the device answers");
            let (values, guard) = words.split_at(len);
            for (i, word) in guard.iter().take(GUARD).enumerate() {
                assert_eq!(*word, POISON, "{caller}: float {} behind the valid part was written", i + 1);
            }
            bytemuck::cast_slice(values).to_vec()
        }
    }
}

/// Rows of these lengths with ids below `vocabulary`, and the longest row the masks can tell apart.
pub fn batch(lengths: &[usize], vocabulary: usize, max_positions: usize) -> PackedBatch {
    let mut random = Random::new(lengths.len() as u64);
    let mut row =
        |length: usize| -> Vec<u32> { (0..length).map(|_| random.between(0, vocabulary) as u32).collect() };
    let rows: Vec<Vec<u32>> = lengths.iter().map(|length| row(*length)).collect();
    PackedBatch::new(&rows, max_positions)
}

pub fn step_of(batch: &PackedBatch) -> Step {
    batch.sizes(Step { seed: SEED, step: STEP, ..Step::default() })
}

pub fn row_starts(batch: &PackedBatch) -> Vec<usize> {
    batch.row_starts.iter().map(|start| *start as usize).collect()
}

/// Dropout factors of a [tokens, hidden] tensor.
pub fn mask(batch: &PackedBatch, p: f32, site: u32, hidden: usize) -> Vec<f64> {
    let blocks = hidden as u32 / 4;
    let factors = |span: &[u32; 4]| {
        let key = span[0];
        (0..blocks).flat_map(move |block| keep_factors(p, SEED, STEP, site, key, block))
    };
    batch.spans.iter().flat_map(factors).map(f64::from).collect()
}
