//! Linear layers: forward with and without GELU, gradients of input, weight and bias.

use crate::{
    device::{DeviceError, MatmulKind, View},
    kernels::{Linear, LinearGradient, ROWS, Step, TOKENS},
    verify::{
        bench::Bench,
        check::Checks,
        compare::bound,
        reference::{
            kernels::{activation, add, matmul, multiply},
            random::Random,
        },
    },
};

/// Rows, inputs, outputs: below, at and above tiles of 32, 64 and 128 rows and columns, and blocks of 8 or 16 terms of
/// the sum.
const SHAPES: [[usize; 3]; 11] = [
    [33, 32, 36],
    [128, 136, 132],
    [129, 20, 260],
    [1, 4, 4],
    [7, 12, 36],
    [9, 36, 12],
    [65, 48, 100],
    [130, 100, 12],
    [67, 312, 48],
    [3, 384, 312],
    [64, 64, 128],
];
/// Roundings of GELU: erf has an error of up to 4.1e-7 (shaders/common/activation.wgsl), which is 7u; products and exp
/// add theirs.
const GELU: f64 = 24.0;

struct Case<'a> {
    bench: Bench<'a>,
    shape: [usize; 3],
    name: String,
    x: Vec<f64>,
    weight: Vec<f64>,
    bias: Vec<f64>,
    dy: Vec<f64>,
    step: Step,
}

impl<'a> Case<'a> {
    fn new(checks: &'a Checks, shape: [usize; 3], kind: MatmulKind) -> Result<Self, DeviceError> {
        let [rows, inputs, outputs] = shape;
        let mut bench = checks.bench()?;
        bench.kernels = bench.kernels.with_matmul(kind);
        let mut random = Random::new((rows + inputs + outputs) as u64);
        Ok(Self {
            bench,
            shape,
            name: format!("{kind:?}, {rows} rows, {inputs} inputs, {outputs} outputs"),
            x: random.normals(rows * inputs),
            weight: random.normals(outputs * inputs),
            bias: random.normals(outputs),
            dy: random.normals(rows * outputs),
            step: Step { tokens: rows as u32, rows: 99_999, ..Step::default() },
        })
    }

    fn weights(&self) -> Result<[View; 2], DeviceError> {
        Ok([self.bench.floats(&self.weight)?, self.bench.floats(&self.bias)?])
    }

    /// The layer over the step's tokens.
    fn layer<'w>(&self, weights: &'w [View; 2]) -> Linear<'w> {
        let [_, inputs, outputs] = self.shape.map(|size| size as u32);
        Linear { rows: TOKENS, inputs, outputs, weight: &weights[0], bias: &weights[1] }
    }
}

/// All shapes with all tile sizes. The CPU has no tile sizes and computes the same for each.
fn cases(checks: &Checks) -> impl Iterator<Item = ([usize; 3], MatmulKind)> {
    let every_kind = |kind| SHAPES.map(|shape| (shape, kind));
    checks.cases(MatmulKind::ALL.into_iter().flat_map(every_kind), 4)
}

/// y = x·Wᵀ + b.
pub async fn forward(checks: &Checks) -> Result<(), DeviceError> {
    for (shape, kind) in cases(checks) {
        let case = Case::new(checks, shape, kind)?;
        let [rows, inputs, outputs] = shape;
        let (bench, weights) = (&case.bench, case.weights()?);
        let (x, y) = (bench.floats(&case.x)?, bench.output(rows * outputs)?);
        bench.run(&case.step, |kernels, plan| kernels.linear(plan, &case.layer(&weights), &x, &y)).await?;
        let expected = matmul::linear(&case.x, &case.weight, &case.bias, rows, inputs);
        let y = bench.read(&y, rows * outputs).await?;
        checks.close("y", &case.name, &y, &expected, bound(inputs, 2.0));
    }
    Ok(())
}

/// A weight of float16, which only a GPU supports. Widening is exact, so the result is as accurate as with float32,
/// compared with the product of the rounded weight.
pub async fn forward_with_float16_weight(checks: &Checks) -> Result<(), DeviceError> {
    for (shape, kind) in cases(checks) {
        let case = Case::new(checks, shape, kind)?;
        let [rows, inputs, outputs] = shape;
        let bench = &case.bench;
        let (weight, halves) = bench.halves(&case.weight)?;
        let weights = [weight, bench.floats(&case.bias)?];
        let (x, y) = (bench.floats(&case.x)?, bench.output(rows * outputs)?);
        let (u, activated) = (bench.output(rows * outputs)?, bench.output(rows * outputs)?);
        bench
            .run(&case.step, |kernels, plan| {
                let layer = case.layer(&weights);
                kernels.linear(plan, &layer, &x, &y)?;
                kernels.linear_gelu(plan, &layer, &x, &u, &activated)
            })
            .await?;
        let expected = matmul::linear(&case.x, &halves, &case.bias, rows, inputs);
        let y = bench.read(&y, rows * outputs).await?;
        checks.close("y of halves", &case.name, &y, &expected, bound(inputs, 2.0));
        let u = bench.read(&u, rows * outputs).await?;
        let differing = u.iter().zip(&y).enumerate().filter(|(_, (u, y))| u != y);
        let named = |(i, (u, y))| format!("element {i} is {u:e} with GELU behind it and {y:e} without");
        checks.none("u is y", &case.name, differing.map(named));
        let expected: Vec<f64> = expected.iter().map(|u| activation::gelu(*u)).collect();
        let activated = bench.read(&activated, rows * outputs).await?;
        checks.close("gelu(u) of halves", &case.name, &activated, &expected, bound(inputs, GELU));
    }
    Ok(())
}

/// A layer over the step's rows instead of its tokens.
pub async fn forward_over_rows(checks: &Checks) -> Result<(), DeviceError> {
    let mut case = Case::new(checks, [5, 12, 20], MatmulKind::Small)?;
    case.step = Step { rows: 5, tokens: 99_999, ..Step::default() };
    let (bench, weights) = (&case.bench, case.weights()?);
    let (x, y) = (bench.floats(&case.x)?, bench.output(5 * 20)?);
    let layer = Linear { rows: ROWS, ..case.layer(&weights) };
    bench.run(&case.step, |kernels, plan| kernels.linear(plan, &layer, &x, &y)).await?;
    let expected = matmul::linear(&case.x, &case.weight, &case.bias, 5, 12);
    let y = bench.read(&y, 5 * 20).await?;
    checks.close("y", &format!("{}, sentences", case.name), &y, &expected, bound(12, 2.0));
    Ok(())
}

/// u = x·Wᵀ + b and gelu(u).
pub async fn forward_with_gelu(checks: &Checks) -> Result<(), DeviceError> {
    for (shape, kind) in cases(checks) {
        let case = Case::new(checks, shape, kind)?;
        let [rows, inputs, outputs] = shape;
        let (bench, weights) = (&case.bench, case.weights()?);
        let (x, u) = (bench.floats(&case.x)?, bench.output(rows * outputs)?);
        let activated = bench.output(rows * outputs)?;
        bench
            .run(&case.step, |kernels, plan| {
                kernels.linear_gelu(plan, &case.layer(&weights), &x, &u, &activated)
            })
            .await?;
        let sums = matmul::linear(&case.x, &case.weight, &case.bias, rows, inputs);
        let expected: Vec<f64> = sums.iter().map(|u| activation::gelu(*u)).collect();
        let u = bench.read(&u, rows * outputs).await?;
        checks.close("u", &case.name, &u, &sums, bound(inputs, 2.0));
        let activated = bench.read(&activated, rows * outputs).await?;
        checks.close("gelu(u)", &case.name, &activated, &expected, bound(inputs, GELU));
    }
    Ok(())
}

/// GELU at arguments from its flat tail over zero to where it is the identity.
pub async fn gelu_arguments(checks: &Checks) -> Result<(), DeviceError> {
    // A layer with zero weights, whose bias is the argument.
    let arguments: Vec<f64> = (-60..60).map(|i| f64::from(i) / 8.0).collect();
    let bench = checks.bench()?;
    let (x, weight) = (bench.floats(&[0.0; 4])?, bench.floats(&vec![0.0; 4 * arguments.len()])?);
    let (bias, u) = (bench.floats(&arguments)?, bench.output(arguments.len())?);
    let activated = bench.output(arguments.len())?;
    let layer =
        Linear { rows: TOKENS, inputs: 4, outputs: arguments.len() as u32, weight: &weight, bias: &bias };
    let step = Step { tokens: 1, ..Step::default() };
    bench.run(&step, |kernels, plan| kernels.linear_gelu(plan, &layer, &x, &u, &activated)).await?;
    for (x, value) in arguments.iter().zip(bench.read(&activated, arguments.len()).await?) {
        // x·Φ(x): the error of Φ is half of erf's 4.1e-7 and a few roundings of numbers near 1.
        let (value, expected) = (f64::from(value), activation::gelu(*x));
        checks.number("gelu, of its argument", &format!("gelu({x})"), value, expected, x.abs(), 4e-7);
    }
    Ok(())
}

/// dx = dy·W, overwritten and accumulated.
pub async fn input_gradient(checks: &Checks) -> Result<(), DeviceError> {
    for (shape, kind) in cases(checks) {
        let case = Case::new(checks, shape, kind)?;
        let [rows, inputs, outputs] = shape;
        let (bench, weights) = (&case.bench, case.weights()?);
        let before = Random::new(3).normals(rows * inputs);
        let (dy, fresh, added) =
            (bench.floats(&case.dy)?, bench.output(rows * inputs)?, bench.floats(&before)?);
        bench
            .run(&case.step, |kernels, plan| {
                let layer = case.layer(&weights);
                kernels.linear_input_gradient(plan, &layer, &dy, &fresh, false)?;
                kernels.linear_input_gradient(plan, &layer, &dy, &added, true)
            })
            .await?;
        let expected = matmul::linear_backward(&case.x, &case.weight, &case.dy, rows, inputs, outputs).x;
        let (fresh, added) =
            (bench.read(&fresh, rows * inputs).await?, bench.read(&added, rows * inputs).await?);
        checks.close("dx", &case.name, &fresh, &expected, bound(outputs, 2.0));
        let expected = add(&expected, &before);
        checks.close("dx added", &case.name, &added, &expected, bound(outputs, 3.0));
    }
    Ok(())
}

/// du = (dy·W) · gelu'(u), and gelu(u) recomputed.
pub async fn input_gradient_through_gelu(checks: &Checks) -> Result<(), DeviceError> {
    for (shape, kind) in cases(checks) {
        let case = Case::new(checks, shape, kind)?;
        let [rows, inputs, outputs] = shape;
        let (bench, weights) = (&case.bench, case.weights()?);
        let (dy, u) = (bench.floats(&case.dy)?, bench.floats(&case.x)?);
        let (du, activated) = (bench.output(rows * inputs)?, bench.output(rows * inputs)?);
        bench
            .run(&case.step, |kernels, plan| {
                let layer = case.layer(&weights);
                kernels.linear_input_gradient_gelu(plan, &layer, &dy, &u, &du, &activated)
            })
            .await?;
        let dx = matmul::linear_backward(&case.x, &case.weight, &case.dy, rows, inputs, outputs).x;
        let slopes: Vec<f64> = case.x.iter().map(|u| activation::gelu_derivative(*u)).collect();
        let du = bench.read(&du, rows * inputs).await?;
        checks.close("du", &case.name, &du, &multiply(&dx, &slopes), bound(outputs, GELU));
        let values: Vec<f64> = case.x.iter().map(|u| activation::gelu(*u)).collect();
        let activated = bench.read(&activated, rows * inputs).await?;
        checks.close("gelu(u) once more", &case.name, &activated, &values, bound(1, GELU));
    }
    Ok(())
}

/// dW and db with different numbers of splits, overwritten and accumulated.
pub async fn weight_gradients(checks: &Checks) -> Result<(), DeviceError> {
    for (shape, kind) in cases(checks) {
        for max_splits in [1, 3, 16] {
            let mut case = Case::new(checks, shape, kind)?;
            case.bench.kernels = case.bench.kernels.with_max_splits(max_splits);
            case.name = format!("{}, {max_splits} splits", case.name);
            weight_gradient(checks, &case, false).await?;
            weight_gradient(checks, &case, true).await?;
        }
    }
    Ok(())
}

async fn weight_gradient(checks: &Checks, case: &Case<'_>, accumulate: bool) -> Result<(), DeviceError> {
    let [rows, inputs, outputs] = case.shape;
    let (bench, weights) = (&case.bench, case.weights()?);
    let (x, dy) = (bench.floats(&case.x)?, bench.floats(&case.dy)?);
    let mut random = Random::new(4);
    let before = [random.normals(outputs * inputs), random.normals(outputs)];
    let (weight, bias) = if accumulate {
        (bench.floats(&before[0])?, bench.floats(&before[1])?)
    } else {
        (bench.output(outputs * inputs)?, bench.output(outputs)?)
    };
    let scratch_len = bench.kernels.weight_gradient_scratch_len(outputs as u32, inputs as u32);
    let scratch = bench.output(scratch_len)?;
    let gradient = LinearGradient { weight: &weight, bias: &bias, scratch: &scratch };
    let step = Step { accumulate: u32::from(accumulate), ..case.step };
    bench
        .run(&step, |kernels, plan| {
            kernels.linear_weight_gradient(plan, &case.layer(&weights), &x, &dy, &gradient)
        })
        .await?;
    let mut expected = matmul::linear_backward(&case.x, &case.weight, &case.dy, rows, inputs, outputs);
    if accumulate {
        expected.weight = add(&expected.weight, &before[0]);
        expected.bias = add(&expected.bias, &before[1]);
    }
    let name = format!("{}, accumulate {accumulate}", case.name);
    bench.check_guard(&scratch, scratch_len).await?;
    let (weight, bias) = (bench.read(&weight, outputs * inputs).await?, bench.read(&bias, outputs).await?);
    checks.close("dW", &name, &weight, &expected.weight, bound(rows, 3.0));
    checks.close("db", &name, &bias, &expected.bias, bound(rows, 3.0));
    Ok(())
}
