//! Several files in one download.

use std::io::{Cursor, Write};

use thiserror::Error;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// Why files cannot be put in one archive.
#[derive(Debug, Error)]
#[error("the archive cannot be written: {0}")]
pub struct ArchiveError(#[from] zip::result::ZipError);

/// A zip archive of named files, in a folder of its own so that unpacking leaves one thing behind; the same files give
/// the same bytes. Not compressed: float weights do not get smaller by it, only slower.
///
/// # Errors
/// Two files of one name, or more than the format holds.
pub fn zip(folder: &str, files: &[(String, Vec<u8>)]) -> Result<Vec<u8>, ArchiveError> {
    let size: usize =
        files.iter().map(|(path, bytes)| bytes.len() + 2 * (path.len() + folder.len()) + 128).sum();
    let mut writer = ZipWriter::new(Cursor::new(Vec::with_capacity(size)));
    for (path, bytes) in files {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .last_modified_time(DateTime::default())
            .large_file(u32::try_from(bytes.len()).is_err());
        writer.start_file(format!("{folder}/{path}"), options)?;
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
    fn what_goes_in_comes_out_in_its_folder() {
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
    fn a_name_given_twice_is_an_error() {
        let twice = [files(), files()].concat();
        assert!(zip("m", &twice).is_err());
    }
}
