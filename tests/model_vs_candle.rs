//! Encoder, poolers, loss and the gradient of every parameter against candle's autograd in `f64` on the same
//! weights, and against finite differences of the engine's own loss.
#![cfg(not(target_arch = "wasm32"))]

mod engine;
mod reference;

use std::collections::BTreeMap;

use reference::{
    bert::{Bert, Dropout, Element, Weights},
    gradients::{self, Batch},
    kernels::contrastive::{self as contrastive, Form},
    loss::Settings,
    mlm::{self, Masked},
    pooling::Pooler,
    tiny::{Sizes, random_rows, random_weights},
};
use simcse_lab::{
    gpu::{Gpu, Plan},
    kernels::{LossForm, Step},
    model::{self, BatchBuffers, Capacity, Embedder, Encoder, Head, HostTensor, Network, PackedBatch, Parts},
    objective::Objective,
    train::{Batch as StepBatch, CorruptedRows, Dataset, HeadMode, StepMetrics, TrainOptions, TrainingStep},
};

const VOCABULARY: usize = 60;
const LONGEST: usize = 18;
const DROPOUT: f32 = 0.1;
const SEED: u32 = 7;
const STEP: u32 = 3;

const fn sizes(hidden: usize, layers: usize, heads: usize, intermediate: usize) -> Sizes {
    let positions = LONGEST + 2;
    Sizes {
        vocabulary: VOCABULARY,
        hidden,
        layers,
        heads,
        intermediate,
        positions,
        types: 2,
        first_position: 0,
    }
}

const fn roberta(sizes: Sizes) -> Sizes {
    Sizes { types: 1, first_position: 2, ..sizes }
}

/// Head sizes 12, 26 (no multiple of 4) and 12 with odd vec4 counts; a feed-forward layer narrower than the rest; and
/// a RoBERTa.
const MODELS: [Sizes; 4] =
    [sizes(48, 3, 4, 100), sizes(312, 1, 12, 40), sizes(36, 2, 3, 144), roberta(sizes(48, 2, 4, 96))];

/// Unit roundoff of float32.
const ROUNDOFF: f64 = 1.0 / 16_777_216.0;

/// Relative error that an encoder's output may have. A kernel has sums over the width or the feed-forward width and
/// about 24 other roundings, all independent: 2u·√(terms + 24), as in tests/kernels/compare.rs. Eight kernels a layer
/// and two before them follow each other; LayerNorm keeps errors relative to its output.
fn encoder_bound(sizes: Sizes) -> f64 {
    let terms = sizes.hidden.max(sizes.intermediate) + 24;
    2.0 * ROUNDOFF * ((terms * (8 * sizes.layers + 2)) as f64).sqrt()
}

/// Absolute error that a logit may have: that of a cosine, over τ. Of two vectors' errors only the parts along each
/// other count, 1/√hidden of a random direction.
fn logit_bound(sizes: Sizes, temperature: f64) -> f64 {
    2.0 * encoder_bound(sizes) / (temperature * (sizes.hidden as f64).sqrt())
}

/// Absolute error that the loss of masked-language modelling may have. A logit is a sum over the width of a state of
/// components about 1, with the encoder's relative error, times a word's components of 0.5 at random; the loss is a
/// difference of two such, and itself rounded.
fn mlm_bound(sizes: Sizes, loss: f64) -> f64 {
    2.0 * encoder_bound(sizes) * 0.5 * (sizes.hidden as f64).sqrt() + ROUNDOFF * loss
}

/// Relative error that a gradient may have: a logit's error is the relative one of the softmax; the backward pass is
/// as long as the forward pass twice.
fn gradient_bound(sizes: Sizes, temperature: f64) -> f64 {
    2.0 * encoder_bound(sizes) + logit_bound(sizes, temperature)
}

fn norm<'a>(values: impl IntoIterator<Item = &'a f64>) -> f64 {
    values.into_iter().map(|value| value * value).sum::<f64>().sqrt()
}

/// ‖actual − expected‖
fn distance(actual: &[f32], expected: &[f64]) -> f64 {
    assert_eq!(actual.len(), expected.len());
    let differences: Vec<f64> = actual.iter().zip(expected).map(|(a, b)| f64::from(*a) - b).collect();
    norm(&differences)
}

fn flat(tensor: &candle_core::Tensor) -> Vec<f64> {
    tensor.flatten_all().and_then(|tensor| tensor.to_vec1()).expect("an f64 tensor")
}

fn reference_model(sizes: Sizes, weights: &Weights) -> Bert {
    Bert::new(weights, sizes.config(), candle_core::DType::F64).expect("all tensors are there")
}

#[pollster::test]
async fn token_states_agree_with_the_reference() {
    let gpu = engine::open().await;
    for sizes in MODELS {
        let weights = random_weights(sizes, false, 1);
        let rows = random_rows(VOCABULARY, 11, LONGEST, 2);
        let network = Network::new(&gpu, &engine::checkpoint(sizes, &weights), Head::None).unwrap();
        let packed = PackedBatch::for_model(&rows, &network.config);
        for (p, training) in [(0.0, false), (0.0, true), (DROPOUT, true)] {
            let step = packed.sizes(Step { seed: SEED, step: STEP, ..Step::default() });
            let states = token_states(&network, &packed, &step.with_dropout(p), training).await;
            let masks = engine::masks(sizes, p, SEED, STEP);
            let dropout = (p > 0.0).then_some(&masks as Dropout);
            let expected = reference_model(sizes, &weights).encode(&rows, dropout).unwrap();
            let expected: Vec<f64> = expected.iter().flat_map(flat).collect();
            let (error, size) = (distance(&states[..expected.len()], &expected), norm(&expected));
            assert!(error <= encoder_bound(sizes) * size, "{sizes:?}, p = {p}: {:e}", error / size);
        }
    }
}

async fn token_states(network: &Network, batch: &PackedBatch, step: &Step, training: bool) -> Vec<f32> {
    let gpu = network.gpu();
    // Room for more than the batch has.
    let capacity = Capacity { tokens: batch.tokens() + 13, rows: batch.rows() + 2 };
    let encoder = Encoder::new(&network.kernels, &network.config, capacity, training).unwrap();
    let buffers = BatchBuffers::new(network.kernels.arena(), capacity.tokens, capacity.rows).unwrap();
    let mut plan = Plan::default();
    let (kernels, weights) = (&network.kernels, &network.weights);
    encoder.forward(&mut plan, kernels, weights, &buffers, &mut |_, _, _| Ok(())).unwrap();
    gpu.ready().await.unwrap();
    buffers.write(gpu, batch);
    network.kernels.write_step(step);
    plan.submit(gpu, &step.sizes());
    encoder.output().read(gpu).await.unwrap()
}

#[pollster::test]
async fn sentence_vectors_agree_with_the_reference_for_every_pooler() {
    let gpu = engine::open().await;
    for sizes in MODELS {
        let weights = random_weights(sizes, true, 3);
        let rows = random_rows(VOCABULARY, 11, LONGEST, 4);
        let network = Network::new(&gpu, &engine::checkpoint(sizes, &weights), Head::Stored).unwrap();
        for (pooler, head, expected) in [
            (model::Pooler::Cls, true, Pooler::Head),
            (model::Pooler::Cls, false, Pooler::Cls),
            (model::Pooler::ClsBeforePooler, false, Pooler::Cls),
            (model::Pooler::Avg, false, Pooler::Average),
            (model::Pooler::AvgTop2, false, Pooler::TopTwo),
            (model::Pooler::AvgFirstLast, false, Pooler::FirstLast),
        ] {
            let embedder = Embedder::new(&network, pooler, head).unwrap();
            let vectors = embedder.embed(&rows, |_| ()).await.unwrap();
            let model = reference_model(sizes, &weights);
            let expected = flat(&gradients::embed(&model, expected, &rows, None).unwrap());
            let (error, size) = (distance(&vectors, &expected), norm(&expected));
            assert!(
                error <= encoder_bound(sizes) * size,
                "{sizes:?}, {pooler}, head {head}: {:e}",
                error / size
            );
        }
    }
}

/// One batch with its recipe.
#[derive(Clone, Copy, Debug)]
struct Case {
    sizes: Sizes,
    /// 1: unsupervised; 2: pairs; 3: triplets.
    sentences: usize,
    pooler: Pooler,
    temperature: f32,
    hard_negative_weight: f32,
    p: f32,
    form: LossForm,
    threshold: f32,
    widths: &'static [usize],
    fixed_mask: bool,
    mlm_weight: f32,
    /// Off: pre-training.
    contrastive: bool,
    micro_batch: usize,
}

impl Case {
    fn options(&self) -> TrainOptions {
        let pooler = match self.pooler {
            Pooler::Head => model::Pooler::Cls,
            Pooler::Cls => model::Pooler::ClsBeforePooler,
            Pooler::Average => model::Pooler::Avg,
            Pooler::TopTwo => model::Pooler::AvgTop2,
            Pooler::FirstLast => model::Pooler::AvgFirstLast,
        };
        TrainOptions {
            objective: if self.sentences == 1 { Objective::Unsup } else { Objective::Sup },
            pooler,
            head: if self.has_head() { HeadMode::Keep } else { HeadMode::None },
            temperature: self.temperature,
            hard_negative_weight: self.hard_negative_weight,
            dropout: self.p,
            seed: SEED,
            batch_size: 9,
            loss: self.form,
            false_negative_threshold: self.threshold,
            matryoshka: self.widths.to_vec(),
            fixed_mask: self.fixed_mask,
            mlm_weight: self.mlm_weight,
            contrastive: self.contrastive,
            micro_batch_size: self.micro_batch,
            ..TrainOptions::default()
        }
    }

    fn has_head(&self) -> bool {
        self.pooler == Pooler::Head
    }

    fn step(&self) -> Step {
        Step { step: STEP, ..self.options().step() }
    }

    fn weights(&self) -> Weights {
        let mut weights = random_weights(self.sizes, self.has_head(), 5);
        if self.mlm_weight > 0.0 {
            weights.extend(mlm::random_head(self.sizes, 8));
        }
        weights
    }

    /// The engine gets 1/τ and w as float32.
    fn settings(&self) -> Settings {
        let kernel = contrastive::Settings {
            form: match self.form {
                LossForm::OneWay => Form::OneWay,
                LossForm::Symmetric => Form::Symmetric,
                LossForm::NtXent => Form::NtXent,
            },
            temperature: 1.0 / f64::from(1.0 / self.temperature),
            hard_negative_weight: f64::from(self.hard_negative_weight),
            false_negative_threshold: (self.threshold > 0.0).then_some(f64::from(self.threshold)),
        };
        Settings { kernel, widths: self.widths }
    }

    fn engine(&self, gpu: &Gpu) -> Engine {
        let head = if self.has_head() { Head::Stored } else { Head::None };
        let checkpoint = engine::checkpoint(self.sizes, &self.weights());
        let mlm = (self.mlm_weight > 0.0).then_some(0);
        let network = Network::new(gpu, &checkpoint, Parts { head, mlm }).unwrap();
        let rows = random_rows(self.sizes.vocabulary, 9 * self.sentences, LONGEST, 6);
        let data = Dataset::new(rows, self.sentences);
        let data = if self.contrastive { data } else { data.once() };
        let step = TrainingStep::new(&network, &data, &self.options()).unwrap();
        Engine { network, data, step }
    }
}

struct Engine {
    network: Network,
    data: Dataset,
    step: TrainingStep,
}

impl Engine {
    /// All items, in an order of our own.
    fn rows(&self) -> Vec<&[u32]> {
        self.data.batch(&[3, 0, 8, 1, 7, 2, 6, 5, 4])
    }

    async fn gradients(&self, case: &Case) -> (f32, BTreeMap<String, HostTensor>) {
        let (metrics, gradients) = self.metrics_and_gradients(case).await;
        (metrics.loss, gradients)
    }

    async fn metrics_and_gradients(&self, case: &Case) -> (StepMetrics, BTreeMap<String, HostTensor>) {
        let rows = self.rows();
        let Masked { rows: ids, labels } = self.masked();
        let corrupted = CorruptedRows { rows: ids, labels };
        let batch = StepBatch::new(&rows, &self.data);
        let batch = batch.with_corrupted((case.mlm_weight > 0.0).then_some(&corrupted));
        self.step.gradients(&batch, case.step()).await.unwrap()
    }

    fn masked(&self) -> Masked {
        let rows: Vec<Vec<u32>> = self.rows().iter().map(|row| row.to_vec()).collect();
        Masked::random(&rows, VOCABULARY, 9)
    }

    fn batch(&self) -> Batch {
        let rows = self.rows();
        let views = rows.chunks_exact(rows.len() / self.data.views());
        Batch { views: views.map(|view| view.iter().map(|row| row.to_vec()).collect()).collect() }
    }
}

async fn check(gpu: &Gpu, case: Case) {
    let engine = case.engine(gpu);
    gpu.ready().await.unwrap();
    let (loss, actual) = engine.gradients(&case).await;
    let model = reference_model(case.sizes, &case.weights());
    let masks = engine::masks(case.sizes, case.p, SEED, STEP);
    let rows = engine.rows().len();
    let items = rows / engine.data.views();
    let contrastive_masks = |element: Element| {
        let row = if case.fixed_mask { element.row % items } else { element.row };
        masks(Element { row, ..element })
    };
    let dropout = (case.p > 0.0).then_some(&contrastive_masks as Dropout);
    let settings = case.settings();
    let temperature = settings.kernel.temperature;
    let contrastive = || gradients::loss(&model, case.pooler, &engine.batch(), settings, dropout).unwrap();
    let mut total = case.contrastive.then(contrastive);
    if case.mlm_weight > 0.0 {
        // Masks of their own, behind those of the contrastive pass.
        let mlm_masks = |element: Element| masks(Element { row: element.row + rows, ..element });
        let dropout = (case.p > 0.0).then_some(&mlm_masks as Dropout);
        let mlm = mlm::loss(&model, &engine.masked(), dropout).unwrap();
        let mlm = (mlm * f64::from(case.mlm_weight)).unwrap();
        total = Some(total.map_or_else(|| mlm.clone(), |contrastive| (contrastive + &mlm).unwrap()));
    }
    let total = total.expect("a loss");
    let (expected_loss, expected) = gradients::gradients_of(&model, &total).unwrap();

    let bound = gradient_bound(case.sizes, temperature);
    let error = (f64::from(loss) - expected_loss).abs();
    let most = match case.mlm_weight > 0.0 {
        true => f64::from(case.mlm_weight) * mlm_bound(case.sizes, expected_loss),
        false => 0.0,
    };
    assert!(
        error <= logit_bound(case.sizes, temperature) + most,
        "{case:?}: loss {loss} instead of {expected_loss}"
    );
    assert_eq!(actual.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (name, gradient) in &expected {
        let error = distance(&actual[name].data, gradient);
        // Softmax does not see a key's bias: its gradient is 0, the sum of terms that are as large as those of the
        // query's.
        let size = match name.strip_suffix("key.bias") {
            Some(stem) => norm(&expected[&format!("{stem}query.bias")]),
            None => norm(gradient),
        };
        assert!(error <= bound * size, "{case:?}: {name} is off by {:e} of its norm {size:e}", error / size);
    }
}

const UNSUPERVISED: Case = Case {
    sizes: MODELS[0],
    sentences: 1,
    pooler: Pooler::Head,
    temperature: 0.05,
    hard_negative_weight: 0.0,
    p: 0.0,
    form: LossForm::OneWay,
    threshold: 0.0,
    widths: &[],
    fixed_mask: false,
    mlm_weight: 0.0,
    contrastive: true,
    micro_batch: 0,
};

#[pollster::test]
async fn loss_and_all_gradients_agree_with_autograd_for_unsupervised_batches() {
    let gpu = engine::open().await;
    for sizes in MODELS {
        for p in [0.0, DROPOUT] {
            check(&gpu, Case { sizes, p, ..UNSUPERVISED }).await;
            check(&gpu, Case { sizes, p, temperature: 1.0, ..UNSUPERVISED }).await;
        }
    }
}

#[pollster::test]
async fn loss_and_all_gradients_agree_with_autograd_for_every_pooler() {
    let gpu = engine::open().await;
    for sizes in MODELS {
        for pooler in [Pooler::Cls, Pooler::Average, Pooler::TopTwo, Pooler::FirstLast] {
            check(&gpu, Case { sizes, pooler, p: DROPOUT, ..UNSUPERVISED }).await;
        }
    }
}

#[pollster::test]
async fn loss_and_all_gradients_agree_with_autograd_for_pairs_and_triplets() {
    let gpu = engine::open().await;
    for sizes in MODELS {
        let pairs = Case { sizes, sentences: 2, ..UNSUPERVISED };
        check(&gpu, pairs).await;
        check(&gpu, Case { pooler: Pooler::Average, p: DROPOUT, ..pairs }).await;
        let triplets = Case { sentences: 3, hard_negative_weight: 0.7, ..pairs };
        check(&gpu, triplets).await;
        check(&gpu, Case { p: DROPOUT, ..triplets }).await;
    }
}

#[pollster::test]
async fn loss_and_all_gradients_agree_with_autograd_for_every_variant_of_the_objective() {
    let gpu = engine::open().await;
    for sentences in [1, 3] {
        let case =
            Case { sizes: MODELS[3], sentences, p: DROPOUT, hard_negative_weight: 0.3, ..UNSUPERVISED };
        for form in [LossForm::Symmetric, LossForm::NtXent] {
            check(&gpu, Case { form, ..case }).await;
        }
        check(&gpu, Case { threshold: 0.2, temperature: 1.0, pooler: Pooler::Average, ..case }).await;
        check(&gpu, Case { widths: &[48, 12, 28], ..case }).await;
        check(&gpu, Case { widths: &[20], form: LossForm::NtXent, ..case }).await;
    }
    check(&gpu, Case { fixed_mask: true, p: DROPOUT, ..UNSUPERVISED }).await;
}

#[pollster::test]
async fn masked_language_modelling_adds_its_loss_and_gradients() {
    let gpu = engine::open().await;
    for sizes in [MODELS[0], MODELS[2], MODELS[3]] {
        // A vocabulary that is no multiple of 4.
        let sizes = Sizes { vocabulary: VOCABULARY + 3, ..sizes };
        for (mlm_weight, p, sentences) in [(0.1, 0.0, 1), (2.0, DROPOUT, 3)] {
            let case = Case { sizes, sentences, mlm_weight, p, temperature: 1.0, ..UNSUPERVISED };
            check(&gpu, case).await;
            check(&gpu, Case { micro_batch: 4, ..case }).await;
        }
    }
}

#[pollster::test]
async fn masked_language_modelling_alone_has_the_gradients_of_pretraining() {
    let gpu = engine::open().await;
    let sizes = Sizes { vocabulary: VOCABULARY + 3, ..MODELS[2] };
    for p in [0.0, DROPOUT] {
        let pooler = Pooler::Average;
        let case =
            Case { sizes, mlm_weight: 1.0, p, pooler, temperature: 1.0, contrastive: false, ..UNSUPERVISED };
        check(&gpu, case).await;
    }
}

#[pollster::test]
async fn masked_language_modelling_over_a_word_table_in_pieces_gives_the_same() {
    let gpu = engine::open().await;
    let sizes = Sizes { vocabulary: 402, ..MODELS[0] };
    let case = Case { sizes, p: DROPOUT, mlm_weight: 1.0, ..UNSUPERVISED };
    let whole = case.engine(&gpu);
    let limit = 4 * 3 * (sizes.hidden * sizes.hidden) as u64;
    let checkpoint = engine::checkpoint(sizes, &case.weights());
    let parts = Parts { head: Head::Stored, mlm: Some(0) };
    let network = Network::within(&gpu, &checkpoint, parts, limit).unwrap();
    assert!(network.weights.table(model::WORD_EMBEDDINGS).len() > 1);
    let step = TrainingStep::new(&network, &whole.data, &case.options()).unwrap();
    let cut = Engine { network, data: whole.data.clone(), step };
    gpu.ready().await.unwrap();
    let (metrics, gradients) = cut.metrics_and_gradients(&case).await;
    let (expected_metrics, expected) = whole.metrics_and_gradients(&case).await;
    assert!(expected_metrics.mlm > 1.0 && expected_metrics.mlm < expected_metrics.loss);
    // Sums over the words are cut otherwise, so they round otherwise.
    assert!((metrics.mlm - expected_metrics.mlm).abs() <= 1e-5 * expected_metrics.mlm);
    for (name, expected) in &expected {
        let expected: Vec<f64> = expected.data.iter().map(|value| f64::from(*value)).collect();
        let size = if name.ends_with("key.bias") { 1.0 } else { norm(&expected) };
        assert!(distance(&gradients[name].data, &expected) <= 1e-5 * size, "{name}");
    }
}

/// The parts' gradients are summed in another order than those of the whole batch; their vectors are the same bits,
/// so the loss is too.
#[pollster::test]
async fn micro_batches_give_the_loss_and_gradients_of_the_whole_batch() {
    let gpu = engine::open().await;
    for (sizes, sentences) in [(MODELS[0], 1), (MODELS[3], 3)] {
        let direct = Case { sizes, sentences, p: DROPOUT, ..UNSUPERVISED };
        let whole = direct.engine(&gpu);
        gpu.ready().await.unwrap();
        let (expected_loss, expected) = whole.gradients(&direct).await;
        for micro_batch in [1, 4, 8, 9] {
            let case = Case { micro_batch, ..direct };
            let parts = case.engine(&gpu);
            gpu.ready().await.unwrap();
            // Twice: nothing may be left from the first time.
            parts.gradients(&case).await;
            let (loss, actual) = parts.gradients(&case).await;
            assert_eq!(loss, expected_loss, "{case:?}");
            for (name, expected) in &expected {
                let expected: Vec<f64> = expected.data.iter().map(|value| f64::from(*value)).collect();
                // A key's bias has the gradient 0; what is there is rounding.
                let size = match name.strip_suffix("key.bias") {
                    Some(_) => 1.0,
                    None => norm(&expected),
                };
                let error = distance(&actual[name].data, &expected);
                assert!(error <= 1e-5 * size, "{case:?}: {name} is off by {:e}", error / size);
            }
            check(&gpu, case).await;
        }
    }
}

#[pollster::test]
async fn a_batch_of_256_in_micro_batches_of_16_has_the_gradients_of_the_whole() {
    let gpu = engine::open().await;
    let case = Case { p: DROPOUT, pooler: Pooler::Average, ..UNSUPERVISED };
    let checkpoint = engine::checkpoint(case.sizes, &case.weights());
    let data = Dataset::new(random_rows(VOCABULARY, 256, LONGEST, 6), 1);
    let items: Vec<u32> = (0..256).collect();
    let rows = data.batch(&items);
    let mut results = Vec::new();
    for micro_batch_size in [0, 16] {
        let options = TrainOptions { batch_size: 256, micro_batch_size, ..case.options() };
        let network = Network::new(&gpu, &checkpoint, Head::None).unwrap();
        let step = TrainingStep::new(&network, &data, &options).unwrap();
        gpu.ready().await.unwrap();
        results.push(step.gradients(&StepBatch::new(&rows, &data), case.step()).await.unwrap());
    }
    let [(metrics, expected), (parts_metrics, actual)] = &results[..] else { unreachable!("two runs") };
    assert_eq!(metrics.loss, parts_metrics.loss);
    let wide = |tensor: &HostTensor| tensor.data.iter().map(|value| f64::from(*value)).collect::<Vec<_>>();
    let whole: Vec<f64> = expected.values().flat_map(wide).collect();
    let parts: Vec<f32> = actual.values().flat_map(|tensor| tensor.data.clone()).collect();
    // What the sums' other order may do; the limit.
    assert!(distance(&parts, &whole) <= 1e-5 * norm(&whole));
}

#[pollster::test]
async fn a_word_table_in_pieces_gives_the_same_loss_and_gradients_bit_for_bit() {
    let gpu = engine::open().await;
    for sizes in [MODELS[0], MODELS[3]] {
        let sizes = Sizes { vocabulary: 400, ..sizes };
        let case = Case { sizes, p: DROPOUT, ..UNSUPERVISED };
        let whole = case.engine(&gpu);
        // The least that queries, keys and values need: 6,912 floats, which are 144 of the 400 words; a piece has 128.
        let limit = 4 * 3 * (sizes.hidden * sizes.hidden) as u64;
        let checkpoint = engine::checkpoint(sizes, &case.weights());
        let network = Network::within(&gpu, &checkpoint, Head::Stored, limit).unwrap();
        let step = TrainingStep::new(&network, &whole.data, &case.options()).unwrap();
        gpu.ready().await.unwrap();
        let pieces = network.weights.table(model::WORD_EMBEDDINGS).len();
        assert_eq!(pieces, 4);
        let rows = whole.rows();
        let actual = step.gradients(&StepBatch::new(&rows, &whole.data), case.step()).await.unwrap();
        assert_eq!(actual, whole.metrics_and_gradients(&case).await);
        assert_eq!(network.read_weights().await.unwrap(), whole.network.read_weights().await.unwrap());
    }
}

/// Along its own gradient g, a tensor's loss changes at the rate ‖g‖.
#[pollster::test]
async fn every_tensors_gradient_agrees_with_finite_differences_of_the_engines_own_loss() {
    let gpu = engine::open().await;
    // τ = 1 keeps third derivatives small; all masks are those of one step, so the loss is one smooth function.
    let case = Case { sentences: 3, hard_negative_weight: 0.7, temperature: 1.0, p: DROPOUT, ..UNSUPERVISED };
    let engine = case.engine(&gpu);
    gpu.ready().await.unwrap();
    let (_, gradients) = engine.gradients(&case).await;
    let weights = engine.network.read_weights().await.unwrap();
    let mut compared = 0;
    for (name, gradient) in &gradients {
        if name.ends_with("key.bias") {
            continue;
        }
        let length = norm(&gradient.data.iter().map(|value| f64::from(*value)).collect::<Vec<_>>());
        // The loss, about 3, is off by some u of that: up to 1e-6. Over a change of 2·CHANGE that is 5e-4; the cubic
        // term, with third derivatives about as large as the first, is (CHANGE/‖g‖)²/6 of it.
        const CHANGE: f64 = 1e-3;
        let at = async |sign: f64| {
            let scale = sign * CHANGE / (length * length);
            let mut moved = weights[name].clone();
            for (value, slope) in moved.data.iter_mut().zip(&gradient.data) {
                *value = (f64::from(*value) + scale * f64::from(*slope)) as f32;
            }
            engine.network.weights.write(&gpu, &BTreeMap::from([(name.clone(), moved)]));
            f64::from(engine.gradients(&case).await.0)
        };
        let quotient = (at(1.0).await - at(-1.0).await) / (2.0 * CHANGE);
        engine.network.weights.write(&gpu, &BTreeMap::from([(name.clone(), weights[name].clone())]));
        let tolerance = 1e-3 + (CHANGE / length).powi(2);
        assert!(
            (quotient - 1.0).abs() <= tolerance,
            "{name}: {quotient} times its gradient's norm {length:e}"
        );
        compared += 1;
    }
    assert_eq!(compared, 5 + 15 * 3 + 2);
}
