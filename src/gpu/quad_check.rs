//! Whether a device's quads are what the kernels that share loads in them take them for.

use super::{
    Arena, Binding::ReadWrite, Dispatch, Extent, Gpu, GpuError, Grid, KernelSpec, Plan, ShaderSource,
};

static SOURCE: ShaderSource = ShaderSource {
    subgroups: true,
    parts: &[("quad_check.wgsl", include_str!("../../shaders/quad_check.wgsl"))],
};
const THREADS: usize = 64;

/// Runs two tiny kernels and looks at their quads: four neighbours by local index, from a multiple of four on.
pub(super) async fn quads_are_neighbours(gpu: &Gpu) -> Result<bool, GpuError> {
    let firsts = Arena::new(gpu).storage("quads", 2 * THREADS)?;
    let mut plan = Plan::default();
    for entry in ["quads_of_row", "quads_of_square"] {
        let spec = KernelSpec { source: &SOURCE, entry, bindings: &[ReadWrite] };
        let (pipeline, group) = gpu.bind(&spec, &[], &[&firsts]);
        plan.push(Dispatch {
            label: entry,
            pipeline,
            group,
            grid: Grid::new(Extent::Fixed(1), 1, 1),
            work: None,
        });
    }
    gpu.ready().await?;
    plan.submit(gpu, &[]);
    let firsts: Vec<u32> = firsts.read(gpu).await?;
    let right = |(index, first): (usize, &u32)| *first as usize == index % THREADS / 4 * 4;
    Ok(firsts.iter().enumerate().all(right))
}
