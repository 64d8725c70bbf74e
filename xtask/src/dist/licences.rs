//! Collects the licences of the libraries in the site's programs into one text.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use anyhow::{Context, Result};
use cargo_metadata::{CargoOpt, DependencyKind, MetadataCommand, Package, TargetKind};
use serde_json::Value;

use crate::{setup::WasmToolchain, shell::root};

/// The beginnings of names of files with licences and notices.
const BEGINNINGS: [&str; 6] = ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE", "UNLICENSE"];

/// A third-party library.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Library {
    /// Name and version.
    name: String,
    /// The SPDX expression in its manifest.
    licence: String,
    /// Contents of its licence files; without any, its authors.
    texts: Vec<String>,
}

/// The list of libraries, and each licence text once.
///
/// # Errors
/// Cargo or npm have not installed the locked packages.
pub fn of_the_site() -> Result<String> {
    let mut libraries = crates()?;
    libraries.extend(packages()?);
    libraries.sort();
    Ok(written(&libraries))
}

/// The crates in the two WebAssembly modules, without those that only run at compile time.
fn crates() -> Result<Vec<Library>> {
    let metadata = MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .features(CargoOpt::SomeFeatures(["page", "worker"].map(String::from).to_vec()))
        .other_options(["--locked".to_owned(), format!("--filter-platform={}", WasmToolchain::TARGET)])
        .exec()
        .context("cargo metadata failed")?;
    let resolve = metadata.resolve.as_ref().context("cargo metadata resolved nothing")?;
    let own = resolve.root.clone().context("cargo metadata names no root package")?;
    let (mut seen, mut ahead) = (BTreeSet::new(), vec![own.clone()]);
    while let Some(id) = ahead.pop() {
        if is_macro(&metadata[&id]) || !seen.insert(id.clone()) {
            continue;
        }
        let node = resolve.nodes.iter().find(|node| node.id == id);
        let linked = node
            .into_iter()
            .flat_map(|node| &node.deps)
            .filter(|dependency| dependency.dep_kinds.iter().any(|kind| kind.kind == DependencyKind::Normal));
        ahead.extend(linked.map(|dependency| dependency.pkg.clone()));
    }
    seen.into_iter().filter(|id| *id != own).map(|id| library_of(&metadata[&id])).collect()
}

fn is_macro(package: &Package) -> bool {
    package.targets.iter().any(|target| target.kind.contains(&TargetKind::ProcMacro))
}

fn library_of(package: &Package) -> Result<Library> {
    let folder = package.manifest_path.parent().context("a crate's manifest lies in no folder")?;
    let mut texts = licence_texts(folder.as_std_path())?;
    if texts.is_empty() && !package.authors.is_empty() {
        texts.push(format!("Copyright {}", package.authors.join(", ")));
    }
    Ok(Library {
        name: format!("{} {}", package.name, package.version),
        licence: package.license.clone().unwrap_or_default(),
        texts,
    })
}

/// The bundled npm packages: those of the lock file that are not development dependencies.
fn packages() -> Result<Vec<Library>> {
    let lock =
        fs::read_to_string(root().join("package-lock.json")).context("package-lock.json cannot be read")?;
    let lock: Value = serde_json::from_str(&lock).context("package-lock.json is no JSON")?;
    let packages = lock["packages"].as_object().context("package-lock.json lists no packages")?;
    let bundled = packages.iter().filter(|(path, package)| !path.is_empty() && package["dev"] != true);
    bundled
        .map(|(path, package)| {
            let name = path.trim_start_matches("node_modules/");
            let field = |name: &str| package[name].as_str().unwrap_or_default();
            let texts = licence_texts(&root().join(path))?;
            Ok(Library {
                name: format!("{name} {}", field("version")),
                licence: field("license").to_owned(),
                texts,
            })
        })
        .collect()
}

/// The licences and notices in a folder, sorted by file name.
fn licence_texts(folder: &Path) -> Result<Vec<String>> {
    let entries = fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    paths.retain(|path| {
        let name = path.file_name().map(|name| name.to_string_lossy().to_uppercase()).unwrap_or_default();
        path.is_file() && BEGINNINGS.iter().any(|beginning| name.starts_with(beginning))
    });
    paths.sort();
    paths
        .iter()
        .map(|path| Ok(String::from_utf8_lossy(&fs::read(path)?).trim().replace("\r\n", "\n")))
        .collect()
}

fn written(libraries: &[Library]) -> String {
    let mut text = String::from(
        "The programs of this site contain the libraries listed here, under the licences named. Their texts follow,\n\
         each once. The Rust standard library is in there too, by The Rust Project Contributors: MIT OR Apache-2.0.\n\n",
    );
    for Library { name, licence, .. } in libraries {
        text += &format!("{name}: {licence}\n");
    }
    let mut owners: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for library in libraries {
        for text in &library.texts {
            owners.entry(text).or_default().push(&library.name);
        }
    }
    let mut sections: Vec<(Vec<&str>, &str)> =
        owners.into_iter().map(|(text, names)| (names, text)).collect();
    sections.sort();
    for (names, licence) in sections {
        text += &format!("\n{}\n{}\n\n{licence}\n", "-".repeat(80), names.join(", "));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crates_and_npm_packages_are_found_but_no_build_tools() {
        let all = of_the_site().unwrap();
        for line in ["\nwgpu 30.", "\nleptos 0.8.", "\necharts 6.", "\nworkbox-core 7."] {
            assert!(all.contains(line), "{line:?} is missing");
        }
        for line in ["\nesbuild ", "\nserde_derive ", "\nclap ", "\ncandle-core ", "\nxtask "] {
            assert!(!all.contains(line), "{line:?} is not in the site");
        }
    }

    #[test]
    fn every_library_has_a_licence() {
        let mut libraries = crates().unwrap();
        libraries.extend(packages().unwrap());
        assert!(libraries.len() > 100);
        for Library { name, licence, texts } in libraries {
            assert!(!licence.is_empty() || !texts.is_empty(), "{name}");
        }
    }

    #[test]
    fn a_text_shared_by_two_libraries_is_written_once() {
        let library = |name: &str, texts: &[&str]| Library {
            name: name.to_owned(),
            licence: "MIT".to_owned(),
            texts: texts.iter().map(|text| (*text).to_owned()).collect(),
        };
        let text = written(&[library("a 1", &["shared"]), library("b 2", &["shared", "own"])]);
        assert_eq!(text.matches("shared").count(), 1);
        assert!(text.contains("a 1, b 2\n\nshared"), "{text}");
        assert!(text.contains("b 2\n\nown"), "{text}");
    }
}
