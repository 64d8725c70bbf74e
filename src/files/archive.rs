//! Puts several files into one zip archive for a download.

use std::io::{Cursor, Write};

use thiserror::Error;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::is_plain_name;

/// Why files cannot be put into an archive.
#[derive(Debug, Error)]
pub enum ArchiveError {
    #[error("the archive cannot be written: {0}")]
    Zip(#[from] zip::result::ZipError),
    #[error("{0:?} is no plain path; unpacked, the file could lie elsewhere")]
    Path(String),
}

/// A zip archive of named files inside `folder`, so that unpacking creates one folder. The same files give the same
/// bytes. Not compressed, since float weights hardly shrink.
///
/// # Errors
/// Two files with one name, a path that leads out of the folder or that means something else on some system, or more
/// than the format holds.
pub fn zip(folder: &str, files: &[(String, Vec<u8>)]) -> Result<Vec<u8>, ArchiveError> {
    let size: usize =
        files.iter().map(|(path, bytes)| bytes.len() + 2 * (path.len() + folder.len()) + 128).sum();
    let mut writer = ZipWriter::new(Cursor::new(Vec::with_capacity(size)));
    for (path, bytes) in files {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .last_modified_time(DateTime::default())
            .large_file(u32::try_from(bytes.len()).is_err());
        let path = format!("{folder}/{path}");
        if !path.split('/').all(is_plain_name) {
            return Err(ArchiveError::Path(path));
        }
        writer.start_file(path, options)?;
        writer.write_all(bytes).map_err(zip::result::ZipError::Io)?;
    }
    Ok(writer.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn files() -> Vec<(String, Vec<u8>)> {
        vec![
            ("config.json".to_owned(), b"{}".to_vec()),
            ("1_Pooling/config.json".to_owned(), vec![7; 70_000]),
        ]
    }

    #[test]
    fn files_are_unpacked_unchanged_into_the_folder() {
        let bytes = zip("my model", &files()).unwrap();
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        assert_eq!(archive.len(), 2);
        for (path, content) in files() {
            let mut found = Vec::new();
            archive.by_name(&format!("my model/{path}")).unwrap().read_to_end(&mut found).unwrap();
            assert_eq!(found, content);
        }
    }

    #[test]
    fn the_same_files_give_the_same_bytes() {
        assert_eq!(zip("m", &files()).unwrap(), zip("m", &files()).unwrap());
    }

    #[test]
    fn no_entry_leads_out_of_the_folder() {
        for path in ["../x", "a/../../x", "/etc/passwd", "a//b", "a\\..\\b", "C:x", "a\0b", "", "a/"] {
            let error = zip("m", &[(path.to_owned(), Vec::new())]).unwrap_err();
            assert!(matches!(error, ArchiveError::Path(_)), "{path:?}");
        }
        for folder in ["..", "", "a\\b", "/a"] {
            assert!(zip(folder, &files()).is_err(), "{folder:?}");
        }
    }

    #[test]
    fn two_files_with_one_name_are_an_error() {
        let twice = [files(), files()].concat();
        assert!(zip("m", &twice).is_err());
    }
}
