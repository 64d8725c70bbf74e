//! Parses the workloads in the options of `cargo xtask bench` and `simcse-lab bench`.

use std::{fmt, str::FromStr};

use super::BenchError;

/// Positive whole numbers separated by `x`.
fn numbers<const N: usize>(text: &str) -> Option<[usize; N]> {
    let parts: Option<Vec<usize>> =
        text.split('x').map(|part| part.parse().ok().filter(|number| *number > 0)).collect();
    parts?.try_into().ok()
}

fn wrong(what: &'static str, text: &str, expected: &'static str) -> BenchError {
    BenchError::Case { what, text: text.to_owned(), expected }
}

/// A product [m, k] · [k, n], written `MxKxN`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MatmulCase {
    pub m: usize,
    pub k: usize,
    pub n: usize,
}

impl MatmulCase {
    /// Floating-point operations of one product: a multiplication and an addition each.
    pub fn flops(self) -> f64 {
        2.0 * self.m as f64 * self.k as f64 * self.n as f64
    }
}

impl FromStr for MatmulCase {
    type Err = BenchError;

    fn from_str(text: &str) -> Result<Self, BenchError> {
        let [m, k, n] =
            numbers(text).ok_or_else(|| wrong("matrix product", text, "MxKxN such as 1024x384x384"))?;
        Ok(Self { m, k, n })
    }
}

impl fmt::Display for MatmulCase {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}x{}x{}", self.m, self.k, self.n)
    }
}

/// An encoder, written `LAYERSxHIDDEN`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ModelSize {
    pub layers: usize,
    pub hidden: usize,
}

impl ModelSize {
    /// Parameters of all layers, without the embeddings: per layer four matrices hidden × hidden, two hidden ×
    /// 4·hidden, their biases and two LayerNorms.
    pub fn layer_parameters(self) -> usize {
        self.layers * (12 * self.hidden * self.hidden + 13 * self.hidden)
    }
}

impl fmt::Display for ModelSize {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}x{}", self.layers, self.hidden)
    }
}

/// The lengths of a batch's rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lengths {
    /// All rows have this many tokens, special tokens included.
    Full(usize),
    /// The lengths of real sentences.
    Natural,
}

impl fmt::Display for Lengths {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Lengths::Full(tokens) => write!(formatter, "{tokens}"),
            Lengths::Natural => formatter.write_str("natural"),
        }
    }
}

fn lengths(text: &str) -> Option<Lengths> {
    match text {
        "natural" => Some(Lengths::Natural),
        tokens => numbers(tokens).map(|[tokens]| Lengths::Full(tokens)),
    }
}

fn model_and_rest(text: &str) -> Option<(ModelSize, &str)> {
    let (model, rest) = text.split_once(':')?;
    let [layers, hidden] = numbers(model)?;
    Some((ModelSize { layers, hidden }, rest))
}

/// Encoding, written `LAYERSxHIDDEN:ROWSxTOKENS` or `LAYERSxHIDDEN:ROWSxnatural`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EncodeCase {
    pub model: ModelSize,
    pub rows: usize,
    pub lengths: Lengths,
}

impl FromStr for EncodeCase {
    type Err = BenchError;

    fn from_str(text: &str) -> Result<Self, BenchError> {
        let parse = || {
            let (model, rest) = model_and_rest(text)?;
            let (rows, tokens) = rest.split_once('x')?;
            let [rows] = numbers(rows)?;
            Some(Self { model, rows, lengths: lengths(tokens)? })
        };
        parse().ok_or_else(|| {
            wrong("encoding", text, "LAYERSxHIDDEN:ROWSxTOKENS such as 6x384:32x32, or 6x384:1000xnatural")
        })
    }
}

impl fmt::Display for EncodeCase {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}x{}", self.model, self.rows, self.lengths)
    }
}

/// A training step, written `LAYERSxHIDDEN:BATCHx2xTOKENS` or `LAYERSxHIDDEN:BATCHx2xnatural`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrainCase {
    pub model: ModelSize,
    /// Items; each is encoded twice.
    pub batch: usize,
    pub lengths: Lengths,
}

impl FromStr for TrainCase {
    type Err = BenchError;

    fn from_str(text: &str) -> Result<Self, BenchError> {
        let parse = || {
            let (model, rest) = model_and_rest(text)?;
            let (batch, tokens) = rest.split_once("x2x")?;
            let [batch] = numbers(batch)?;
            Some(Self { model, batch, lengths: lengths(tokens)? })
        };
        parse().filter(|case| case.batch > 1).ok_or_else(|| {
            wrong(
                "training step",
                text,
                "LAYERSxHIDDEN:BATCHx2xTOKENS such as 2x128:32x2x16, or 4x256:64x2xnatural, with a batch of 2 or more",
            )
        })
    }
}

impl fmt::Display for TrainCase {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}x2x{}", self.model, self.batch, self.lengths)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_case_is_displayed_as_it_is_parsed() {
        let again = |text: &str| text.parse::<MatmulCase>().map(|case| case.to_string());
        assert_eq!(again("1024x384x1536").unwrap(), "1024x384x1536");
        for text in ["6x384:32x32", "4x256:1000xnatural"] {
            assert_eq!(text.parse::<EncodeCase>().unwrap().to_string(), text);
        }
        for text in ["2x128:32x2x16", "4x256:64x2xnatural"] {
            assert_eq!(text.parse::<TrainCase>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_product_counts_two_operations_for_each_term() {
        assert_eq!("2x3x5".parse::<MatmulCase>().unwrap().flops(), 60.0);
    }

    #[test]
    fn malformed_cases_are_refused_with_an_example() {
        for text in ["1024x384", "0x4x4", "1x2x3x4", "axbxc", ""] {
            assert!(text.parse::<MatmulCase>().unwrap_err().to_string().contains("1024x384x384"), "{text}");
        }
        for text in ["6x384", "6x384:32", "6x384:32x2x16", "6:32x32", "6x384:x32"] {
            assert!(text.parse::<EncodeCase>().is_err(), "{text}");
        }
        for text in ["2x128:32x16", "2x128:1x2x16", "2x128:32x3x16", "2x128:32x2xlong"] {
            assert!(text.parse::<TrainCase>().is_err(), "{text}");
        }
    }
}
