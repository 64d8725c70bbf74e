//! `cargo xtask dist`: packs the site into `dist.zip`; `cargo xtask npm`: packs its engine for npm.

mod licences;

use std::{
    fs::{self, File},
    io::{Seek, Write},
    path::Path,
};

use anyhow::{Context, Result};
use zip::{CompressionMethod, DateTime, ZipWriter, write::SimpleFileOptions};

use crate::{
    page,
    setup::{self, WasmToolchain},
    shell::{self, root, say},
};

const NAME: &str = "dist.zip";
/// The project's licence, and those of the libraries in its programs. The licences of models, dictionary and charts are
/// beside them in the site.
const LICENCE: &str = "LICENSE";
const LICENCES_OF_OTHERS: &str = "THIRD-PARTY.txt";

/// Builds the site for publishing into dist/.
fn build() -> Result<()> {
    let toolchain = WasmToolchain::find()?;
    setup::for_serving(&toolchain, |toolchain| page::compile(toolchain, true))?;
    say("dist", "building the site");
    shell::run(&mut page::trunk(&toolchain, "build", true))
}

/// `cargo xtask npm`: packs the engine's JavaScript interface for npm, from the files of the site.
pub fn npm() -> Result<()> {
    build()?;
    let folder = root().join("target/npm-package");
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("{} cannot be emptied", folder.display()))?;
    }
    let script = ["www/build/npm_package.mjs", "dist"];
    shell::run(shell::command("node").args(script).arg(&folder))?;
    fs::write(folder.join(LICENCES_OF_OTHERS), licences::of_the_site()?)?;
    shell::run(shell::command("npm").args(["pack", "--pack-destination"]).arg(root()).current_dir(&folder))
}

pub fn run() -> Result<()> {
    build()?;
    let licence = fs::read(root().join(LICENCE)).context("LICENSE cannot be read")?;
    let licences = licences::of_the_site()?;
    let mut files = site_files(&root().join("dist"))?;
    files.push((LICENCE.to_owned(), licence));
    files.push((LICENCES_OF_OTHERS.to_owned(), licences.into_bytes()));

    // Renamed when complete, so that there is never half an archive.
    let part = root().join(format!("{NAME}.part"));
    let count = files.len();
    write_zip(files, File::create(&part).with_context(|| format!("{} cannot be written", part.display()))?)?;
    fs::rename(&part, root().join(NAME))?;
    let size = fs::metadata(root().join(NAME))?.len() as f64 / 1e6;
    say("dist", format!("{NAME}: {count} files, {size:.1} MB; unpack it into any folder of any static host"));
    Ok(())
}

/// All files below a folder, with paths separated by `/` and contents.
fn site_files(folder: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let mut files = Vec::new();
    let mut folders = vec![(folder.to_owned(), String::new())];
    while let Some((folder, prefix)) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| format!("{} cannot be read", folder.display()))? {
            let entry = entry?;
            let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.file_type()?.is_dir() {
                folders.push((entry.path(), format!("{path}/")))
            } else {
                files.push((path, fs::read(entry.path())?))
            }
        }
    }
    Ok(files)
}

/// Writes a reproducible archive: files are sorted and have no times.
fn write_zip(mut files: Vec<(String, Vec<u8>)>, into: impl Write + Seek) -> Result<()> {
    files.sort();
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let mut archive = ZipWriter::new(into);
    for (path, content) in files {
        archive.start_file(&path, options).with_context(|| format!("{path} cannot be packed"))?;
        archive.write_all(&content)?;
    }
    archive.finish()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read};

    use super::*;

    fn zipped(files: &[(&str, &str)]) -> Vec<u8> {
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()));
        let mut bytes = Cursor::new(Vec::new());
        write_zip(files.collect(), &mut bytes).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn the_archive_does_not_depend_on_the_order_of_files() {
        let one = zipped(&[("index.html", "<html>"), ("a/b.txt", "b")]);
        assert_eq!(one, zipped(&[("a/b.txt", "b"), ("index.html", "<html>")]));
        assert_ne!(one, zipped(&[("a/b.txt", "c"), ("index.html", "<html>")]));
    }

    #[test]
    fn files_are_unpacked_unchanged() {
        let text = "the same words ".repeat(1000);
        let bytes = zipped(&[("a/b.txt", &text)]);
        assert!(bytes.len() < text.len() / 10, "{} bytes", bytes.len());
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let mut file = archive.by_name("a/b.txt").unwrap();
        let mut read = String::new();
        file.read_to_string(&mut read).unwrap();
        assert_eq!(read, text);
        assert_eq!(file.unix_mode().unwrap() & 0o777, 0o644);
    }
}
