//! The file format of runs: JSON, the same in the browser's storage and on disk.

use serde::{Deserialize, Serialize};

use super::RunRecord;
use crate::localize::{Localize, Localized, display_localized, messages};

const FORMAT: &str = "simcse-lab-runs";
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Written<'a> {
    format: &'static str,
    version: u32,
    runs: &'a [&'a RunRecord],
}

/// The fields that every version of the format has.
#[derive(Deserialize)]
struct Head {
    format: String,
    version: u32,
}

#[derive(Deserialize)]
struct Read {
    runs: Vec<RunRecord>,
}

/// Why a file of runs cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RunFileError {
    Foreign { name: String },
    Newer { name: String, version: u32 },
    Damaged { name: String, reason: Localized },
}

impl Localize for RunFileError {
    fn localized(&self) -> Localized {
        match self {
            Self::Foreign { name } => messages::runs_foreign(name),
            Self::Newer { name, version } => messages::runs_newer(name, version),
            Self::Damaged { name, reason } => messages::runs_damaged(name, reason),
        }
    }
}

display_localized!(RunFileError);

/// The text of a file with these runs.
///
/// # Errors
/// None in practice: everything in a record can be written as JSON.
pub fn write(runs: &[&RunRecord]) -> Result<String, serde_json::Error> {
    serde_json::to_string(&Written { format: FORMAT, version: VERSION, runs })
}

/// Reads the runs from a file's text; `name` is the file's name in errors.
///
/// # Errors
/// A file of another kind, a newer version, or a damaged file.
pub fn read(name: &str, text: &str) -> Result<Vec<RunRecord>, RunFileError> {
    let name = || name.to_owned();
    let head: Head = serde_json::from_str(text).map_err(|error| match error.classify() {
        serde_json::error::Category::Eof if text.contains(FORMAT) => {
            RunFileError::Damaged { name: name(), reason: messages::runs_cut() }
        }
        _ => RunFileError::Foreign { name: name() },
    })?;
    if head.format != FORMAT {
        return Err(RunFileError::Foreign { name: name() });
    }
    if head.version > VERSION {
        return Err(RunFileError::Newer { name: name(), version: head.version });
    }
    let damaged = |reason| RunFileError::Damaged { name: name(), reason };
    let Read { runs } = serde_json::from_str(text).map_err(|error| damaged(error.to_string().into()))?;
    match runs.iter().position(|run| !run.is_sound()) {
        Some(index) => Err(damaged(messages::runs_columns(index + 1))),
        None => Ok(runs),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runs::{
        Outcome, Point,
        record::tests::{progress, record},
    };

    fn run() -> RunRecord {
        let mut run = record(1_764_000_000_123, |setting| setting.options.learning_rate = 1e-4);
        run.evaluated(progress(0, 61.25));
        for (step, loss) in [(1, 2.5), (2, 0.1), (3, 0.05)] {
            run.step(Point { step, loss, learning_rate: 3e-5, gradient_norm: 0.75 });
        }
        run.evaluated(crate::runs::EvaluationPoint { alignment: None, ..progress(3, 62.5) });
        run.outcome = Outcome::Completed;
        run.name = Some("mine".to_owned());
        run
    }

    #[test]
    fn written_runs_read_back() {
        let (first, second) = (run(), record(2, |_| {}));
        let text = write(&[&first, &second]).unwrap();
        assert_eq!(read("a.json", &text).unwrap(), [first, second]);
    }

    #[test]
    fn nan_and_undefined_numbers_read_back() {
        let mut run = run();
        run.curve.loss[1] = f32::NAN;
        run.evaluations[1].spearman = None;
        run.evaluations[1].uniformity = None;
        let text = write(&[&run]).unwrap();
        assert!(text.contains(r#""spearman":null,"alignment":null,"uniformity":null"#), "{text}");
        let read = read("a.json", &text).unwrap();
        assert!(read[0].curve.loss[1].is_nan());
        assert_eq!(read[0].evaluations, run.evaluations);
        assert_eq!(read[0].curve.loss[2], run.curve.loss[2]);
    }

    #[test]
    fn old_files_with_zeros_for_undefined_numbers_are_read() {
        let text = write(&[&run()]).unwrap();
        let known = r#"{"step":0,"spearman":61.25,"alignment":0.25,"uniformity":-2.0}"#;
        assert!(text.contains(known), "{text}");
        let old = text.replace(known, r#"{"step":0,"spearman":0.0,"alignment":null,"uniformity":0.0}"#);
        let expected = crate::runs::EvaluationPoint {
            step: 0,
            spearman: Some(0.0),
            alignment: None,
            uniformity: Some(0.0),
        };
        assert_eq!(read("a.json", &old).unwrap()[0].evaluations[0], expected);
    }

    #[test]
    fn foreign_newer_and_damaged_files_have_different_errors() {
        let text = write(&[&run()]).unwrap();
        let message = |text: &str| read("a.json", text).unwrap_err().to_string();
        for foreign in ["", "a,b\n1,2", "[]", "{}", r#"{"format":"else","version":1,"runs":[]}"#] {
            assert!(message(foreign).contains("not a file of runs"), "{foreign}");
        }
        assert!(message(&text.replace("\"version\":1", "\"version\":9")).contains("newer"));
        assert!(message(&text[..text.len() / 2]).contains("ends too early"));
        assert!(message(&text.replace("\"total\":3", "\"total\":\"many\"")).contains("damaged"));
        assert!(message(&text.replace("\"step\":[1,2,3]", "\"step\":[1,2]")).contains("run 1"));
    }
}
