//! Reads STS12 to STS16 in SentEval's layout: `STS.input.X.txt` with two sentences per line, `STS.gs.X.txt` with their
//! scores.

use super::decode::decode;
use super::{StsPair, StsSet, TextError};
use crate::localize::{Localized, messages};

impl StsSet {
    /// Joins an input file (sentence TAB sentence per line) with its gold scores, one per line. A pair with an empty
    /// line in place of its score is left out, as in facebookresearch/SentEval `senteval/sts.py`. `name` is the
    /// subset's name.
    ///
    /// # Errors
    /// No text, or not UTF-8; files of different lengths; a line without a tab or with an empty sentence; a score
    /// that is not a number; no pair with a score.
    pub fn from_senteval(
        name: &str,
        (input_file, input): (&str, &[u8]),
        (gold_file, gold): (&str, &[u8]),
    ) -> Result<StsSet, TextError> {
        let (input, gold) = (decode(input_file, input)?, decode(gold_file, gold)?);
        let (lines, scores) = (input.lines().count(), gold.lines().count());
        if lines != scores {
            return Err(TextError::Format {
                file: input_file.to_owned(),
                reason: messages::senteval_lengths(lines, gold_file, scores),
            });
        }
        let wrong = |file: &str, index: usize, reason: Localized| TextError::Line {
            file: file.to_owned(),
            line: index + 1,
            reason,
        };
        let mut pairs = Vec::new();
        for (index, (line, score)) in input.lines().zip(gold.lines()).enumerate() {
            let score = score.trim();
            if score.is_empty() {
                continue;
            }
            let number = score.parse::<f64>().ok().filter(|number| number.is_finite());
            let score = number.ok_or_else(|| wrong(gold_file, index, messages::senteval_score(score)))?;
            let mut cells = line.split('\t');
            match (cells.next().unwrap_or_default(), cells.next().unwrap_or_default()) {
                (first, second) if !first.trim().is_empty() && !second.trim().is_empty() => {
                    pairs.push(StsPair { first: first.to_owned(), second: second.to_owned(), score });
                }
                _ => {
                    return Err(wrong(input_file, index, messages::senteval_pair()));
                }
            }
        }
        if pairs.is_empty() {
            return Err(TextError::Format {
                file: gold_file.to_owned(),
                reason: messages::senteval_no_score(),
            });
        }
        Ok(StsSet { name: name.to_owned(), pairs, notes: Vec::new() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn join(input: &str, gold: &str) -> Result<StsSet, String> {
        StsSet::from_senteval("X", ("STS.input.X.txt", input.as_bytes()), ("STS.gs.X.txt", gold.as_bytes()))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn pairs_without_a_score_are_left_out_and_the_others_keep_theirs() {
        let set = join("a\tb\nc\td\ne\tf\thttp://source\n", "5\n\n1.25\n").unwrap();
        let pairs: Vec<_> =
            set.pairs.iter().map(|pair| (pair.first.as_str(), pair.second.as_str(), pair.score)).collect();
        assert_eq!(pairs, [("a", "b", 5.0), ("e", "f", 1.25)]);
    }

    #[test]
    fn files_that_do_not_fit_together_are_refused_with_their_line() {
        assert_eq!(
            join("a\tb\n", "1\n2\n").unwrap_err(),
            "STS.input.X.txt: it has 1 lines, and STS.gs.X.txt has 2"
        );
        assert!(
            join("a\tb\nc d\n", "1\n2\n")
                .unwrap_err()
                .contains("STS.input.X.txt, line 2: expected two sentences")
        );
        assert!(
            join("a\tb\n", "high\n").unwrap_err().contains("STS.gs.X.txt, line 1: \"high\" is no number")
        );
        assert!(join("a\tb\n", "nan\n").unwrap_err().contains("is no number"));
        assert!(join("a\tb\nc\td\n", "\n \n").unwrap_err().contains("blank"));
    }
}
