//! The input of a target, files with their paths, and the format of findings in the repository.

use std::{fmt::Write, path::Path};

use serde::{Deserialize, Serialize};

/// Paths and contents; a target that reads one file takes the first.
pub type Files = Vec<(String, Vec<u8>)>;

/// A file of a finding. Findings are stored as JSON, since some of the paths could not exist in a repository.
#[derive(Serialize, Deserialize)]
struct Kept {
    path: String,
    #[serde(flatten)]
    content: Content,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Content {
    Text(String),
    Hex(String),
    /// The content of the file with this path in the seed with this number.
    Seed(usize, String),
}

/// Reads all findings of a target, sorted by name.
pub fn read_all(folder: &Path, seeds: &[Files]) -> Vec<(String, Files)> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry of the findings").path()).collect();
    paths.sort();
    let read = |path: &std::path::PathBuf| {
        let text = std::fs::read(path).expect("a finding can be read");
        let kept: Vec<Kept> = serde_json::from_slice(&text).expect("a finding is JSON");
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        (name, kept.into_iter().map(|file| (file.path, bytes(file.content, seeds))).collect())
    };
    paths.iter().map(read).collect()
}

fn bytes(content: Content, seeds: &[Files]) -> Vec<u8> {
    match content {
        Content::Text(text) => text.into_bytes(),
        Content::Hex(digits) => {
            let pairs = digits.as_bytes().as_chunks::<2>().0.iter();
            let byte = |pair: &[u8; 2]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
            pairs.map(|pair| byte(pair).expect("two hexadecimal digits")).collect()
        }
        Content::Seed(seed, path) => {
            let file = seeds[seed].iter().find(|(own, _)| *own == path);
            file.expect("a file of a seed").1.clone()
        }
    }
}

pub fn write(path: &Path, files: &Files, seeds: &[Files]) {
    let same = |bytes: &[u8]| {
        let all =
            seeds.iter().enumerate().flat_map(|(seed, files)| files.iter().map(move |file| (seed, file)));
        let (seed, (path, _)) = all.into_iter().find(|(_, (_, own))| own == bytes && own.len() > 64)?;
        Some(Content::Seed(seed, path.clone()))
    };
    let keep = |(path, bytes): &(String, Vec<u8>)| Kept {
        path: path.clone(),
        content: same(bytes).unwrap_or_else(|| match std::str::from_utf8(bytes) {
            Ok(text) => Content::Text(text.to_owned()),
            Err(_) => Content::Hex(bytes.iter().fold(String::new(), |mut digits, byte| {
                write!(digits, "{byte:02x}").expect("writing to a string cannot fail");
                digits
            })),
        }),
    };
    let kept: Vec<Kept> = files.iter().map(keep).collect();
    std::fs::create_dir_all(path.parent().expect("a folder of findings")).expect("a folder can be made");
    let text = serde_json::to_string_pretty(&kept).expect("plain data");
    std::fs::write(path, text + "\n").expect("a finding can be written");
}
