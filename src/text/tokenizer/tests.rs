use super::*;

const VOCABULARY: &str =
    "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\ncat\n##s\nsat\n.\n中\n文\ncafe\nCat\na\n##b\nb\n[\n]\n";

fn files(pairs: &[(&str, &str)]) -> Vec<(String, Vec<u8>)> {
    pairs.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect()
}

fn uncased() -> SentenceTokenizer {
    SentenceTokenizer::from_files(&files(&[("model/vocab.txt", VOCABULARY)])).unwrap()
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
fn a_vocabulary_alone_is_an_uncased_bert() {
    let ids = uncased().encode(&["The CATS sat. Café", "中文", "", "xyz [SEP] 中"], 32).unwrap();
    assert_eq!(ids[0], [2, 5, 6, 7, 8, 9, 12, 3]);
    assert_eq!(ids[1], [2, 10, 11, 3]);
    assert_eq!(ids[2], [2, 3]);
    assert_eq!(ids[3], [2, 1, 3, 10, 3]);
}

#[test]
fn the_configuration_says_whether_case_and_accents_count() {
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
fn padding_and_truncation_of_the_file_are_off() {
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

#[test]
fn cutting_a_long_text_early_never_changes_its_tokens() {
    let tokenizer = uncased();
    assert!(tokenizer.can_cut);
    // Everything that might reach across a cut: special tokens, control characters that are deleted although they
    // are white space (form feed, NEL, line separator), combining accents, zero-width joiners, long words, CJK.
    let pieces = [
        "the",
        "cats",
        " ",
        "  ",
        "\t",
        "\r\n",
        "\u{c}",
        "\u{85}",
        "\u{2028}",
        "\u{a0}",
        "\u{3000}",
        "[SEP]",
        "[ SEP ]",
        "[SE P]",
        "[",
        "]",
        ".",
        "\u{301}",
        "e\u{301}",
        "\u{200d}",
        "\u{0}",
        "中",
        "文",
        "\u{20000}",
        "xyz",
        "ab",
        "A\u{30a}",
        "ßΣς",
    ];
    let mut state = 1_u64;
    let mut cut = 0;
    for _ in 0..200 {
        let mut text = String::new();
        for _ in 0..60 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            text.push_str(pieces[(state >> 33) as usize % pieces.len()]);
        }
        let whole = tokenizer.tokenizer.encode_fast(text.as_str(), false).unwrap();
        for room in [1, 2, 3, 5, 8] {
            let expected = &whole.get_ids()[..room.min(whole.len())];
            assert_eq!(tokenizer.content(&text, room).unwrap(), expected, "{text:?}");
            cut += usize::from(first_words(&text, room * BYTES_PER_TOKEN).len() < text.len());
        }
        for window in 0..text.len() {
            let beginning = first_words(&text, window);
            let beginning = tokenizer.tokenizer.encode_fast(beginning, false).unwrap();
            assert!(whole.get_ids().starts_with(beginning.get_ids()), "{text:?} cut at {window}");
        }
    }
    assert!(cut > 300, "only {cut} texts were cut");
}

#[test]
fn a_line_of_ten_megabytes_costs_no_more_than_its_beginning() {
    let tokenizer = uncased();
    let line = "the cat sat. ".repeat(800_000);
    let beginning = tokenizer.encode(&[&line[..26_000]], 512).unwrap();
    let started = std::time::Instant::now();
    assert_eq!(tokenizer.encode(&[&line], 512).unwrap(), beginning);
    // Tokenising all of it takes tens of seconds in a test build, its beginning a few milliseconds.
    assert!(started.elapsed().as_secs() < 2, "{:?}", started.elapsed());
}

#[test]
fn an_added_token_of_two_words_forbids_cutting() {
    let json = json_of(&uncased(), |json| {
        let token = serde_json::json!({
            "id": 19, "content": "the cat", "single_word": false, "lstrip": false, "rstrip": false,
            "normalized": true, "special": false
        });
        json["added_tokens"].as_array_mut().unwrap().push(token);
    });
    let tokenizer = SentenceTokenizer::from_files(&files(&[("tokenizer.json", &json)])).unwrap();
    assert!(!tokenizer.can_cut);
    assert_eq!(tokenizer.encode(&["the cat sat"], 3).unwrap(), [[2, 19, 3]]);
}

#[test]
fn another_models_tokenizer_is_refused() {
    let tokenizer = uncased();
    assert_eq!(tokenizer.check_vocab(19), Ok(()));
    assert_eq!(tokenizer.check_vocab(64), Ok(()));
    let message = tokenizer.check_vocab(18).unwrap_err().to_string();
    assert!(message.contains("another model's tokenizer: it has the token \"]\" with id 18"), "{message}");
    assert!(tokenizer.check_vocab(30522).unwrap_err().to_string().contains("knows 19 tokens"));
}

#[test]
fn what_is_no_berts_tokenizer_is_refused_with_the_reason() {
    assert!(message(&[]).contains("needs its tokenizer.json or vocab.txt"));
    assert!(message(&[("vocab.txt", "the\ncat\n[UNK]\n")]).contains("lacks [CLS] and [SEP]"));
    assert!(message(&[("vocab.txt", "")]).contains("vocab.txt: the file is empty"));
    assert!(message(&[("tokenizer.json", "{\"a\": 1}")]).starts_with("tokenizer.json: this is no tokenizer"));
    assert!(message(&[("tokenizer.json", "{")]).starts_with("tokenizer.json: not valid JSON"));
    assert!(message(&[("vocab.txt", VOCABULARY), ("tokenizer_config.json", "{")]).contains("not valid JSON"));
    let gpt = r#"{"version": "1.0", "truncation": null, "padding": null, "added_tokens": [], "normalizer": null,
        "pre_tokenizer": null, "post_processor": null, "decoder": null,
        "model": {"type": "WordLevel", "vocab": {"a": 0}, "unk_token": "a"}}"#;
    assert!(message(&[("tokenizer.json", gpt)]).contains("no [CLS] token"));
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
fn every_rule_for_special_tokens_is_read() {
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
fn the_files_come_back_as_they_were() {
    let given =
        files(&[("m/tokenizer_config.json", "{}"), ("m/vocab.txt", VOCABULARY), ("m/config.json", "{}")]);
    let tokenizer = SentenceTokenizer::from_files(&given).unwrap();
    assert_eq!(tokenizer.raw_files(), files(&[("vocab.txt", VOCABULARY), ("tokenizer_config.json", "{}")]));
    assert_eq!(tokenizer.token(6).as_deref(), Some("cat"));
}
