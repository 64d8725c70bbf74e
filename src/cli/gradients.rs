use std::collections::BTreeMap;

use super::{args::GradientsArgs, error::CliError, files, open_gpu};
use crate::{
    model::{HEAD_WEIGHT, Head, HostTensor, Network, Pooler},
    text::Corpus,
    train::{Dataset, HeadMode, TrainOptions, TrainingStep},
};

/// `gradients`: loss and every parameter's gradient of one batch, without dropout.
pub async fn run(args: &GradientsArgs) -> Result<(), CliError> {
    let model = files::load_model(&args.model.model)?;
    let corpus = Corpus::parse(&args.data.display().to_string(), &files::read(&args.data)?)?;
    let stored_head = model.checkpoint.tensors.contains_key(HEAD_WEIGHT);
    let pooler = args.model.pooler.unwrap_or(model.pooler);
    // A head drawn at random has no gradient worth comparing: by default only a stored one takes part.
    let head = args.head.unwrap_or(match pooler == Pooler::Cls && stored_head {
        true => HeadMode::Keep,
        false => HeadMode::None,
    });
    let options = TrainOptions {
        objective: args.objective,
        batch_size: corpus.data.len(),
        temperature: args.temperature,
        max_length: args.max_length,
        pooler,
        head,
        dropout: 0.0,
        hard_negative_weight: args.hard_negative_weight,
        ..TrainOptions::default()
    };
    options.validate()?;
    files::max_length(Some(options.max_length), &model)?;
    let rows = model.tokenizer.encode(corpus.data.sentences(), options.max_length)?;
    let data = Dataset::new(rows, corpus.data.sentences_per_item());
    data.check(options.objective)?;

    let gpu = open_gpu().await?;
    let head = match options.trains_head() {
        true => Head::Trained { seed: u64::from(options.seed) },
        false => Head::None,
    };
    let network = Network::new(&gpu, &model.checkpoint, head)?;
    let step = TrainingStep::new(&network, &data, &options)?;
    gpu.ready().await?;
    let items: Vec<u32> = (0..data.len() as u32).collect();
    let (loss, mut tensors): (f32, BTreeMap<String, HostTensor>) =
        step.gradients(&data.batch(&items), data.views(), options.step()).await?;
    tensors.insert("loss".to_owned(), HostTensor { shape: vec![], data: vec![loss] });
    files::write(&args.output, &model.checkpoint.save_safetensors(&tensors)?)
}
