//! The texts of runs: what to train on, and what to evaluate on.

use super::Session;
use crate::{
    app::{
        protocol::{
            EvaluationReport, Event, GradedPair, RequestId, Source, TrainingItems, TrainingKind,
            TrainingReport, sts_pairs,
        },
        worker::{error::WorkerError, files::gather_text, outbox::post},
    },
    eval::POSITIVE_SCORE,
    text::{Corpus, StsSet, TrainingData},
};

/// Items and pairs shown of a loaded text.
const PREVIEW: usize = 3;
/// What texts are called that came as they are.
const GIVEN: &str = "given";

impl Session {
    pub(super) async fn load_training(&mut self, id: RequestId, source: Source) -> Result<(), WorkerError> {
        self.refuse_during_run()?;
        let file = gather_text(id, source).await?;
        let corpus = Corpus::parse(&file.path, &file.bytes)?;
        self.use_training(id, file.path, corpus);
        Ok(())
    }

    pub(super) fn give_training(&mut self, id: RequestId, items: TrainingItems) -> Result<(), WorkerError> {
        self.refuse_during_run()?;
        self.use_training(id, GIVEN.to_owned(), Corpus::from_items(items.into())?);
        Ok(())
    }

    fn use_training(&mut self, id: RequestId, name: String, corpus: Corpus) {
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
        self.training = Some((name, corpus));
        post(&Event::TrainingLoaded { id, report });
    }

    pub(super) async fn load_evaluation(&mut self, id: RequestId, source: Source) -> Result<(), WorkerError> {
        self.refuse_during_run()?;
        let file = gather_text(id, source).await?;
        self.use_evaluation(id, StsSet::parse(&file.path, &file.bytes)?);
        Ok(())
    }

    pub(super) fn give_evaluation(
        &mut self,
        id: RequestId,
        pairs: Vec<GradedPair>,
    ) -> Result<(), WorkerError> {
        self.refuse_during_run()?;
        self.use_evaluation(id, StsSet::from_pairs(GIVEN, sts_pairs(pairs))?);
        Ok(())
    }

    pub(super) fn clear_evaluation(&mut self, id: RequestId) -> Result<(), WorkerError> {
        self.refuse_during_run()?;
        self.evaluation = None;
        post(&Event::EvaluationCleared { id });
        Ok(())
    }

    fn use_evaluation(&mut self, id: RequestId, set: StsSet) {
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
        self.evaluation = Some(set);
        post(&Event::EvaluationLoaded { id, report });
    }
}
