//! The texts of runs: what to train on, and what to evaluate on.

use super::Session;
use crate::{
    app::{
        protocol::{
            Answer, EvaluationReport, GradedPair, RequestId, Source, TrainingItems, TrainingKind,
            TrainingReport, sts_pairs,
        },
        worker::{error::WorkerError, files::gather_text, inputs::Input, outbox::answer},
    },
    eval::POSITIVE_SCORE,
    text::{Corpus, StsSet, TrainingData},
};

/// Items and pairs shown of a loaded text.
const PREVIEW: usize = 3;
/// What texts are called that came as they are.
const GIVEN: &str = "given";

/// What to train on.
pub struct TrainingText {
    pub name: String,
    pub corpus: Corpus,
    pub input: Input,
    /// Token rows by the loaded model, made before a run asked for them, and the length that they are cut to.
    pub rows: Option<(usize, Vec<Vec<u32>>)>,
}

impl TrainingText {
    fn new(name: String, corpus: Corpus, input: Input) -> Self {
        Self { name, corpus, input, rows: None }
    }

    /// The token rows, where they are there.
    pub fn rows_cut_to(&self, max_length: usize) -> Option<Vec<Vec<u32>>> {
        self.rows.as_ref().filter(|(length, _)| *length == max_length).map(|(_, rows)| rows.clone())
    }
}

/// What to evaluate on.
pub struct EvaluationText {
    pub set: StsSet,
    pub input: Input,
}

impl Session {
    pub(super) async fn load_training(&mut self, id: RequestId, source: Source) -> Result<(), WorkerError> {
        self.refuse_during_run()?;
        let file = gather_text(id, source.clone()).await?;
        let corpus = Corpus::parse(&file.path, &file.bytes)?;
        let input = Input::of_files(source, std::slice::from_ref(&file));
        self.use_training(id, TrainingText::new(file.path, corpus, input));
        Ok(())
    }

    pub(super) fn give_training(&mut self, id: RequestId, items: TrainingItems) -> Result<(), WorkerError> {
        self.refuse_during_run()?;
        let input = Input::of_items(&items);
        let corpus = Corpus::from_items(items.into())?;
        self.use_training(id, TrainingText::new(GIVEN.to_owned(), corpus, input));
        Ok(())
    }

    fn use_training(&mut self, id: RequestId, text: TrainingText) {
        let TrainingText { name, corpus, .. } = &text;
        let data = &corpus.data;
        let per_item = data.sentences_per_item();
        let report = TrainingReport {
            name: name.clone(),
            kind: match data {
                TrainingData::Sentences(_) => TrainingKind::Sentences,
                TrainingData::Pairs(_) => TrainingKind::Pairs,
                TrainingData::Triplets(_) => TrainingKind::Triplets,
            },
            items: data.len(),
            skipped: corpus.report.skipped_blank,
            preview: data.sentences().chunks(per_item).take(PREVIEW).map(<[String]>::to_vec).collect(),
            notes: corpus.notes.clone(),
        };
        self.training = Some(text);
        answer(id, Answer::TrainingLoaded { report });
    }

    pub(super) async fn load_evaluation(&mut self, id: RequestId, source: Source) -> Result<(), WorkerError> {
        self.refuse_during_run()?;
        let file = gather_text(id, source.clone()).await?;
        let set = StsSet::parse(&file.path, &file.bytes)?;
        let input = Input::of_files(source, std::slice::from_ref(&file));
        self.use_evaluation(id, EvaluationText { set, input });
        Ok(())
    }

    pub(super) fn give_evaluation(
        &mut self,
        id: RequestId,
        pairs: Vec<GradedPair>,
    ) -> Result<(), WorkerError> {
        self.refuse_during_run()?;
        let input = Input::of_items(&pairs);
        self.use_evaluation(id, EvaluationText { set: StsSet::from_pairs(GIVEN, sts_pairs(pairs))?, input });
        Ok(())
    }

    pub(super) fn clear_evaluation(&mut self, id: RequestId) -> Result<(), WorkerError> {
        self.refuse_during_run()?;
        self.forget_pairs();
        answer(id, Answer::EvaluationCleared);
        Ok(())
    }

    fn use_evaluation(&mut self, id: RequestId, text: EvaluationText) {
        let set = &text.set;
        let pairs = set.pairs.iter();
        let report = EvaluationReport {
            name: set.name.clone(),
            pairs: set.pairs.len(),
            positive_pairs: pairs.clone().filter(|pair| pair.score > POSITIVE_SCORE).count(),
            sentences: 2 * set.pairs.len(),
            preview: pairs
                .take(PREVIEW)
                .map(|pair| (pair.first.clone(), pair.second.clone(), pair.score))
                .collect(),
            notes: set.notes.clone(),
        };
        self.forget_pairs();
        self.evaluation = Some(text);
        answer(id, Answer::EvaluationLoaded { report });
    }

    fn forget_pairs(&mut self) {
        self.give_up_baseline();
        (self.evaluation, self.baseline) = (None, None);
    }
}
