//! Tokenised rows packed end to end, with the index lists that the kernels need.

use super::ModelConfig;
use crate::{
    device::{Arena, Device, DeviceError, View},
    kernels::{Step, TILE},
};

/// All tokens of all rows end to end, without padding.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PackedBatch {
    /// `[tokens]`
    pub token_ids: Vec<u32>,
    /// `[tokens]`: the token's row of the position table.
    pub positions: Vec<u32>,
    /// `[tiles]`: first of up to [`TILE`] consecutive tokens of a row, first token of the row, end of the row, dropout
    /// key of the row's first token. A tile begins a multiple of [`TILE`] tokens after its row's first.
    pub tiles: Vec<[u32; 4]>,
    /// `[tokens]`: dropout key, first token of the row, end of the row, row.
    pub spans: Vec<[u32; 4]>,
    /// [rows + 1]: first token of each row.
    pub row_starts: Vec<u32>,
    /// `[distinct]`: token id, begin and end index into `places`; ascending by id.
    pub distinct: Vec<[u32; 3]>,
    /// `[tokens]`: tokens ordered by id, equal ids in order of appearance.
    pub places: Vec<u32>,
}

impl PackedBatch {
    /// `rows` are token ids, special tokens included. A token's dropout key is `row · max_positions + position`, so a
    /// row's masks do not depend on the lengths of the rows before it.
    pub fn new<R: AsRef<[u32]>>(rows: &[R], max_positions: usize) -> Self {
        let mut batch = PackedBatch { row_starts: vec![0], ..Default::default() };
        for (row, ids) in rows.iter().enumerate() {
            let ids = ids.as_ref();
            let (begin, row) = (batch.token_ids.len() as u32, row as u32);
            let end = begin + ids.len() as u32;
            for position in 0..ids.len() as u32 {
                batch.positions.push(position);
                batch.spans.push([row * max_positions as u32 + position, begin, end, row]);
            }
            let key = row * max_positions as u32;
            batch.tiles.extend((begin..end).step_by(TILE as usize).map(|first| [first, begin, end, key]));
            batch.token_ids.extend_from_slice(ids);
            batch.row_starts.push(end);
        }
        batch.places = (0..batch.token_ids.len() as u32).collect();
        batch.places.sort_by_key(|place| batch.token_ids[*place as usize]);
        for (index, place) in (0_u32..).zip(&batch.places) {
            let id = batch.token_ids[*place as usize];
            match batch.distinct.last_mut() {
                Some(last) if last[0] == id => last[2] = index + 1,
                _ => batch.distinct.push([id, index, index + 1]),
            }
        }
        batch
    }

    /// As [`PackedBatch::new`], with positions as the model counts them. RoBERTa does not count padding tokens and
    /// gives them the position before the first (huggingface/transformers `modeling_roberta.py`,
    /// `create_position_ids_from_input_ids`).
    pub fn for_model<R: AsRef<[u32]>>(rows: &[R], config: &ModelConfig) -> Self {
        let mut batch =
            Self::new(rows, config.max_position_embeddings).with_first_position(config.first_position);
        let padding = config.pad_token_id as u32;
        if config.counts_from_padding() && batch.token_ids.contains(&padding) {
            for row in batch.row_starts.windows(2) {
                let mut next = config.first_position as u32;
                for token in row[0] as usize..row[1] as usize {
                    let pads = batch.token_ids[token] == padding;
                    batch.positions[token] = if pads { padding } else { next };
                    next += u32::from(!pads);
                }
            }
        }
        batch
    }

    /// Gives row r the dropout masks of row `mask_row(r)` of the whole batch, of which this one may be a part;
    /// `max_positions` as in [`PackedBatch::new`].
    pub fn with_mask_rows(mut self, max_positions: usize, mask_row: impl Fn(usize) -> usize) -> Self {
        let key_of = |row: u32| (mask_row(row as usize) * max_positions) as u32;
        for (token, [key, begin, _, row]) in (0..).zip(&mut self.spans) {
            *key = key_of(*row) + token - *begin;
        }
        for [first, _, _, key] in &mut self.tiles {
            let [_, _, _, row] = self.spans[*first as usize];
            *key = key_of(row);
        }
        self
    }

    /// Shifts positions so that every row starts at `first`.
    pub fn with_first_position(mut self, first: usize) -> Self {
        self.positions.iter_mut().for_each(|position| *position += first as u32);
        self
    }

    /// `step` with this batch's sizes; the caller sets `items`, which the contrastive loss needs.
    pub fn sizes(&self, step: Step) -> Step {
        let lengths = || self.row_starts.windows(2).map(|row| row[1] - row[0]);
        Step {
            tokens: self.tokens() as u32,
            rows: self.rows() as u32,
            distinct: self.distinct.len() as u32,
            tiles: self.tiles.len() as u32,
            longest: lengths().max().unwrap_or(0),
            pairs: lengths().map(|length| length * length).sum(),
            ..step
        }
    }

    pub fn tokens(&self) -> usize {
        self.token_ids.len()
    }

    pub fn rows(&self) -> usize {
        self.row_starts.len() - 1
    }
}

/// Device buffers for packed batches up to a fixed size.
pub struct BatchBuffers {
    pub token_ids: View,
    pub positions: View,
    pub spans: View,
    pub tiles: View,
    pub row_starts: View,
    pub distinct: View,
    pub places: View,
}

impl BatchBuffers {
    pub fn new(arena: &Arena, tokens: usize, rows: usize) -> Result<Self, DeviceError> {
        Ok(Self {
            token_ids: arena.storage("token ids", tokens)?,
            positions: arena.storage("positions", tokens)?,
            spans: arena.storage("spans", 4 * tokens)?,
            tiles: arena.storage("tiles", 4 * (tokens / TILE as usize + rows))?,
            row_starts: arena.storage("row starts", rows + 1)?,
            distinct: arena.storage("distinct tokens", 3 * tokens)?,
            places: arena.storage("places of tokens", tokens)?,
        })
    }

    /// Uploads `batch`; work submitted later reads it.
    pub fn write(&self, device: &Device, batch: &PackedBatch) {
        self.token_ids.write(device, &batch.token_ids);
        self.positions.write(device, &batch.positions);
        self.spans.write(device, &batch.spans);
        self.tiles.write(device, &batch.tiles);
        self.row_starts.write(device, &batch.row_starts);
        self.distinct.write(device, &batch.distinct);
        self.places.write(device, &batch.places);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_unequal_length_pack_without_padding() {
        let batch = PackedBatch::new(&[vec![7, 3, 9], vec![7], vec![3, 3]], 10);
        assert_eq!(batch.token_ids, [7, 3, 9, 7, 3, 3]);
        assert_eq!(batch.positions, [0, 1, 2, 0, 0, 1]);
        assert_eq!(batch.row_starts, [0, 3, 4, 6]);
        assert_eq!(batch.spans[5], [21, 4, 6, 2]);
        assert_eq!(batch.tiles, [[0, 0, 3, 0], [3, 3, 4, 10], [4, 4, 6, 20]]);
        assert_eq!(batch.distinct, [[3, 0, 3], [7, 3, 5], [9, 5, 6]]);
        assert_eq!(batch.places, [1, 4, 5, 0, 3, 2]);
    }

    #[test]
    fn roberta_gives_padding_tokens_no_position_of_their_own() {
        let config = |kind: &str| {
            let json = format!(
                r#"{{"model_type": "{kind}", "vocab_size": 20, "hidden_size": 4, "num_hidden_layers": 1,
                "num_attention_heads": 1, "intermediate_size": 4, "max_position_embeddings": 12, "pad_token_id": 1}}"#
            );
            ModelConfig::from_json("config.json", json.as_bytes()).unwrap()
        };
        let rows = [vec![0, 7, 1, 8, 2], vec![0, 1, 1, 2]];
        let positions = |kind: &str| PackedBatch::for_model(&rows, &config(kind)).positions;
        assert_eq!(positions("roberta"), [2, 3, 1, 4, 5, 2, 1, 1, 3]);
        assert_eq!(positions("bert"), [0, 1, 2, 3, 4, 0, 1, 2, 3]);
    }

    #[test]
    fn each_row_is_cut_into_tiles_of_sixteen_tokens_from_its_first_token() {
        let rows = [vec![0; 16], vec![0; 33], vec![0; 17]];
        let batch = PackedBatch::new(&rows, 40).with_mask_rows(40, |row| 2 - row);
        let of_second = [16, 32, 48].map(|first| [first, 16, 49, 40]);
        let of_third = [49, 65].map(|first| [first, 49, 66, 0]);
        assert_eq!(batch.tiles, [&[[0, 0, 16, 80]][..], &of_second, &of_third].concat());
    }
}
