//! Every kernel, forward and backward, against its `f64` reference: all cases of the checks in `src/verify/kernels`,
//! of which `#/verify` and `simcse-lab verify` run a sample. The same tests run natively and, compiled to WebAssembly,
//! in a browser, on a device with WebGPU's default limits.

mod attention;
mod contrastive;
mod devices;
mod embedding;
mod grid;
mod layer_norm;
mod linear;
mod mlm;
mod optimizer;
mod pool;
mod shader_errors;
mod tanh;
mod timestamps;

#[cfg(not(target_arch = "wasm32"))]
use pollster::test as device_test;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as device_test;

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
