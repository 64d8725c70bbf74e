//! The sum of word, position and type embeddings, and the gradients of the three tables.

use simcse_lab::{
    device::View,
    kernels::{Embedding, EmbeddingGradient, TableRows},
    model::PackedBatch,
};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::bench::{Bench, batch, on_each_device, row_starts, step_of};
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

/// Of each shape's rows: BERT's and RoBERTa's.
const FIRST_POSITIONS: [usize; 5] = [0, 2, 0, 2, 2];

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

    /// The same with a word table of halves.
    fn views_of_halves(&mut self, bench: &Bench) -> Views {
        let views = self.views(bench);
        let mut held = Vec::new();
        let mut word = Vec::new();
        for (rows, values) in views.word.iter().zip(self.reference.word.chunks(9 * self.hidden)) {
            let (view, halves) = bench.halves(values);
            held.extend(halves);
            word.push(TableRows { view, ..rows.clone() });
        }
        self.reference.word = held;
        Views { word, ..views }
    }

    fn views(&self, bench: &Bench) -> Views {
        let tables = &self.reference;
        Views {
            word: pieces(bench, &tables.word, self.hidden),
            position: bench.floats(&tables.position),
            token_type: bench.floats(&tables.token_type),
        }
    }
}

struct Views {
    word: Vec<TableRows>,
    position: View,
    token_type: View,
}

/// The word table in pieces of 9, 9 and 5 rows, as if no more could be bound at once.
fn pieces(bench: &Bench, table: &[f64], hidden: usize) -> Vec<TableRows> {
    let rows = table.chunks(9 * hidden).zip((0..).step_by(9));
    rows.map(|(values, first_row)| TableRows {
        first_row,
        rows: (values.len() / hidden) as u32,
        view: bench.floats(values),
    })
    .collect()
}

fn layer<'a>(tables: &Tables, views: &'a Views, first_position: usize) -> Embedding<'a> {
    Embedding {
        hidden: tables.hidden as u32,
        positions: POSITIONS as u32,
        types: (tables.reference.token_type.len() / tables.hidden) as u32,
        first_position: first_position as u32,
        word: &views.word,
        position: &views.position,
        token_type: &views.token_type,
    }
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn an_embedding_is_the_sum_of_word_position_and_first_type() {
    on_each_device(async || {
        for ((lengths, hidden, types), first) in shapes().into_iter().zip(FIRST_POSITIONS) {
            let (bench, tables) = (Bench::new().await, Tables::random(hidden, types, 5));
            let views = tables.views(&bench);
            forward(&bench, &tables, &views, &lengths, first).await;
        }
    })
    .await;
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn on_a_gpu_the_word_table_may_be_halves() {
    for ((lengths, hidden, types), first) in shapes().into_iter().zip(FIRST_POSITIONS) {
        let (bench, mut tables) = (Bench::new().await, Tables::random(hidden, types, 6));
        let views = tables.views_of_halves(&bench);
        forward(&bench, &tables, &views, &lengths, first).await;
    }
}

async fn forward(bench: &Bench, tables: &Tables, views: &Views, lengths: &[usize], first: usize) {
    let hidden = tables.hidden;
    let batch = batch(lengths, VOCABULARY, POSITIONS).with_first_position(first);
    let len = batch.tokens() * hidden;
    let (ids, positions) = (bench.words(&batch.token_ids), bench.words(&batch.positions));
    let embedded = bench.output(len);
    bench
        .run(&step_of(&batch), |kernels, plan| {
            kernels.embed(plan, &layer(tables, views, first), &ids, &positions, &embedded).unwrap();
        })
        .await;
    let expected =
        reference::forward(&tables.reference, &batch.token_ids, &row_starts(&batch), first, hidden);
    let embedded = bench.read(&embedded, len).await;
    assert_close(&format!("{} tokens, width {hidden}", batch.tokens()), &embedded, &expected, bound(3, 0.0));
}

#[wasm_bindgen_test(unsupported = pollster::test)]
async fn table_gradients_sum_over_the_tokens_of_each_row_of_the_table() {
    on_each_device(async || {
        for ((lengths, hidden, types), first) in shapes().into_iter().zip(FIRST_POSITIONS) {
            let batch = batch(&lengths, VOCABULARY, POSITIONS).with_first_position(first);
            backward(&batch, hidden, types, first, false).await;
            backward(&batch, hidden, types, first, true).await;
        }
    })
    .await;
}

async fn backward(batch: &PackedBatch, hidden: usize, types: usize, first: usize, accumulate: bool) {
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
    let word = pieces(&bench, &before.word, hidden);
    let [position, token_type] = [&before.position, &before.token_type].map(|table| bench.floats(table));
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
            kernels.embed_backward(plan, &layer(&tables, &views, first), &gradient).unwrap();
        })
        .await;

    let mut expected =
        reference::backward(&tables.reference, &batch.token_ids, &row_starts(batch), first, &de, hidden);
    if accumulate {
        expected.word = add(&expected.word, &before.word);
        expected.position = add(&expected.position, &before.position);
        expected.token_type = add(&expected.token_type, &before.token_type);
    }
    let name = |what: &str| format!("{what}, {tokens} tokens, width {hidden}, accumulate {accumulate}");
    bench.read(&scratch, scratch_len).await;
    let mut words = Vec::new();
    for piece in &word {
        words.extend(bench.read(&piece.view, piece.rows as usize * hidden).await);
    }
    let position = bench.read(&position, expected.position.len()).await;
    let token_type = bench.read(&token_type, expected.token_type.len()).await;
    for (what, actual, expected) in [
        ("words", words, &expected.word),
        ("positions", position, &expected.position),
        ("types", token_type, &expected.token_type),
    ] {
        assert_close(&name(what), &actual, expected, bound(tokens, 1.0));
        for (actual, expected) in actual.iter().zip(expected) {
            assert!(*expected != 0.0 || *actual == 0.0, "{}: a row of no token is not 0", name(what));
        }
    }
}
