//! What the engine answers to requests.

use serde::{Deserialize, Serialize};

use super::{
    AnalysisReport, CosineTable, EmbeddedPart, EvaluationReport, ExportedFile, FailureKind, HubAddress,
    Measurement, ModelReport, PairScores, ProfileReport, Progress, SimilarityMatrix, SuiteMeasurement,
    SuiteReport, TrainingReport, TransferMeasurement, TransferReport, ViewVectors,
};
use crate::{
    kernels::Ceilings,
    localize::Localized,
    verify::{Report, kernels::layer_norm::NormalizedRow},
};

/// What the engine answers to a request.
#[derive(Debug, Serialize, Deserialize)]
pub enum Answer {
    Progress {
        progress: Progress,
    },
    ModelLoaded {
        report: ModelReport,
    },
    Downloaded {
        address: HubAddress,
    },
    TrainingLoaded {
        report: TrainingReport,
    },
    EvaluationLoaded {
        report: EvaluationReport,
    },
    EvaluationCleared,
    Similarity {
        result: SimilarityMatrix,
    },
    Views {
        result: ViewVectors,
    },
    LayerNorm {
        row: NormalizedRow,
    },
    Embedded {
        part: EmbeddedPart,
    },
    Cosines {
        result: CosineTable,
    },
    Scored {
        result: PairScores,
    },
    Measured {
        result: Measurement,
    },
    SuiteLoaded {
        report: SuiteReport,
    },
    SuiteMeasured {
        result: SuiteMeasurement,
    },
    TransferLoaded {
        report: TransferReport,
    },
    TransferMeasured {
        result: TransferMeasurement,
        /// Whether all tasks are done.
        last: bool,
    },
    Analysed {
        result: AnalysisReport,
    },
    Profiled {
        report: ProfileReport,
    },
    Tuned {
        ceilings: Ceilings,
    },
    Verified {
        report: Report,
    },
    Exported {
        file: ExportedFile,
    },
    /// It was broken off. Of a download nothing is kept; scores of transfer tasks that are done stand.
    Cancelled,
    /// It could not be done; what was there before still is.
    Failed {
        kind: FailureKind,
        reason: Localized,
    },
}

impl Answer {
    /// Whether nothing more comes of the request.
    pub fn is_last(&self) -> bool {
        match self {
            Self::Progress { .. } => false,
            Self::Embedded { part } => part.last,
            Self::TransferMeasured { last, .. } => *last,
            _ => true,
        }
    }
}
