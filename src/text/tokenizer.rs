//! Encodes sentences to token ids with the `tokenizers` crate, as `transformers` and sentence-transformers do.

mod byte_level;
mod cut;
mod options;
mod shrink;
mod sound;
mod vocabulary;

use std::{borrow::Cow, collections::HashSet};

use serde_json::Value;
use tokenizers::models::wordpiece::WordPiece;
use tokenizers::normalizers::BertNormalizer;
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::{
    AddedToken, ModelWrapper, NormalizedString, Normalizer, NormalizerWrapper, PreTokenizerWrapper, Tokenizer,
};

use super::TextError;
use super::decode::decode;
use crate::localize::{Localized, messages};
use crate::model::Checkpoint;
use crate::model::checkpoint::{ModelDirectory, TOKENIZER_FILES};
use cut::Cut;
use options::{Class, Options};
pub use shrink::with_pieces;

/// Share of a text's tokens that may be unknown (names, rare characters) without a warning.
pub const MAX_UNKNOWN: f64 = 0.05;

/// A first guess of the bytes of text per token; a wrong one only costs time.
const BYTES_PER_TOKEN: usize = 16;

/// Turns sentences into `[CLS] … [SEP]` (RoBERTa: `<s> … </s>`), without padding.
#[derive(Debug, Clone)]
pub struct SentenceTokenizer {
    tokenizer: Tokenizer,
    /// The file that it was read from, for errors.
    file: String,
    cls: u32,
    sep: u32,
    cut: Cut,
    /// Cut long sentences at their beginning instead of their end.
    cut_left: bool,
    /// Put before every sentence that is encoded.
    prompt: Option<String>,
    /// Lower-case sentences first.
    lower_case: bool,
    files: Vec<(String, Vec<u8>)>,
}

impl SentenceTokenizer {
    /// Reads the tokenizer among a model's files, given by path or bare name: tokenizer.json; or BERT's vocab.txt; or
    /// RoBERTa's vocab.json and merges.txt.
    ///
    /// As in `transformers`, tokenizer_config.json overrides tokenizer.json in lower case, accents, Chinese
    /// characters and the space before the first word, for BERT's classes also by its defaults; added_tokens.json and
    /// special_tokens_map.json are read too. Padding and truncation in tokenizer.json are ignored.
    ///
    /// # Errors
    /// No tokenizer among the files, one that cannot be read, one of an unsupported class, or one that does not put a
    /// sentence between two special tokens as BERT's does.
    pub fn from_files(files: &[(String, Vec<u8>)]) -> Result<Self, TextError> {
        let base = |path: &str| path.rsplit(['/', '\\']).next().unwrap_or(path).to_owned();
        let files: Vec<(String, Vec<u8>)> = TOKENIZER_FILES
            .into_iter()
            .filter_map(|wanted| {
                let (_, bytes) = files.iter().find(|(path, _)| base(path) == wanted)?;
                Some((wanted.to_owned(), bytes.clone()))
            })
            .collect();
        let find =
            |name: &str| files.iter().find(|(file, _)| file == name).map(|(_, bytes)| bytes.as_slice());

        let options = Options::read(find)?;
        let made_for = |class| options.class.is_none_or(|own| own == class);
        let (file, (mut tokenizer, [cls, sep])) = if let Some(bytes) = find("tokenizer.json") {
            ("tokenizer.json", from_json(bytes, &options)?)
        } else if let Some(bytes) = find("vocab.txt") {
            if !made_for(Class::Bert) {
                return Err(options.unsupported());
            }
            ("vocab.txt", from_vocabulary(bytes, &options)?)
        } else if let (Some(vocabulary), Some(merges)) = (find("vocab.json"), find("merges.txt")) {
            if !made_for(Class::ByteLevel) {
                return Err(options.unsupported());
            }
            ("vocab.json", byte_level::from_vocabulary(vocabulary, merges, &options)?)
        } else {
            return Err(wrong("tokenizer", messages::tokenizer_none()));
        };
        add_tokens(&mut tokenizer, file, &options)?;
        let (file, cut) = (file.to_owned(), Cut::of(&tokenizer));
        let (prompt, lower_case) = (None, false);
        Ok(SentenceTokenizer {
            tokenizer,
            file,
            cls,
            sep,
            cut,
            cut_left: options.cut_left,
            prompt,
            lower_case,
            files,
        })
    }

    /// The tokenizer of a model's folder, with its prompt and lower case. Tells the model's own pooling how many
    /// tokens of the prompt to leave out.
    ///
    /// # Errors
    /// Those of [`SentenceTokenizer::from_files`], and tokens without an embedding in the model.
    pub fn of_model(model: &mut ModelDirectory) -> Result<Self, TextError> {
        let Checkpoint { config, rules, .. } = &mut model.checkpoint;
        let tokenizer =
            Self::from_files(&model.tokenizer_files)?.with_rules(rules.prompt.as_deref(), rules.lower_case);
        tokenizer.check_vocab(config.vocab_size)?;
        if let (Some(modules), false) = (&mut rules.modules, rules.include_prompt) {
            // The length at which sentences are cut.
            let positions = config.max_tokens();
            let length = model.max_length.map_or(positions, |length| length.min(positions));
            modules.skipped = tokenizer.prompt_tokens(length)?;
        }
        Ok(tokenizer)
    }

    /// The same with a prompt before every sentence and with lower-cased sentences, as sentence-transformers does
    /// before its tokenizer.
    pub fn with_rules(self, prompt: Option<&str>, lower_case: bool) -> Self {
        Self { prompt: prompt.map(str::to_owned), lower_case, ..self }
    }

    /// The number of tokens of the prompt at the front of an encoded sentence, `[CLS]` included; 0 without a prompt.
    ///
    /// # Errors
    /// Those of [`SentenceTokenizer::encode`].
    pub fn prompt_tokens(&self, max_length: usize) -> Result<usize, TextError> {
        let Some(prompt) = &self.prompt else { return Ok(0) };
        let rows = self.rows(&[prompt], max_length, "")?;
        Ok(rows[0].len() - 1)
    }

    /// Token ids of each sentence for using the model: with its prompt, `[CLS]` and `[SEP]` included, at most
    /// `max_length` of them. Longer sentences lose their end, or their beginning if tokenizer_config.json says so.
    ///
    /// # Errors
    /// A `max_length` below 3, or a sentence for which the tokenizer has no tokens.
    pub fn encode(
        &self,
        sentences: &[impl AsRef<str>],
        max_length: usize,
    ) -> Result<Vec<Vec<u32>>, TextError> {
        self.rows(sentences, max_length, self.prompt.as_deref().unwrap_or_default())
    }

    /// The same for training the model: without its prompt.
    ///
    /// # Errors
    /// Those of [`SentenceTokenizer::encode`].
    pub fn encode_plain(
        &self,
        sentences: &[impl AsRef<str>],
        max_length: usize,
    ) -> Result<Vec<Vec<u32>>, TextError> {
        self.rows(sentences, max_length, "")
    }

    fn rows(
        &self,
        sentences: &[impl AsRef<str>],
        max_length: usize,
        prompt: &str,
    ) -> Result<Vec<Vec<u32>>, TextError> {
        let Some(room) = max_length.checked_sub(2).filter(|&room| room > 0) else {
            return Err(TextError::MaxLength { found: max_length });
        };
        sentences
            .iter()
            .map(|sentence| {
                let sentence = sentence.as_ref();
                let prompted = match prompt {
                    "" => Cow::Borrowed(sentence),
                    prompt => Cow::Owned(format!("{prompt}{sentence}")),
                };
                // sentence-transformers trims texts before its tokenizer.
                let text = match (prompted.trim(), self.lower_case) {
                    (text, false) => Cow::Borrowed(text),
                    (text, true) => Cow::Owned(text.to_lowercase()),
                };
                let content = self.content(&text, room)?;
                Ok([&[self.cls], content.as_slice(), &[self.sep]].concat())
            })
            .collect()
    }

    /// Checks that every id has a row in the model's embedding table. The table may have more rows, as published ones
    /// do.
    ///
    /// # Errors
    /// Names a token whose id is beyond the table.
    pub fn check_vocab(&self, vocab_size: usize) -> Result<(), TextError> {
        let mut vocabulary = self.tokenizer.get_vocab(true);
        vocabulary.extend([("[CLS]".to_owned(), self.cls), ("[SEP]".to_owned(), self.sep)]);
        let last = vocabulary.iter().max_by_key(|(_, id)| **id);
        let Some((token, id)) = last.filter(|(_, id)| **id as usize >= vocab_size) else { return Ok(()) };
        Err(TextError::Vocabulary {
            file: self.file.clone(),
            reason: messages::tokenizer_beyond(token, id, vocab_size),
        })
    }

    /// Share of unknown tokens in `rows`, not counting special tokens.
    pub fn unknown_share(&self, rows: &[Vec<u32>]) -> f64 {
        let name = match self.tokenizer.get_model() {
            ModelWrapper::WordPiece(model) => Some(model.unk_token.as_str()),
            ModelWrapper::BPE(model) => model.unk_token.as_deref(),
            _ => None,
        };
        let Some(unknown) = name.and_then(|token| self.tokenizer.token_to_id(token)) else { return 0.0 };
        let tokens: usize = rows.iter().map(|row| row.len().saturating_sub(2)).sum();
        let strange = rows.iter().flatten().filter(|id| **id == unknown).count();
        strange as f64 / tokens.max(1) as f64
    }

    /// Whether the vocabulary covers a sentence: few of its tokens are unknown, and they are not single bytes of its
    /// characters.
    pub fn knows(&self, sentence: &str) -> bool {
        let characters = sentence.chars().count();
        self.encode(&[sentence], 2 + 4 * characters).is_ok_and(|rows| {
            let tokens: usize = rows.iter().map(|row| row.len().saturating_sub(2)).sum();
            self.unknown_share(&rows) <= MAX_UNKNOWN && tokens <= characters * 3 / 2
        })
    }

    /// The text of a token, `None` for an id without one.
    pub fn token(&self, id: u32) -> Option<String> {
        self.tokenizer.id_to_token(id)
    }

    /// The tokenizer's files unchanged, under their bare names, for an export.
    pub fn raw_files(&self) -> &[(String, Vec<u8>)] {
        &self.files
    }

    /// A tokenizer_config.json to write beside tokenizer.json, with the fields that the classes of `transformers` would
    /// otherwise default; `None` for a tokenizer that is neither BERT's nor RoBERTa's.
    pub fn config(&self) -> Option<Value> {
        if let Some(NormalizerWrapper::BertNormalizer(normalizer)) = self.tokenizer.get_normalizer() {
            return Some(serde_json::json!({
                "tokenizer_class": "BertTokenizer",
                "do_lower_case": normalizer.lowercase,
                "strip_accents": normalizer.strip_accents,
                "tokenize_chinese_chars": normalizer.handle_chinese_chars,
            }));
        }
        match self.tokenizer.get_pre_tokenizer() {
            Some(PreTokenizerWrapper::ByteLevel(bytes)) => Some(serde_json::json!({
                "tokenizer_class": "RobertaTokenizer",
                "add_prefix_space": bytes.add_prefix_space,
            })),
            _ => None,
        }
    }

    /// The first `room` tokens of a sentence (the last ones with `cut_left`), at a cost independent of the text after
    /// them.
    fn content(&self, sentence: &str, room: usize) -> Result<Vec<u32>, TextError> {
        // The last tokens may depend on all text before them.
        let mut window = if self.cut_left { sentence.len() } else { room * BYTES_PER_TOKEN };
        loop {
            let text = self.cut.first_words(sentence, window);
            let encoding = self.tokenizer.encode_fast(text, false);
            let encoding = encoding.map_err(|error| wrong(&self.file, error.to_string()))?;
            let ids = encoding.get_ids();
            if ids.len() >= room || text.len() == sentence.len() {
                let kept = ids.len().min(room);
                return Ok(if self.cut_left {
                    ids[ids.len() - kept..].to_vec()
                } else {
                    ids[..kept].to_vec()
                });
            }
            window *= 2;
        }
    }
}

fn wrong(file: &str, reason: impl Into<Localized>) -> TextError {
    TextError::Tokenizer { file: file.to_owned(), reason: reason.into() }
}

fn not_json(error: &serde_json::Error) -> Localized {
    messages::tokenizer_not_json(error.to_string())
}

fn unreadable(error: &tokenizers::Error) -> Localized {
    messages::tokenizer_unreadable(error.to_string())
}

/// Adds the tokens that the files list beside the vocabulary. All at once, since the crate rebuilds its search
/// structure on each call.
fn add_tokens(tokenizer: &mut Tokenizer, file: &str, options: &Options) -> Result<(), TextError> {
    let mut known: HashSet<String> =
        tokenizer.get_added_tokens_decoder().into_values().map(|token| token.content).collect();
    let added: Vec<_> =
        options.added().into_iter().filter(|(_, token)| known.insert(token.content.clone())).collect();
    tokenizer
        .add_tokens(added.iter().map(|(_, token)| token.clone()))
        .map_err(|error| wrong(file, error.to_string()))?;
    for (id, token) in added {
        let found = tokenizer.token_to_id(&token.content);
        if let Some(id) = id.filter(|id| found != Some(*id)) {
            let found = found.map_or_else(|| "–".to_owned(), |found| found.to_string());
            return Err(wrong(file, messages::tokenizer_added_place(token.content, id, found)));
        }
    }
    Ok(())
}

fn from_json(bytes: &[u8], options: &Options) -> Result<(Tokenizer, [u32; 2]), TextError> {
    const FILE: &str = "tokenizer.json";
    let fail = |error: tokenizers::Error| wrong(FILE, error.to_string());
    let text = decode(FILE, bytes)?;
    let mut json: Value = serde_json::from_str(text).map_err(|error| wrong(FILE, not_json(&error)))?;
    sound::check(&json).map_err(|reason| wrong(FILE, reason))?;
    let around = json.get("post_processor").map_or(Ok(None), |rule| special_tokens(FILE, rule))?;
    // Not used here, and removed because tokenizers 0.23 panics on an unknown decoder and on a post-processor whose
    // tokens are not listed.
    for unused in ["decoder", "post_processor", "truncation", "padding"] {
        if let Some(value) = json.get_mut(unused) {
            *value = Value::Null;
        }
    }
    let mut tokenizer =
        Tokenizer::from_bytes(json.to_string()).map_err(|error| wrong(FILE, unreadable(&error)))?;
    if let Some(NormalizerWrapper::BertNormalizer(own)) = tokenizer.get_normalizer().cloned() {
        let mut normalizer = own;
        options.apply(&mut normalizer);
        check_normalized(&tokenizer, options, own, normalizer)?;
        tokenizer.with_normalizer(Some(normalizer)).map_err(fail)?;
    }
    if let Some(PreTokenizerWrapper::ByteLevel(mut bytes)) = tokenizer.get_pre_tokenizer().cloned() {
        bytes.add_prefix_space = options.add_prefix_space;
        tokenizer.with_pre_tokenizer(Some(bytes));
    }
    if let ModelWrapper::WordPiece(model) = tokenizer.get_model()
        && tokenizer.token_to_id(&model.unk_token).is_none()
    {
        return Err(wrong(FILE, messages::tokenizer_no_unknown(&model.unk_token)));
    }
    let id = |field: &str, usual: [&str; 2]| {
        let stated = options.stated(field);
        let mut names = stated.into_iter().chain(usual);
        let missing = || {
            let [bert, roberta] = usual;
            wrong(FILE, messages::tokenizer_no_token(bert, roberta))
        };
        names.find_map(|token| tokenizer.token_to_id(token)).ok_or_else(missing)
    };
    let around = around
        .map_or_else(|| Ok([id("cls_token", ["[CLS]", "<s>"])?, id("sep_token", ["[SEP]", "</s>"])?]), Ok)?;
    Ok((tokenizer, around))
}

/// Refuses normalized added tokens whose result depends on the version of `transformers`: some versions match them by
/// the rules of tokenizer.json but normalize the text by those of tokenizer_config.json, others do not.
fn check_normalized(
    tokenizer: &Tokenizer,
    options: &Options,
    own: BertNormalizer,
    used: BertNormalizer,
) -> Result<(), TextError> {
    let normal = |normalizer: BertNormalizer, text: &str| {
        let mut normal = NormalizedString::from(text);
        normalizer.normalize(&mut normal).map(|()| normal.get().to_owned()).unwrap_or_default()
    };
    let listed = tokenizer
        .get_added_tokens_decoder()
        .into_values()
        .chain(options.added().into_iter().map(|(_, token)| token));
    let differs =
        |token: &AddedToken| token.normalized && normal(own, &token.content) != normal(used, &token.content);
    match listed.into_iter().find(differs) {
        None => Ok(()),
        Some(AddedToken { content: token, .. }) => {
            Err(wrong("tokenizer.json", messages::tokenizer_normalized(token)))
        }
    }
}

fn from_vocabulary(bytes: &[u8], options: &Options) -> Result<(Tokenizer, [u32; 2]), TextError> {
    const FILE: &str = "vocab.txt";
    let fail = |error: tokenizers::Error| wrong(FILE, error.to_string());
    let text = decode(FILE, bytes)?;
    let vocabulary = WordPiece::read_bytes(text.as_bytes()).map_err(fail)?;
    let special = [
        ("unk_token", "[UNK]"),
        ("cls_token", "[CLS]"),
        ("sep_token", "[SEP]"),
        ("pad_token", "[PAD]"),
        ("mask_token", "[MASK]"),
    ]
    .map(|(field, default)| options.special(field, default));
    let [unk, cls, sep, ..] = &special;
    let missing: Vec<String> =
        [unk, cls, sep].into_iter().filter(|token| !vocabulary.contains_key(*token)).cloned().collect();
    if !missing.is_empty() {
        let reason =
            messages::tokenizer_vocabulary_lacks(Localized::all(missing.into_iter().map(Localized::from)));
        return Err(wrong(FILE, reason));
    }
    let around = [cls, sep].map(|token| vocabulary[token]);
    // A special token that is not in the vocabulary would get an id beyond it.
    let known: Vec<AddedToken> = special
        .iter()
        .filter(|token| vocabulary.contains_key(*token))
        .map(|token| AddedToken::from(token.clone(), true))
        .collect();
    let model = WordPiece::builder().vocab(vocabulary).unk_token(unk.clone()).build().map_err(fail)?;

    let mut normalizer = BertNormalizer::default();
    options.apply(&mut normalizer);
    let mut tokenizer = Tokenizer::new(model);
    tokenizer.with_normalizer(Some(normalizer)).map_err(fail)?;
    tokenizer.with_pre_tokenizer(Some(BertPreTokenizer));
    tokenizer.add_special_tokens(known).map_err(fail)?;
    Ok((tokenizer, around))
}

/// The ids that a post-processor in tokenizer.json puts before and after a sentence; `None` without such a rule.
fn special_tokens(file: &str, rule: &Value) -> Result<Option<[u32; 2]>, TextError> {
    let id = |value: &Value| value.as_u64().and_then(|id| u32::try_from(id).ok());
    let in_template = |piece: &Value| match rule["special_tokens"][piece["SpecialToken"]["id"].as_str()?]["ids"]
    {
        Value::Array(ref ids) if ids.len() == 1 => id(&ids[0]),
        _ => None,
    };
    let list = |field: &str| rule[field].as_array().map_or(&[][..], Vec::as_slice);
    let around = match rule["type"].as_str() {
        None | Some("ByteLevel") => return Ok(None),
        Some("BertProcessing" | "RobertaProcessing") => [id(&rule["cls"][1]), id(&rule["sep"][1])],
        Some("TemplateProcessing") => match list("single") {
            [before, sequence, after] if !sequence["Sequence"].is_null() => [before, after].map(in_template),
            _ => [None, None],
        },
        Some("Sequence") => {
            let mut found =
                list("processors").iter().filter_map(|rule| special_tokens(file, rule).transpose());
            return found.next().transpose();
        }
        Some(_) => [None, None],
    };
    match around {
        [Some(before), Some(after)] => Ok(Some([before, after])),
        _ => Err(wrong(file, messages::tokenizer_no_frame())),
    }
}

#[cfg(test)]
mod tests;
