//! One model's files from the hub into its cache, each streamed past a counter.

use std::rc::Rc;

use js_sys::{Object, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, AbortSignal, ReadableWritablePair, RequestInit, Response, TransformStream,
    TransformStreamDefaultController,
};

use super::{
    cache::{ModelCache, StoredFile},
    error::HubAccessError,
    meter::Meter,
};
use crate::{
    app::{
        protocol::{HubAddress, RequestId},
        site_cache::is_full,
        worker::{browser::scope, site_files::content_length},
    },
    files::hub::{FilePlan, HubError, Wanted},
    model::ModelConfig,
};

const CONFIG: &str = "config.json";

/// Downloads a model, unless it is in the browser's storage already; of a download that fails nothing stays there.
pub async fn run(
    id: RequestId,
    address: &HubAddress,
    controller: &AbortController,
) -> Result<(), HubAccessError> {
    if ModelCache::open(address.clone()).await?.files().await?.is_some() {
        return Ok(());
    }
    // What an earlier download left when its tab was closed.
    ModelCache::remove(address).await?;
    let cache = ModelCache::open(address.clone()).await?;
    let download = Download { address, cache, signal: controller.signal(), meter: Rc::new(Meter::new(id)) };
    let outcome = download.all().await;
    if outcome.is_err() {
        ModelCache::remove(address).await?;
    }
    outcome
}

struct Download<'a> {
    address: &'a HubAddress,
    cache: ModelCache,
    signal: AbortSignal,
    meter: Rc<Meter>,
}

impl Download<'_> {
    async fn all(&self) -> Result<(), HubAccessError> {
        let model = &self.address.model;
        let unusable = |error: HubError| HubAccessError::Unusable { model: model.clone(), error };
        let mut plan = FilePlan::new(model.clone());
        let mut stored = Vec::new();
        while let Some(wanted) = plan.next().map_err(unusable)? {
            let Some(response) = self.request(&wanted).await? else {
                plan.answer(&wanted.file, None);
                continue;
            };
            let mut content = Vec::new();
            if !wanted.probe {
                if plan.has_encoder_weights(&wanted.file) && !self.meter.expecting() {
                    let remaining = plan.weight_bytes().or_else(|| content_length(&response));
                    remaining.into_iter().for_each(|bytes| self.meter.expect(bytes));
                }
                let bytes = self.store(&wanted.file, &response).await?;
                stored.push(StoredFile { file: wanted.file.clone(), bytes });
            }
            if wanted.read {
                content = self.cache.read(&wanted.file).await?;
            }
            if plan.is_config(&wanted.file) {
                // Another architecture is found out now, not after its weights are here.
                ModelConfig::from_json(CONFIG, &content)
                    .map_err(|error| HubAccessError::Config { model: model.clone(), error })?;
            }
            plan.answer(&wanted.file, Some(content));
        }
        self.cache.complete(&stored).await
    }

    /// The answer of the hub; `None`: it has no such file.
    async fn request(&self, wanted: &Wanted) -> Result<Option<Response>, HubAccessError> {
        let HubAddress { base, model } = self.address;
        let options = RequestInit::new();
        options.set_signal(Some(&self.signal));
        if wanted.probe {
            options.set_method("HEAD");
        }
        let asked = scope().fetch_with_str_and_init(&model.url(base, &wanted.file), &options);
        let response: Response = match JsFuture::from(asked).await {
            Ok(response) => response.unchecked_into(),
            Err(_) if !scope().navigator().on_line() => return Err(HubAccessError::Offline),
            // The browser tells programs no more than that it failed.
            Err(_) => return Err(HubAccessError::Unreachable { base: base.clone() }),
        };
        let unknown = || HubAccessError::Unknown { model: model.clone(), base: base.clone() };
        match response.status() {
            200..=299 => Ok(Some(response)),
            404 if wanted.file != CONFIG => Ok(None),
            // The hub tells a file that is not there from a model that is not; other servers do not.
            404 if response.headers().get("x-error-code").ok().flatten().as_deref()
                == Some("EntryNotFound") =>
            {
                Ok(None)
            }
            // The hub's answer to those without an account where a model does not exist.
            401 | 404 => Err(unknown()),
            403 => Err(HubAccessError::Gated { model: model.clone(), base: base.clone() }),
            429 => Err(HubAccessError::TooMany { base: base.clone() }),
            status => Err(HubAccessError::Status { file: wanted.file.clone(), status }),
        }
    }

    /// Streams a body into the cache and returns its length in bytes.
    async fn store(&self, file: &str, response: &Response) -> Result<f64, HubAccessError> {
        let expected = content_length(response);
        let counter = Rc::new(std::cell::Cell::new(0.0));
        let body = counted(response, {
            let (counter, meter) = (counter.clone(), self.meter.clone());
            move |bytes| {
                counter.set(counter.get() + bytes);
                meter.add(bytes);
            }
        })
        .map_err(|error| HubAccessError::browser(&error))?;
        let stored = self.cache.store(file, &body).await;
        let got = counter.get();
        match stored {
            Err(error) if is_full(&error) => Err(HubAccessError::Full { file: file.to_owned() }),
            // More than announced is a body that came compressed; less is one that was cut short.
            Ok(()) if expected.is_none_or(|expected| got >= expected) => Ok(got),
            _ => Err(HubAccessError::Truncated { file: file.to_owned(), got, expected }),
        }
    }
}

/// The response with a body that tells `portion` the bytes that pass. Streams, so that weights never lie in memory.
fn counted(response: &Response, mut portion: impl FnMut(f64) + 'static) -> Result<Response, JsValue> {
    let Some(body) = response.body() else { return Response::new() };
    let transform =
        Closure::<dyn FnMut(JsValue, TransformStreamDefaultController) -> Result<(), JsValue>>::new(
            move |chunk: JsValue, controller: TransformStreamDefaultController| {
                if let Some(bytes) = chunk.dyn_ref::<Uint8Array>() {
                    portion(f64::from(bytes.length()));
                }
                controller.enqueue_with_chunk(&chunk)
            },
        );
    let transformer = Object::new();
    // The stream may outlive this call; the closure is the collector's from here on.
    Reflect::set(&transformer, &"transform".into(), &transform.into_js_value())?;
    let stream = TransformStream::new_with_transformer(&transformer)?;
    let passed = body.pipe_through(&ReadableWritablePair::new(&stream.readable(), &stream.writable()));
    Response::new_with_opt_readable_stream(Some(&passed))
}
