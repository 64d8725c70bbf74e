//! `vocabulary`: a WordPiece vocabulary of a text, as BERT's uncased models have one.

use std::path::PathBuf;

use clap::Args;
use tokenizers::{
    AddedToken, Tokenizer,
    models::{
        TrainerWrapper,
        wordpiece::{WordPiece, WordPieceTrainerBuilder},
    },
    normalizers::BertNormalizer,
    pre_tokenizers::bert::BertPreTokenizer,
    processors::bert::BertProcessing,
};

use super::{error::CliError, files};

/// In the order of their ids.
const SPECIAL: [&str; 5] = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];
/// Characters with pieces of their own; rarer ones become [UNK].
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

/// Writes tokenizer.json: lower case, no accents, [CLS] and [SEP] around a sentence.
pub fn run(args: &VocabularyArgs) -> Result<(), CliError> {
    let text = files::read(&args.data)?;
    let text = String::from_utf8(text)
        .map_err(|error| CliError::Input(format!("{}: {error}", args.data.display())))?;
    let failed = |error: tokenizers::Error| CliError::Input(format!("{}: {error}", args.data.display()));

    let pieces = WordPiece::builder().unk_token("[UNK]".to_owned()).build().map_err(failed)?;
    let mut tokenizer = Tokenizer::new(pieces);
    tokenizer.with_normalizer(Some(BertNormalizer::default())).map_err(failed)?;
    tokenizer.with_pre_tokenizer(Some(BertPreTokenizer));
    let special = SPECIAL.map(|token| AddedToken::from(token, true));
    let trainer = WordPieceTrainerBuilder::new()
        .vocab_size(args.size)
        .min_frequency(args.least)
        .limit_alphabet(ALPHABET)
        .special_tokens(special.to_vec())
        .show_progress(false)
        .build();
    tokenizer.train(&mut TrainerWrapper::from(trainer), text.lines()).map_err(failed)?;
    in_order(&mut tokenizer).map_err(failed)?;
    let [_, _, cls, sep, _] =
        SPECIAL.map(|token| (token.to_owned(), tokenizer.token_to_id(token).unwrap_or(0)));
    tokenizer.with_post_processor(Some(BertProcessing::new(sep, cls)));
    let json = tokenizer.to_string(true).map_err(failed)?;
    files::write(&args.output, json.as_bytes())?;
    super::print_json(&serde_json::json!({ "pieces": tokenizer.get_vocab_size(true) }))
}

/// Numbers the pieces anew, in the order of their letters behind the special ones: training leaves an order that differs
/// from run to run, and WordPiece, which takes the longest piece that fits, needs none.
fn in_order(tokenizer: &mut Tokenizer) -> Result<(), tokenizers::Error> {
    let mut pieces: Vec<String> = tokenizer.get_vocab(false).into_keys().collect();
    pieces.retain(|piece| !SPECIAL.contains(&piece.as_str()));
    pieces.sort_unstable();
    let lines: Vec<&str> = SPECIAL.into_iter().chain(pieces.iter().map(String::as_str)).collect();
    let vocabulary = WordPiece::read_bytes(lines.join("\n").as_bytes())?;
    let model = WordPiece::builder().unk_token("[UNK]".to_owned()).vocab(vocabulary).build()?;
    tokenizer.with_model(model);
    Ok(())
}
