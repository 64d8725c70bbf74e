//! Messages to the page.

use std::time::Duration;

use thiserror::Error;
use web_sys::Blob;

use super::browser::scope;
use crate::{
    app::protocol::{Answer, Event, ExportedFile, FromWorker, Progress, RequestId, Stage, encode},
    localize::{Localize, Localized, display_localized, messages},
};

/// Shortest time between two reports of progress: the page draws no faster.
pub const POST_EVERY: Duration = Duration::from_millis(250);

/// The browser refused to take what was posted, for lack of memory for example.
#[derive(Debug, Error)]
pub struct PostError(pub Localized);

impl Localize for PostError {
    fn localized(&self) -> Localized {
        self.0.clone()
    }
}

display_localized!(PostError);

/// Posts news.
pub fn post(event: Event) {
    post_message(&FromWorker::News(event));
}

/// Answers the request `id`.
pub fn answer(id: RequestId, answer: Answer) {
    post_message(&FromWorker::Answer { id, last: answer.is_last(), answer });
}

/// Messages are plain data; should one fail to go, the console is all that is left to tell.
fn post_message(message: &FromWorker) {
    let posted = encode(message)
        .and_then(|message| scope().post_message(&message).map_err(|error| format!("{error:?}")));
    if let Err(error) = posted {
        web_sys::console::error_1(&error.into());
    }
}

/// Posts news that hold a view of `buffer`, whose bytes go over without a copy.
///
/// # Errors
/// The browser refuses, for lack of memory for example.
pub fn post_transferring(event: Event, buffer: &js_sys::ArrayBuffer) -> Result<(), PostError> {
    post_with_buffer(&FromWorker::News(event), buffer)
}

/// Answers with a view of `buffer`, as [`post_transferring`] does.
///
/// # Errors
/// The same.
pub fn answer_transferring(
    id: RequestId,
    answer: Answer,
    buffer: &js_sys::ArrayBuffer,
) -> Result<(), PostError> {
    post_with_buffer(&FromWorker::Answer { id, last: answer.is_last(), answer }, buffer)
}

fn post_with_buffer(message: &FromWorker, buffer: &js_sys::ArrayBuffer) -> Result<(), PostError> {
    let refused = |error: String| PostError(messages::worker_numbers(error));
    let message = encode(message).map_err(refused)?;
    let transferred = js_sys::Array::of1(buffer);
    let posted = scope().post_message_with_transfer(&message, &transferred);
    posted.map_err(|error| refused(format!("{error:?}")))
}

/// How far the request `id` is.
pub fn post_progress(id: RequestId, stage: Stage, done: f64, total: Option<f64>) {
    answer(id, Answer::Progress { progress: Progress { stage, done, total, seconds_left: None } });
}

/// How much of what is encoded now the model has no words for.
pub fn post_unknown(share: f64) {
    post(Event::UnknownWords { share });
}

/// For [`crate::device::Device::ready_with`]: how far the compilation that the request `id` waits for is.
pub fn post_compiling(id: RequestId) -> impl FnMut(usize, usize) {
    move |done, of| post_progress(id, Stage::Compiling, done as f64, Some(of as f64))
}

/// Hands a file to the page.
///
/// # Errors
/// The browser refuses to hold the bytes.
pub fn post_file(id: RequestId, name: String, bytes: &[u8]) -> Result<(), PostError> {
    let parts = js_sys::Array::of1(&js_sys::Uint8Array::from(bytes));
    let blob = Blob::new_with_u8_array_sequence(&parts).map_err(|error| {
        let error = format!("{error:?}");
        PostError(messages::worker_file(&name, error))
    })?;
    answer(id, Answer::Exported { file: ExportedFile { name, bytes: bytes.len() as f64, blob } });
    Ok(())
}
