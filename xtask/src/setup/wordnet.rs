//! Extracts synonyms from WordNet's database files (formats: wndb(5WN), senseidx(5WN), cntlist(5WN)).

use std::collections::{BTreeMap, HashMap, HashSet};

use anyhow::{Context, Result};

/// The files of synsets, one for each part of speech, and the file of how often each sense occurs.
pub const DATA: [&str; 4] = ["data.noun", "data.verb", "data.adj", "data.adv"];
pub const COUNTS: &str = "cntlist.rev";

/// Synonyms kept per word.
const MOST_SYNONYMS: usize = 5;
/// A sense is used if it has this share of the word's occurrences in WordNet's tagged texts: "dog" is rarely "chase".
const LEAST_SHARE: f64 = 0.1;
/// Words that mark offensive terms in WordNet's definitions.
const WARNINGS: [&str; 6] = ["slur", "obscene", "offensive term", "offensive name", "disparag", "vulgar"];
/// Function words: WordNet has them only with another meaning ("can": a tin), or its synonyms do not fit in a
/// sentence. EDA and nlpaug do not replace such words either.
const FUNCTION_WORDS: &str = "about above across after again against ain all along also although am among an and \
    another any anybody anyone anything are around as at away be because been before behind being below beneath \
    beside besides between beyond both but by can cannot could did do does doing done down during each either else \
    ever every everybody everyone everything except few for from get go going gone got had has have having he hence \
    her here hers herself him himself his how however if in inside into is it its itself just least less let like \
    many may me might mine more most much must my myself near neither never no nobody none nor not nothing now of \
    off often on once one only onto or other others otherwise ought our ours ourselves out outside over own past per \
    perhaps quite rather same shall she should since so some somebody someone something still such than that the \
    their theirs them themselves then there therefore these they this those though through throughout thus till to \
    too toward towards under unless until up upon us very was we well were what whatever when whenever where whether \
    which while who whoever whom whose why will with within without would yes yet you your yours yourself";

/// A line of a data file: a set of words with one meaning.
struct Synset<'a> {
    /// The part of speech, 1 to 4, or 5 for an adjective satellite.
    kind: u32,
    lexicographer_file: &'a str,
    /// Words, each with the number that distinguishes its senses within the lexicographer's file.
    words: Vec<(&'a str, u32)>,
    /// Offset of the adjective that a satellite belongs to.
    head: Option<&'a str>,
    gloss: &'a str,
}

impl<'a> Synset<'a> {
    /// The offset by which others point to the synset, and the synset; `None` for a line in another format.
    fn parse(line: &'a str) -> Option<(&'a str, Self)> {
        let (fields, gloss) = line.split_once('|')?;
        let mut fields = fields.split_ascii_whitespace();
        let offset = fields.next()?;
        let lexicographer_file = fields.next()?;
        let kind = 1 + "nvars".find(fields.next()?)? as u32;
        let count = usize::from_str_radix(fields.next()?, 16).ok()?;
        let words = (0..count).map(|_| {
            // An adjective may end in a marker of its position in a sentence, such as "(a)".
            let word = fields.next()?.split('(').next()?;
            Some((word, u32::from_str_radix(fields.next()?, 16).ok()?))
        });
        let words = words.collect::<Option<Vec<_>>>()?;
        let mut pointers = fields.skip(1);
        let head = pointers.find(|symbol| *symbol == "&").and_then(|_| pointers.next());
        Some((offset, Synset { kind, lexicographer_file, words, head: head.filter(|_| kind == 5), gloss }))
    }

    /// The key of a word's sense in the file of counts.
    fn sense_key(&self, word: &str, id: u32, head: Option<(&str, u32)>) -> String {
        let (kind, file) = (self.kind, self.lexicographer_file);
        let head = head.map_or_else(|| ":".to_owned(), |(word, id)| format!("{word}:{id:02}"));
        format!("{word}%{kind}:{file}:{id:02}:{head}").to_lowercase()
    }

    /// Whether its words can replace one another in a sentence: not for numbers, whose synonyms are other notations,
    /// nor for offensive terms.
    fn is_usable(&self) -> bool {
        let definition = self.gloss.split('"').next().unwrap_or_default();
        !self.words.iter().any(|(word, _)| word.contains(|c: char| c.is_ascii_digit()))
            && !WARNINGS.iter().any(|warning| definition.contains(warning))
    }
}

/// For every word with synonyms in a sense that occurs in WordNet's tagged texts, up to five of them, the most frequent
/// sense first. All are single words of two or more lower-case letters or hyphens, and no function words. `data` are
/// the names and texts of [`DATA`], `counts` is the text of [`COUNTS`].
pub fn synonyms<'a>(data: &[(&str, &'a str)], counts: &'a str) -> Result<BTreeMap<&'a str, Vec<&'a str>>> {
    let counts = sense_counts(counts)?;
    let function_words: HashSet<&str> = FUNCTION_WORDS.split_whitespace().collect();
    let is_wanted = |word: &str| {
        word.len() > 1
            && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
            && !function_words.contains(word)
    };
    let mut senses: BTreeMap<&str, Vec<(u32, Vec<&str>)>> = BTreeMap::new();
    for (name, text) in data {
        let synsets = synsets(name, text)?;
        let heads: HashMap<&str, (&str, u32)> =
            synsets.iter().filter_map(|(offset, synset)| Some((*offset, *synset.words.first()?))).collect();
        for (_, synset) in &synsets {
            let head = synset.head.and_then(|offset| heads.get(offset).copied());
            for &(word, id) in synset.words.iter().filter(|(word, _)| is_wanted(word)) {
                let count = counts.get(synset.sense_key(word, id, head).as_str()).copied().unwrap_or(0);
                let others = synset.words.iter().map(|(other, _)| *other);
                let others = others.filter(|other| synset.is_usable() && *other != word && is_wanted(other));
                senses.entry(word).or_default().push((count, others.collect()));
            }
        }
    }
    let chosen = senses.into_iter().map(|(word, senses)| (word, choose(senses)));
    Ok(chosen.filter(|(_, synonyms)| !synonyms.is_empty()).collect())
}

/// The synonyms of a word in the senses that are frequent enough.
fn choose(mut senses: Vec<(u32, Vec<&str>)>) -> Vec<&str> {
    let met: u32 = senses.iter().map(|(count, _)| count).sum();
    senses.retain(|(count, _)| *count > 0 && f64::from(*count) >= LEAST_SHARE * f64::from(met));
    senses.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    let mut synonyms = Vec::new();
    for synonym in senses.into_iter().flat_map(|(_, words)| words) {
        if !synonyms.contains(&synonym) && synonyms.len() < MOST_SYNONYMS {
            synonyms.push(synonym);
        }
    }
    synonyms
}

/// Parses lines of `sense_key sense_number tag_cnt`.
fn sense_counts(text: &str) -> Result<HashMap<&str, u32>> {
    let lines = text.lines().enumerate().map(|(index, line)| {
        let mut fields = line.split_ascii_whitespace();
        let count = fields.next().zip(fields.nth(1).and_then(|count| count.parse().ok()));
        count.with_context(|| format!("{COUNTS}, line {}: no sense key, number and count", index + 1))
    });
    lines.collect()
}

/// The synsets of a data file with their offsets. The licence at its beginning is indented.
fn synsets<'a>(name: &str, text: &'a str) -> Result<Vec<(&'a str, Synset<'a>)>> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.starts_with("  "));
    lines
        .map(|(index, line)| {
            Synset::parse(line).with_context(|| format!("{name}, line {}: this is no synset", index + 1))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOUN: &str = "  1 A licence  \n\
        00000010 06 n 05 car 0 auto 0 motor_car 0 machine 6 Ford 0 001 @ 00000020 n 0000 | a vehicle; \"the car\"  \n\
        00000020 06 n 02 car 1 railcar 0 000 | on rails  \n\
        00000030 06 n 02 car 2 gondola 1 000 | below an airship  \n\
        00000040 23 n 03 score 0 twenty 0 20 0 000 | a number  \n\
        00000050 18 n 02 hick 0 yokel 0 000 | a disparaging term  \n\
        00000060 06 n 02 can 0 tin 0 000 | a container  \n";
    const ADJ: &str = "00000010 00 a 01 large(a) 0 001 & 00000020 a 0000 | above average  \n\
        00000020 00 s 03 big 1 bad 0 great(p) 4 001 & 00000010 a 0000 | very intense  \n";
    const VERB: &str = "00000010 30 v 02 car 0 haul 0 000 01 + 08 00 | to carry  \n";
    const COUNTED: &str = "car%1:06:00:: 1 9\ncar%1:06:01:: 2 1\ncar%1:06:02:: 3 0\ncar%2:30:00:: 1 10\n\
        big%5:00:01:large:00 1 3\ngreat%5:00:04:large:00 1 2\nscore%1:23:00:: 1 5\nhick%1:18:00:: 1 4\n\
        can%1:06:00:: 1 7\ntin%1:06:00:: 1 7\n";

    #[test]
    fn synonyms_are_those_of_the_frequent_senses_the_most_frequent_first() {
        let data = [("data.noun", NOUN), ("data.verb", VERB), ("data.adj", ADJ)];
        let found = synonyms(&data, COUNTED).unwrap();
        let expected = [
            // The verb occurs ten times, the vehicle nine times, the railway car once, which is below a tenth of
            // twenty.
            ("big", vec!["bad", "great"]),
            ("car", vec!["haul", "auto", "machine"]),
            ("great", vec!["big", "bad"]),
        ];
        assert_eq!(found.into_iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn lines_that_do_not_fit_are_refused_with_their_number() {
        let message =
            |data: &str, counts: &str| format!("{:#}", synonyms(&[("data.noun", data)], counts).unwrap_err());
        assert_eq!(
            message("  1 A licence  \n00000010 06 n 02 car 0 | a vehicle\n", ""),
            "data.noun, line 2: this is no synset"
        );
        assert_eq!(
            message(NOUN, "a%1:06:00:: 1 2\nb 1 x\n"),
            "cntlist.rev, line 2: no sense key, number and count"
        );
    }
}
