//! Token states and sentence vectors agree with the reference.

use simcse_lab::{
    device::{Plan, Recorder, Stored},
    kernels::Step,
    model::{self, BatchBuffers, Capacity, Embedder, Encoder, Head, Network, PackedBatch},
};

use crate::{
    DROPOUT, LONGEST, MODELS, SEED, STEP, VOCABULARY, distance, encoder_bound, engine, flat, norm,
    reference::{
        bert::Dropout,
        gradients,
        pooling::Pooler,
        tiny::{random_rows, random_weights},
    },
    reference_model,
};

#[pollster::test]
async fn token_states_agree_with_the_reference() {
    for device in engine::devices().await {
        for sizes in MODELS {
            let weights = random_weights(sizes, false, 1);
            let rows = random_rows(VOCABULARY, 11, LONGEST, 2);
            let network = Network::new(&device, &engine::checkpoint(sizes, &weights), Head::None).unwrap();
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
}

async fn token_states(network: &Network, batch: &PackedBatch, step: &Step, training: bool) -> Vec<f32> {
    let device = network.device();
    // Room for more than the batch has.
    let capacity = Capacity { tokens: batch.tokens() + 13, rows: batch.rows() + 2 };
    let encoder = Encoder::new(&network.kernels, &network.config, capacity, training).unwrap();
    let buffers = BatchBuffers::new(network.kernels.arena(), capacity.tokens, capacity.rows).unwrap();
    let mut plan = Plan::default();
    let (kernels, weights) = (&network.kernels, &network.weights);
    encoder.forward(&mut plan, kernels, weights, &buffers, &mut |_, _, _| Ok(())).unwrap();
    device.ready().await.unwrap();
    buffers.write(device, batch);
    network.kernels.write_step(step);
    Recorder::new(device).plan(&plan, &step.sizes());
    encoder.output().read(device).await.unwrap()
}

fn expected_pooler(pooler: model::Pooler, head: bool) -> Pooler {
    match pooler {
        model::Pooler::Cls if head => Pooler::Head,
        model::Pooler::Cls | model::Pooler::ClsBeforePooler => Pooler::Cls,
        model::Pooler::Avg => Pooler::Average,
        model::Pooler::AvgTop2 => Pooler::TopTwo,
        model::Pooler::AvgFirstLast => Pooler::FirstLast,
        model::Pooler::Own => unreachable!("not in ALL"),
    }
}

#[pollster::test]
async fn sentence_vectors_agree_with_the_reference_for_every_pooler() {
    for device in engine::devices().await {
        for sizes in MODELS {
            let weights = random_weights(sizes, true, 3);
            let rows = random_rows(VOCABULARY, 11, LONGEST, 4);
            let network = Network::new(&device, &engine::checkpoint(sizes, &weights), Head::Stored).unwrap();
            let with_head = (model::Pooler::Cls, true);
            for (pooler, head) in
                model::Pooler::ALL.map(|pooler| (pooler, false)).into_iter().chain([with_head])
            {
                let expected = expected_pooler(pooler, head);
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
}

/// Storing weights as float16 only rounds the weights: with weights rounded beforehand, float32 gives the same vectors.
#[pollster::test]
async fn on_a_gpu_matrices_and_word_table_can_be_stored_as_float16() {
    let devices = engine::devices().await;
    for device in devices.iter().filter(|device| !device.info().is_cpu()) {
        for sizes in MODELS {
            let mut checkpoint = engine::checkpoint(sizes, &random_weights(sizes, true, 5));
            let exact = Network::for_encoding(device, &checkpoint, Head::Stored, Stored::F32).unwrap();
            let halves = Network::for_encoding(device, &checkpoint, Head::Stored, Stored::F16).unwrap();
            checkpoint.tensors = halves.read_weights().await.unwrap();
            let rounded = Network::new(device, &checkpoint, Head::Stored).unwrap();

            let rows = random_rows(VOCABULARY, 11, LONGEST, 6);
            let vectors = async |network: &Network| {
                Embedder::new(network, model::Pooler::Cls, true).unwrap().embed(&rows, |_| ()).await.unwrap()
            };
            let (exact, halves, rounded) =
                (vectors(&exact).await, vectors(&halves).await, vectors(&rounded).await);
            // The same operations on the same numbers.
            assert_eq!(halves, rounded, "{sizes:?}");
            let exact: Vec<f64> = exact.into_iter().map(f64::from).collect();
            let (error, size) = (distance(&halves, &exact) / norm(&exact), 2.0_f64.powi(-11));
            // Rounding to float16 is at most 2⁻¹¹ of a weight. The layers' errors add up, but mostly average out.
            assert!(error > 0.0 && error < size * sizes.layers as f64, "{sizes:?}: {error:e}");
        }
    }
}

#[pollster::test]
async fn float16_on_the_cpu_and_weights_beyond_float16_are_refused() {
    for device in engine::devices().await {
        let mut checkpoint = engine::checkpoint(MODELS[0], &random_weights(MODELS[0], false, 5));
        let name = "encoder.layer.0.output.dense.weight";
        checkpoint.tensors.get_mut(name).unwrap().data[3] = -65_600.0;
        let refused =
            Network::for_encoding(&device, &checkpoint, Head::None, Stored::F16).err().unwrap().to_string();
        if device.info().is_cpu() {
            assert!(refused.contains("for a GPU"), "{refused}");
        } else {
            assert!(refused.contains(name) && refused.contains("-65600 at element 3"), "{refused}");
        }
    }
}
