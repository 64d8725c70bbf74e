//! A run's whole state as one safetensors file: `weights.…`, `first_moment.…`, `second_moment.…` and, where there has
//! been an evaluation, `best.…`, each group in one piece; the steps so far as `history.steps`; options, counters and
//! evaluations as JSON in the file's metadata under `simcse_lab`.
//!
//! A file is written and read a group at a time, so that a state of some gigabytes is never in memory twice.

use std::{
    collections::{BTreeMap, HashMap},
    ops::Range,
};

use safetensors::{
    Dtype,
    tensor::{Metadata as Tensors, TensorInfo},
};
use serde::{Deserialize, Serialize};

use super::{StepReport, TrainError, TrainOptions, trainer::Best};
use crate::{eval::StsEvaluation, model::HostTensor, said::reason};

const METADATA_KEY: &str = "simcse_lab";
const VERSION: u32 = 1;

/// Bytes in front of the header: its length.
const LENGTH: usize = 8;
/// Headers of more bytes are refused, as the safetensors format has it.
const MOST_HEADER: u64 = 100_000_000;

/// What a file's tensors are called, before the first dot; in the order of the file.
const HISTORY: &str = "history";
const WEIGHTS: &str = "weights";
const FIRST_MOMENTS: &str = "first_moment";
const SECOND_MOMENTS: &str = "second_moment";
const BEST: &str = "best";
/// All of them but the history.
const GROUPS: [&str; 4] = [WEIGHTS, FIRST_MOMENTS, SECOND_MOMENTS, BEST];
/// [steps, `StepReport`'s fields].
const STEPS: &str = "history.steps";
/// Fields of a [`StepReport`].
const FIELDS: usize = 7;

type Weights = BTreeMap<String, HostTensor>;

/// Everything a run needs to go on as if it had never stopped.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainingState {
    pub options: TrainOptions,
    /// Steps done; with seed and data it is the data cursor too.
    pub step: u32,
    pub data_fingerprint: u64,
    pub weights: Weights,
    /// Empty where the run is over, as are the second moments.
    pub first_moments: Weights,
    pub second_moments: Weights,
    pub best: Option<Best>,
    pub history: History,
}

/// What a run has done so far.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct History {
    /// Ascending; a run that was saved by an earlier version has none from before.
    pub steps: Vec<StepReport>,
    /// With the steps done before each, ascending.
    pub evaluations: Vec<(u32, StsEvaluation)>,
}

impl History {
    /// Forgets what came after `step`.
    pub(super) fn truncate(&mut self, step: u32) {
        self.steps.retain(|report| report.step <= step);
        self.evaluations.retain(|(at, _)| *at <= step);
    }

    /// [`STEPS`]: every field is a float64, which holds them exactly.
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

    /// The steps of such rows; `None` where a number is none that a step has, or they are in another order.
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
    /// Hexadecimal: JSON numbers end at 2⁵³.
    data_fingerprint: String,
    best: Option<(u32, StsEvaluation)>,
    #[serde(default)]
    evaluations: Vec<(u32, StsEvaluation)>,
}

fn broken(error: &dyn std::fmt::Display) -> TrainError {
    TrainError::Checkpoint(error.to_string().into())
}

/// A state that is being written: what does not take long to copy.
pub(super) struct StateFacts<'a> {
    pub options: &'a TrainOptions,
    pub step: u32,
    pub data_fingerprint: u64,
    pub best: Option<&'a Best>,
    pub history: &'a History,
}

impl StateFacts<'_> {
    /// The file's first bytes, up to the weights; then come the numbers of [`numbers`] for the weights, both moments, if
    /// there are `moments`, and the best weights. `shapes` has those of all tensors that are trained.
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
        let tensors = Tensors::new(Some(metadata), tensors).map_err(|error| broken(&error))?;
        let mut header = serde_json::to_vec(&tensors).map_err(|error| broken(&error))?;
        // Spaces behind it, as the format has it: what follows is aligned.
        header.resize(header.len().next_multiple_of(LENGTH), b' ');
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend(header);
        bytes.extend_from_slice(bytemuck::cast_slice(&rows));
        Ok(bytes)
    }
}

/// The shapes of tensors, by name.
pub(super) fn shapes(tensors: &Weights) -> BTreeMap<&String, &Vec<usize>> {
    tensors.iter().map(|(name, tensor)| (name, &tensor.shape)).collect()
}

/// The numbers of tensors as they stand in a file, tensor by tensor.
pub(super) fn numbers(tensors: &Weights) -> impl Iterator<Item = &[u8]> {
    tensors.values().map(|tensor| bytemuck::cast_slice(&tensor.data))
}

/// A state that is being read: all but the tensors.
pub struct StateHeader {
    metadata: Metadata,
    data_fingerprint: u64,
    /// In each, the tensors lie side by side.
    groups: BTreeMap<String, Vec<Place>>,
}

/// A tensor's name, shape, and bytes from the file's start.
type Place = (String, Vec<usize>, Range<usize>);

impl StateHeader {
    /// Bytes to be read first.
    pub const LENGTH: usize = LENGTH;

    /// Bytes of the header and of what says how long it is, from a file's first [`Self::LENGTH`] bytes; `file` is the
    /// length of all of it.
    ///
    /// # Errors
    /// A file that cannot be a state.
    pub fn end(first: &[u8], file: usize) -> Result<usize, TrainError> {
        let cut = || broken(&"the file is cut, or no safetensors file");
        let length = first.first_chunk().map(|bytes| u64::from_le_bytes(*bytes)).ok_or_else(cut)?;
        let end = usize::try_from(length).ok().and_then(|length| length.checked_add(LENGTH));
        end.filter(|end| length <= MOST_HEADER && *end <= file).ok_or_else(cut)
    }

    /// Reads a header with what says how long it is; `file` is the length of all of it.
    ///
    /// # Errors
    /// No state, one of another version, or one that was cut.
    pub fn parse(header: &[u8], file: usize) -> Result<Self, TrainError> {
        let json = header.get(LENGTH..).unwrap_or_default();
        let tensors: Tensors = serde_json::from_slice(json).map_err(|error| broken(&error))?;
        let metadata = tensors.metadata().as_ref().and_then(|metadata| metadata.get(METADATA_KEY));
        let metadata = metadata.ok_or_else(|| {
            TrainError::Checkpoint(reason!("checkpoint-no-metadata", "it has no simcse_lab metadata"))
        })?;
        let metadata: Metadata = serde_json::from_str(metadata).map_err(|error| broken(&error))?;
        if metadata.version != VERSION {
            return Err(TrainError::Checkpoint(reason!(
                "checkpoint-version",
                "it is of version {version}, this program reads {known}",
                version = metadata.version,
                known = VERSION
            )));
        }
        metadata.options.validate()?;
        // What a header promises may be more than a number can say.
        if header.len().checked_add(tensors.data_len()) != Some(file) {
            return Err(TrainError::Checkpoint(reason!(
                "checkpoint-cut",
                "it has {found} bytes of numbers and promises {expected}; it was cut",
                found = file.saturating_sub(header.len()),
                expected = tensors.data_len()
            )));
        }
        let mut groups: BTreeMap<String, Vec<Place>> = BTreeMap::new();
        for full in tensors.offset_keys() {
            let Some(info) = tensors.info(&full) else { continue };
            let (group, name) = full.split_once('.').unwrap_or_default();
            if full != STEPS && !GROUPS.contains(&group) {
                return Err(TrainError::Checkpoint(reason!(
                    "checkpoint-tensor",
                    "unknown tensor {name}",
                    name = full
                )));
            }
            let expected = if full == STEPS { Dtype::F64 } else { Dtype::F32 };
            if info.dtype != expected {
                return Err(TrainError::Checkpoint(reason!(
                    "checkpoint-dtype",
                    "{name} is not {dtype}",
                    name = full,
                    dtype = format!("{expected:?}")
                )));
            }
            let (begin, end) = info.data_offsets;
            let group = groups.entry(group.to_owned()).or_default();
            if group.last().is_some_and(|(.., before)| before.end != header.len() + begin) {
                return Err(TrainError::Checkpoint(reason!(
                    "checkpoint-order",
                    "{name} does not lie beside the others of its kind",
                    name = full
                )));
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

    /// Where in the file a group is.
    fn range(&self, group: &str) -> Range<usize> {
        match self.places(group) {
            [] => 0..0,
            [first, ..] => first.2.start..self.places(group).last().map_or(first.2.end, |last| last.2.end),
        }
    }

    /// The tensors of a group of the bytes of [`Self::range`].
    fn tensors(&self, group: &str, bytes: &[u8]) -> Result<Weights, TrainError> {
        let mut rest = bytes;
        let mut tensors = Weights::new();
        for (name, shape, place) in self.places(group) {
            let (own, after) = rest.split_at_checked(place.len()).ok_or_else(|| broken(&"it was cut"))?;
            rest = after;
            let data = bytemuck::pod_collect_to_vec(own);
            tensors.insert(name.clone(), HostTensor { shape: shape.clone(), data });
        }
        Ok(tensors)
    }

    /// The state of this header, the bytes of the history and the tensors of [`GROUPS`].
    fn state(self, history: &[u8], groups: [Weights; 4]) -> Result<TrainingState, TrainError> {
        let Metadata { options, step, best, evaluations, .. } = self.metadata;
        let [weights, first_moments, second_moments, best_weights] = groups;
        let fits = |tensors: &Weights| shapes(tensors) == shapes(&weights);
        let over = first_moments.is_empty() && second_moments.is_empty();
        let whole = over || fits(&first_moments) && fits(&second_moments);
        if !whole {
            return Err(TrainError::Checkpoint(reason!(
                "checkpoint-moments",
                "weights and moments do not match; the file was cut or put together from several"
            )));
        }
        let best_fits = match &best {
            Some(_) => fits(&best_weights),
            None => best_weights.is_empty(),
        };
        if !best_fits {
            return Err(TrainError::Checkpoint(reason!(
                "checkpoint-best",
                "the best weights are not those of this model; the file was put together from several"
            )));
        }
        for (name, tensor) in [&weights, &first_moments, &second_moments, &best_weights].into_iter().flatten()
        {
            if tensor.data.iter().any(|value| !value.is_finite()) {
                return Err(TrainError::Checkpoint(reason!(
                    "checkpoint-not-finite",
                    "{name} holds what is no number; take a checkpoint of an earlier step",
                    name
                )));
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
                return Err(TrainError::Checkpoint(reason!(
                    "checkpoint-history",
                    "what it says of the steps before contradicts itself"
                )));
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
    /// Whether it has all that a further step needs; a run that is over keeps its weights only.
    pub fn can_go_on(&self) -> bool {
        !self.first_moments.is_empty() || self.weights.is_empty()
    }

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

    /// # Errors
    /// A file that was cut, of another version, or no state.
    pub fn from_safetensors(bytes: &[u8]) -> Result<Self, TrainError> {
        let (header, _) = bytes.split_at(StateHeader::end(bytes, bytes.len())?);
        let header = StateHeader::parse(header, bytes.len())?;
        let mut groups: [Weights; 4] = Default::default();
        for (group, tensors) in GROUPS.into_iter().zip(&mut groups) {
            *tensors = header.tensors(group, &bytes[header.range(group)])?;
        }
        let history = &bytes[header.range(HISTORY)];
        header.state(history, groups)
    }

    /// Reads a file of `len` bytes, of which `read` gives those asked for.
    ///
    /// # Errors
    /// Those of `read`, and those of [`Self::from_safetensors`].
    pub async fn read<E: From<TrainError>>(
        len: usize,
        mut read: impl AsyncFnMut(Range<usize>) -> Result<Vec<u8>, E>,
    ) -> Result<Self, E> {
        let end = StateHeader::end(&read(0..StateHeader::LENGTH.min(len)).await?, len)?;
        let header = StateHeader::parse(&read(0..end).await?, len)?;
        let mut groups: [Weights; 4] = Default::default();
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
        let tensors = |value: f32| -> Weights {
            let data = [value, -0.0, f32::MIN_POSITIVE, 1e30].repeat(256);
            let tensor = HostTensor { shape: vec![32, 32], data };
            let bias = HostTensor { shape: vec![3], data: vec![value; 3] };
            Weights::from([("a.weight".to_owned(), tensor), ("a.bias".to_owned(), bias)])
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
    fn a_state_survives_its_file_bit_for_bit() {
        let bytes = state().to_safetensors().unwrap();
        assert_eq!(TrainingState::from_safetensors(&bytes).unwrap(), state());
        let none = TrainingState { best: None, history: History::default(), ..state() };
        assert_eq!(TrainingState::from_safetensors(&none.to_safetensors().unwrap()).unwrap(), none);
        let over = TrainingState { first_moments: Weights::new(), second_moments: Weights::new(), ..state() };
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

    /// The file is one that any other reader of the format takes.
    #[test]
    fn the_file_is_a_safetensors_file() {
        let bytes = state().to_safetensors().unwrap();
        let file = safetensors::SafeTensors::deserialize(&bytes).unwrap();
        assert_eq!(file.tensor("best.a.bias").unwrap().shape(), [3]);
        assert_eq!(
            bytemuck::pod_collect_to_vec::<u8, f32>(file.tensor("best.a.bias").unwrap().data()),
            [4.5; 3]
        );
    }

    /// As versions before had it: sorted by name, and without a history.
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
    fn states_of_before_have_a_number_for_every_evaluation() {
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
    fn tensors_that_do_not_go_together_are_refused() {
        let message = |change: fn(&mut TrainingState)| {
            let mut state = state();
            change(&mut state);
            TrainingState::from_safetensors(&state.to_safetensors().unwrap()).unwrap_err().to_string()
        };
        let smaller =
            || Weights::from([("a.weight".to_owned(), HostTensor { shape: vec![1], data: vec![1.0] })]);
        assert!(message(|state| state.second_moments.clear()).contains("it was cut"));
        let mut other = state();
        other.best.as_mut().unwrap().weights = smaller();
        let read = TrainingState::from_safetensors(&other.to_safetensors().unwrap());
        assert!(read.unwrap_err().to_string().contains("not those of this model"));
        let broken = message(|state| state.weights.get_mut("a.weight").unwrap().data[0] = f32::NAN);
        assert!(broken.contains("no number"), "{broken}");
        assert!(message(|state| state.options.batch_size = 0).contains("batch size is 0"));
    }

    /// Sizes of the header that add up to more than 64 bits have.
    #[test]
    fn a_header_that_promises_more_than_there_can_be_is_refused() {
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
