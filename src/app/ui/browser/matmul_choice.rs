//! The kind of matrix product that was found fastest, kept in the browser between visits. A browser that lets the page
//! keep nothing, or has no room, is no obstacle: the page then finds it out again.

use leptos::prelude::window;
use web_sys::Storage;

use crate::device::{DeviceInfo, MatmulKind};

/// What was kept of an earlier visit with the same device and build.
pub fn recall(info: &DeviceInfo) -> Option<MatmulKind> {
    let kept = storage()?.get_item(&info.tuning_key()).ok()??;
    serde_json::from_str(&kept).ok()
}

pub fn remember(info: &DeviceInfo, kind: MatmulKind) {
    if let (Some(storage), Ok(kind)) = (storage(), serde_json::to_string(&kind)) {
        // Full, or read-only: not worth a word.
        let _ = storage.set_item(&info.tuning_key(), &kind);
    }
}

/// What the browser keeps for the page, where it keeps anything.
pub fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}
