//! Reads and writes a run's whole state as one safetensors file: `weights.…`, `first_moment.…`, `second_moment.…`
//! and, after an evaluation, `best.…`, each group contiguous; the steps so far as `history.steps`; options, counters
//! and evaluations as JSON in the file's metadata under `simcse_lab`.
//!
//! A file is written and read one group at a time, so that a state of gigabytes is never in memory twice.

use std::{
    collections::{BTreeMap, HashMap},
    ops::Range,
};

use safetensors::{
    Dtype,
    tensor::{Metadata as TensorTable, TensorInfo},
};
use serde::{Deserialize, Serialize};

use super::{StepReport, TrainError, TrainOptions, trainer::Best};
use crate::{
    eval::StsEvaluation,
    localize::messages,
    model::{HostTensor, checkpoint::MAX_HEADER},
};

const METADATA_KEY: &str = "simcse_lab";
const VERSION: u32 = 1;

/// Bytes before the header, which contain its length.
const LENGTH: usize = 8;

/// The groups: the part of a tensor's name before the first dot. In the order of the file.
const HISTORY: &str = "history";
const WEIGHTS: &str = "weights";
const FIRST_MOMENTS: &str = "first_moment";
const SECOND_MOMENTS: &str = "second_moment";
const BEST: &str = "best";
/// All groups except the history.
const GROUPS: [&str; 4] = [WEIGHTS, FIRST_MOMENTS, SECOND_MOMENTS, BEST];
/// [steps, `StepReport`'s fields].
const STEPS: &str = "history.steps";
/// Number of fields of a [`StepReport`].
const FIELDS: usize = 7;

type Tensors = BTreeMap<String, HostTensor>;

/// Everything that a run needs to continue with the same bits as without a stop.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainingState {
    pub options: TrainOptions,
    /// Steps done; with the seed it also gives the position in the data.
    pub step: u32,
    pub data_fingerprint: u64,
    pub weights: Tensors,
    /// Empty, like the second moments, if the run is over.
    pub first_moments: Tensors,
    pub second_moments: Tensors,
    pub best: Option<Best>,
    pub history: History,
}

/// The steps and evaluations of a run so far.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct History {
    /// Ascending. Steps before a state of an earlier version, which had no history, are missing.
    pub steps: Vec<StepReport>,
    /// Each with the number of steps done before it, ascending.
    pub evaluations: Vec<(u32, StsEvaluation)>,
}

impl History {
    /// Drops everything after `step`.
    pub(super) fn truncate(&mut self, step: u32) {
        self.steps.retain(|report| report.step <= step);
        self.evaluations.retain(|(at, _)| *at <= step);
    }

    /// The data of [`STEPS`]: every field as f64, which represents all of them exactly.
    fn rows(&self) -> Vec<f64> {
        let row = |report: &StepReport| -> [f64; FIELDS] {
            [
                f64::from(report.step),
                f64::from(report.loss),
                report.learning_rate,
                f64::from(report.gradient_norm),
                f64::from(report.mlm),
                report.tokens as f64,
                report.seconds,
            ]
        };
        self.steps.iter().flat_map(row).collect()
    }

    /// The inverse of [`Self::rows`]; `None` if a number is out of its field's range, or steps do not ascend.
    fn steps_of(rows: &[f64]) -> Option<Vec<StepReport>> {
        let report = |row: &[f64; FIELDS]| StepReport {
            step: row[0] as u32,
            loss: row[1] as f32,
            learning_rate: row[2],
            gradient_norm: row[3] as f32,
            mlm: row[4] as f32,
            tokens: row[5] as usize,
            seconds: row[6],
        };
        let (rows, rest) = rows.as_chunks();
        let history = Self { steps: rows.iter().map(report).collect(), evaluations: Vec::new() };
        let same = rest.is_empty() && history.rows() == rows.as_flattened();
        let ascending = history.steps.is_sorted_by(|one, next| one.step < next.step);
        (same && ascending).then_some(history.steps)
    }
}

#[derive(Serialize, Deserialize)]
struct Metadata {
    version: u32,
    options: TrainOptions,
    step: u32,
    /// Hexadecimal, since JSON numbers are exact only up to 2⁵³.
    data_fingerprint: String,
    best: Option<(u32, StsEvaluation)>,
    #[serde(default)]
    evaluations: Vec<(u32, StsEvaluation)>,
}

fn broken(error: &dyn std::fmt::Display) -> TrainError {
    TrainError::Checkpoint(error.to_string().into())
}

/// The parts of a state that the header needs, by reference.
pub(super) struct StateFacts<'a> {
    pub options: &'a TrainOptions,
    pub step: u32,
    pub data_fingerprint: u64,
    pub best: Option<&'a Best>,
    pub history: &'a History,
}

impl StateFacts<'_> {
    /// The file's bytes before the weights. After them come [`numbers`] of the weights, of both moments (with
    /// `moments`), and of the best weights. `shapes` are the shapes of all trained tensors.
    pub fn beginning(
        &self,
        shapes: &BTreeMap<&String, &Vec<usize>>,
        moments: bool,
    ) -> Result<Vec<u8>, TrainError> {
        let metadata = Metadata {
            version: VERSION,
            options: self.options.clone(),
            step: self.step,
            data_fingerprint: format!("{:016x}", self.data_fingerprint),
            best: self.best.map(|best| (best.step, best.evaluation.clone())),
            evaluations: self.history.evaluations.clone(),
        };
        let metadata = serde_json::to_string(&metadata).map_err(|error| broken(&error))?;
        let rows = self.history.rows();
        let mut tensors = Vec::new();
        let mut end = 0;
        let mut place = |name: String, dtype: Dtype, shape: Vec<usize>| {
            let begin = end;
            end += shape.iter().product::<usize>() * dtype.bitsize() / 8;
            tensors.push((name, TensorInfo { dtype, shape, data_offsets: (begin, end) }));
        };
        place(STEPS.to_owned(), Dtype::F64, vec![self.history.steps.len(), FIELDS]);
        let groups = if moments { &GROUPS[..3] } else { &GROUPS[..1] };
        for group in groups {
            for (name, shape) in shapes {
                place(format!("{group}.{name}"), Dtype::F32, (*shape).clone());
            }
        }
        for (name, tensor) in self.best.iter().flat_map(|best| &best.weights) {
            place(format!("{BEST}.{name}"), Dtype::F32, tensor.shape.clone());
        }
        let metadata = HashMap::from([(METADATA_KEY.to_owned(), metadata)]);
        let tensors = TensorTable::new(Some(metadata), tensors).map_err(|error| broken(&error))?;
        let mut header = serde_json::to_vec(&tensors).map_err(|error| broken(&error))?;
        // The format pads the header with spaces to align the data.
        header.resize(header.len().next_multiple_of(LENGTH), b' ');
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend(header);
        bytes.extend_from_slice(bytemuck::cast_slice(&rows));
        Ok(bytes)
    }
}

/// The shapes of tensors, by name.
pub(super) fn shapes(tensors: &Tensors) -> BTreeMap<&String, &Vec<usize>> {
    tensors.iter().map(|(name, tensor)| (name, &tensor.shape)).collect()
}

/// The bytes of tensors in a file, tensor by tensor.
pub(super) fn numbers(tensors: &Tensors) -> impl Iterator<Item = &[u8]> {
    tensors.values().map(|tensor| bytemuck::cast_slice(&tensor.data))
}

/// The header of a state's file, with everything but the tensors.
pub struct StateHeader {
    metadata: Metadata,
    data_fingerprint: u64,
    /// The tensors of each group, which are contiguous.
    groups: BTreeMap<String, Vec<Place>>,
}

/// A tensor's name, shape, and bytes from the file's start.
type Place = (String, Vec<usize>, Range<usize>);

impl StateHeader {
    /// The number of bytes to read first.
    pub const LENGTH: usize = LENGTH;

    /// Where the header ends, from a file's first [`Self::LENGTH`] bytes; `file` is the file's length.
    ///
    /// # Errors
    /// A file that cannot be a safetensors file of this length.
    pub fn end(first: &[u8], file: usize) -> Result<usize, TrainError> {
        let cut = || broken(&"the file is cut, or no safetensors file");
        let length = first.first_chunk().map(|bytes| u64::from_le_bytes(*bytes)).ok_or_else(cut)?;
        let end = usize::try_from(length).ok().and_then(|length| length.checked_add(LENGTH));
        end.filter(|end| length <= MAX_HEADER as u64 && *end <= file).ok_or_else(cut)
    }

    /// Parses a header, its length included; `file` is the file's length.
    ///
    /// # Errors
    /// Not a state, one of another version, or one that was cut.
    pub fn parse(header: &[u8], file: usize) -> Result<Self, TrainError> {
        let json = header.get(LENGTH..).unwrap_or_default();
        let tensors: TensorTable = serde_json::from_slice(json).map_err(|error| broken(&error))?;
        let metadata = tensors.metadata().as_ref().and_then(|metadata| metadata.get(METADATA_KEY));
        let metadata = metadata.ok_or_else(|| TrainError::Checkpoint(messages::checkpoint_no_metadata()))?;
        let metadata: Metadata = serde_json::from_str(metadata).map_err(|error| broken(&error))?;
        if metadata.version != VERSION {
            return Err(TrainError::Checkpoint(messages::checkpoint_version(metadata.version, VERSION)));
        }
        metadata.options.validate()?;
        // The sizes in a damaged header may overflow when added.
        if header.len().checked_add(tensors.data_len()) != Some(file) {
            return Err(TrainError::Checkpoint(messages::checkpoint_cut(
                file.saturating_sub(header.len()),
                tensors.data_len(),
            )));
        }
        let mut groups: BTreeMap<String, Vec<Place>> = BTreeMap::new();
        for full in tensors.offset_keys() {
            let Some(info) = tensors.info(&full) else { continue };
            let (group, name) = full.split_once('.').unwrap_or_default();
            if full != STEPS && !GROUPS.contains(&group) {
                return Err(TrainError::Checkpoint(messages::checkpoint_tensor(full)));
            }
            let expected = if full == STEPS { Dtype::F64 } else { Dtype::F32 };
            if info.dtype != expected {
                return Err(TrainError::Checkpoint(messages::checkpoint_dtype(
                    full,
                    format!("{expected:?}"),
                )));
            }
            let (begin, end) = info.data_offsets;
            let group = groups.entry(group.to_owned()).or_default();
            if group.last().is_some_and(|(.., before)| before.end != header.len() + begin) {
                return Err(TrainError::Checkpoint(messages::checkpoint_order(full)));
            }
            let place = header.len() + begin..header.len() + end;
            group.push((name.to_owned(), info.shape.clone(), place));
        }
        let data_fingerprint =
            u64::from_str_radix(&metadata.data_fingerprint, 16).map_err(|error| broken(&error))?;
        Ok(Self { metadata, data_fingerprint, groups })
    }

    pub fn step(&self) -> u32 {
        self.metadata.step
    }

    fn places(&self, group: &str) -> &[Place] {
        self.groups.get(group).map_or(&[], Vec::as_slice)
    }

    /// The bytes of a group in the file.
    fn range(&self, group: &str) -> Range<usize> {
        match self.places(group) {
            [] => 0..0,
            [first, ..] => first.2.start..self.places(group).last().map_or(first.2.end, |last| last.2.end),
        }
    }

    /// The tensors of a group; `bytes` are those of [`Self::range`].
    fn tensors(&self, group: &str, bytes: &[u8]) -> Result<Tensors, TrainError> {
        let mut rest = bytes;
        let mut tensors = Tensors::new();
        for (name, shape, place) in self.places(group) {
            let (own, after) = rest.split_at_checked(place.len()).ok_or_else(|| broken(&"it was cut"))?;
            rest = after;
            let data = bytemuck::pod_collect_to_vec(own);
            tensors.insert(name.clone(), HostTensor { shape: shape.clone(), data });
        }
        Ok(tensors)
    }

    /// Makes the state from the bytes of the history and the tensors of [`GROUPS`], and checks that they match.
    fn state(self, history: &[u8], groups: [Tensors; 4]) -> Result<TrainingState, TrainError> {
        let Metadata { options, step, best, evaluations, .. } = self.metadata;
        let [weights, first_moments, second_moments, best_weights] = groups;
        let fits = |tensors: &Tensors| shapes(tensors) == shapes(&weights);
        let over = first_moments.is_empty() && second_moments.is_empty();
        let whole = over || fits(&first_moments) && fits(&second_moments);
        if !whole {
            return Err(TrainError::Checkpoint(messages::checkpoint_moments()));
        }
        let best_fits = match &best {
            Some(_) => fits(&best_weights),
            None => best_weights.is_empty(),
        };
        if !best_fits {
            return Err(TrainError::Checkpoint(messages::checkpoint_best()));
        }
        for (name, tensor) in [&weights, &first_moments, &second_moments, &best_weights].into_iter().flatten()
        {
            if tensor.data.iter().any(|value| !value.is_finite()) {
                return Err(TrainError::Checkpoint(messages::checkpoint_not_finite(name)));
            }
        }
        let best = best.map(|(step, evaluation)| Best { step, evaluation, weights: best_weights });
        let steps = History::steps_of(&bytemuck::pod_collect_to_vec(history));
        let steps = steps.filter(|steps| steps.last().is_none_or(|last| last.step <= step));
        let in_order = evaluations.is_sorted_by(|one, next| one.0 < next.0);
        let history = match steps.filter(|_| in_order && evaluations.last().is_none_or(|last| last.0 <= step))
        {
            Some(steps) => History { steps, evaluations },
            None => {
                return Err(TrainError::Checkpoint(messages::checkpoint_history()));
            }
        };
        let data_fingerprint = self.data_fingerprint;
        Ok(TrainingState {
            options,
            step,
            data_fingerprint,
            weights,
            first_moments,
            second_moments,
            best,
            history,
        })
    }
}

impl TrainingState {
    /// Whether the run can continue from it; a run that is over has no moments.
    pub fn can_go_on(&self) -> bool {
        !self.first_moments.is_empty() || self.weights.is_empty()
    }

    /// The bytes of a file with this state.
    ///
    /// # Errors
    /// None in practice: every state can be written.
    pub fn to_safetensors(&self) -> Result<Vec<u8>, TrainError> {
        let facts = StateFacts {
            options: &self.options,
            step: self.step,
            data_fingerprint: self.data_fingerprint,
            best: self.best.as_ref(),
            history: &self.history,
        };
        let mut file = facts.beginning(&shapes(&self.weights), self.can_go_on())?;
        let best = self.best.as_ref().map(|best| &best.weights);
        let groups = [Some(&self.weights), Some(&self.first_moments), Some(&self.second_moments), best];
        for bytes in groups.into_iter().flatten().flat_map(numbers) {
            file.extend_from_slice(bytes);
        }
        Ok(file)
    }

    /// Reads a state from the bytes of a file.
    ///
    /// # Errors
    /// A file that was cut, of another version, or not a state.
    pub fn from_safetensors(bytes: &[u8]) -> Result<Self, TrainError> {
        let (header, _) = bytes.split_at(StateHeader::end(bytes, bytes.len())?);
        let header = StateHeader::parse(header, bytes.len())?;
        let mut groups: [Tensors; 4] = Default::default();
        for (group, tensors) in GROUPS.into_iter().zip(&mut groups) {
            *tensors = header.tensors(group, &bytes[header.range(group)])?;
        }
        let history = &bytes[header.range(HISTORY)];
        header.state(history, groups)
    }

    /// Reads a file of `len` bytes in parts; `read` returns the bytes of a range.
    ///
    /// # Errors
    /// Those of `read`, and those of [`Self::from_safetensors`].
    pub async fn read<E: From<TrainError>>(
        len: usize,
        mut read: impl AsyncFnMut(Range<usize>) -> Result<Vec<u8>, E>,
    ) -> Result<Self, E> {
        let end = StateHeader::end(&read(0..StateHeader::LENGTH.min(len)).await?, len)?;
        let header = StateHeader::parse(&read(0..end).await?, len)?;
        let mut groups: [Tensors; 4] = Default::default();
        for (group, tensors) in GROUPS.into_iter().zip(&mut groups) {
            *tensors = header.tensors(group, &read(header.range(group)).await?)?;
        }
        let history = read(header.range(HISTORY)).await?;
        Ok(header.state(&history, groups)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state() -> TrainingState {
        let tensors = |value: f32| -> Tensors {
            let data = [value, -0.0, f32::MIN_POSITIVE, 1e30].repeat(256);
            let tensor = HostTensor { shape: vec![32, 32], data };
            let bias = HostTensor { shape: vec![3], data: vec![value; 3] };
            Tensors::from([("a.weight".to_owned(), tensor), ("a.bias".to_owned(), bias)])
        };
        let evaluation = |spearman| StsEvaluation {
            spearman,
            alignment: None,
            uniformity: Some(-2.123456789012345),
            pairs: 3,
        };
        let report = |step: u32| StepReport {
            step,
            loss: 0.1 + step as f32,
            learning_rate: 3e-5 / f64::from(step),
            gradient_norm: 1e-20,
            mlm: 0.3,
            tokens: 1 << 40,
            seconds: 0.1 * f64::from(step),
        };
        TrainingState {
            options: TrainOptions { seed: 7, learning_rate: 2.9999999999999997e-5, ..Default::default() },
            step: 20,
            data_fingerprint: u64::MAX - 1,
            weights: tensors(1.5),
            first_moments: tensors(2.5),
            second_moments: tensors(3.5),
            best: Some(Best {
                step: 10,
                evaluation: evaluation(Some(71.12345678901234)),
                weights: tensors(4.5),
            }),
            history: History {
                steps: (1..=20).map(report).collect(),
                evaluations: vec![(0, evaluation(None)), (10, evaluation(Some(71.12345678901234)))],
            },
        }
    }

    #[test]
    fn a_written_state_reads_back_bit_for_bit() {
        let bytes = state().to_safetensors().unwrap();
        assert_eq!(TrainingState::from_safetensors(&bytes).unwrap(), state());
        let none = TrainingState { best: None, history: History::default(), ..state() };
        assert_eq!(TrainingState::from_safetensors(&none.to_safetensors().unwrap()).unwrap(), none);
        let over = TrainingState { first_moments: Tensors::new(), second_moments: Tensors::new(), ..state() };
        assert_eq!(TrainingState::from_safetensors(&over.to_safetensors().unwrap()).unwrap(), over);
    }

    #[pollster::test]
    async fn a_file_read_in_parts_is_the_same() {
        let bytes = state().to_safetensors().unwrap();
        let mut most = 0;
        let read = TrainingState::read(bytes.len(), async |range: Range<usize>| {
            most = most.max(range.len());
            Ok::<_, TrainError>(bytes[range].to_vec())
        });
        assert_eq!(read.await.unwrap(), state());
        assert!(most < bytes.len() / 2, "{most} of {}", bytes.len());
    }

    #[test]
    fn the_file_is_read_by_the_safetensors_crate() {
        let bytes = state().to_safetensors().unwrap();
        let file = safetensors::SafeTensors::deserialize(&bytes).unwrap();
        assert_eq!(file.tensor("best.a.bias").unwrap().shape(), [3]);
        assert_eq!(
            bytemuck::pod_collect_to_vec::<u8, f32>(file.tensor("best.a.bias").unwrap().data()),
            [4.5; 3]
        );
    }

    /// As earlier versions wrote it: sorted by name, and without a history.
    #[test]
    fn a_file_without_a_history_is_read() {
        let state = TrainingState { history: History::default(), ..state() };
        let best = state.best.as_ref().unwrap();
        let groups = [
            ("weights", &state.weights),
            ("first_moment", &state.first_moments),
            ("second_moment", &state.second_moments),
            ("best", &best.weights),
        ];
        let views = groups.into_iter().flat_map(|(group, tensors)| {
            tensors.iter().map(move |(name, tensor)| {
                let bytes = bytemuck::cast_slice(&tensor.data);
                let view = safetensors::tensor::TensorView::new(Dtype::F32, tensor.shape.clone(), bytes);
                (format!("{group}.{name}"), view.unwrap())
            })
        });
        let metadata = serde_json::json!({
            "version": 1, "options": state.options, "step": 20, "data_fingerprint": "fffffffffffffffe",
            "best": (10, &best.evaluation),
        });
        let metadata = HashMap::from([("simcse_lab".to_owned(), metadata.to_string())]);
        let bytes = safetensors::serialize(views, Some(metadata)).unwrap();
        assert_eq!(TrainingState::from_safetensors(&bytes).unwrap(), state);
    }

    #[test]
    fn old_states_with_zeros_for_undefined_numbers_are_read() {
        let file = |best: &str| {
            let options = serde_json::to_string(&TrainOptions::default()).unwrap();
            let metadata = format!(
                r#"{{"version":1,"options":{options},"step":20,"data_fingerprint":"00000000000000ff","best":{best}}}"#
            );
            let metadata = HashMap::from([(METADATA_KEY.to_owned(), metadata)]);
            safetensors::serialize(Vec::<(String, safetensors::tensor::TensorView)>::new(), Some(metadata))
                .unwrap()
        };
        let read = |best: &str| TrainingState::from_safetensors(&file(best)).unwrap().best;
        let known = read(r#"[10,{"spearman":0.0,"alignment":null,"uniformity":-2.5,"pairs":3}]"#).unwrap();
        assert_eq!(known.step, 10);
        assert_eq!(
            known.evaluation,
            StsEvaluation { spearman: Some(0.0), alignment: None, uniformity: Some(-2.5), pairs: 3 }
        );
        assert_eq!(read("null"), None);
    }

    #[test]
    fn tensors_that_do_not_match_or_are_not_finite_are_refused() {
        let message = |change: fn(&mut TrainingState)| {
            let mut state = state();
            change(&mut state);
            TrainingState::from_safetensors(&state.to_safetensors().unwrap()).unwrap_err().to_string()
        };
        let smaller =
            || Tensors::from([("a.weight".to_owned(), HostTensor { shape: vec![1], data: vec![1.0] })]);
        assert!(message(|state| state.second_moments.clear()).contains("it was cut"));
        let mut other = state();
        other.best.as_mut().unwrap().weights = smaller();
        let read = TrainingState::from_safetensors(&other.to_safetensors().unwrap());
        assert!(read.unwrap_err().to_string().contains("not those of this model"));
        let broken = message(|state| state.weights.get_mut("a.weight").unwrap().data[0] = f32::NAN);
        assert!(broken.contains("no number"), "{broken}");
        assert!(message(|state| state.options.batch_size = 0).contains("batch size is 0"));
    }

    #[test]
    fn a_header_whose_sizes_overflow_64_bits_is_refused() {
        let metadata = serde_json::json!({
            "version": 1, "options": TrainOptions::default(), "step": 0, "data_fingerprint": "0", "best": null,
        });
        let header = serde_json::json!({
            "__metadata__": {"simcse_lab": metadata.to_string()},
            "weights.a": {"dtype": "F32", "shape": [1_u64 << 61], "data_offsets": [0, u64::MAX - 7]},
        });
        let header = header.to_string();
        let bytes = [&(header.len() as u64).to_le_bytes()[..], header.as_bytes()].concat();
        assert!(TrainingState::from_safetensors(&bytes).is_err());
    }

    #[test]
    fn a_cut_or_foreign_file_is_refused() {
        let bytes = state().to_safetensors().unwrap();
        for length in [0, 7, 8, 100, bytes.len() - 1] {
            assert!(TrainingState::from_safetensors(&bytes[..length]).is_err(), "{length}");
        }
        let none = Vec::<(String, safetensors::tensor::TensorView)>::new();
        let foreign = safetensors::serialize(none, None).unwrap();
        assert!(TrainingState::from_safetensors(&foreign).is_err());
    }
}
