//! Times of single kernel calls, where the adapter supports timestamps.

use std::rc::Rc;

use simcse_lab::{
    device::{Arena, Device, DeviceChoice, DeviceOptions, Extent, Plan, Recorder, Timings},
    kernels::{Kernels, Linear, Step},
};

use crate::device_test;

/// Enough work to be measurable by a browser's clock, which is coarsened to 0.1 ms against timing attacks.
const ROWS: u32 = 512;
const WIDTH: u32 = 256;

#[device_test]
async fn every_call_of_a_timed_plan_has_its_label_and_a_time() {
    for choice in [DeviceChoice::Gpu, DeviceChoice::Cpu] {
        // Not the baseline device of the other tests, which has no optional features.
        let options = DeviceOptions { choice, ..DeviceOptions::default() };
        check(&Device::open(options).await.expect("a device opens")).await;
    }
}

async fn check(device: &Device) {
    let Some(mut timings) = Timings::new(device, 3) else {
        assert!(!device.info().timestamps, "the adapter has timestamps and gave none");
        return;
    };
    let arena = Rc::new(Arena::new(device));
    let kernels = Kernels::new(Rc::clone(&arena)).unwrap();
    let room = |len: u32| arena.storage("test", len as usize).unwrap();
    let (x, y, dx) = (room(ROWS * WIDTH), room(ROWS * WIDTH), room(ROWS * WIDTH));
    let (weight, bias) = (room(WIDTH * WIDTH), room(WIDTH));
    let rows = Extent::Fixed(ROWS);
    let layer = Linear { rows, inputs: WIDTH, outputs: WIDTH, weight: &weight, bias: &bias };
    let mut plan = Plan::default();
    kernels.linear(&mut plan, &layer, &x, &y).unwrap();
    kernels.linear_input_gradient(&mut plan, &layer, &y, &dx, false).unwrap();
    device.ready().await.unwrap();

    // The second round must not contain times of the first.
    for _ in 0..2 {
        let mut recorder = Recorder::new(device);
        recorder.timed_plan(&plan, &Step::default().sizes(), &mut timings);
        recorder.resolve(&timings);
        recorder.submit();
        let times = timings.read().await.unwrap();
        let labels: Vec<&str> = times.iter().map(|time| time.label).collect();
        let expected: &[&str] =
            if device.info().is_cpu() { &["pack", "nt", "pack", "nn"] } else { &["nt", "nn"] };
        assert_eq!(labels, expected);
        for time in times {
            assert!(time.nanoseconds > 0.0 && time.nanoseconds < 60e9, "{time:?}");
        }
    }
}
