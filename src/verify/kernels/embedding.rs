//! The sum of word, position and type embeddings, and the gradients of the three tables.

use crate::{
    device::{DeviceError, View},
    kernels::{Embedding, EmbeddingGradient, TableRows},
    model::PackedBatch,
    verify::{
        bench::{Bench, batch, row_starts, step_of},
        check::Checks,
        compare::bound,
        reference::{kernels::add, kernels::embedding as reference, random::Random},
    },
};

const VOCABULARY: usize = 23;
const POSITIONS: usize = 75;

/// Row lengths, hidden size, rows of the type table, and first position (BERT's or RoBERTa's). More than 64 tokens have
/// several parts of the type gradient; of the 23 words some batches repeat each often and others leave most out.
fn shapes() -> [(Vec<usize>, usize, usize, usize); 5] {
    [
        (vec![1], 4, 2, 0),
        (vec![3, 1, 9], 12, 1, 2),
        (vec![70, 2, 60], 36, 2, 0),
        (vec![64, 1], 100, 2, 2),
        (vec![5, 17], 312, 2, 2),
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

    /// Views with a word table of float16; the reference then has the rounded values.
    fn views_of_halves(&mut self, bench: &Bench) -> Result<Views, DeviceError> {
        let views = self.views(bench)?;
        let mut held = Vec::new();
        let mut word = Vec::new();
        for (rows, values) in views.word.iter().zip(self.reference.word.chunks(PIECE_ROWS * self.hidden)) {
            let (view, halves) = bench.halves(values)?;
            held.extend(halves);
            word.push(TableRows { view, ..rows.clone() });
        }
        self.reference.word = held;
        Ok(Views { word, ..views })
    }

    fn views(&self, bench: &Bench) -> Result<Views, DeviceError> {
        let tables = &self.reference;
        Ok(Views {
            word: pieces(bench, &tables.word, self.hidden)?,
            position: bench.floats(&tables.position)?,
            token_type: bench.floats(&tables.token_type)?,
        })
    }
}

/// Rows of a piece of the word table, as if this were the binding limit.
const PIECE_ROWS: usize = 9;

struct Views {
    word: Vec<TableRows>,
    position: View,
    token_type: View,
}

/// The word table in pieces of 9, 9 and 5 rows.
fn pieces(bench: &Bench, table: &[f64], hidden: usize) -> Result<Vec<TableRows>, DeviceError> {
    let rows = table.chunks(PIECE_ROWS * hidden).zip((0..).step_by(PIECE_ROWS));
    rows.map(|(values, first_row)| {
        Ok(TableRows { first_row, rows: (values.len() / hidden) as u32, view: bench.floats(values)? })
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

/// The sum of word, position and type embeddings.
pub async fn sums(checks: &Checks) -> Result<(), DeviceError> {
    for (lengths, hidden, types, first_position) in shapes() {
        let (bench, tables) = (checks.bench()?, Tables::random(hidden, types, 5));
        let views = tables.views(&bench)?;
        forward(checks, "e", &bench, &tables, &views, &lengths, first_position).await?;
    }
    Ok(())
}

/// The same with a word table of float16, which only a GPU supports.
pub async fn sums_with_float16_table(checks: &Checks) -> Result<(), DeviceError> {
    for (lengths, hidden, types, first_position) in shapes() {
        let (bench, mut tables) = (checks.bench()?, Tables::random(hidden, types, 6));
        let views = tables.views_of_halves(&bench)?;
        forward(checks, "e of a float16 table", &bench, &tables, &views, &lengths, first_position).await?;
    }
    Ok(())
}

async fn forward(
    checks: &Checks,
    quantity: &str,
    bench: &Bench<'_>,
    tables: &Tables,
    views: &Views,
    lengths: &[usize],
    first_position: usize,
) -> Result<(), DeviceError> {
    let hidden = tables.hidden;
    let batch = batch(lengths, VOCABULARY, POSITIONS).with_first_position(first_position);
    let len = batch.tokens() * hidden;
    let (ids, positions) = (bench.words(&batch.token_ids)?, bench.words(&batch.positions)?);
    let embedded = bench.output(len)?;
    bench
        .run(&step_of(&batch), |kernels, plan| {
            kernels.embed(plan, &layer(tables, views, first_position), &ids, &positions, &embedded)
        })
        .await?;
    let expected =
        reference::forward(&tables.reference, &batch.token_ids, &row_starts(&batch), first_position, hidden);
    let embedded = bench.read(&embedded, len).await?;
    let case = format!("{} tokens, width {hidden}", batch.tokens());
    checks.close(quantity, &case, &embedded, &expected, bound(3, 0.0));
    Ok(())
}

/// Gradients of the tables, overwritten and accumulated.
pub async fn table_gradients(checks: &Checks) -> Result<(), DeviceError> {
    for (lengths, hidden, types, first_position) in shapes() {
        let batch = batch(&lengths, VOCABULARY, POSITIONS).with_first_position(first_position);
        backward(checks, &batch, hidden, types, first_position, false).await?;
        backward(checks, &batch, hidden, types, first_position, true).await?;
    }
    Ok(())
}

async fn backward(
    checks: &Checks,
    batch: &PackedBatch,
    hidden: usize,
    types: usize,
    first_position: usize,
    accumulate: bool,
) -> Result<(), DeviceError> {
    let (bench, tables) = (checks.bench()?, Tables::random(hidden, types, 6));
    let (views, tokens) = (tables.views(&bench)?, batch.tokens());
    let de = Random::new(7).normals(tokens * hidden);
    // The word gradient is always added to: the training step clears it first_position.
    let before = if accumulate {
        Tables::random(hidden, types, 8).reference
    } else {
        reference::Tables {
            word: vec![0.0; VOCABULARY * hidden],
            position: vec![f64::NAN; POSITIONS * hidden],
            token_type: vec![f64::NAN; types * hidden],
        }
    };
    let word = pieces(&bench, &before.word, hidden)?;
    let (position, token_type) = (bench.floats(&before.position)?, bench.floats(&before.token_type)?);
    let (embedded, distinct) = (bench.floats(&de)?, bench.words(batch.distinct.as_flattened())?);
    let (places, starts) = (bench.words(&batch.places)?, bench.words(&batch.row_starts)?);
    let scratch_len = Embedding::scratch_len(hidden, types, tokens);
    let scratch = bench.output(scratch_len)?;
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
            kernels.embed_backward(plan, &layer(&tables, &views, first_position), &gradient)
        })
        .await?;

    let mut expected = reference::backward(
        &tables.reference,
        &batch.token_ids,
        &row_starts(batch),
        first_position,
        &de,
        hidden,
    );
    if accumulate {
        expected.word = add(&expected.word, &before.word);
        expected.position = add(&expected.position, &before.position);
        expected.token_type = add(&expected.token_type, &before.token_type);
    }
    let case = format!("{tokens} tokens, width {hidden}, accumulate {accumulate}");
    bench.check_guard(&scratch, scratch_len).await?;
    let mut words = Vec::new();
    for piece in &word {
        words.extend(bench.read(&piece.view, piece.rows as usize * hidden).await?);
    }
    let position = bench.read(&position, expected.position.len()).await?;
    let token_type = bench.read(&token_type, expected.token_type.len()).await?;
    for (quantity, actual, expected) in [
        ("d words", words, &expected.word),
        ("d positions", position, &expected.position),
        ("d types", token_type, &expected.token_type),
    ] {
        checks.close(quantity, &case, &actual, expected, bound(tokens, 1.0));
        let some = actual.iter().zip(expected).enumerate();
        let some = some.filter(|(_, (actual, expected))| **expected == 0.0 && **actual != 0.0);
        let named = |(i, (actual, _))| format!("{quantity}: element {i} of a row of no token is {actual:e}");
        checks.none("rows of no token", &case, some.map(named));
    }
    Ok(())
}
