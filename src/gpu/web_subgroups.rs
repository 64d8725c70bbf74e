//! Asks browsers for WebGPU's `subgroups`, which wgpu 30 knows but passes to native devices only
//! (<https://github.com/gfx-rs/wgpu/issues/5555>).
//!
//! wgpu calls `navigator.gpu.requestAdapter` and then the adapter's `requestDevice`; both get a stand-in on the object
//! itself that adds the feature where the adapter has it, and the prototypes stay as they are.

use std::{cell::Cell, rc::Rc};

use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::{JsFuture, future_to_promise};

const FEATURE: &str = "subgroups";

/// Whether the device that was opened last has subgroup operations.
#[derive(Clone, Default)]
pub struct Subgroups(Rc<Cell<bool>>);

impl Subgroups {
    /// Sees to it that the next adapter's devices are asked for with subgroups. Where anything is not as expected the
    /// request goes through unchanged.
    pub fn ask_for() -> Self {
        let subgroups = Self::default();
        // A missing WebGPU is reported by the request for an adapter itself.
        let _ = subgroups.stand_in_for_adapters();
        subgroups
    }

    pub fn granted(&self) -> bool {
        self.0.get()
    }

    fn stand_in_for_adapters(&self) -> Result<(), JsValue> {
        let navigator = Reflect::get(&js_sys::global(), &"navigator".into())?;
        let gpu = Reflect::get(&navigator, &"gpu".into())?;
        let prototype = Reflect::get_prototype_of(&gpu)?;
        let request: Function = Reflect::get(&prototype, &"requestAdapter".into())?.dyn_into()?;
        let subgroups = self.clone();
        let host = gpu.clone();
        let stand_in = move |options: JsValue| -> Result<Promise, JsValue> {
            // For this once: the next one who asks finds the browser's own method again.
            Reflect::delete_property(host.unchecked_ref::<Object>(), &"requestAdapter".into())?;
            let adapter: Promise = request.call1(&host, &options)?.dyn_into()?;
            let subgroups = subgroups.clone();
            Ok(future_to_promise(async move {
                let adapter = JsFuture::from(adapter).await?;
                if adapter.is_object() {
                    subgroups.stand_in_for_devices(&adapter)?;
                }
                Ok(adapter)
            }))
        };
        let stand_in = Closure::<dyn Fn(JsValue) -> Result<Promise, JsValue>>::new(stand_in);
        // The page has one adapter or, after a lost device, a few: what is left behind is small.
        Reflect::set(&gpu, &"requestAdapter".into(), &stand_in.into_js_value()).map(|_| ())
    }

    fn stand_in_for_devices(&self, adapter: &JsValue) -> Result<(), JsValue> {
        let features = Reflect::get(adapter, &"features".into())?;
        let has: Function = Reflect::get(&features, &"has".into())?.dyn_into()?;
        if !has.call1(&features, &FEATURE.into())?.is_truthy() {
            return Ok(());
        }
        let request: Function = Reflect::get(adapter, &"requestDevice".into())?.dyn_into()?;
        let (granted, host) = (Rc::clone(&self.0), adapter.clone());
        let stand_in = move |descriptor: JsValue| -> Result<Promise, JsValue> {
            // A second request follows a refusal, and must not ask for the same again.
            Reflect::delete_property(host.unchecked_ref::<Object>(), &"requestDevice".into())?;
            let descriptor = if descriptor.is_object() { descriptor } else { Object::new().into() };
            let wanted = Reflect::get(&descriptor, &"requiredFeatures".into())?;
            let wanted = if wanted.is_object() { Array::from(&wanted) } else { Array::new() };
            wanted.push(&FEATURE.into());
            Reflect::set(&descriptor, &"requiredFeatures".into(), &wanted)?;
            let device: Promise = request.call1(&host, &descriptor)?.dyn_into()?;
            let granted = Rc::clone(&granted);
            Ok(future_to_promise(async move {
                let device = JsFuture::from(device).await?;
                // A device without a feature that it was asked for is not opened at all.
                granted.set(true);
                Ok(device)
            }))
        };
        let stand_in = Closure::<dyn Fn(JsValue) -> Result<Promise, JsValue>>::new(stand_in);
        Reflect::set(adapter, &"requestDevice".into(), &stand_in.into_js_value()).map(|_| ())
    }
}
