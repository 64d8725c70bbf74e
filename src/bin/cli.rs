//! The command line, `simcse-lab`.

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    simcse_lab::cli::main()
}

/// Cargo builds every binary for the integration tests in the browser too, where there is no command line.
#[cfg(target_arch = "wasm32")]
fn main() {}
