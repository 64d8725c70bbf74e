//! What computes: asked for in the address (`?device=cpu`), else by an earlier choice on this page, which the browser
//! keeps. A browser that lets the page keep nothing is no obstacle: the choice then holds for this visit.

use super::address::parameter;
use super::matmul_choice::storage;
use crate::device::DeviceChoice;

const KEY: &str = "simcse-lab device";

pub fn remembered() -> DeviceChoice {
    let asked = || parameter("device")?.parse().ok();
    let kept = || storage()?.get_item(KEY).ok()??.parse().ok();
    asked().or_else(kept).unwrap_or_default()
}

pub fn remember(choice: DeviceChoice) {
    if let Some(storage) = storage() {
        // Full, or read-only: not worth a word.
        let _ = storage.set_item(KEY, choice.name());
    }
}
