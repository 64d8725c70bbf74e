//! Sentences to token ids, by the `tokenizers` crate.

use serde_json::Value;
use tokenizers::models::wordpiece::WordPiece;
use tokenizers::normalizers::BertNormalizer;
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::processors::bert::BertProcessing;
use tokenizers::{AddedToken, NormalizerWrapper, PreTokenizerWrapper, Tokenizer};

use super::TextError;
use super::decode::decode;

/// The files of a tokenizer, in the order in which they are looked for.
pub const TOKENIZER_FILES: [&str; 4] =
    ["tokenizer.json", "vocab.txt", "tokenizer_config.json", "special_tokens_map.json"];

/// A model's vocabulary may be padded to a round size; one that is larger by more belongs to another tokenizer.
const MOST_VOCABULARY_PADDING: usize = 256;

/// A first guess at how many bytes of text give a token; being wrong costs time, nothing else.
const BYTES_PER_TOKEN: usize = 16;

/// Turns sentences into `[CLS] … [SEP]`, without padding.
#[derive(Debug, Clone)]
pub struct SentenceTokenizer {
    tokenizer: Tokenizer,
    /// The file that it was read from, for messages.
    file: String,
    cls: u32,
    sep: u32,
    can_cut: bool,
    files: Vec<(String, Vec<u8>)>,
}

impl SentenceTokenizer {
    /// Reads the tokenizer among a model's files, which go by path or bare name: tokenizer.json, or vocab.txt.
    ///
    /// What tokenizer_config.json says of lower case, accents and Chinese characters holds for both, as in
    /// `transformers`; without it vocab.txt is taken to be uncased. Padding and truncation that tokenizer.json
    /// may switch on are off.
    ///
    /// # Errors
    /// No tokenizer among the files, one that cannot be read, or one that does not put a sentence between two
    /// special tokens as BERT's does.
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

        let options = Options::read(find("tokenizer_config.json"))?;
        let (file, mut tokenizer) = if let Some(bytes) = find("tokenizer.json") {
            ("tokenizer.json", from_json(bytes, &options)?)
        } else if let Some(bytes) = find("vocab.txt") {
            ("vocab.txt", from_vocabulary(bytes, &options)?)
        } else {
            return Err(wrong(
                "tokenizer",
                "missing: a model needs its tokenizer.json or vocab.txt".to_owned(),
            ));
        };
        tokenizer.with_padding(None);
        tokenizer.with_truncation(None).map_err(|error| wrong(file, error.to_string()))?;
        let [cls, sep] = special_tokens(file, &mut tokenizer)?;
        let can_cut = can_cut(&tokenizer);
        Ok(SentenceTokenizer { tokenizer, file: file.to_owned(), cls, sep, can_cut, files })
    }

    /// Token ids of each sentence, `[CLS]` and `[SEP]` included, at most `max_length` of them; longer sentences
    /// lose their end.
    ///
    /// # Errors
    /// A `max_length` below 3, or a sentence that the tokenizer has no token for.
    pub fn encode(
        &self,
        sentences: &[impl AsRef<str>],
        max_length: usize,
    ) -> Result<Vec<Vec<u32>>, TextError> {
        let Some(room) = max_length.checked_sub(2).filter(|&room| room > 0) else {
            return Err(TextError::MaxLength { found: max_length });
        };
        sentences
            .iter()
            .map(|sentence| {
                let content = self.content(sentence.as_ref(), room)?;
                Ok([&[self.cls], content.as_slice(), &[self.sep]].concat())
            })
            .collect()
    }

    /// Checks that tokenizer and model belong together: every id has a row in the model's embedding table, and the
    /// table is not much larger than the vocabulary.
    ///
    /// # Errors
    /// Says which token lies beyond the table, or how the sizes differ.
    pub fn check_vocab(&self, vocab_size: usize) -> Result<(), TextError> {
        let vocabulary = self.tokenizer.get_vocab(true);
        let reason = match vocabulary.iter().max_by_key(|(_, id)| **id) {
            Some((token, &id)) if id as usize >= vocab_size => {
                format!(
                    "it has the token {token:?} with id {id}, while the model's vocabulary ends at {vocab_size}"
                )
            }
            last => {
                let known = last.map_or(0, |(_, &id)| id as usize + 1);
                if vocab_size - known <= MOST_VOCABULARY_PADDING {
                    return Ok(());
                }
                format!("it knows {known} tokens, while the model has embeddings for {vocab_size}")
            }
        };
        Err(TextError::Vocabulary { file: self.file.clone(), reason })
    }

    /// The text of a token, `None` for an id without one.
    pub fn token(&self, id: u32) -> Option<String> {
        self.tokenizer.id_to_token(id)
    }

    /// The tokenizer's files as they came in, under their bare names, for an export.
    pub fn raw_files(&self) -> &[(String, Vec<u8>)] {
        &self.files
    }

    /// The first `room` tokens of a sentence, at a cost that does not grow with what follows them.
    fn content(&self, sentence: &str, room: usize) -> Result<Vec<u32>, TextError> {
        let mut window = room * BYTES_PER_TOKEN;
        loop {
            let text = if self.can_cut { first_words(sentence, window) } else { sentence };
            let encoding = self.tokenizer.encode_fast(text, false);
            let encoding = encoding.map_err(|error| wrong(&self.file, error.to_string()))?;
            let ids = encoding.get_ids();
            if ids.len() >= room || text.len() == sentence.len() {
                return Ok(ids[..ids.len().min(room)].to_vec());
            }
            window *= 2;
        }
    }
}

fn wrong(file: &str, reason: String) -> TextError {
    TextError::Tokenizer { file: file.to_owned(), reason }
}

/// The beginning of a text, of about `window` bytes or more: up to a place where BERT's tokenizer is sure to end a
/// token whatever comes next, so that the tokens of the beginning are the first tokens of the whole.
///
/// Such places are before ASCII white space (other white space BERT's text cleaning may delete as a control
/// character, joining the words around it) and before CJK ideographs, which are words of their own. See [`can_cut`].
fn first_words(text: &str, window: usize) -> &str {
    let ends = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{4e00}'..='\u{9fff}');
    let start = text.ceil_char_boundary(window.min(text.len()));
    let end = text[start..].find(ends).map_or(text.len(), |offset| start + offset);
    &text[..end]
}

/// Whether [`first_words`] is right for a tokenizer: BERT's normaliser with all its steps, then BERT's splitting at
/// white space and punctuation, and no added token that could reach across a cut.
fn can_cut(tokenizer: &Tokenizer) -> bool {
    let normalizes = matches!(
        tokenizer.get_normalizer(),
        Some(NormalizerWrapper::BertNormalizer(bert)) if bert.clean_text && bert.handle_chinese_chars
    );
    let splits = matches!(tokenizer.get_pre_tokenizer(), Some(PreTokenizerWrapper::BertPreTokenizer(_)));
    let is_one_word = |token: &AddedToken| token.content.chars().all(|c| c.is_ascii_graphic());
    normalizes && splits && tokenizer.get_added_tokens_decoder().values().all(is_one_word)
}

/// What tokenizer_config.json has to say; `None` where it is silent.
#[derive(Default)]
struct Options {
    lowercase: Option<bool>,
    /// `Some(None)`: stated to follow `lowercase`.
    strip_accents: Option<Option<bool>>,
    chinese_chars: Option<bool>,
    special: Vec<(&'static str, String)>,
}

impl Options {
    fn read(bytes: Option<&[u8]>) -> Result<Self, TextError> {
        const FILE: &str = "tokenizer_config.json";
        let Some(bytes) = bytes else { return Ok(Options::default()) };
        let text = decode(FILE, bytes)?;
        let config: Value =
            serde_json::from_str(text).map_err(|error| wrong(FILE, format!("not valid JSON: {error}")))?;
        let boolean = |field: &str| config.get(field).and_then(Value::as_bool);
        // A special token is a string, or an object with its text and how it is matched.
        let token = |field: &str| {
            let value = config.get(field)?;
            value.as_str().or_else(|| value.get("content")?.as_str()).map(str::to_owned)
        };
        let fields = ["unk_token", "cls_token", "sep_token", "pad_token", "mask_token"];
        Ok(Options {
            lowercase: boolean("do_lower_case"),
            strip_accents: config.get("strip_accents").map(Value::as_bool),
            chinese_chars: boolean("tokenize_chinese_chars"),
            special: fields.into_iter().filter_map(|field| Some((field, token(field)?))).collect(),
        })
    }

    fn special(&self, field: &str, default: &str) -> String {
        let stated = self.special.iter().find(|(name, _)| *name == field);
        stated.map_or_else(|| default.to_owned(), |(_, token)| token.clone())
    }

    fn apply(&self, normalizer: &mut BertNormalizer) {
        normalizer.lowercase = self.lowercase.unwrap_or(normalizer.lowercase);
        normalizer.strip_accents = self.strip_accents.unwrap_or(normalizer.strip_accents);
        normalizer.handle_chinese_chars = self.chinese_chars.unwrap_or(normalizer.handle_chinese_chars);
    }
}

fn from_json(bytes: &[u8], options: &Options) -> Result<Tokenizer, TextError> {
    const FILE: &str = "tokenizer.json";
    let fail = |error: tokenizers::Error| wrong(FILE, error.to_string());
    let text = decode(FILE, bytes)?;
    let mut tokenizer = Tokenizer::from_bytes(text)
        .map_err(|error| wrong(FILE, format!("this is no tokenizer that can be read: {error}")))?;
    if let Some(NormalizerWrapper::BertNormalizer(mut normalizer)) = tokenizer.get_normalizer().cloned() {
        options.apply(&mut normalizer);
        tokenizer.with_normalizer(Some(normalizer)).map_err(fail)?;
    }
    if let tokenizers::ModelWrapper::WordPiece(model) = tokenizer.get_model()
        && tokenizer.token_to_id(&model.unk_token).is_none()
    {
        return Err(wrong(
            FILE,
            format!("its vocabulary lacks its own unknown-word token {}", model.unk_token),
        ));
    }
    Ok(tokenizer)
}

fn from_vocabulary(bytes: &[u8], options: &Options) -> Result<Tokenizer, TextError> {
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
    let missing: Vec<&str> = [unk, cls, sep]
        .into_iter()
        .filter(|token| !vocabulary.contains_key(*token))
        .map(String::as_str)
        .collect();
    if !missing.is_empty() {
        let reason =
            format!("it lacks {}; is this the vocabulary of a BERT, a token a line?", missing.join(" and "));
        return Err(wrong(FILE, reason));
    }
    let ids = [cls, sep].map(|token| (token.clone(), vocabulary[token]));
    // A special token that the vocabulary lacks would get an id beyond it.
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
    let [cls, sep] = ids;
    tokenizer.with_post_processor(Some(BertProcessing::new(sep, cls)));
    tokenizer.add_special_tokens(known).map_err(fail)?;
    Ok(tokenizer)
}

/// The ids that the tokenizer puts before and after a sentence; BERT's own names where it has no rule for that.
fn special_tokens(file: &str, tokenizer: &mut Tokenizer) -> Result<[u32; 2], TextError> {
    if tokenizer.get_post_processor().is_none() {
        let id = |token: &str| {
            let missing =
                || wrong(file, format!("it has no {token} token; is this the tokenizer of a BERT?"));
            tokenizer.token_to_id(token).ok_or_else(missing)
        };
        return Ok([id("[CLS]")?, id("[SEP]")?]);
    }
    let around = tokenizer.encode_fast("", true).map_err(|error| wrong(file, error.to_string()))?;
    match *around.get_ids() {
        [cls, sep] => Ok([cls, sep]),
        ref ids => {
            let tokens: Vec<String> = ids.iter().filter_map(|&id| tokenizer.id_to_token(id)).collect();
            let found = if tokens.is_empty() { "nothing".to_owned() } else { tokens.join(" ") };
            Err(wrong(file, format!("it puts {found} around a sentence, not [CLS] and [SEP] as BERT's does")))
        }
    }
}

#[cfg(test)]
mod tests;
