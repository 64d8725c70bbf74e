//! Times of single kernel calls, where the adapter can tell them.

use std::rc::Rc;

use simcse_lab::{
    gpu::{Arena, Extent, Gpu, GpuOptions, Plan, Timestamps},
    kernels::{Kernels, Linear, Step},
};
use wasm_bindgen_test::wasm_bindgen_test;

/// Enough work to be seen by a browser's clock, which is coarsened to 0.1 ms against timing attacks.
const ROWS: u32 = 512;
const WIDTH: u32 = 256;

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn every_call_of_a_timed_plan_has_its_label_and_a_time() {
    // Not the baseline device of the other tests: that has no optional feature.
    let gpu = Gpu::new(GpuOptions::default()).await.expect("a device opens");
    let Some(mut timestamps) = Timestamps::new(&gpu, 3) else {
        assert!(!gpu.info().timestamps, "the adapter has timestamps and gave none");
        return;
    };
    let arena = Rc::new(Arena::new(&gpu));
    let kernels = Kernels::new(Rc::clone(&arena)).unwrap();
    let room = |len: u32| arena.storage("test", len as usize).unwrap();
    let (x, y, dx) = (room(ROWS * WIDTH), room(ROWS * WIDTH), room(ROWS * WIDTH));
    let (weight, bias) = (room(WIDTH * WIDTH), room(WIDTH));
    let rows = Extent::Fixed(ROWS);
    let layer = Linear { rows, inputs: WIDTH, outputs: WIDTH, weight: &weight, bias: &bias };
    let mut plan = Plan::default();
    kernels.linear(&mut plan, &layer, &x, &y).unwrap();
    kernels.linear_input_gradient(&mut plan, &layer, &y, &dx, false).unwrap();
    gpu.ready().await.unwrap();

    // The second round finds no times of the first.
    for _ in 0..2 {
        let mut encoder = gpu.device().create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        plan.record_timed(&mut encoder, &Step::default().sizes(), &mut timestamps);
        timestamps.resolve(&mut encoder);
        gpu.queue().submit([encoder.finish()]);
        let times = timestamps.read().await.unwrap();
        assert_eq!(times.iter().map(|time| time.label).collect::<Vec<_>>(), ["nt", "nn"]);
        for time in times {
            assert!(time.nanoseconds > 0.0 && time.nanoseconds < 60e9, "{time:?}");
        }
    }
}
