//! `gradients`: loss and gradients of one batch.

use super::{args::GradientsArgs, device::open_device, error::CliError, files};
use crate::device::DeviceOptions;
use crate::{
    model::{HEAD_WEIGHT, HostTensor, Network, Pooler},
    train::{self, Batch, CorruptedRows, HeadMode, TrainOptions, TrainingStep},
};

/// `gradients`: loss and every parameter's gradient of one batch, without dropout.
pub async fn run(args: &GradientsArgs, device_options: DeviceOptions) -> Result<(), CliError> {
    let model = files::load_model(&args.model.model)?;
    let corpus = files::corpus(&args.data)?;
    let stored_head = model.checkpoint.tensors.contains_key(HEAD_WEIGHT);
    let pooler = args.model.pooler.unwrap_or(model.pooler);
    // A head drawn at random has no gradient worth comparing: by default only a stored one takes part.
    let head = if pooler == Pooler::Cls && stored_head { HeadMode::Keep } else { HeadMode::None };
    let options = TrainOptions {
        objective: args.objective,
        batch_size: corpus.data.len(),
        pooler,
        head,
        dropout: 0.0,
        ..TrainOptions::default()
    };
    let options = args.recipe.apply(options);
    options.validate()?;
    files::max_length(Some(options.max_length), &model)?;
    let rows = model.tokenizer.encode_plain(corpus.data.sentences(), options.max_length)?;
    let data = train::dataset(&corpus.data, rows, &model.tokenizer, None, &options)?;
    data.check(options.objective, &model.checkpoint.config)?;

    let device = open_device(device_options).await?;
    let network = Network::new(&device, &model.checkpoint, options.parts())?;
    let step = TrainingStep::new(&network, &data, &options)?;
    device.ready().await?;
    let items: Vec<u32> = (0..data.len() as u32).collect();
    let rows = data.batch(&items);
    let corrupted = data.corrupted(&rows, options.seed, 0);
    let batch = Batch::new(&rows, &data).with_corrupted(corrupted.as_ref());
    let (metrics, mut tensors) = step.gradients(&batch, options.step_uniform()).await?;
    let scalar = |value| HostTensor { shape: vec![], data: vec![value] };
    tensors.insert("loss".to_owned(), scalar(metrics.loss));
    if let Some(corrupted) = corrupted {
        tensors.insert("mlm.loss".to_owned(), scalar(metrics.mlm));
        tensors.extend(tensors_of(&corrupted));
    }
    files::write(&args.output, &model.checkpoint.save_safetensors(&tensors)?)
}

/// What masked-language modelling saw, so that others can compute the same: `mlm.ids` and `mlm.labels` (−100 where
/// nothing is to be guessed) of all rows end to end, `mlm.lengths` of the rows, as the loss had them view after view.
fn tensors_of(corrupted: &CorruptedRows) -> [(String, HostTensor); 3] {
    let ids = corrupted.rows.concat();
    let mut labels = Vec::new();
    for (row, places) in corrupted.rows.iter().zip(&corrupted.labels) {
        let first = labels.len();
        labels.resize(first + row.len(), -100.0);
        places.iter().for_each(|(position, label)| labels[first + *position as usize] = *label as f32);
    }
    // Whole numbers below 2²⁴, which float32 holds exactly.
    let vector = |name: &str, data: Vec<f32>| (name.to_owned(), HostTensor { shape: vec![data.len()], data });
    [
        vector("mlm.ids", ids.iter().map(|id| *id as f32).collect()),
        vector("mlm.labels", labels),
        vector("mlm.lengths", corrupted.rows.iter().map(|row| row.len() as f32).collect()),
    ]
}
