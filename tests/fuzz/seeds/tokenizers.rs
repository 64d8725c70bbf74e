//! Tokenizer files of every kind.

use serde_json::{Value, json};

use super::file;
use crate::case::Files;

/// Twenty tokens, as many as the model folders' word table has rows.
pub const VOCABULARY: &str =
    "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\ncat\n##s\nsat\n.\n中\n文\ncafe\nCat\na\n##b\nb\n[\n]\n##a\n";
const BYTE_LEVEL: &str = r#"{"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, "t": 4, "h": 5, "e": 6, "\u0120": 7, "th": 8,
    "the": 9, "\u0120the": 10, "c": 11, "a": 12, "s": 13, "'": 14, "<mask>": 15, ".": 16, "\u010a": 17, "\u00c3": 18,
    "\u00a9": 19}"#;
const MERGES: &str = "#version: 0.2\nt h\nth e\n\u{120} the\n";

fn special(id: u32, content: &str) -> Value {
    json!({"id": id, "content": content, "single_word": false, "lstrip": false, "rstrip": false, "normalized": false,
        "special": true})
}

/// A tokenizer.json with this model.
fn whole(model: &Value, normalizer: &Value, splitter: &Value, frame: [(&str, u32); 2]) -> String {
    let [(cls, cls_id), (sep, sep_id)] = frame;
    let text = json!({
        "version": "1.0",
        "truncation": {"direction": "Right", "max_length": 8, "strategy": "LongestFirst", "stride": 0},
        "padding": {"strategy": "BatchLongest", "direction": "Right", "pad_to_multiple_of": null, "pad_id": 0,
            "pad_type_id": 0, "pad_token": "[PAD]"},
        "added_tokens": [special(cls_id, cls), special(sep_id, sep)],
        "normalizer": normalizer,
        "pre_tokenizer": splitter,
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [{"SpecialToken": {"id": cls, "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
                {"SpecialToken": {"id": sep, "type_id": 0}}],
            "pair": [],
            "special_tokens": {cls: {"id": cls, "ids": [cls_id], "tokens": [cls]},
                sep: {"id": sep, "ids": [sep_id], "tokens": [sep]}},
        },
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
        "model": model,
    });
    text.to_string()
}

/// WordPiece in tokenizer.json.
pub fn wordpiece() -> String {
    let vocab: Value = VOCABULARY
        .lines()
        .zip(0..)
        .map(|(piece, id): (&str, u32)| (piece.to_owned(), id))
        .collect::<Vec<_>>()
        .into_iter()
        .map(|(piece, id)| (piece, Value::from(id)))
        .collect::<serde_json::Map<_, _>>()
        .into();
    let model = json!({"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
        "max_input_chars_per_word": 100, "vocab": vocab});
    let normalizer = json!({"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
        "strip_accents": null, "lowercase": true});
    whole(&model, &normalizer, &json!({"type": "BertPreTokenizer"}), [("[CLS]", 2), ("[SEP]", 3)])
}

fn bpe() -> String {
    let vocab: Value = serde_json::from_str(BYTE_LEVEL).expect("a vocabulary");
    let model = json!({"type": "BPE", "dropout": null, "unk_token": "<unk>", "continuing_subword_prefix": "",
        "end_of_word_suffix": "", "fuse_unk": false, "byte_fallback": false, "vocab": vocab,
        "merges": [["t", "h"], ["th", "e"], ["\u{120}", "the"]]});
    let splitter =
        json!({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true});
    whole(&model, &Value::Null, &splitter, [("<s>", 0), ("</s>", 2)])
}

/// A Unigram tokenizer.json, with splitters and normalizers of other models.
fn unigram() -> String {
    let model = json!({"type": "Unigram", "unk_id": 1, "byte_fallback": false, "vocab": [["<pad>", 0.0], ["<unk>", -1.0],
        ["[CLS]", 0.0], ["[SEP]", 0.0], ["[MASK]", 0.0], ["\u{2581}", -2.0], ["a", -2.5], ["\u{2581}the", -3.0], ["c", -3.5]]});
    let normalizer = json!({"type": "Sequence", "normalizers": [{"type": "NFKC"}, {"type": "Lowercase"}, {"type": "StripAccents"},
        {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "},
        {"type": "Strip", "strip_left": true, "strip_right": true}, {"type": "Prepend", "prepend": "\u{2581}"}]});
    let splitter = json!({"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"},
        {"type": "Metaspace", "replacement": "\u{2581}", "prepend_scheme": "always", "split": true}]});
    whole(&model, &normalizer, &splitter, [("[CLS]", 2), ("[SEP]", 3)])
}

fn word_level() -> String {
    let model = json!({"type": "WordLevel", "unk_token": "[UNK]", "vocab": {"[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "[MASK]": 4,
        "the": 5, "cat": 6, "0": 7}});
    let normalizer =
        json!({"type": "Sequence", "normalizers": [{"type": "NFD"}, {"type": "Nmt"}, {"type": "ByteLevel"}]});
    let splitter = json!({"type": "Sequence", "pretokenizers": [{"type": "Whitespace"}, {"type": "Digits", "individual_digits": true},
        {"type": "Split", "pattern": {"Regex": "\\s+|(?=[A-Z])"}, "behavior": "Removed", "invert": false},
        {"type": "Split", "pattern": {"String": "-"}, "behavior": "Isolated", "invert": false},
        {"type": "Punctuation", "behavior": "Contiguous"}, {"type": "CharDelimiterSplit", "delimiter": "x"},
        {"type": "UnicodeScripts"}, {"type": "FixedLength", "length": 5}]});
    whole(&model, &normalizer, &splitter, [("[CLS]", 2), ("[SEP]", 3)])
}

/// The settings files beside a vocabulary.
pub fn beside(cls: &str, sep: &str, class: &str) -> Files {
    let config = json!({"tokenizer_class": class, "do_lower_case": true, "strip_accents": null, "tokenize_chinese_chars": true,
        "model_max_length": 16, "cls_token": cls, "sep_token": {"content": sep, "lstrip": false}, "truncation_side": "right",
        "add_prefix_space": false, "additional_special_tokens": []});
    let map =
        json!({"cls_token": cls, "sep_token": sep, "mask_token": {"content": "[MASK]", "lstrip": true}});
    vec![
        file("tokenizer_config.json", config.to_string()),
        file("special_tokens_map.json", map.to_string()),
        file("added_tokens.json", "{}"),
    ]
}

/// RoBERTa's two files.
pub fn byte_level() -> Files {
    vec![file("vocab.json", BYTE_LEVEL), file("merges.txt", MERGES)]
}

pub fn tokenizers() -> Vec<Files> {
    let with = |mut files: Files, more: Files| {
        files.extend(more);
        files
    };
    let bert = || beside("[CLS]", "[SEP]", "BertTokenizer");
    let decoder = json!({"tokenizer_class": "BertTokenizerFast", "added_tokens_decoder": {"2": special(2, "[CLS]"),
        "19": {"content": "##a", "special": false, "normalized": false}}});
    vec![
        vec![file("vocab.txt", VOCABULARY)],
        with(vec![file("vocab.txt", VOCABULARY)], bert()),
        with(vec![file("tokenizer.json", wordpiece())], bert()),
        vec![file("tokenizer.json", wordpiece()), file("tokenizer_config.json", decoder.to_string())],
        with(byte_level(), beside("<s>", "</s>", "RobertaTokenizer")),
        vec![file("tokenizer.json", bpe())],
        vec![file("tokenizer.json", unigram())],
        vec![file("tokenizer.json", word_level())],
    ]
}
