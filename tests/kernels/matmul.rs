//! Linear layers: forward with and without GELU, gradients of input, weight and bias.

use simcse_lab::{
    device::{MatmulKind, View},
    kernels::{Linear, LinearGradient, ROWS, Step, TOKENS},
};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::bench::{Bench, on_each_device};
use crate::compare::{assert_close, bound};
use crate::reference::{
    kernels::{activation, add, matmul, multiply},
    random::Random,
};

/// Rows, inputs, outputs: tiles of 32, 64 and 128 rows begin, end and overflow; so do columns, and the 8 or 16 of the
/// sum at a time.
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
/// erf is off by up to 4.1e-7 (shaders/common/activation.wgsl), that is 7u; products and exp come to it.
const GELU: f64 = 24.0;

struct Case {
    bench: Bench,
    shape: [usize; 3],
    name: String,
    x: Vec<f64>,
    weight: Vec<f64>,
    bias: Vec<f64>,
    dy: Vec<f64>,
    step: Step,
}

impl Case {
    async fn new(shape: [usize; 3], kind: MatmulKind) -> Self {
        let [rows, inputs, outputs] = shape;
        let mut bench = Bench::new().await;
        bench.kernels = bench.kernels.with_matmul(kind);
        let mut random = Random::new((rows + inputs + outputs) as u64);
        Self {
            bench,
            shape,
            name: format!("{kind:?}, {rows} rows, {inputs} inputs, {outputs} outputs"),
            x: random.normals(rows * inputs),
            weight: random.normals(outputs * inputs),
            bias: random.normals(outputs),
            dy: random.normals(rows * outputs),
            step: Step { tokens: rows as u32, rows: 99_999, ..Step::default() },
        }
    }

    fn weights(&self) -> [View; 2] {
        [self.bench.floats(&self.weight), self.bench.floats(&self.bias)]
    }
}

/// Every shape in every way to compute it.
fn cases() -> impl Iterator<Item = ([usize; 3], MatmulKind)> {
    MatmulKind::ALL.into_iter().flat_map(|kind| SHAPES.map(|shape| (shape, kind)))
}

/// Over the rows of [`Case`], which are the step's tokens.
fn layer<'a>(case: &Case, weights: &'a [View; 2]) -> Linear<'a> {
    let [_, inputs, outputs] = case.shape.map(|size| size as u32);
    Linear { rows: TOKENS, inputs, outputs, weight: &weights[0], bias: &weights[1] }
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn a_linear_layer_is_x_times_its_transposed_weight_plus_bias() {
    on_each_device(async || {
        for (shape, kind) in cases() {
            let case = Case::new(shape, kind).await;
            let [rows, inputs, outputs] = shape;
            let (bench, weights) = (&case.bench, case.weights());
            let (x, y) = (bench.floats(&case.x), bench.output(rows * outputs));
            bench
                .run(&case.step, |kernels, plan| {
                    kernels.linear(plan, &layer(&case, &weights), &x, &y).unwrap()
                })
                .await;
            let expected = matmul::linear(&case.x, &case.weight, &case.bias, rows, inputs);
            let y = bench.read(&y, rows * outputs).await;
            assert_close(&format!("y, {}", case.name), &y, &expected, bound(inputs, 2.0));
        }
    })
    .await;
}

/// Halves become floats exactly, so the sum is as exact as that of floats, against the halves' own product.
#[wasm_bindgen_test(unsupported = pollster::test)]
async fn on_a_gpu_a_linear_layers_weight_may_be_halves() {
    for (shape, kind) in cases() {
        let case = Case::new(shape, kind).await;
        let [rows, inputs, outputs] = shape;
        let bench = &case.bench;
        let (weight, halves) = bench.halves(&case.weight);
        let weights = [weight, bench.floats(&case.bias)];
        let (x, y) = (bench.floats(&case.x), bench.output(rows * outputs));
        let (u, activated) = (bench.output(rows * outputs), bench.output(rows * outputs));
        bench
            .run(&case.step, |kernels, plan| {
                let layer = layer(&case, &weights);
                kernels.linear(plan, &layer, &x, &y).unwrap();
                kernels.linear_gelu(plan, &layer, &x, &u, &activated).unwrap();
            })
            .await;
        let expected = matmul::linear(&case.x, &halves, &case.bias, rows, inputs);
        let y = bench.read(&y, rows * outputs).await;
        assert_close(&format!("y, {}", case.name), &y, &expected, bound(inputs, 2.0));
        assert_eq!(bench.read(&u, rows * outputs).await, y, "u, {}", case.name);
        let expected: Vec<f64> = expected.iter().map(|u| activation::gelu(*u)).collect();
        let activated = bench.read(&activated, rows * outputs).await;
        assert_close(&format!("gelu(u), {}", case.name), &activated, &expected, bound(inputs, GELU));
    }
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn the_rows_of_a_linear_layer_may_be_sentences_instead_of_tokens() {
    on_each_device(async || {
        let mut case = Case::new([5, 12, 20], MatmulKind::Small).await;
        case.step = Step { rows: 5, tokens: 99_999, ..Step::default() };
        let (bench, weights) = (&case.bench, case.weights());
        let (x, y) = (bench.floats(&case.x), bench.output(5 * 20));
        let layer = Linear { rows: ROWS, ..layer(&case, &weights) };
        bench.run(&case.step, |kernels, plan| kernels.linear(plan, &layer, &x, &y).unwrap()).await;
        let expected = matmul::linear(&case.x, &case.weight, &case.bias, 5, 12);
        assert_close("y", &bench.read(&y, 5 * 20).await, &expected, bound(12, 2.0));
    })
    .await;
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn a_linear_layer_with_gelu_gives_its_sum_and_the_exact_gelu_of_it() {
    on_each_device(async || {
        for (shape, kind) in cases() {
            let case = Case::new(shape, kind).await;
            let [rows, inputs, outputs] = shape;
            let (bench, weights) = (&case.bench, case.weights());
            let (x, u) = (bench.floats(&case.x), bench.output(rows * outputs));
            let activated = bench.output(rows * outputs);
            bench
                .run(&case.step, |kernels, plan| {
                    kernels.linear_gelu(plan, &layer(&case, &weights), &x, &u, &activated).unwrap();
                })
                .await;
            let sums = matmul::linear(&case.x, &case.weight, &case.bias, rows, inputs);
            let expected: Vec<f64> = sums.iter().map(|u| activation::gelu(*u)).collect();
            let u = bench.read(&u, rows * outputs).await;
            assert_close(&format!("u, {}", case.name), &u, &sums, bound(inputs, 2.0));
            let activated = bench.read(&activated, rows * outputs).await;
            assert_close(&format!("gelu(u), {}", case.name), &activated, &expected, bound(inputs, GELU));
        }
    })
    .await;
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn gelu_is_right_from_its_flat_tail_over_zero_to_the_identity() {
    on_each_device(async || {
        // A layer of one input, 1, whose bias is the argument.
        let arguments: Vec<f64> = (-60..60).map(|i| f64::from(i) / 8.0).collect();
        let bench = Bench::new().await;
        let (x, weight) = (bench.floats(&[0.0; 4]), bench.floats(&vec![0.0; 4 * arguments.len()]));
        let (bias, u) = (bench.floats(&arguments), bench.output(arguments.len()));
        let activated = bench.output(arguments.len());
        let layer =
            Linear { rows: TOKENS, inputs: 4, outputs: arguments.len() as u32, weight: &weight, bias: &bias };
        let step = Step { tokens: 1, ..Step::default() };
        bench
            .run(&step, |kernels, plan| kernels.linear_gelu(plan, &layer, &x, &u, &activated).unwrap())
            .await;
        for (x, value) in arguments.iter().zip(bench.read(&activated, arguments.len()).await) {
            let expected = activation::gelu(*x);
            // x·Φ(x): Φ is off by half of erf's 4.1e-7 and a few roundings of numbers near 1.
            let tolerance = x.abs() * 4e-7;
            assert!((f64::from(value) - expected).abs() <= tolerance, "gelu({x}) is {value}, not {expected}");
        }
    })
    .await;
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn the_input_gradient_is_dy_times_the_weight_and_adds_up_if_asked() {
    on_each_device(async || {
        for (shape, kind) in cases() {
            let case = Case::new(shape, kind).await;
            let [rows, inputs, outputs] = shape;
            let (bench, weights) = (&case.bench, case.weights());
            let before = Random::new(3).normals(rows * inputs);
            let (dy, fresh, added) =
                (bench.floats(&case.dy), bench.output(rows * inputs), bench.floats(&before));
            bench
                .run(&case.step, |kernels, plan| {
                    let layer = layer(&case, &weights);
                    kernels.linear_input_gradient(plan, &layer, &dy, &fresh, false).unwrap();
                    kernels.linear_input_gradient(plan, &layer, &dy, &added, true).unwrap();
                })
                .await;
            let expected = matmul::linear_backward(&case.x, &case.weight, &case.dy, rows, inputs, outputs).x;
            let (fresh, added) =
                (bench.read(&fresh, rows * inputs).await, bench.read(&added, rows * inputs).await);
            assert_close(&format!("dx, {}", case.name), &fresh, &expected, bound(outputs, 2.0));
            let expected = add(&expected, &before);
            assert_close(&format!("dx added, {}", case.name), &added, &expected, bound(outputs, 3.0));
        }
    })
    .await;
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn the_input_gradient_goes_through_gelu_and_gives_its_value_once_more() {
    on_each_device(async || {
        for (shape, kind) in cases() {
            let case = Case::new(shape, kind).await;
            let [rows, inputs, outputs] = shape;
            let (bench, weights) = (&case.bench, case.weights());
            let (dy, u) = (bench.floats(&case.dy), bench.floats(&case.x));
            let (du, activated) = (bench.output(rows * inputs), bench.output(rows * inputs));
            bench
                .run(&case.step, |kernels, plan| {
                    let layer = layer(&case, &weights);
                    kernels.linear_input_gradient_gelu(plan, &layer, &dy, &u, &du, &activated).unwrap();
                })
                .await;
            let dx = matmul::linear_backward(&case.x, &case.weight, &case.dy, rows, inputs, outputs).x;
            let slopes: Vec<f64> = case.x.iter().map(|u| activation::gelu_derivative(*u)).collect();
            let du = bench.read(&du, rows * inputs).await;
            assert_close(&format!("du, {}", case.name), &du, &multiply(&dx, &slopes), bound(outputs, GELU));
            let values: Vec<f64> = case.x.iter().map(|u| activation::gelu(*u)).collect();
            let activated = bench.read(&activated, rows * inputs).await;
            assert_close(&format!("gelu(u), {}", case.name), &activated, &values, bound(1, GELU));
        }
    })
    .await;
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn weight_and_bias_gradients_are_sums_over_rows_in_any_number_of_parts() {
    on_each_device(async || {
        for (shape, kind) in cases() {
            for max_splits in [1, 3, 16] {
                let mut case = Case::new(shape, kind).await;
                case.bench.kernels = case.bench.kernels.with_max_splits(max_splits);
                case.name = format!("{}, {max_splits} splits", case.name);
                weight_gradient(&case, false).await;
                weight_gradient(&case, true).await;
            }
        }
    })
    .await;
}

async fn weight_gradient(case: &Case, accumulate: bool) {
    let [rows, inputs, outputs] = case.shape;
    let (bench, weights) = (&case.bench, case.weights());
    let (x, dy) = (bench.floats(&case.x), bench.floats(&case.dy));
    let mut random = Random::new(4);
    let before = [random.normals(outputs * inputs), random.normals(outputs)];
    let [weight, bias] = if accumulate {
        [bench.floats(&before[0]), bench.floats(&before[1])]
    } else {
        [bench.output(outputs * inputs), bench.output(outputs)]
    };
    let scratch_len = bench.kernels.weight_gradient_scratch_len(outputs as u32, inputs as u32);
    let scratch = bench.output(scratch_len);
    let gradient = LinearGradient { weight: &weight, bias: &bias, scratch: &scratch };
    let step = Step { accumulate: u32::from(accumulate), ..case.step };
    bench
        .run(&step, |kernels, plan| {
            kernels.linear_weight_gradient(plan, &layer(case, &weights), &x, &dy, &gradient).unwrap();
        })
        .await;
    let mut expected = matmul::linear_backward(&case.x, &case.weight, &case.dy, rows, inputs, outputs);
    if accumulate {
        expected.weight = add(&expected.weight, &before[0]);
        expected.bias = add(&expected.bias, &before[1]);
    }
    let name = format!("{}, accumulate {accumulate}", case.name);
    bench.read(&scratch, scratch_len).await;
    let (weight, bias) = (bench.read(&weight, outputs * inputs).await, bench.read(&bias, outputs).await);
    assert_close(&format!("dW, {name}"), &weight, &expected.weight, bound(rows, 3.0));
    assert_close(&format!("db, {name}"), &bias, &expected.bias, bound(rows, 3.0));
}
