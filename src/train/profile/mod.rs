//! Profiles a training step: the time of each kernel, and the memory of each buffer.

mod report;

use std::collections::HashMap;

use web_time::Instant;

use super::{Batch, TrainError, TrainingStep};
use crate::{
    device::{Recorder, Timings, Work},
    kernels::{Ceilings, Step},
};
pub use report::{Buffers, KernelProfile, Profile};

/// Whole steps over which the profile takes medians.
const STEPS: usize = 3;

/// A kernel call's label, its work, and its time in nanoseconds.
type Timed = (&'static str, Option<Work>, f64);

impl TrainingStep {
    /// Measures the device's ceilings, a few whole steps, and one step with timestamps around every kernel call, if the
    /// adapter has them. The weights change as in any step. Only for batches that are encoded in one piece, without
    /// masked-language modelling.
    pub async fn profile<R: AsRef<[u32]>>(
        &self,
        batch: &Batch<'_, R>,
        step: Step,
    ) -> Result<Profile, TrainError> {
        let device = self.network().device();
        let ceilings = Ceilings::measure(device).await?;
        let (mut recording, mut whole) = (Vec::new(), Vec::new());
        let mut ring = self.ring(1);
        for run in 0..=STEPS {
            let begin = Instant::now();
            self.run(batch, step, &mut ring);
            let recorded = begin.elapsed();
            ring.oldest::<f32>().await?;
            // The first step is not counted, because drivers may still compile during it.
            if run > 0 {
                recording.push(1e3 * recorded.as_secs_f64());
                whole.push(1e3 * begin.elapsed().as_secs_f64());
            }
        }
        let step = self.upload(batch, 0..batch.items(), step);
        let timed = self.time_kernels(step).await?;
        let kernels = timed.map(|calls| grouped(&calls, &step.sizes(), &ceilings)).unwrap_or_default();
        let config = &self.network().config;
        Ok(Profile {
            adapter: device.info().name.clone(),
            layers: config.num_hidden_layers,
            hidden: config.hidden_size,
            rows: batch.rows().len(),
            tokens: step.tokens as usize,
            longest: step.longest as usize,
            step_milliseconds: median(&mut whole),
            host_milliseconds: median(&mut recording),
            dispatches: self.dispatches(),
            dispatches_per_layer: self.dispatches_per_layer(),
            ceilings,
            kernels,
            buffers: self.network().kernels.arena().ledger().into_iter().collect(),
        })
    }

    /// Times of a step's kernel calls in order; `None` on an adapter without timestamp queries.
    async fn time_kernels(&self, step: Step) -> Result<Option<Vec<Timed>>, TrainError> {
        let device = self.network().device();
        let Some(mut timings) = Timings::new(device, self.dispatches() as u32) else { return Ok(None) };
        let mut recorder = Recorder::new(device);
        self.clear(&mut recorder);
        for plan in self.plans() {
            recorder.timed_plan(plan, &step.sizes(), &mut timings);
        }
        recorder.resolve(&timings);
        recorder.submit();
        let times = timings.read().await?;
        let works = self.plans().into_iter().flat_map(|plan| &plan.calls).map(|call| call.work.clone());
        let timed = times.into_iter().zip(works).map(|(time, work)| (time.label, work, time.nanoseconds));
        Ok(Some(timed.collect()))
    }
}

/// Groups calls by kernel and detail, the slowest group first.
fn grouped(calls: &[Timed], sizes: &[u32], ceilings: &Ceilings) -> Vec<KernelProfile> {
    let total: f64 = calls.iter().map(|call| call.2).sum();
    let mut groups: HashMap<(&str, String), (usize, f64, f64, f64)> = HashMap::new();
    for (label, work, nanoseconds) in calls {
        let detail = work.as_ref().map(|work| work.detail.clone()).unwrap_or_default();
        let (flops, bytes) = work.as_ref().map_or((0.0, 0.0), |work| work.amounts(sizes));
        let group = groups.entry((label, detail)).or_default();
        *group = (group.0 + 1, group.1 + nanoseconds, group.2 + flops, group.3 + bytes);
    }
    let best_matmul = ceilings.best_matmul().map_or(f64::INFINITY, |(_, rate)| rate);
    let profile = |((label, detail), (calls, nanoseconds, flops, bytes)): (_, (_, f64, f64, f64))| {
        // Operations and bytes per nanosecond are GFLOP/s and GB/s. Browsers round timestamps to 0.1 ms, so a time
        // may be 0, which gives no rates.
        let rate = |amount: f64| if nanoseconds > 0.0 { amount / nanoseconds } else { 0.0 };
        let (gigaflops, gigabytes_per_second) = (rate(flops), rate(bytes));
        let shares = [gigaflops / best_matmul, gigabytes_per_second / ceilings.copy_gigabytes_per_second];
        KernelProfile {
            kernel: str::to_owned(label),
            detail,
            calls,
            milliseconds: nanoseconds / 1e6,
            share: if total > 0.0 { nanoseconds / total } else { 0.0 },
            gigaflops,
            gigabytes_per_second,
            of_ceiling: shares.into_iter().fold(0.0, f64::max),
        }
    };
    let mut kernels: Vec<KernelProfile> = groups.into_iter().map(profile).collect();
    kernels.sort_by(|a, b| b.milliseconds.total_cmp(&a.milliseconds));
    kernels
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{Amount, Extent, MatmulKind};

    #[test]
    fn calls_are_grouped_by_kernel_and_size_with_the_larger_share_of_a_ceiling() {
        let ceilings = Ceilings {
            copy_gigabytes_per_second: 10.0,
            matmul_gigaflops: vec![(Some(MatmulKind::Small), 4.0)],
        };
        let product = Work {
            detail: "4→8".to_owned(),
            flops: Amount::each(Extent::Dynamic(1), 64.0),
            bytes: Amount::each(Extent::Dynamic(1), 48.0),
        };
        let norm = Work::moving(Extent::Dynamic(1), 5);
        let calls = [
            ("nt", Some(product.clone()), 300.0),
            ("layer_norm", Some(norm), 200.0),
            ("nt", Some(product), 340.0),
            ("clip_factor", None, 160.0),
        ];
        let kernels = grouped(&calls, &[0, 10], &ceilings);
        let names: Vec<&str> = kernels.iter().map(|kernel| kernel.kernel.as_str()).collect();
        assert_eq!(names, ["nt", "layer_norm", "clip_factor"]);
        assert_eq!((kernels[0].calls, kernels[0].detail.as_str()), (2, "4→8"));
        // 1,280 operations in 640 ns are 2 GFLOP/s, half of 4; 960 bytes are 1.5 GB/s, 0.15 of 10.
        assert!((kernels[0].gigaflops - 2.0).abs() < 1e-12 && (kernels[0].of_ceiling - 0.5).abs() < 1e-12);
        assert!((kernels[0].share - 0.64).abs() < 1e-12);
        // 200 bytes in 200 ns.
        assert!((kernels[1].of_ceiling - 0.1).abs() < 1e-12);
        assert_eq!(kernels[2].of_ceiling, 0.0);
        let untimed = grouped(&[("nt", calls[0].1.clone(), 0.0)], &[0, 10], &ceilings);
        assert_eq!((untimed[0].share, untimed[0].gigaflops, untimed[0].of_ceiling), (0.0, 0.0, 0.0));
    }
}
