//! Files as they really are (shared/data, where it is beside the repository), and files as they should not be:
//! cut, scrambled, of another kind. Each is read or refused, and nothing panics.

use std::path::PathBuf;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use simcse_lab::text::{Corpus, StsSet, TrainingData};

/// A file of shared/data with its name, or `None` on a machine without it.
fn shared(path: &str) -> Option<(String, Vec<u8>)> {
    let root = std::env::var_os("SIMCSE_SHARED").map(PathBuf::from);
    let root = root.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"));
    let file = root.join("data").join(path);
    std::fs::read(&file).ok().map(|bytes| (file.display().to_string(), bytes))
}

/// `count` copies of `original`, each with a few bytes changed, removed or repeated: the same every time.
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
fn no_damage_makes_a_text_reader_panic() {
    let texts: [&[u8]; 5] = [
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
        }
    }
    // The loop is worth something only if some damaged files get past the first check.
    assert!(read > 1000, "only {read} were read");
}
