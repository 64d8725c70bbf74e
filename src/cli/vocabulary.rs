//! `vocabulary`: a WordPiece vocabulary of a text, as BERT's uncased models have one.

use std::{cmp::Reverse, collections::BTreeMap, path::PathBuf};

use clap::Args;
use tokenizers::{
    AddedToken, NormalizedString, Normalizer, OffsetReferential, OffsetType, PreTokenizedString,
    PreTokenizer, Tokenizer,
    models::{
        TrainerWrapper,
        wordpiece::{WordPiece, WordPieceTrainerBuilder},
    },
    normalizers::BertNormalizer,
    pre_tokenizers::bert::BertPreTokenizer,
    processors::bert::BertProcessing,
};

use super::{error::CliError, files, terminal};

/// In the order of their ids.
const SPECIAL: [&str; 5] = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];
/// Characters with pieces of their own; rarer ones become `[UNK]`.
const ALPHABET: usize = 200;

#[derive(Debug, Args)]
pub struct VocabularyArgs {
    /// Text file, a sentence a line.
    #[arg(long, value_name = "FILE")]
    data: PathBuf,
    /// Pieces, special tokens included.
    #[arg(long, default_value_t = 8192)]
    size: usize,
    /// Times that a piece has to occur.
    #[arg(long, default_value_t = 5)]
    least: u64,
    #[arg(long, value_name = "tokenizer.json")]
    output: PathBuf,
}

/// Writes tokenizer.json: lower case, no accents, `[CLS]` and `[SEP]` around a sentence.
pub fn run(args: &VocabularyArgs) -> Result<(), CliError> {
    let text = files::corpus(&args.data)?.data.sentences().join("\n");
    let failed = |error: tokenizers::Error| CliError::Input(format!("{}: {error}", args.data.display()));

    let pieces = pieces(&text, args).map_err(failed)?;
    let mut tokenizer = tokenizer(&pieces).map_err(failed)?;
    tokenizer.add_special_tokens(SPECIAL.map(|token| AddedToken::from(token, true))).map_err(failed)?;
    let [_, _, cls, sep, _] =
        SPECIAL.map(|token| (token.to_owned(), tokenizer.token_to_id(token).unwrap_or(0)));
    tokenizer.with_post_processor(Some(BertProcessing::new(sep, cls)));
    let json = tokenizer.to_string(true).map_err(failed)?;
    files::write(&args.output, json.as_bytes())?;
    terminal::print_json(&serde_json::json!({ "pieces": tokenizer.get_vocab_size(true) }))
}

/// Lower case, no accents, words cut at blanks and marks, into these pieces.
fn tokenizer(pieces: &[String]) -> tokenizers::Result<Tokenizer> {
    let vocabulary = WordPiece::read_bytes(pieces.join("\n").as_bytes())?;
    let model = WordPiece::builder().unk_token("[UNK]".to_owned()).vocab(vocabulary).build()?;
    let mut tokenizer = Tokenizer::new(model);
    tokenizer.with_normalizer(Some(BertNormalizer::default()))?;
    tokenizer.with_pre_tokenizer(Some(BertPreTokenizer));
    Ok(tokenizer)
}

/// The pieces in the order of their ids: the special ones, then the others by their letters, since WordPiece, which takes
/// the longest piece that fits, needs no order. The same text gives the same.
fn pieces(text: &str, args: &VocabularyArgs) -> tokenizers::Result<Vec<String>> {
    let (alphabet, inner) = alphabet(text)?;
    // Equally frequent pairs are joined in the order of their parts' numbers; those of letters within words would be
    // another every time, unless they are given beforehand.
    let inner = inner.into_iter().map(|letter| format!("##{letter}"));
    let given =
        SPECIAL.map(str::to_owned).into_iter().chain(inner).map(|token| AddedToken::from(token, true));
    let trainer = WordPieceTrainerBuilder::new()
        .vocab_size(args.size)
        .min_frequency(args.least)
        .limit_alphabet(alphabet.len())
        .initial_alphabet(alphabet.into_iter().collect())
        .special_tokens(given.collect())
        .show_progress(false)
        .build();
    let mut tokenizer = tokenizer(&[])?;
    tokenizer.train(&mut TrainerWrapper::from(trainer), text.lines())?;
    let mut pieces: Vec<String> = tokenizer.get_vocab(true).into_keys().collect();
    pieces.retain(|piece| !SPECIAL.contains(&piece.as_str()));
    pieces.sort_unstable();
    Ok(SPECIAL.map(str::to_owned).into_iter().chain(pieces).collect())
}

/// The most frequent characters, and those of them that stand within words.
fn alphabet(text: &str) -> tokenizers::Result<(Vec<char>, Vec<char>)> {
    let mut counts = BTreeMap::<char, (Reverse<u64>, bool)>::new();
    for line in text.lines() {
        let mut line = NormalizedString::from(line);
        BertNormalizer::default().normalize(&mut line)?;
        let mut words = PreTokenizedString::from(line);
        BertPreTokenizer.pre_tokenize(&mut words)?;
        for (word, ..) in words.get_splits(OffsetReferential::Normalized, OffsetType::None) {
            for (place, letter) in word.chars().enumerate() {
                let (count, inner) = counts.entry(letter).or_default();
                count.0 += 1;
                *inner |= place > 0;
            }
        }
    }
    let mut kept: Vec<_> =
        counts.into_iter().map(|(letter, (count, inner))| (count, letter, inner)).collect();
    kept.sort_unstable();
    kept.truncate(ALPHABET);
    let inner = kept.iter().filter(|(.., inner)| *inner).map(|(_, letter, _)| *letter).collect();
    Ok((kept.iter().map(|(_, letter, _)| *letter).collect(), inner))
}
