//! Links modules over memory that workers can share as threads, where the target has atomics.

/// What a browser may give at most: all that WebAssembly's addresses reach.
const MOST_MEMORY: u64 = 1 << 32;

pub fn link_shared() {
    let has = |variable: &str, word: &str| {
        std::env::var(variable).is_ok_and(|words| words.split(',').any(|each| each == word))
    };
    if !has("CARGO_CFG_TARGET_ARCH", "wasm32") || !has("CARGO_CFG_TARGET_FEATURE", "atomics") {
        return;
    }
    let exports = ["__wasm_init_tls", "__tls_size", "__tls_align", "__tls_base", "__heap_base"];
    let exports = exports.map(|name| format!("--export={name}"));
    let shared =
        ["--shared-memory".to_owned(), "--import-memory".to_owned(), format!("--max-memory={MOST_MEMORY}")];
    for argument in shared.iter().chain(&exports) {
        println!("cargo::rustc-link-arg={argument}");
    }
}
