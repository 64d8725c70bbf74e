//! Runs that outlive their tab, in the browser's private files: each with its state and all that it reads.
//!
//! In `simcse-lab/runs/<id>/`, `run.json` says what a run is made of ([`Manifest`]) and `state.safetensors` how far it is
//! ([`TrainingState`]); a run that is over has no moments there any more. `simcse-lab/inputs/<digest>` are models and
//! texts, a file for all runs that read it.

mod manifest;

use std::collections::BTreeSet;

use web_sys::Blob;

use super::{
    error::WorkerError,
    files::NamedBytes,
    inputs::InputFile,
    locks::{self, Lock},
    outbox::post,
    private_files::{Folder, PrivateFileError, Writer, bytes_of},
};
use crate::{
    app::protocol::{Event, PickedFile, SavedRun},
    localize::messages,
    runs::Outcome,
    train::{StateHeader, TrainingState},
};
pub use manifest::{KeptText, Manifest, VERSION};

const ROOT: &str = "simcse-lab";
const RUNS: &str = "runs";
const INPUTS: &str = "inputs";
const MANIFEST: &str = "run.json";
const STATE: &str = "state.safetensors";
/// Held while inputs are added or removed, so that no tab removes a file that another has just written.
const INPUTS_LOCK: &str = "simcse-lab inputs";

/// Held by the tab that a run is open in.
fn lock_of(run: u64) -> String {
    format!("simcse-lab run {run}")
}

pub struct RunStore {
    runs: Folder,
    inputs: Folder,
}

/// A run that is open here and nowhere else.
pub struct KeptRun {
    pub manifest: Manifest,
    folder: Folder,
    /// Where the files are that it reads.
    inputs: Folder,
    _lock: Lock,
}

impl RunStore {
    /// # Errors
    /// Those of [`Folder::root`].
    pub async fn open() -> Result<Self, PrivateFileError> {
        let root = Folder::root().await?.folder(ROOT).await?;
        Ok(Self { runs: root.folder(RUNS).await?, inputs: root.folder(INPUTS).await? })
    }

    /// All runs, the earliest first.
    pub async fn list(&self) -> Result<Vec<SavedRun>, PrivateFileError> {
        let held = locks::held().await;
        let mut saved = Vec::new();
        for run in self.ids().await? {
            let Some(folder) = self.runs.existing(&run.to_string()).await else { continue };
            let Some(manifest) = manifest_in(&folder).await else { continue };
            // It has only just begun, here or in another tab.
            let Some(state) = folder.file(STATE).await else { continue };
            let Some(step) = step_of(&state).await else { continue };
            saved.push(SavedRun {
                run,
                model: manifest.model_name,
                text: manifest.training.name,
                step,
                total: manifest.total,
                open: manifest.outcome == Outcome::Open,
                elsewhere: held.contains(&lock_of(run)),
                saved: state.last_modified(),
                bytes: folder.bytes().await,
            });
        }
        Ok(saved)
    }

    async fn ids(&self) -> Result<Vec<u64>, PrivateFileError> {
        let mut ids: Vec<u64> =
            self.runs.names().await?.iter().filter_map(|name| name.parse().ok()).collect();
        ids.sort_unstable();
        Ok(ids)
    }

    /// Tells the page of all runs.
    pub async fn post_runs(&self) {
        if let Ok(runs) = self.list().await {
            post(Event::SavedRuns { runs, input_bytes: self.inputs.bytes().await });
        }
    }

    /// Reserves an id and an empty folder for a run; a taken id is increased.
    pub async fn begin(&self, mut manifest: Manifest) -> Result<KeptRun, WorkerError> {
        let _inputs = locks::acquire(INPUTS_LOCK).await;
        while self.runs.existing(&manifest.id.to_string()).await.is_some() {
            manifest.id += 1;
        }
        let lock = locks::try_acquire(&lock_of(manifest.id)).await.ok_or(WorkerError::OpenElsewhere)?;
        let folder = self.runs.folder(&manifest.id.to_string()).await?;
        Ok(KeptRun { manifest, folder, inputs: self.inputs.clone(), _lock: lock })
    }

    /// Takes a run up again.
    ///
    /// # Errors
    /// It is open in another tab, or was removed, or is of a later version of the site.
    pub async fn open_run(&self, run: u64) -> Result<KeptRun, WorkerError> {
        let lock = locks::try_acquire(&lock_of(run)).await.ok_or(WorkerError::OpenElsewhere)?;
        let folder = self.runs.existing(&run.to_string()).await.ok_or(WorkerError::NoSavedRun)?;
        let manifest = manifest_in(&folder).await.ok_or(WorkerError::NoSavedRun)?;
        if manifest.version > VERSION {
            return Err(WorkerError::Browser(messages::saved_run_version()));
        }
        Ok(KeptRun { manifest, folder, inputs: self.inputs.clone(), _lock: lock })
    }

    /// Files that a run reads, as they were loaded.
    ///
    /// # Errors
    /// One of them was removed, for example by the browser.
    pub async fn inputs(&self, files: &[InputFile]) -> Result<Vec<PickedFile>, WorkerError> {
        let mut picked = Vec::with_capacity(files.len());
        for InputFile { path, digest } in files {
            let blob = self
                .inputs
                .file(digest)
                .await
                .ok_or_else(|| WorkerError::Browser(messages::saved_run_input(path)))?;
            picked.push(PickedFile { path: path.clone(), blob: blob.into() });
        }
        Ok(picked)
    }

    /// Removes a run, and what only it reads.
    ///
    /// # Errors
    /// It is open in another tab.
    pub async fn forget(&self, run: u64) -> Result<(), WorkerError> {
        let _lock = locks::try_acquire(&lock_of(run)).await.ok_or(WorkerError::OpenElsewhere)?;
        if self.runs.existing(&run.to_string()).await.is_some() {
            self.runs.remove(&run.to_string()).await?;
        }
        self.sweep().await?;
        Ok(())
    }

    /// Removes what tabs that died while starting a run have left: runs without a state, and files that no run reads.
    pub async fn sweep(&self) -> Result<(), PrivateFileError> {
        let _inputs = locks::acquire(INPUTS_LOCK).await;
        let mut read = BTreeSet::new();
        for run in self.ids().await? {
            let Some(folder) = self.runs.existing(&run.to_string()).await else { continue };
            let manifest = manifest_in(&folder).await;
            let cannot_go_on = manifest.is_none() || folder.file(STATE).await.is_none();
            if cannot_go_on && locks::try_acquire(&lock_of(run)).await.is_some() {
                self.runs.remove(&run.to_string()).await?;
            } else if let Some(manifest) = manifest {
                read.extend(manifest.inputs().map(|input| input.digest.clone()));
            }
        }
        for name in self.inputs.names().await? {
            if !read.contains(&name) {
                self.inputs.remove(&name).await?;
            }
        }
        Ok(())
    }
}

/// Tells the page which runs there are, and removes what was left over.
pub async fn tidy() {
    let Ok(store) = RunStore::open().await else { return };
    store.post_runs().await;
    if let Err(error) = store.sweep().await {
        log::warn!("private files: {error}");
    }
}

/// Tells the page which runs there are.
pub async fn post_saved_runs() {
    if let Ok(store) = RunStore::open().await {
        store.post_runs().await;
    }
}

impl KeptRun {
    /// Keeps what the run is made of. `content` gives the bytes of the files that are not there yet.
    pub async fn write_inputs(
        &mut self,
        mut content: impl AsyncFnMut(&InputFile) -> Result<NamedBytes, WorkerError>,
    ) -> Result<(), WorkerError> {
        let _inputs = locks::acquire(INPUTS_LOCK).await;
        for input in self.manifest.inputs() {
            if self.inputs.file(&input.digest).await.is_none() {
                let file = content(input).await?;
                self.inputs.write_all(&input.digest, &file.bytes).await?;
            }
        }
        Ok(self.write_manifest().await?)
    }

    /// Begins a state that takes the place of the last one when it is whole.
    pub async fn write_state(&self) -> Result<Writer, PrivateFileError> {
        self.folder.write(STATE).await
    }

    /// The last complete state; `None` before the first.
    pub async fn state(&self) -> Option<Blob> {
        self.folder.file(STATE).await.map(Into::into)
    }

    /// Notes how the run ended.
    pub async fn set_outcome(&mut self, outcome: Outcome) -> Result<(), PrivateFileError> {
        self.manifest.outcome = outcome;
        self.write_manifest().await
    }

    async fn write_manifest(&mut self) -> Result<(), PrivateFileError> {
        let json =
            serde_json::to_vec(&self.manifest).map_err(|error| PrivateFileError::Other(error.to_string()))?;
        self.folder.write_all(MANIFEST, &json).await
    }
}

async fn manifest_in(folder: &Folder) -> Option<Manifest> {
    let file = folder.file(MANIFEST).await?;
    serde_json::from_slice(&bytes_of(&file).await.ok()?).ok()
}

/// What a state says of itself, without its tensors.
async fn header(file: &Blob) -> Option<StateHeader> {
    let len = file.size() as usize;
    let first = read(file, 0, StateHeader::LENGTH.min(len)).await.ok()?;
    let end = StateHeader::end(&first, len).ok()?;
    StateHeader::parse(&read(file, 0, end).await.ok()?, len).ok()
}

/// How many steps a state comes after.
pub async fn step_of(file: &Blob) -> Option<u32> {
    header(file).await.map(|header| header.step())
}

/// A whole state.
pub async fn read_state(file: &Blob) -> Result<TrainingState, WorkerError> {
    let len = file.size() as usize;
    TrainingState::read(len, async |range| Ok(read(file, range.start, range.end).await?)).await
}

async fn read(file: &Blob, begin: usize, end: usize) -> Result<Vec<u8>, PrivateFileError> {
    let part = file.slice_with_f64_and_f64(begin as f64, end as f64);
    bytes_of(&part.map_err(|error| PrivateFileError::Other(super::browser::js_error_text(&error)))?).await
}
