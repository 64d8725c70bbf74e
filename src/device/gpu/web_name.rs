//! The name of a GPU in a browser.

use js_sys::Reflect;
use wasm_bindgen::JsValue;

/// Vendor and architecture, "nvidia ampere" for example, which wgpu 30 does not pass on
/// (<https://github.com/gfx-rs/wgpu/issues/8819>); `None` where the browser hides these as well.
pub fn vendor_and_architecture(device: &wgpu::Device) -> Option<String> {
    let device: &JsValue = device.as_webgpu()?.as_ref();
    let info = Reflect::get(device, &"adapterInfo".into()).ok()?;
    let word = |key: &str| Reflect::get(&info, &key.into()).ok()?.as_string().filter(|word| !word.is_empty());
    let words: Vec<String> = ["vendor", "architecture"].into_iter().filter_map(word).collect();
    (!words.is_empty()).then(|| words.join(" "))
}
