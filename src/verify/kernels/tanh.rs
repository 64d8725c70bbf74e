//! The head's tanh and its gradient.

use crate::{
    device::DeviceError,
    kernels::Step,
    verify::{
        check::Checks,
        compare::bound,
        reference::{kernels::activation, random::Random},
    },
};

/// Arguments from tiny to saturated.
pub async fn arguments(checks: &Checks) -> Result<(), DeviceError> {
    // Around the boundary of its two formulas (0.25), where it is 1 in float32, and where exp would overflow.
    let magnitudes = [1e-30, 1e-6, 0.01, 0.2499, 0.25, 0.2501, 0.7, 2.0, 8.0, 9.5, 60.0, 1e4];
    let arguments: Vec<f64> =
        magnitudes.into_iter().flat_map(|x: f64| [x, -x]).map(|x| f64::from(x as f32)).collect();
    let bench = checks.bench()?;
    let (a, z) = (bench.floats(&arguments)?, bench.output(arguments.len())?);
    let step = Step { rows: 2, ..Step::default() };
    bench.run(&step, |kernels, plan| kernels.tanh(plan, 12, &a, &z)).await?;
    // 1 − exp(−2|x|) is at least 0.39 where it is used: its error is up to 2.5 times exp's 3 + 2·0.5, and quotient and
    // sums add 5; the series has ten roundings.
    let relative = bound(0, 16.0).relative();
    for (a, z) in arguments.iter().zip(bench.read(&z, arguments.len()).await?) {
        let expected = libm::tanh(*a);
        checks.number("tanh", &format!("tanh({a})"), f64::from(z), expected, expected.abs(), relative);
    }
    Ok(())
}

/// The gradient, computed from the output.
pub async fn gradient(checks: &Checks) -> Result<(), DeviceError> {
    for (rows, hidden) in [(1, 4), (7, 12), (66, 100)] {
        let (bench, mut random) = (checks.bench()?, Random::new(rows as u64));
        let len = rows * hidden;
        let z: Vec<f64> = random.normals(len).iter().map(|x| f64::from(libm::tanh(*x) as f32)).collect();
        let dz = random.normals(len);
        let (z_view, dz_view, da) = (bench.floats(&z)?, bench.floats(&dz)?, bench.output(len)?);
        let step = Step { rows: rows as u32, ..Step::default() };
        bench
            .run(&step, |kernels, plan| kernels.tanh_backward(plan, hidden as u32, &z_view, &dz_view, &da))
            .await?;
        let expected = activation::tanh_backward(&z, &dz);
        let da = bench.read(&da, len).await?;
        checks.close("da", &format!("{rows} rows, width {hidden}"), &da, &expected, bound(1, 4.0));
    }
    Ok(())
}
