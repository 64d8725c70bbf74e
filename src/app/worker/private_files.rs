//! Files in the browser's private file system (OPFS): of this origin, on this machine, seen by no other program.

use js_sys::{Array, AsyncIterator, Reflect, Uint8Array};
use thiserror::Error;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    File, FileSystemDirectoryHandle, FileSystemFileHandle, FileSystemGetDirectoryOptions,
    FileSystemGetFileOptions, FileSystemRemoveOptions, FileSystemWritableFileStream,
};

use super::browser::{field, js_error_text, scope};
use crate::{
    app::site_cache::is_full,
    localize::{Localize, Localized, display_localized, messages},
};

/// Bytes that are handed to the browser at once: every call costs some tenth of a millisecond.
const PORTION: usize = 4 << 20;

/// Why a file could not be written or read.
#[derive(Debug, Clone, Error)]
pub enum PrivateFileError {
    Unavailable(Localized),
    Full,
    Other(String),
}

impl PrivateFileError {
    fn new(error: &JsValue) -> Self {
        if is_full(error) { Self::Full } else { Self::Other(js_error_text(error)) }
    }
}

impl Localize for PrivateFileError {
    fn localized(&self) -> Localized {
        match self {
            Self::Unavailable(reason) => reason.clone(),
            Self::Full => messages::private_files_full(),
            Self::Other(words) => words.localized(),
        }
    }
}

display_localized!(PrivateFileError);

type Result<T> = std::result::Result<T, PrivateFileError>;

/// A folder of private files.
#[derive(Clone)]
pub struct Folder(FileSystemDirectoryHandle);

impl Folder {
    /// The origin's own folder.
    ///
    /// # Errors
    /// The page is not secure, or the browser has no such files, or refuses them in a private window.
    pub async fn root() -> Result<Self> {
        if !scope().is_secure_context() {
            return Err(PrivateFileError::Unavailable(messages::private_files_insecure()));
        }
        let storage = scope().navigator().storage();
        let has = |object: &JsValue, name: &str| Reflect::has(object, &name.into()).unwrap_or(false);
        // Safari before 26 has no streams into private files.
        let writes = Reflect::get(&js_sys::global(), &"FileSystemFileHandle".into())
            .and_then(|class| Reflect::get(&class, &"prototype".into()))
            .is_ok_and(|prototype| has(&prototype, "createWritable"));
        if !has(&storage, "getDirectory") || !writes {
            return Err(PrivateFileError::Unavailable(messages::private_files_none()));
        }
        wait(storage.get_directory()).await.map(|folder| Self(folder.unchecked_into())).map_err(|error| {
            PrivateFileError::Unavailable(messages::private_files_refused(error.to_string()))
        })
    }

    /// A folder in this one, made where there is none.
    pub async fn folder(&self, name: &str) -> Result<Self> {
        let options = FileSystemGetDirectoryOptions::new();
        options.set_create(true);
        let folder = wait(self.0.get_directory_handle_with_options(name, &options)).await?;
        Ok(Self(folder.unchecked_into()))
    }

    /// A folder that is there.
    pub async fn existing(&self, name: &str) -> Option<Self> {
        let folder = wait(self.0.get_directory_handle(name)).await.ok()?;
        Some(Self(folder.unchecked_into()))
    }

    /// What is in it.
    pub async fn names(&self) -> Result<Vec<String>> {
        let keys: AsyncIterator = self.0.keys();
        let mut names = Vec::new();
        loop {
            let next = keys.next().map_err(|error| PrivateFileError::new(&error))?;
            let next = wait(next).await?;
            if field(&next, "done").is_truthy() {
                return Ok(names);
            }
            names.extend(field(&next, "value").as_string());
        }
    }

    /// A file's content as it is now, not yet read; what is written later does not change it.
    pub async fn file(&self, name: &str) -> Option<File> {
        let handle: FileSystemFileHandle = wait(self.0.get_file_handle(name)).await.ok()?.unchecked_into();
        wait(handle.get_file()).await.ok().map(JsCast::unchecked_into)
    }

    /// Begins a file. It takes the place of the one of this name when it is whole, and not before: whatever happens until
    /// then leaves that one as it is.
    pub async fn write(&self, name: &str) -> Result<Writer> {
        let options = FileSystemGetFileOptions::new();
        options.set_create(true);
        let handle = wait(self.0.get_file_handle_with_options(name, &options)).await?;
        let handle: FileSystemFileHandle = handle.unchecked_into();
        let stream = wait(handle.create_writable()).await?.unchecked_into();
        Ok(Writer { stream, waiting: Vec::new(), written: 0 })
    }

    /// Writes a whole file.
    pub async fn write_all(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let mut writer = self.write(name).await?;
        match writer.write(bytes).await {
            Ok(()) => writer.close().await.map(drop),
            Err(error) => {
                writer.abort().await;
                Err(error)
            }
        }
    }

    /// Removes a file, or a folder with all that is in it.
    pub async fn remove(&self, name: &str) -> Result<()> {
        let options = FileSystemRemoveOptions::new();
        options.set_recursive(true);
        wait(self.0.remove_entry_with_options(name, &options)).await.map(drop)
    }

    /// Bytes of the files in it; those of its folders are left out.
    pub async fn bytes(&self) -> f64 {
        let mut bytes = 0.0;
        for name in self.names().await.unwrap_or_default() {
            bytes += self.file(&name).await.map_or(0.0, |file| file.size());
        }
        bytes
    }
}

/// A file that is being written.
pub struct Writer {
    stream: FileSystemWritableFileStream,
    waiting: Vec<u8>,
    written: u64,
}

impl Writer {
    pub async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.waiting.extend_from_slice(bytes);
        if self.waiting.len() < PORTION { Ok(()) } else { self.flush().await }
    }

    async fn flush(&mut self) -> Result<()> {
        // A copy, because streams do not take memory that threads share.
        let portion = Uint8Array::from(self.waiting.as_slice());
        self.written += self.waiting.len() as u64;
        self.waiting.clear();
        let written = self.stream.write_with_js_u8_array(&portion);
        wait(written.map_err(|error| PrivateFileError::new(&error))?).await.map(drop)
    }

    /// Puts the file in its place; returns its bytes.
    pub async fn close(mut self) -> Result<u64> {
        let flushed = self.flush().await;
        if flushed.is_err() {
            self.abort().await;
            return flushed.map(|()| 0);
        }
        wait(self.stream.close()).await.map(|_| self.written)
    }

    /// Forgets what was written.
    pub async fn abort(self) {
        // A stream that is broken already has forgotten it.
        let _ = wait(self.stream.abort()).await;
    }
}

/// Bytes of a blob.
pub async fn bytes_of(blob: &web_sys::Blob) -> Result<Vec<u8>> {
    Ok(Uint8Array::new(&wait(blob.array_buffer()).await?).to_vec())
}

/// A blob of these parts.
pub fn blob_of(parts: &Array) -> Result<web_sys::Blob> {
    web_sys::Blob::new_with_u8_array_sequence(parts).map_err(|error| PrivateFileError::new(&error))
}

async fn wait(promise: js_sys::Promise) -> Result<JsValue> {
    JsFuture::from(promise).await.map_err(|error| PrivateFileError::new(&error))
}
