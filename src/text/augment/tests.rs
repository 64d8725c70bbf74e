//! Augmentations: their distribution, their limits and their names.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::*;

const SENTENCE: &str = "one two three four five six seven eight nine ten";
const CLS: u32 = 1;
const SEP: u32 = 2;
const MASK: u32 = 3;

fn random(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

fn augmentation(text: &str) -> Augmentation {
    text.parse().unwrap()
}

/// A sentence augmented `draws` times.
fn sentences(text: &str, sentence: &str, draws: usize) -> Vec<String> {
    let mut random = random(7);
    (0..draws).map(|_| augmentation(text).apply_to_text(sentence, None, &mut random)).collect()
}

fn words(sentence: &str) -> Vec<&str> {
    sentence.split(' ').collect()
}

/// [CLS], ids 10 to 29, [SEP] of a vocabulary of 1000.
fn row() -> Vec<u32> {
    [CLS].into_iter().chain(10..30).chain([SEP]).collect()
}

fn vocabulary() -> Vocabulary {
    Vocabulary::new(0..1000, &[0, CLS, SEP], MASK)
}

/// Whether `part` is `whole` with words left out.
fn is_subsequence(part: &[&str], whole: &[&str]) -> bool {
    let mut whole = whole.iter();
    part.iter().all(|word| whole.any(|other| other == word))
}

/// Asserts that a count of `draws` independent events with probability `p` is within five standard deviations of its
/// mean, which fails by chance for one in 1.7 million seeds.
fn assert_share(count: usize, draws: usize, p: f64) {
    let (mean, deviation) = (draws as f64 * p, (draws as f64 * p * (1.0 - p)).sqrt());
    assert!(
        (count as f64 - mean).abs() < 5.0 * deviation,
        "{count} of {draws}, expected {mean} ± {deviation}"
    );
}

#[test]
fn names_shares_and_json_read_back() {
    for known in Augmentation::ALL {
        let text = known.to_string();
        assert_eq!(text.parse(), Ok(known), "{text}");
        assert_eq!(known.name().parse(), Ok(known));
        let json = serde_json::to_string(&known).unwrap();
        assert_eq!(json, format!("\"{text}\""));
        assert_eq!(serde_json::from_str::<Augmentation>(&json).unwrap(), known);
    }
    assert_eq!(augmentation("crop:0.25"), Augmentation::Crop { share: 0.25 });
    assert_eq!(augmentation("mask"), Augmentation::Mask { share: 0.15 });
    assert_eq!(Augmentation::Delete { share: 0.1 }.to_string(), "delete:0.1");
    assert_eq!(Augmentation::DeleteOne.to_string(), "delete-one");
}

#[test]
fn an_unknown_augmentation_or_share_is_refused_with_what_is_expected() {
    let message = |text: &str| text.parse::<Augmentation>().unwrap_err().to_string();
    assert_eq!(
        message("cut:0.1"),
        "unknown augmentation \"cut\"; known are crop:0.1, delete:0.1, delete-one, reorder, synonym:0, mask:0.15, \
         replace:0.15, repeat:0.32"
    );
    for share in ["crop:", "crop:1", "crop:-0.1", "crop:nan", "crop:10%"] {
        assert!(message(share).contains("as the share of crop: expected a number from 0"), "{share}");
    }
    assert_eq!(message("reorder:0.5"), "reorder takes no share, found \"0.5\"");
    assert!(serde_json::from_str::<Augmentation>("\"delete:2\"").is_err());
}

#[test]
fn a_crop_is_a_span_of_its_share_and_all_spans_are_equally_likely() {
    let whole = words(SENTENCE);
    let drawn = sentences("crop:0.3", SENTENCE, 4000);
    for start in 0..4 {
        let span = whole[start..start + 7].join(" ");
        assert_share(drawn.iter().filter(|sentence| **sentence == span).count(), 4000, 0.25);
    }
    assert!(sentences("crop:0.1", "a b c d e", 50).iter().all(|sentence| sentence == "a b c d e"));
    assert!(sentences("crop:0.1", "a b c d e f", 50).iter().all(|sentence| words(sentence).len() == 5));
}

#[test]
fn deletion_loses_each_word_with_its_probability_and_keeps_the_order() {
    let whole = words(SENTENCE);
    let drawn = sentences("delete:0.2", SENTENCE, 20_000);
    let mut deleted = [0; 10];
    for sentence in &drawn {
        let kept = words(sentence);
        assert!(is_subsequence(&kept, &whole), "{sentence}");
        whole.iter().zip(&mut deleted).for_each(|(word, count)| *count += usize::from(!kept.contains(word)));
    }
    deleted.into_iter().for_each(|count| assert_share(count, 20_000, 0.2));
}

#[test]
fn if_every_word_would_be_deleted_a_random_one_stays() {
    let drawn = sentences("delete:0.9999999", "a b", 1000);
    assert_share(drawn.iter().filter(|sentence| *sentence == "a").count(), 1000, 0.5);
    assert!(drawn.iter().all(|sentence| words(sentence).len() == 1));
}

#[test]
fn deleting_one_word_takes_each_equally_often() {
    let whole = words(SENTENCE);
    let drawn = sentences("delete-one", SENTENCE, 3000);
    assert!(
        drawn.iter().all(|sentence| words(sentence).len() == 9 && is_subsequence(&words(sentence), &whole))
    );
    for word in &whole {
        let without = drawn.iter().filter(|sentence| !words(sentence).contains(word)).count();
        assert_share(without, 3000, 0.1);
    }
}

#[test]
fn reordering_keeps_the_words_and_makes_every_order_equally_likely() {
    let drawn = sentences("reorder", "a b a c", 6000);
    for sentence in &drawn {
        let mut sorted = words(sentence);
        sorted.sort_unstable();
        assert_eq!(sorted, ["a", "a", "b", "c"]);
    }
    // 4!/2! orders.
    for order in ["a a b c", "c b a a", "a b a c"] {
        assert_share(drawn.iter().filter(|sentence| *sentence == order).count(), 6000, 1.0 / 12.0);
    }
}

#[test]
fn chinese_is_augmented_character_by_character() {
    let sentence = "一二三四五六七八九十";
    let crop = sentences("crop:0.2", sentence, 100);
    assert!(crop.iter().all(|crop| crop.chars().count() == 8 && sentence.contains(crop.as_str())));
    let order = sentences("reorder", sentence, 1).remove(0);
    assert!(order != sentence && sentence.chars().all(|c| order.contains(c)) && !order.contains(' '));
}

#[test]
fn short_sentences_never_become_empty_and_blank_ones_stay() {
    for known in Augmentation::ALL.into_iter().filter(|known| !known.is_on_tokens()) {
        let sure = known.with_share(0.99);
        for sentence in ["word", " padded ", "", "  "] {
            assert_eq!(sure.apply_to_text(sentence, None, &mut random(1)), sentence, "{known}");
        }
        assert!(!sure.apply_to_text("two words", None, &mut random(1)).is_empty());
    }
}

#[test]
fn synonyms_replace_one_word_or_a_share_and_leave_punctuation_and_case() {
    let dictionary = Dictionary::parse("d", b"car\tauto\tvehicle\nbig\tlarge\n").unwrap();
    let mut random = random(5);
    let mut replace = |text: &str, sentence: &str| {
        let drawn =
            (0..2000).map(|_| augmentation(text).apply_to_text(sentence, Some(&dictionary), &mut random));
        drawn.collect::<Vec<_>>()
    };
    let drawn = replace("synonym", "\"Car\" is a big word.");
    for (sentence, p) in [
        ("\"Car\" is a large word.", 0.5),
        ("\"Auto\" is a big word.", 0.25),
        ("\"Vehicle\" is a big word.", 0.25),
    ] {
        assert_share(drawn.iter().filter(|drawn| *drawn == sentence).count(), 2000, p);
    }
    // ⌊0.5·4⌋ = 2 words: both that the dictionary has.
    let half = replace("synonym:0.5", "The car is big.");
    assert!(half.iter().all(|drawn| drawn.ends_with("large.") && !drawn.contains("car")));
    assert!(replace("synonym:0.9", "No such  word").iter().all(|drawn| drawn == "No such  word"));
    let named = replace("synonym:0.9", "The Big Car is big.");
    assert!(named.iter().all(|drawn| drawn == "The Big Car is large."));
    assert!(augmentation("synonym").needs_dictionary());
}

#[test]
fn mlm_chooses_15_percent_and_corrupts_them_80_10_10() {
    let (vocabulary, row, mut random) = (vocabulary(), row(), random(11));
    let (mut chosen, mut masked, mut kept, mut replaced) = (0, 0, 0, 0);
    // 100,000 tokens that are not special.
    for _ in 0..5000 {
        let example = mlm_corrupt(&row, &vocabulary, 0.15, &mut random);
        assert_eq!(example.ids.len(), row.len());
        let mut restored = example.ids.clone();
        for &(position, id) in &example.targets {
            match example.ids[position] {
                MASK => masked += 1,
                found if found == id => kept += 1,
                found => {
                    assert!(!vocabulary.is_special(found) && found < 1000);
                    replaced += 1;
                }
            }
            assert!(!vocabulary.is_special(row[position]));
            restored[position] = id;
        }
        assert_eq!(restored, row, "only targets are changed, and they have the original ids");
        chosen += example.targets.len();
    }
    assert_share(chosen, 100_000, 0.15);
    assert_share(masked, chosen, 0.8);
    // One of the 996 ordinary tokens is the original one.
    assert_share(kept, chosen, 0.1 + 0.1 / 996.0);
    assert_share(replaced, chosen, 0.1 - 0.1 / 996.0);
}

#[test]
fn a_masked_view_is_the_corrupted_sentence() {
    let (vocabulary, row) = (vocabulary(), row());
    let masked = augmentation("mask:0.5").apply_to_tokens(&row, &vocabulary, 32, &mut random(3));
    assert_eq!(masked, mlm_corrupt(&row, &vocabulary, 0.5, &mut random(3)).ids);
    assert!(masked.contains(&MASK));
}

#[test]
fn replaced_tokens_are_drawn_uniformly_from_the_ordinary_ones() {
    let vocabulary = Vocabulary::new([8, 5, 0, 5, 1, 2, 3, 9], &[0, CLS, SEP], MASK);
    let row: Vec<u32> = [CLS].into_iter().chain([7; 20_000]).chain([SEP]).collect();
    let replaced = replace_tokens(&row, &vocabulary, 0.3, &mut random(4));
    assert_eq!([replaced[0], replaced[20_001]], [CLS, SEP]);
    for ordinary in [5, 8, 9] {
        assert_share(replaced.iter().filter(|id| **id == ordinary).count(), 20_000, 0.1);
    }
    assert_share(replaced.iter().filter(|id| **id == 7).count(), 20_000, 0.7);
}

#[test]
fn repetition_doubles_up_to_its_share_of_tokens_in_place() {
    let (vocabulary, row, mut random) = (vocabulary(), row(), random(6));
    let (mut lengths, mut doubled) = ([0; 7], [0; 20]);
    for _ in 0..7000 {
        let repeated = repeat_tokens(&row, &vocabulary, 0.32, 64, &mut random);
        let mut once = repeated.clone();
        once.dedup();
        assert_eq!(once, row, "only copies next to their originals are added");
        assert_eq!([repeated[1] == CLS, repeated[repeated.len() - 2] == SEP], [false; 2]);
        lengths[repeated.len() - row.len()] += 1;
        repeated
            .windows(2)
            .filter(|pair| pair[0] == pair[1])
            .for_each(|pair| doubled[pair[0] as usize - 10] += 1);
    }
    // ⌊0.32·20⌋ = 6: lengths grow by 0 to 6, uniformly; a token is doubled with probability (0 + 1 + … + 6) / 7 / 20.
    lengths.into_iter().for_each(|count| assert_share(count, 7000, 1.0 / 7.0));
    doubled.into_iter().for_each(|count| assert_share(count, 7000, 3.0 / 20.0));
}

#[test]
fn repetition_of_short_sentences_goes_up_to_two_and_is_cut_before_the_last_special() {
    let vocabulary = vocabulary();
    let drawn = |row: &[u32], max_length| {
        let mut random = random(8);
        (0..200).map(|_| repeat_tokens(row, &vocabulary, 0.32, max_length, &mut random)).collect::<Vec<_>>()
    };
    let short = drawn(&[CLS, 10, 11, 12, SEP], 32);
    assert_eq!(short.iter().map(Vec::len).max(), Some(7));
    let longest = drawn(&[CLS, 10, SEP], 32);
    assert!(longest.contains(&vec![CLS, 10, 10, SEP]) && longest.iter().all(|row| row.len() <= 4));
    let cut = drawn(&[CLS, 10, 11, 12, SEP], 5);
    assert!(cut.iter().all(|row| row.len() == 5 && row[4] == SEP));
    assert!(cut.contains(&vec![CLS, 10, 10, 11, SEP]));
    assert!(drawn(&[CLS, SEP], 32).iter().all(|row| row == &[CLS, SEP]));
    assert!(drawn(&[], 32).iter().all(Vec::is_empty));
}

#[test]
fn the_same_seed_gives_the_same_sentence_and_another_seed_a_different_one() {
    let dictionary = Dictionary::parse("d", b"two\tpair\nfive\tquint\tfifth\nten\tdecade\n").unwrap();
    for known in Augmentation::ALL {
        let draw = |seed| {
            let mut random = random(seed);
            let draws = (0..5).map(|_| {
                let sentence = known.apply_to_text(SENTENCE, Some(&dictionary), &mut random);
                (sentence, known.apply_to_tokens(&row(), &vocabulary(), 64, &mut random))
            });
            draws.collect::<Vec<_>>()
        };
        assert_eq!(draw(1), draw(1), "{known}");
        assert_ne!(draw(1), draw(2), "{known}");
        let text_only = draw(1).iter().all(|(_, ids)| *ids == row());
        let tokens_only = draw(1).iter().all(|(sentence, _)| sentence == SENTENCE);
        assert_eq!([text_only, tokens_only], [!known.is_on_tokens(), known.is_on_tokens()], "{known}");
    }
}
