//! Tokenised rows, packed end to end, with the lists the kernels need.

use super::ModelConfig;
use crate::{
    device::{Arena, Device, DeviceError, View},
    kernels::{Step, TILE},
};

/// All tokens of all rows end to end, nothing padded.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PackedBatch {
    /// [tokens]
    pub token_ids: Vec<u32>,
    /// [tokens]: position of the token in its row, as the position table counts it.
    pub positions: Vec<u32>,
    /// [tiles]: first of up to [`TILE`] neighbouring tokens of a row, first token of the row, end of the row, key into the
    /// dropout masks of the row's first token. A tile begins a multiple of [`TILE`] tokens behind its row's first.
    pub tiles: Vec<[u32; 4]>,
    /// [tokens]: key into the dropout masks, first token of the row, end of the row, row.
    pub spans: Vec<[u32; 4]>,
    /// [rows + 1]: first token of each row.
    pub row_starts: Vec<u32>,
    /// [distinct]: token id, first and end index into `places`; ascending by id.
    pub distinct: Vec<[u32; 3]>,
    /// [tokens]: tokens ordered by id, equal ids in order of appearance.
    pub places: Vec<u32>,
}

impl PackedBatch {
    /// `rows` are token ids with their special tokens. A token's dropout key is
    /// `row · max_positions + position`, so a row's masks do not depend on the lengths of those before it.
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

    /// As [`PackedBatch::new`], with positions as the model counts them: RoBERTa passes over tokens that are its padding,
    /// which have the position before the first (`create_position_ids_from_input_ids` of `transformers`).
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

    /// Gives row r the dropout masks of row `mask_row(r)` of a whole batch, of which this may be a part;
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

    /// Counts positions in every row from `first` on.
    pub fn with_first_position(mut self, first: usize) -> Self {
        self.positions.iter_mut().for_each(|position| *position += first as u32);
        self
    }

    /// The step's sizes of this batch; `items` of the contrastive loss are for the caller to set.
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

/// The packed batch on the device, with room for the largest one.
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

    /// Uploads `batch` before whatever is submitted next.
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
    fn in_roberta_padding_in_a_text_has_no_position_of_its_own() {
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
    fn a_row_has_tiles_of_sixteen_tokens_from_its_first_on() {
        let rows = [vec![0; 16], vec![0; 33], vec![0; 17]];
        let batch = PackedBatch::new(&rows, 40).with_mask_rows(40, |row| 2 - row);
        let of_second = [16, 32, 48].map(|first| [first, 16, 49, 40]);
        let of_third = [49, 65].map(|first| [first, 49, 66, 0]);
        assert_eq!(batch.tiles, [&[[0, 0, 16, 80]][..], &of_second, &of_third].concat());
    }
}
