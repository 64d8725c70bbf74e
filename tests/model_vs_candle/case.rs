//! A batch with its recipe, computed by the engine and by the reference.

use std::collections::BTreeMap;

use simcse_lab::{
    device::Device,
    kernels::{LossForm, Step},
    model::{self, Head, HostTensor, Network, Parts},
    objective::Objective,
    train::{Batch as StepBatch, CorruptedRows, Dataset, HeadMode, StepMetrics, TrainOptions, TrainingStep},
};

use crate::{
    LONGEST, MODELS, SEED, STEP, VOCABULARY, distance, engine, gradient_bound, logit_bound, mlm_bound, norm,
    reference::{
        bert::{Dropout, Element, Weights},
        gradients::{self, Batch},
        kernels::contrastive::{self as contrastive, Form},
        loss::Settings,
        mlm::{self, Masked},
        pooling::Pooler,
        tiny::{Sizes, random_rows, random_weights},
    },
    reference_model,
};

/// One batch with its recipe.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    pub sizes: Sizes,
    /// 1: unsupervised; 2: pairs; 3: triplets.
    pub sentences: usize,
    pub pooler: Pooler,
    pub temperature: f32,
    pub hard_negative_weight: f32,
    pub p: f32,
    pub form: LossForm,
    pub threshold: f32,
    pub widths: &'static [usize],
    pub fixed_mask: bool,
    pub mlm_weight: f32,
    /// `false` for pre-training.
    pub contrastive: bool,
    pub micro_batch: usize,
}

impl Case {
    pub fn options(&self) -> TrainOptions {
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

    pub fn step(&self) -> Step {
        Step { step: STEP, ..self.options().step_uniform() }
    }

    pub fn weights(&self) -> Weights {
        let mut weights = random_weights(self.sizes, self.has_head(), 5);
        if self.mlm_weight > 0.0 {
            weights.extend(mlm::random_head(self.sizes, 8));
        }
        weights
    }

    /// The reference uses the same rounding as the engine, which gets 1/τ and w as float32.
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

    pub fn engine(&self, device: &Device) -> Engine {
        let head = if self.has_head() { Head::Stored } else { Head::None };
        let checkpoint = engine::checkpoint(self.sizes, &self.weights());
        let mlm = (self.mlm_weight > 0.0).then_some(0);
        let network = Network::new(device, &checkpoint, Parts { head, mlm }).unwrap();
        let rows = random_rows(self.sizes.vocabulary, 9 * self.sentences, LONGEST, 6);
        let data = Dataset::new(rows, self.sentences);
        let data = if self.contrastive { data } else { data.once() };
        let step = TrainingStep::new(&network, &data, &self.options()).unwrap();
        Engine { network, data, step }
    }
}

pub struct Engine {
    pub network: Network,
    pub data: Dataset,
    pub step: TrainingStep,
}

impl Engine {
    /// All items, in a fixed order that is not ascending.
    pub fn rows(&self) -> Vec<&[u32]> {
        self.data.batch(&[3, 0, 8, 1, 7, 2, 6, 5, 4])
    }

    pub async fn gradients(&self, case: &Case) -> (f32, BTreeMap<String, HostTensor>) {
        let (metrics, gradients) = self.metrics_and_gradients(case).await;
        (metrics.loss, gradients)
    }

    pub async fn metrics_and_gradients(&self, case: &Case) -> (StepMetrics, BTreeMap<String, HostTensor>) {
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

/// Compares the engine's loss and gradients with the reference's.
pub async fn check(device: &Device, case: Case) {
    let engine = case.engine(device);
    device.ready().await.unwrap();
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
        // Dropout masks of their own: row numbers continue after those of the contrastive pass.
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
    let most = if case.mlm_weight > 0.0 {
        f64::from(case.mlm_weight) * mlm_bound(case.sizes, expected_loss)
    } else {
        0.0
    };
    assert!(
        error <= logit_bound(case.sizes, temperature) + most,
        "{case:?}: loss {loss} instead of {expected_loss}"
    );
    assert_eq!(actual.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (name, gradient) in &expected {
        let error = distance(&actual[name].data, gradient);
        // Softmax is invariant to a key's bias, so its gradient is 0; but it is a sum of terms as large as those of the
        // query's, which bound its error.
        let size = match name.strip_suffix("key.bias") {
            Some(stem) => norm(&expected[&format!("{stem}query.bias")]),
            None => norm(gradient),
        };
        assert!(error <= bound * size, "{case:?}: {name} is off by {:e} of its norm {size:e}", error / size);
    }
}

pub const UNSUPERVISED: Case = Case {
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
