//! Every kernel, forward and backward, against its `f64` reference; the same tests run natively and, compiled to
//! WebAssembly, in a browser. All of them on a device with WebGPU's default limits.

#[path = "../reference/mod.rs"]
mod reference;

mod attention;
mod bench;
mod compare;
mod contrastive;
mod embedding;
mod grid;
mod layer_norm;
mod matmul;
mod mlm;
mod optimizer;
mod pooling;
mod shader_errors;
mod timestamps;

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
