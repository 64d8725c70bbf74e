//! `simcse-lab`: the engine of the page, natively and headless.

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    simcse_lab::cli::main()
}

/// Cargo builds every binary beside the browser's integration tests; there is no command line there.
#[cfg(target_arch = "wasm32")]
fn main() {}
