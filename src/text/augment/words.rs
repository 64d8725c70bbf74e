//! Augmentation of the words of a text.

use rand::Rng;
use rand::seq::{IndexedRandom, SliceRandom};

use super::Dictionary;

/// Keeps a random span of round((1 − share)·n) of the n words, at least one.
pub(super) fn crop(sentence: &str, share: f64, random: &mut impl Rng) -> String {
    let words = split(sentence);
    let kept = (((1.0 - share) * words.len() as f64).round() as usize).max(1);
    if kept >= words.len() {
        return sentence.to_owned();
    }
    let start = random.random_range(0..=words.len() - kept);
    join(&words[start..start + kept])
}

/// Deletes each word with probability `share`, but never all of them.
pub(super) fn delete(sentence: &str, share: f64, random: &mut impl Rng) -> String {
    let words = split(sentence);
    let mut kept: Vec<&str> = words.iter().copied().filter(|_| random.random::<f64>() >= share).collect();
    if kept.is_empty() {
        kept.extend(words.choose(random));
    }
    if kept.len() == words.len() { sentence.to_owned() } else { join(&kept) }
}

/// Deletes a random word if there are two or more.
pub(super) fn delete_one(sentence: &str, random: &mut impl Rng) -> String {
    let mut words = split(sentence);
    if words.len() < 2 {
        return sentence.to_owned();
    }
    words.remove(random.random_range(0..words.len()));
    join(&words)
}

/// Shuffles the words.
pub(super) fn reorder(sentence: &str, random: &mut impl Rng) -> String {
    let mut words = split(sentence);
    words.shuffle(random);
    if words.len() < 2 { sentence.to_owned() } else { join(&words) }
}

/// Replaces max(1, ⌊share·n⌋) of the n words, or fewer if the dictionary has fewer of them. Punctuation around a word
/// and a capital first letter are kept. Capitalised words after the first are taken for names and not replaced: John
/// is not a john, nor March a procession.
pub(super) fn replace_by_synonyms(
    sentence: &str,
    share: f64,
    dictionary: &Dictionary,
    random: &mut impl Rng,
) -> String {
    let words = split(sentence);
    let most = ((share * words.len() as f64) as usize).max(1);
    let is_name = |at: usize| at > 0 && core(words[at]).starts_with(char::is_uppercase);
    let is_known = |at: usize| !dictionary.synonyms(core(words[at])).is_empty();
    let mut found: Vec<usize> = (0..words.len()).filter(|&at| is_known(at) && !is_name(at)).collect();
    if found.is_empty() {
        return sentence.to_owned();
    }
    let (chosen, _) = found.partial_shuffle(random, most);
    let mut words: Vec<String> = words.into_iter().map(str::to_owned).collect();
    for &mut at in chosen {
        let word = &words[at];
        let core = core(word);
        let Some(synonym) = dictionary.synonyms(core).choose(random) else { continue };
        words[at] = word.replacen(core, &with_case_of(core, synonym), 1);
    }
    join(&words)
}

/// A word without the punctuation around it.
fn core(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
}

/// The synonym, capitalised if the word is.
fn with_case_of(word: &str, synonym: &str) -> String {
    let mut rest = synonym.chars();
    match (word.chars().next(), rest.next()) {
        (Some(model), Some(first)) if model.is_uppercase() => first.to_uppercase().chain(rest).collect(),
        _ => synonym.to_owned(),
    }
}

/// Splits at white space, and around every character of a script without spaces.
fn split(sentence: &str) -> Vec<&str> {
    let mut words = Vec::new();
    for mut piece in sentence.split_whitespace() {
        while let Some(first) = piece.chars().next() {
            let end = if is_spaceless(first) {
                first.len_utf8()
            } else {
                piece.find(is_spaceless).unwrap_or(piece.len())
            };
            let (word, rest) = piece.split_at(end);
            words.push(word);
            piece = rest;
        }
    }
    words
}

/// Joins words with spaces, except beside a character of a script without spaces.
fn join(words: &[impl AsRef<str>]) -> String {
    let mut sentence = String::new();
    for word in words.iter().map(AsRef::as_ref) {
        let mut beside = sentence.chars().next_back().into_iter().chain(word.chars().next());
        if !sentence.is_empty() && !beside.any(is_spaceless) {
            sentence.push(' ');
        }
        sentence.push_str(word);
    }
    sentence
}

/// Han characters, kana, bopomofo and their punctuation, full-width forms included. Korean is written with spaces.
fn is_spaceless(character: char) -> bool {
    matches!(character,
        '\u{2e80}'..='\u{312f}' | '\u{31a0}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{ff00}'..='\u{ff9f}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_at_spaces_and_around_han_characters() {
        assert_eq!(split(" A  cat's\ttale. "), ["A", "cat's", "tale."]);
        assert_eq!(split("我爱 iPhone手机。"), ["我", "爱", "iPhone", "手", "机", "。"]);
        assert_eq!(split("カタ仮名3月"), ["カ", "タ", "仮", "名", "3", "月"]);
        // Korean is split at spaces only.
        assert_eq!(split("나는 간다"), ["나는", "간다"]);
        assert!(split(" \t").is_empty());
    }

    #[test]
    fn words_are_joined_with_spaces_only_where_the_script_has_them() {
        assert_eq!(join(&split("我爱 iPhone 手机 now and then")), "我爱iPhone手机now and then");
        assert_eq!(join(&["a", "b"]), "a b");
    }

    #[test]
    fn synonyms_are_capitalised_as_the_word_is() {
        assert_eq!(with_case_of("Car", "auto"), "Auto");
        assert_eq!(with_case_of("car", "auto"), "auto");
        assert_eq!(with_case_of("Élan", "étan"), "Étan");
        assert_eq!(core("\"(Car's).\""), "Car's");
        assert_eq!(core("--"), "");
    }
}
