//! Reads real files (from shared/data, if it is beside the repository) and damaged ones: cut, scrambled, of another
//! kind. Each is read or refused, and nothing panics.

use std::path::PathBuf;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use simcse_lab::model::checkpoint::{SimcseSettings, export_directory, load_directory, random_head};
use simcse_lab::model::{Checkpoint, ModelConfig, ModelError, Pooler};
use simcse_lab::text::{Corpus, SentenceTokenizer, StsSet, TrainingData, TransferKind, TransferTask};

/// A file of shared/data with its name; `None` on a machine without it.
fn shared(path: &str) -> Option<(String, Vec<u8>)> {
    let root = std::env::var_os("SIMCSE_SHARED").map(PathBuf::from);
    let root = root.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"));
    let file = root.join("data").join(path);
    std::fs::read(&file).ok().map(|bytes| (file.display().to_string(), bytes))
}

/// `count` copies of `original`, each with a few bytes changed, removed or repeated; the same for a seed.
fn damaged(original: &[u8], count: usize, seed: u64) -> impl Iterator<Item = Vec<u8>> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    (0..count).map(move |_| {
        let mut bytes = original.to_vec();
        for _ in 0..1 + rng.next_u32() % 4 {
            let at = rng.next_u32() as usize % bytes.len().max(1);
            match rng.next_u32() % 4 {
                0 => bytes.truncate(at),
                1 if at < bytes.len() => bytes[at] = rng.next_u32() as u8,
                2 if at < bytes.len() => drop(bytes.remove(at)),
                _ => {
                    let tail = bytes[at.min(bytes.len())..].to_vec();
                    bytes.truncate(at + 3);
                    bytes.extend(tail);
                }
            }
        }
        bytes
    })
}

#[test]
fn scored_pairs_are_read_whole() {
    let small = "g\tf\t2012\t1\t4.5\tA \"man.\tB\n".repeat(3);
    assert_eq!(StsSet::parse("small.csv", small.as_bytes()).unwrap().pairs.len(), 3);
    for (path, pairs, positives) in [
        ("stsb/sts-dev.csv", 1500, Some(208)),
        ("stsb/sts-train.csv", 5749, Some(1052)),
        ("sick/SICK_trial.txt", 500, None),
        ("zh/sts-b-dev.txt", 1458, None),
    ] {
        let Some((name, bytes)) = shared(path) else { continue };
        let set = StsSet::parse(&name, &bytes).unwrap();
        assert_eq!(set.pairs.len(), pairs, "{name}");
        assert!(set.pairs.iter().all(|pair| (0.0..=5.0).contains(&pair.score)), "{name}");
        if let Some(positives) = positives {
            assert_eq!(set.pairs.iter().filter(|pair| pair.score > 4.0).count(), positives, "{name}");
        }
    }
    if let Some((name, bytes)) = shared("stsb/sts-dev.csv") {
        let first = &StsSet::parse(&name, &bytes).unwrap().pairs[1];
        assert_eq!((first.first.as_str(), first.score), ("A young child is riding a horse.", 4.75));
    }
}

#[test]
fn corpora_are_read_whole() {
    let small = Corpus::parse("small.tsv", b"sent0\tsent1\thard_neg\na\tb\tc\n").unwrap();
    assert_eq!(small.data, TrainingData::Triplets(vec![["a".into(), "b".into(), "c".into()]]));
    for (path, items, sentences_per_item) in
        [("wiki1m-head/wiki1m_head.txt", 11_914, 1), ("snli/triples-dev.tsv", 2954, 3)]
    {
        let Some((name, bytes)) = shared(path) else { continue };
        let corpus = Corpus::parse(&name, &bytes).unwrap();
        assert_eq!(
            (corpus.data.len(), corpus.data.sentences_per_item()),
            (items, sentences_per_item),
            "{name}"
        );
        assert_eq!(corpus.report.skipped_blank, 0, "{name}");
    }
    if let Some((name, bytes)) = shared("zh/chinese-snli-dev.txt") {
        let error = Corpus::parse(&name.replace(".txt", ".tsv"), &bytes).unwrap_err().to_string();
        assert!(error.contains("labels or scores"), "{error}");
    }
}

#[test]
fn transfer_tasks_are_read_whole() {
    for (kind, folder, sizes) in [
        (TransferKind::Cr, "CR", &[3775][..]),
        (TransferKind::Subj, "SUBJ", &[10_000]),
        (TransferKind::Trec, "TREC", &[5452, 500]),
        (TransferKind::Mrpc, "MRPC", &[4076, 1725]),
    ] {
        let files = kind.files().iter().map(|file| shared(&format!("transfer/{folder}/{file}")));
        let Some(files) = files.collect::<Option<Vec<_>>>() else { continue };
        let task = TransferTask::parse(kind, &files).unwrap();
        assert_eq!(task.sets.iter().map(|set| set.labels.len()).collect::<Vec<_>>(), sizes, "{folder}");
        let items: usize = sizes.iter().sum();
        assert_eq!(task.sentences().len(), items * kind.sentences_per_item(), "{folder}");
        let empty = task.sentences().iter().filter(|sentence| sentence.is_empty()).count();
        assert_eq!(empty, if kind == TransferKind::Cr { 4 } else { 0 }, "{folder}");
    }
}

#[test]
fn no_damage_makes_a_text_reader_panic() {
    let texts: [&[u8]; 8] = [
        b"good .\t1\nbad .\t0\r\n\nfine\t1\n",
        b"LOC:city Where ?\nNUM:dist How far : sister\xadcity ?\n",
        b"\xef\xbb\xbfQuality\t#1 ID\t#2 ID\t#1 String\t#2 String\r\n1\t7\t8\ta \"b\tc\r\n0\t9\t1\td\te\n",
        b"sent0,sent1,hard_neg\n\"a, \"\"b\"\"\",c,\"d\ne\"\r\n\r\nf,g,h\r\n",
        b"premise\tentailment\tcontradiction\na\tb\tc\n\n",
        b"g\tf\t2012\t1\t4.5\tA \"man.\tB\ng\tf\t2012\t2\t0\tC\tD\n",
        b"7||A||B||4.5\n8||C||D||0\n",
        "\u{feff}caf\u{e9},\u{4e2d}\u{6587},1\r\nx,y,2".as_bytes(),
    ];
    let mut read = 0;
    for (seed, text) in texts.into_iter().enumerate() {
        for bytes in damaged(text, 3000, seed as u64) {
            for name in ["a.txt", "a.csv", "a.tsv", "a"] {
                read += usize::from(Corpus::parse(name, &bytes).is_ok_and(|corpus| !corpus.data.is_empty()));
                read += usize::from(StsSet::parse(name, &bytes).is_ok_and(|set| !set.pairs.is_empty()));
            }
            for kind in [TransferKind::Sst2, TransferKind::Trec, TransferKind::Mrpc] {
                let files: Vec<_> =
                    kind.files().iter().map(|&name| (name.to_owned(), bytes.clone())).collect();
                read +=
                    usize::from(TransferTask::parse(kind, &files).is_ok_and(|task| !task.sets.is_empty()));
            }
        }
    }
    // The test is only useful if some damaged files get past the first check.
    assert!(read > 1000, "only {read} were read");
}

fn tiny_model() -> Vec<(String, Vec<u8>)> {
    let config = r#"{"model_type": "bert", "vocab_size": 12, "hidden_size": 4, "num_hidden_layers": 1,
        "num_attention_heads": 1, "intermediate_size": 4, "max_position_embeddings": 8, "pad_token_id": 0}"#;
    let config = ModelConfig::from_json("config.json", config.as_bytes()).unwrap();
    let checkpoint = Checkpoint::init_random(config, 1);
    let mut tensors = checkpoint.tensors.clone();
    tensors.extend(random_head(&checkpoint.config, 2));
    let vocabulary = b"[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\ncat\n##s\nsat\n.\na\nb\n".to_vec();
    let settings =
        SimcseSettings { pooler: Pooler::Cls, max_length: Some(8), recipe: serde_json::Value::Null };
    let tokenizer = [("vocab.txt".to_owned(), vocabulary)];
    export_directory(&checkpoint, &tensors, &tokenizer, &settings).unwrap()
}

#[test]
fn no_damage_makes_a_model_folder_panic() {
    let good = tiny_model();
    assert!(load_directory(&good).is_ok());
    let (mut read, mut refused) = (0, 0);
    for (index, (path, original)) in good.iter().enumerate() {
        // Half of the damage goes to the first bytes, since a header is small compared with the data.
        let header = original.len().min(600);
        let whole = damaged(original, 700, index as u64);
        let headers = damaged(&original[..header], 700, 100 + index as u64).map(|mut bytes| {
            bytes.extend(&original[header..]);
            bytes
        });
        for bytes in whole.chain(headers) {
            let mut files = good.clone();
            files[index].1 = bytes;
            match load_directory(&files) {
                Ok(directory) => {
                    let weights = directory.checkpoint.tensors.values();
                    assert!(
                        weights.flat_map(|tensor| &tensor.data).all(|weight| weight.is_finite()),
                        "{path}"
                    );
                    read += 1;
                }
                Err(error) => {
                    assert!(!error.to_string().contains('\n'), "one line: {error}");
                    refused += 1;
                }
            }
        }
    }
    assert!(read > 500 && refused > 500, "{read} read, {refused} refused");
}

#[test]
fn a_safetensors_file_cut_anywhere_is_refused() {
    let good = tiny_model();
    let weights = good.iter().position(|(path, _)| path == "model.safetensors").unwrap();
    for length in 0..good[weights].1.len() {
        let mut files = good.clone();
        files[weights].1.truncate(length);
        assert!(matches!(load_directory(&files), Err(ModelError::Container { .. })), "{length} bytes");
    }
}

#[test]
fn random_bytes_are_refused_as_models_and_tokenizers_without_a_panic() {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    for _ in 0..2000 {
        let mut bytes = vec![0; rng.next_u32() as usize % 200];
        rng.fill_bytes(&mut bytes);
        let mut files = tiny_model();
        for (_, content) in files.iter_mut().skip(1).step_by(2) {
            content.clone_from(&bytes);
        }
        assert!(load_directory(&files).is_err());
        for name in ["tokenizer.json", "vocab.txt"] {
            assert!(SentenceTokenizer::from_files(&[(name.to_owned(), bytes.clone())]).is_err());
        }
    }
}

#[test]
fn no_damage_makes_a_tokenizer_panic() {
    let json = r###"{"version": "1.0", "truncation": null, "padding": null,
        "added_tokens": [{"id": 2, "content": "[CLS]", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true}],
        "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "lowercase": true},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {"type": "TemplateProcessing",
            "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
            "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [2], "tokens": ["[CLS]"]}, "[SEP]": {"id": "[SEP]", "ids": [3], "tokens": ["[SEP]"]}}},
        "decoder": null,
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
            "vocab": {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "the": 4, "##s": 5}}}"###;
    let vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\nthe\n##s\n";
    let mut read = 0;
    for (name, original) in [("tokenizer.json", json), ("vocab.txt", vocabulary)] {
        for bytes in damaged(original.as_bytes(), 6000, 8) {
            if let Ok(tokenizer) = SentenceTokenizer::from_files(&[(name.to_owned(), bytes)]) {
                for ids in tokenizer.encode(&["the thes \u{4e2d} [SEP]", ""], 8).into_iter().flatten() {
                    assert!((2..=8).contains(&ids.len()));
                }
                // It may or may not fit the model; the check must not panic.
                let _ = tokenizer.check_vocab(6);
                read += 1;
            }
        }
    }
    assert!(read > 500, "only {read} were read");
}
