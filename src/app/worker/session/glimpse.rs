//! The page's first picture, before the whole of the model is here.

use super::Session;
use crate::app::{
    protocol::{Glimpse, RequestId, Source},
    worker::{
        error::WorkerError,
        files::{NamedBytes, gather},
        model_files::LoadedModel,
        picture::Picture,
        similarity::Embedders,
    },
};

impl Session {
    /// The files of a model, after a glimpse of it; those that both need are fetched once.
    pub(super) async fn gather_after(
        &mut self,
        id: RequestId,
        source: &Source,
        glimpse: Glimpse,
    ) -> Result<Vec<NamedBytes>, WorkerError> {
        let Source::Site(wanted) = source else { return gather(id, source.clone()).await };
        let Glimpse { files: wanted_first, sentences } = glimpse;
        let first = Source::Site(wanted_first.clone());
        // The whole model shows the same, only later; what is wrong with it is said then.
        let missed = |error: WorkerError| log::warn!("no picture before the model: {error}");
        let files = gather(id, first.clone()).await.map_err(missed).unwrap_or_default();
        let urls = wanted_first.into_iter().map(|file| file.url);
        let mut known: Vec<(String, Vec<u8>)> =
            urls.zip(&files).map(|(url, file)| (url, file.bytes.clone())).collect();
        known.retain(|(url, _)| wanted.iter().any(|file| file.url == *url));
        if !files.is_empty() {
            self.show(first, files, &sentences).await.unwrap_or_else(missed);
        }

        let is_known = |url: &String| known.iter().any(|(known, _)| known == url);
        let missing = wanted.iter().filter(|file| !is_known(&file.url)).cloned().collect();
        let mut fetched = gather(id, Source::Site(missing)).await?.into_iter();
        let files =
            wanted.iter().filter_map(|file| match known.iter_mut().find(|(url, _)| *url == file.url) {
                Some((_, bytes)) => {
                    Some(NamedBytes { path: file.path.clone(), bytes: std::mem::take(bytes) })
                }
                None => fetched.next(),
            });
        Ok(files.collect())
    }

    /// Shows sentences by a model that goes again.
    async fn show(
        &mut self,
        source: Source,
        files: Vec<NamedBytes>,
        sentences: &[String],
    ) -> Result<(), WorkerError> {
        let model = LoadedModel::from_files(source, files)?;
        let rows = model.tokenizer.encode(sentences, model.max_length)?;
        let mut embedders = Embedders::upload(&self.device, &model.checkpoint)?;
        Picture::new(rows, model.pooler).show_by(&mut embedders, 0, true).await
    }
}
