//! The page: the engine in a Web Worker, and the interface around it. For wasm32 only.

pub mod protocol;
pub mod site_cache;
#[cfg(feature = "page")]
pub mod ui;
#[cfg(feature = "worker")]
pub mod worker;

/// Errors and warnings go to the browser's console, panics with their place.
fn log_to_console() {
    console_error_panic_hook::set_once();
    // There is none before: this runs once in each program.
    let _ = console_log::init_with_level(log::Level::Warn);
}
