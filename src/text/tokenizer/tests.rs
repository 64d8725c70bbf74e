//! Tokenizers from every kind of file, and which files are refused.

use super::*;
use crate::text::augment::Vocabulary;

const VOCABULARY: &str =
    "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\ncat\n##s\nsat\n.\n中\n文\ncafe\nCat\na\n##b\nb\n[\n]\n";

fn files(pairs: &[(&str, &str)]) -> Vec<(String, Vec<u8>)> {
    pairs.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect()
}

fn uncased() -> SentenceTokenizer {
    SentenceTokenizer::from_files(&files(&[("model/vocab.txt", VOCABULARY)])).unwrap()
}

const BYTE_LEVEL: &str = r#"{"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, "t": 4, "h": 5, "e": 6, "\u0120": 7, "th": 8,
    "the": 9, "\u0120the": 10, "c": 11, "a": 12, "s": 13, "'": 14, "<mask>": 15, ".": 16, "\u010a": 17, "\u00c3": 18,
    "\u00a9": 19}"#;
const MERGES: &str = "#version: 0.2\nt h\nth e\n\u{120} the\n";

fn roberta() -> SentenceTokenizer {
    let pairs = [("m/vocab.json", BYTE_LEVEL), ("m/merges.txt", MERGES)];
    SentenceTokenizer::from_files(&files(&pairs)).unwrap()
}

fn json_of(tokenizer: &SentenceTokenizer, change: impl Fn(&mut Value)) -> String {
    let mut json: Value = serde_json::from_str(&tokenizer.tokenizer.to_string(false).unwrap()).unwrap();
    change(&mut json);
    json.to_string()
}

fn message(pairs: &[(&str, &str)]) -> String {
    SentenceTokenizer::from_files(&files(pairs)).unwrap_err().to_string()
}

#[test]
fn a_vocabulary_alone_is_read_as_an_uncased_bert() {
    let ids = uncased().encode(&["The CATS sat. Café", "中文", "", "xyz [SEP] 中"], 32).unwrap();
    assert_eq!(ids[0], [2, 5, 6, 7, 8, 9, 12, 3]);
    assert_eq!(ids[1], [2, 10, 11, 3]);
    assert_eq!(ids[2], [2, 3]);
    assert_eq!(ids[3], [2, 1, 3, 10, 3]);
}

#[test]
fn a_byte_level_vocabulary_with_its_merges_is_read_as_a_cased_roberta() {
    let ids = roberta().encode(&["the the\nthe.", "Thé <mask> s", ""], 32).unwrap();
    assert_eq!(ids[0], [0, 9, 10, 17, 9, 16, 2]);
    // There is no token for T; é is two bytes; the mask token includes the space before it.
    assert_eq!(ids[1], [0, 3, 5, 18, 19, 15, 7, 13, 2]);
    assert_eq!(ids[2], [0, 2]);
    assert!(roberta().check_vocab(20).is_ok());
    assert!(roberta().check_vocab(19).is_err());
}

#[test]
fn a_byte_level_tokenizer_json_with_and_without_its_own_rule_gives_the_same_tokens() {
    let expected = roberta().encode(&["the cat's hat"], 32).unwrap();
    for rule in [
        Value::Null,
        serde_json::json!({"type": "RobertaProcessing", "sep": ["</s>", 2], "cls": ["<s>", 0],
            "trim_offsets": true, "add_prefix_space": false}),
    ] {
        let json = json_of(&roberta(), |json| json["post_processor"] = rule.clone());
        let tokenizer = SentenceTokenizer::from_files(&files(&[("tokenizer.json", &json)])).unwrap();
        assert_eq!(tokenizer.encode(&["the cat's hat"], 32).unwrap(), expected);
    }
}

#[test]
fn incomplete_byte_level_vocabularies_are_refused_with_the_reason() {
    assert!(message(&[("vocab.json", BYTE_LEVEL)]).contains("its vocab.json and merges.txt"));
    let with =
        |vocabulary: &str, merges: &str| message(&[("vocab.json", vocabulary), ("merges.txt", merges)]);
    assert!(with("[]", MERGES).contains("vocab.json: not a JSON object"));
    assert!(with("{\"a\": 0}", MERGES).contains("it lacks <s> or </s>"));
    assert!(with(BYTE_LEVEL, "#version: 0.2\nt h e\n").contains("merges.txt: line 2"));
    assert!(with(BYTE_LEVEL, "t x\n").contains("makes no tokenizer"));
    let last = r#"{"<s>": 0, "</s>": 4294967295, "a": 1}"#;
    assert!(with(last, "#version: 0.2\n").contains("4294967295 is no token id"), "{}", with(last, ""));
}

#[test]
fn the_configuration_decides_whether_case_and_accents_are_kept() {
    let config = r#"{"do_lower_case": false, "strip_accents": null, "unk_token": {"content": "[UNK]"}}"#;
    let cased = SentenceTokenizer::from_files(&files(&[
        ("vocab.txt", VOCABULARY),
        ("tokenizer_config.json", config),
    ]));
    assert_eq!(cased.unwrap().encode(&["Cat Café"], 32).unwrap(), [[2, 13, 1, 3]]);
    let json = json_of(&uncased(), |_| {});
    let cased = SentenceTokenizer::from_files(&files(&[
        ("tokenizer.json", &json),
        ("tokenizer_config.json", config),
    ]));
    assert_eq!(cased.unwrap().encode(&["Cat Café"], 32).unwrap(), [[2, 13, 1, 3]]);
}

#[test]
fn padding_and_truncation_in_the_file_are_ignored() {
    let json = json_of(&uncased(), |json| {
        json["truncation"] = serde_json::json!({"max_length": 3, "strategy": "LongestFirst", "stride": 0, "direction": "Right"});
        json["padding"] = serde_json::json!({
            "strategy": {"Fixed": 64}, "direction": "Right", "pad_to_multiple_of": null,
            "pad_id": 0, "pad_type_id": 0, "pad_token": "[PAD]"
        });
    });
    let tokenizer = SentenceTokenizer::from_files(&files(&[("tokenizer.json", &json)])).unwrap();
    assert_eq!(tokenizer.encode(&["the cat sat"], 512).unwrap(), [[2, 5, 6, 8, 3]]);
}

#[test]
fn a_long_sentence_loses_its_end_and_keeps_its_special_tokens() {
    let tokenizer = uncased();
    assert_eq!(tokenizer.encode(&["the cat sat ."], 4).unwrap(), [[2, 5, 6, 3]]);
    assert_eq!(tokenizer.encode(&["the cat"], 4).unwrap(), [[2, 5, 6, 3]]);
    assert!(tokenizer.encode(&["the"], 2).unwrap_err().to_string().contains("must be 3 or more"));
}

/// Texts that might extend across a cut: special tokens, control characters that are deleted although they are white
/// space (form feed, NEL, line separator), combining accents, zero-width joiners, long words, contractions, CJK.
#[rustfmt::skip]
const PIECES: [&str; 34] = [
    "the", "cats", " ", "  ", "\t", "\r\n", "\u{c}", "\u{85}", "\u{2028}", "\u{a0}", "\u{3000}", "[SEP]", "[ SEP ]",
    "[SE P]", "[", "]", ".", "\u{301}", "e\u{301}", "\u{200d}", "\u{0}", "中", "文", "\u{20000}", "xyz", "ab", "A\u{30a}",
    "ßΣς", "<mask>", "</s>", "<", "'s", "it's", "42",
];

#[test]
fn cutting_a_long_text_early_never_changes_its_tokens() {
    for (tokenizer, kind) in [(uncased(), Cut::Bert), (roberta(), Cut::ByteLevel)] {
        assert_eq!(tokenizer.cut, kind);
        let mut state = 1_u64;
        let mut cut = 0;
        for _ in 0..200 {
            let mut text = String::new();
            for _ in 0..60 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                text.push_str(PIECES[(state >> 33) as usize % PIECES.len()]);
            }
            let whole = tokenizer.tokenizer.encode_fast(text.as_str(), false).unwrap();
            for room in [1, 2, 3, 5, 8] {
                let expected = &whole.get_ids()[..room.min(whole.len())];
                assert_eq!(tokenizer.content(&text, room).unwrap(), expected, "{text:?}");
                cut += usize::from(kind.first_words(&text, room * BYTES_PER_TOKEN).len() < text.len());
            }
            for window in 0..text.len() {
                let beginning = kind.first_words(&text, window);
                let beginning = tokenizer.tokenizer.encode_fast(beginning, false).unwrap();
                assert!(
                    whole.get_ids().starts_with(beginning.get_ids()),
                    "{kind:?}, {text:?} cut at {window}"
                );
            }
        }
        assert!(cut > 300, "only {cut} texts were cut");
    }
}

#[test]
fn a_line_of_ten_megabytes_takes_no_longer_than_its_beginning() {
    let tokenizer = uncased();
    let line = "the cat sat. ".repeat(800_000);
    let beginning = tokenizer.encode(&[&line[..26_000]], 512).unwrap();
    let started = std::time::Instant::now();
    assert_eq!(tokenizer.encode(&[&line], 512).unwrap(), beginning);
    // In a test build, tokenising all of it takes tens of seconds, its beginning a few milliseconds.
    assert!(started.elapsed().as_secs() < 2, "{:?}", started.elapsed());
}

#[test]
fn an_added_token_of_two_words_prevents_cutting() {
    let json = json_of(&uncased(), |json| {
        let token = serde_json::json!({
            "id": 19, "content": "the cat", "single_word": false, "lstrip": false, "rstrip": false,
            "normalized": true, "special": false
        });
        json["added_tokens"].as_array_mut().unwrap().push(token);
    });
    let tokenizer = SentenceTokenizer::from_files(&files(&[("tokenizer.json", &json)])).unwrap();
    assert_eq!(tokenizer.cut, Cut::Nowhere);
    assert_eq!(tokenizer.encode(&["the cat sat"], 3).unwrap(), [[2, 19, 3]]);
}

#[test]
fn another_models_tokenizer_is_refused() {
    let tokenizer = uncased();
    assert_eq!(tokenizer.check_vocab(19), Ok(()));
    assert_eq!(tokenizer.check_vocab(64), Ok(()));
    let message = tokenizer.check_vocab(18).unwrap_err().to_string();
    assert!(message.contains("another model's tokenizer: it has the token \"]\" with id 18"), "{message}");
    // Published tables have spare rows.
    assert_eq!(tokenizer.check_vocab(30522), Ok(()));
}

#[test]
fn tokenizers_of_other_kinds_are_refused_with_the_reason() {
    assert!(message(&[]).contains("needs its tokenizer.json, its vocab.txt, or"));
    assert!(message(&[("vocab.txt", "the\ncat\n[UNK]\n")]).contains("lacks [CLS] and [SEP]"));
    assert!(message(&[("vocab.txt", "")]).contains("vocab.txt: the file is empty"));
    assert!(message(&[("tokenizer.json", "{\"a\": 1}")]).starts_with("tokenizer.json: this is no tokenizer"));
    assert!(message(&[("tokenizer.json", "{")]).starts_with("tokenizer.json: not valid JSON"));
    assert!(message(&[("vocab.txt", VOCABULARY), ("tokenizer_config.json", "{")]).contains("not valid JSON"));
    let gpt = r#"{"version": "1.0", "truncation": null, "padding": null, "added_tokens": [], "normalizer": null,
        "pre_tokenizer": null, "post_processor": null, "decoder": null,
        "model": {"type": "WordLevel", "vocab": {"a": 0}, "unk_token": "a"}}"#;
    assert!(message(&[("tokenizer.json", gpt)]).contains("no [CLS] or <s> token"));
    let prefix_only = json_of(&uncased(), |json| {
        json["post_processor"] = serde_json::json!({
            "type": "TemplateProcessing",
            "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
            "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [2], "tokens": ["[CLS]"]}}
        });
    });
    assert!(
        message(&[("tokenizer.json", &prefix_only)])
            .contains("does not put a sentence between two special tokens")
    );
}

#[test]
fn every_kind_of_post_processor_is_read() {
    let template = serde_json::json!({
        "type": "TemplateProcessing",
        "single": [
            {"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
            {"SpecialToken": {"id": "[SEP]", "type_id": 0}}
        ],
        "pair": [],
        "special_tokens": {
            "[CLS]": {"id": "[CLS]", "ids": [2], "tokens": ["[CLS]"]},
            "[SEP]": {"id": "[SEP]", "ids": [3], "tokens": ["[SEP]"]}
        }
    });
    let byte_level = serde_json::json!({"type": "ByteLevel"});
    for rule in [
        Value::Null,
        serde_json::json!({"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]}),
        serde_json::json!({"type": "Sequence", "processors": [byte_level, template.clone()]}),
        template,
    ] {
        let json = json_of(&uncased(), |json| json["post_processor"] = rule.clone());
        let tokenizer = SentenceTokenizer::from_files(&files(&[("tokenizer.json", &json)])).unwrap();
        assert_eq!(tokenizer.encode(&["the"], 8).unwrap(), [[2, 5, 3]], "{rule}");
    }
}

#[test]
fn the_tokenizers_files_are_returned_unchanged() {
    let given =
        files(&[("m/tokenizer_config.json", "{}"), ("m/vocab.txt", VOCABULARY), ("m/config.json", "{}")]);
    let tokenizer = SentenceTokenizer::from_files(&given).unwrap();
    assert_eq!(tokenizer.raw_files(), files(&[("vocab.txt", VOCABULARY), ("tokenizer_config.json", "{}")]));
    assert_eq!(tokenizer.token(6).as_deref(), Some("cat"));
}

#[test]
fn the_vocabulary_separates_special_tokens_from_others() {
    let bert = uncased().vocabulary().unwrap();
    assert_eq!(bert, Vocabulary::new(0..19, &[0, 1, 2, 3], 4));
    let json = json_of(&uncased(), |_| {});
    let same = SentenceTokenizer::from_files(&files(&[("tokenizer.json", &json)])).unwrap();
    assert_eq!(same.vocabulary().unwrap(), bert);
    assert_eq!(roberta().vocabulary().unwrap(), Vocabulary::new(0..20, &[0, 1, 2, 3], 15));
    let config = r#"{"mask_token": "cat", "pad_token": {"content": "the"}}"#;
    let stated = SentenceTokenizer::from_files(&files(&[
        ("vocab.txt", VOCABULARY),
        ("tokenizer_config.json", config),
    ]));
    let stated = stated.unwrap().vocabulary().unwrap();
    assert_eq!(stated.mask(), 6);
    assert!(stated.is_special(5) && stated.is_special(4) && !stated.is_special(7));
    let none = VOCABULARY.replace("[MASK]", "masked");
    let error = SentenceTokenizer::from_files(&files(&[("vocab.txt", &none)])).unwrap().vocabulary();
    assert!(error.unwrap_err().to_string().contains("no [MASK] or <mask> token"));
}

#[test]
fn the_share_of_unknown_tokens_is_counted() {
    let share = |text: &str| {
        let tokenizer = uncased();
        tokenizer.unknown_share(&tokenizer.encode(&[text, ""], 32).unwrap())
    };
    assert_eq!(share("the cat sat."), 0.0);
    assert_eq!(share("the xyz sat."), 0.25);
    assert_eq!(share("猫很大"), 1.0);
    assert_eq!(share(""), 0.0);
    assert_eq!(roberta().unknown_share(&[vec![0, 3, 9, 2]]), 0.5);
}

fn built(pairs: &[(&str, &str)]) -> SentenceTokenizer {
    SentenceTokenizer::from_files(&files(pairs)).unwrap()
}

#[test]
fn tokens_beside_the_vocabulary_are_read_from_older_and_newer_files() {
    let old = [
        ("vocab.txt", VOCABULARY),
        ("added_tokens.json", r#"{"[ENT]": 19, "covid": 20}"#),
        ("special_tokens_map.json", r#"{"additional_special_tokens": ["[ENT]"]}"#),
    ];
    let listed = r#"{"added_tokens_decoder": {
        "19": {"content": "[ENT]", "special": true, "normalized": false},
        "20": {"content": "covid", "special": false, "normalized": true}}}"#;
    let new = [("vocab.txt", VOCABULARY), ("tokenizer_config.json", listed)];
    for tokenizer in [built(&old), built(&new)] {
        let ids = tokenizer.encode(&["the [ENT] COVID cat"], 32).unwrap();
        assert_eq!(ids[0], [2, 5, 19, 20, 6, 3]);
        assert!(tokenizer.check_vocab(21).is_ok() && tokenizer.check_vocab(20).is_err());
    }
    // The vocabulary ends at 18, so an added token with id 25 would get another id here.
    let far = message(&[("vocab.txt", VOCABULARY), ("added_tokens.json", r#"{"[ENT]": 25}"#)]);
    assert!(far.contains("should have the id 25, and has 19"), "{far}");
    assert!(
        message(&[("vocab.txt", VOCABULARY), ("added_tokens.json", r#"{"x": "y"}"#)])
            .contains("\"x\" has no id")
    );
}

#[test]
fn long_sentences_lose_their_beginning_with_truncation_side_left() {
    let left = ("tokenizer_config.json", r#"{"truncation_side": "left"}"#);
    let tokenizer = built(&[("vocab.txt", VOCABULARY), left]);
    let long = format!("{}the cat sat", "b ".repeat(1000));
    assert_eq!(tokenizer.encode(&[&long], 5).unwrap()[0], [2, 5, 6, 8, 3]);
    assert_eq!(tokenizer.encode(&["a cat"], 5).unwrap()[0], [2, 14, 6, 3]);
}

#[test]
fn a_space_before_the_first_word_is_added_only_if_the_configuration_says_so() {
    let pairs = [("vocab.json", BYTE_LEVEL), ("merges.txt", MERGES)];
    let with = |value: &str| {
        let config = format!(r#"{{"add_prefix_space": {value}}}"#);
        let mut all = pairs.to_vec();
        all.push(("tokenizer_config.json", &config));
        built(&all).encode(&["the the"], 9).unwrap()
    };
    assert_eq!(with("true"), [[0, 10, 10, 2]]);
    assert_eq!(with("false"), [[0, 9, 10, 2]]);
    // The default of the class in transformers overrides tokenizer.json.
    let json = json_of(&roberta(), |json| json["pre_tokenizer"]["add_prefix_space"] = true.into());
    assert_eq!(built(&[("tokenizer.json", &json)]).encode(&["the the"], 9).unwrap(), [[0, 9, 10, 2]]);
}

#[test]
fn berts_class_overrides_tokenizer_json_in_case_and_accents() {
    let cased = json_of(&uncased(), |json| json["normalizer"]["lowercase"] = false.into());
    let ids = |pairs: &[(&str, &str)]| built(pairs).encode(&["Cat"], 9).unwrap();
    // As in transformers, the default of the class is lower case.
    assert_eq!(ids(&[("tokenizer.json", &cased)]), [[2, 6, 3]]);
    let says = r#"{"tokenizer_class": "BertTokenizer", "do_lower_case": false}"#;
    assert_eq!(ids(&[("tokenizer.json", &cased), ("tokenizer_config.json", says)]), [[2, 13, 3]]);
    let by_file = r#"{"tokenizer_class": "PreTrainedTokenizerFast"}"#;
    assert_eq!(ids(&[("tokenizer.json", &cased), ("tokenizer_config.json", by_file)]), [[2, 13, 3]]);
}

#[test]
fn an_added_token_that_two_files_normalize_differently_is_refused() {
    let json = json_of(&uncased(), |json| {
        json["normalizer"]["lowercase"] = false.into();
        let token = serde_json::json!({
            "id": 19, "content": "Ent", "special": false, "normalized": true, "single_word": false,
            "lstrip": false, "rstrip": false
        });
        json["added_tokens"].as_array_mut().unwrap().push(token);
    });
    assert!(message(&[("tokenizer.json", &json)]).contains("\"Ent\" is to be normalized"));
    let agreed = r#"{"do_lower_case": false}"#;
    built(&[("tokenizer.json", &json), ("tokenizer_config.json", agreed)]);
}

#[test]
fn unsupported_tokenizer_classes_are_refused_by_name() {
    for (class, more) in [
        ("BertJapaneseTokenizer", ("vocab.txt", VOCABULARY)),
        ("BertweetTokenizer", ("vocab.txt", VOCABULARY)),
        ("HerbertTokenizerFast", ("vocab.txt", VOCABULARY)),
        ("RobertaTokenizer", ("vocab.txt", VOCABULARY)),
    ] {
        let config = format!(r#"{{"tokenizer_class": "{class}"}}"#);
        let words = message(&[more, ("tokenizer_config.json", &config)]);
        assert!(words.contains(class), "{words}");
    }
    let custom = r#"{"tokenizer_class": "BertTokenizer", "auto_map": {"AutoTokenizer": ["x.Y", null]}}"#;
    assert!(
        message(&[("vocab.txt", VOCABULARY), ("tokenizer_config.json", custom)]).contains("not supported")
    );
    let herbert = r#"{"tokenizer_class": "HerbertTokenizerFast"}"#;
    let byte_level = [("vocab.json", BYTE_LEVEL), ("merges.txt", MERGES), ("tokenizer_config.json", herbert)];
    assert!(message(&byte_level).contains("HerbertTokenizerFast"));
}

#[test]
fn a_prompt_is_put_before_the_sentence_and_both_are_lower_cased() {
    let config = ("tokenizer_config.json", r#"{"do_lower_case": false}"#);
    let tokenizer = built(&[("vocab.txt", VOCABULARY), config]).with_rules(Some("the "), true);
    assert_eq!(tokenizer.encode(&["Cat"], 9).unwrap(), [[2, 5, 6, 3]]);
    assert_eq!(tokenizer.encode_plain(&[" Cat "], 9).unwrap(), [[2, 6, 3]], "training has no prompt");
    assert_eq!(tokenizer.prompt_tokens(9).unwrap(), 2);
    let nothing = built(&[("vocab.txt", VOCABULARY)]).with_rules(Some(""), false);
    assert_eq!(nothing.prompt_tokens(9).unwrap(), 1, "only the first special token");
    assert_eq!(built(&[("vocab.txt", VOCABULARY)]).prompt_tokens(9).unwrap(), 0);
}
