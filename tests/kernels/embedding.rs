//! The sum of word, position and type embeddings, and the gradients of the three tables.

use simcse_lab::{
    gpu::View,
    kernels::{Embedding, EmbeddingGradient},
    model::PackedBatch,
};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::bench::{Bench, batch, row_starts, step_of};
use crate::compare::{assert_close, bound};
use crate::reference::{kernels::add, kernels::embedding as reference, random::Random};

const VOCABULARY: usize = 23;
const POSITIONS: usize = 75;

/// Rows' lengths, width, rows of the type table. More than 64 tokens make several parts of the type gradient; 23
/// words are repeated often, and some batches leave most of them out.
fn shapes() -> [(Vec<usize>, usize, usize); 5] {
    [
        (vec![1], 4, 2),
        (vec![3, 1, 9], 12, 1),
        (vec![70, 2, 60], 36, 2),
        (vec![64, 1], 100, 2),
        (vec![5, 17], 312, 2),
    ]
}

struct Tables {
    reference: reference::Tables,
    hidden: usize,
}

impl Tables {
    fn random(hidden: usize, types: usize, seed: u64) -> Self {
        let mut random = Random::new(seed);
        let mut table = |rows: usize| random.normals(rows * hidden);
        let reference = reference::Tables {
            word: table(VOCABULARY),
            position: table(POSITIONS),
            token_type: table(types),
        };
        Self { reference, hidden }
    }

    fn views(&self, bench: &Bench) -> [View; 3] {
        let tables = &self.reference;
        [&tables.word, &tables.position, &tables.token_type].map(|table| bench.floats(table))
    }
}

fn layer<'a>(tables: &Tables, views: &'a [View; 3]) -> Embedding<'a> {
    Embedding {
        hidden: tables.hidden as u32,
        positions: POSITIONS as u32,
        types: (tables.reference.token_type.len() / tables.hidden) as u32,
        word: &views[0],
        position: &views[1],
        token_type: &views[2],
    }
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn an_embedding_is_the_sum_of_word_position_and_first_type() {
    for (lengths, hidden, types) in shapes() {
        let (bench, tables) = (Bench::new().await, Tables::random(hidden, types, 5));
        let batch = batch(&lengths, VOCABULARY, POSITIONS);
        let (views, len) = (tables.views(&bench), batch.tokens() * hidden);
        let (ids, positions) = (bench.words(&batch.token_ids), bench.words(&batch.positions));
        let embedded = bench.output(len);
        bench
            .run(&step_of(&batch), |kernels, plan| {
                kernels.embed(plan, &layer(&tables, &views), &ids, &positions, &embedded).unwrap();
            })
            .await;
        let expected =
            reference::forward(&tables.reference, &batch.token_ids, &row_starts(&batch), 0, hidden);
        let embedded = bench.read(&embedded, len).await;
        assert_close(
            &format!("{} tokens, width {hidden}", batch.tokens()),
            &embedded,
            &expected,
            bound(3, 0.0),
        );
    }
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn table_gradients_sum_over_the_tokens_of_each_row_of_the_table() {
    for (lengths, hidden, types) in shapes() {
        let batch = batch(&lengths, VOCABULARY, POSITIONS);
        backward(&batch, hidden, types, false).await;
        backward(&batch, hidden, types, true).await;
    }
}

async fn backward(batch: &PackedBatch, hidden: usize, types: usize, accumulate: bool) {
    let (bench, tables) = (Bench::new().await, Tables::random(hidden, types, 6));
    let (views, tokens) = (tables.views(&bench), batch.tokens());
    let de = Random::new(7).normals(tokens * hidden);
    // The word table is always added to: the training step clears it first.
    let before = match accumulate {
        true => Tables::random(hidden, types, 8).reference,
        false => reference::Tables {
            word: vec![0.0; VOCABULARY * hidden],
            position: vec![f64::NAN; POSITIONS * hidden],
            token_type: vec![f64::NAN; types * hidden],
        },
    };
    let [word, position, token_type] =
        [&before.word, &before.position, &before.token_type].map(|table| bench.floats(table));
    let (embedded, distinct) = (bench.floats(&de), bench.words(batch.distinct.as_flattened()));
    let (places, starts) = (bench.words(&batch.places), bench.words(&batch.row_starts));
    let scratch_len = Embedding::scratch_len(hidden, types, tokens);
    let scratch = bench.output(scratch_len);
    let gradient = EmbeddingGradient {
        embedded: &embedded,
        word: &word,
        position: &position,
        token_type: &token_type,
        distinct: &distinct,
        places: &places,
        row_starts: &starts,
        scratch: &scratch,
    };
    let mut step = step_of(batch);
    step.accumulate = u32::from(accumulate);
    bench
        .run(&step, |kernels, plan| {
            kernels.embed_backward(plan, &layer(&tables, &views), &gradient).unwrap();
        })
        .await;

    let mut expected =
        reference::backward(&tables.reference, &batch.token_ids, &row_starts(batch), 0, &de, hidden);
    if accumulate {
        expected.word = add(&expected.word, &before.word);
        expected.position = add(&expected.position, &before.position);
        expected.token_type = add(&expected.token_type, &before.token_type);
    }
    let name = |what: &str| format!("{what}, {tokens} tokens, width {hidden}, accumulate {accumulate}");
    bench.read(&scratch, scratch_len).await;
    for (what, view, expected) in [
        ("words", &word, &expected.word),
        ("positions", &position, &expected.position),
        ("types", &token_type, &expected.token_type),
    ] {
        let actual = bench.read(view, expected.len()).await;
        assert_close(&name(what), &actual, expected, bound(tokens, 1.0));
        for (actual, expected) in actual.iter().zip(expected) {
            assert!(*expected != 0.0 || *actual == 0.0, "{}: a row of no token is not 0", name(what));
        }
    }
}
