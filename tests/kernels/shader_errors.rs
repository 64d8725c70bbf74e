//! Error messages of shaders that do not compile.

use simcse_lab::device::{
    Arena, Binding, Device, DeviceChoice, DeviceError, Extent, Grid, KernelSpec, ShaderSource,
};

use crate::{device_test, devices::device};

static SHARED: &str = "fn twice(x: f32) -> f32 {\n    return 2.0 * x;\n}\n";
static BROKEN: &str = "@group(0) @binding(0) var<storage, read_write> values: array<f32>;\n\n\
    @compute @workgroup_size(1)\nfn broken() {\n    values[0] = twice(undeclared);\n}\n";
static SOUND: &str = "@group(0) @binding(0) var<storage, read_write> values: array<f32>;\n\n\
    @compute @workgroup_size(1)\nfn sound() {\n    values[0] = twice(1.0);\n}\n";

static BROKEN_SOURCE: ShaderSource =
    ShaderSource { parts: &[("common/test_twice.wgsl", SHARED), ("test_broken.wgsl", BROKEN)] };
static SOUND_SOURCE: ShaderSource =
    ShaderSource { parts: &[("common/test_twice.wgsl", SHARED), ("test_sound.wgsl", SOUND)] };

async fn error_of(source: &'static ShaderSource, entry: &'static str) -> DeviceError {
    let device = device(DeviceChoice::Gpu).await;
    device.ready().await.expect("nothing is wrong before");
    let spec = KernelSpec { source, entry, bindings: &[Binding::ReadWrite] };
    let Device::Gpu(gpu) = &device else { panic!("shaders are for a GPU") };
    let values = Arena::new(&device).storage("test", 4).expect("four floats");
    gpu.bind(&spec, &[], &[&values], Grid::new(Extent::Fixed(1), 1, 1));
    device.ready().await.expect_err("the shader or its entry point is wrong")
}

#[device_test]
async fn an_error_in_a_shader_names_file_and_line() {
    let error = error_of(&BROKEN_SOURCE, "broken").await;
    let DeviceError::Shader { shader, message, .. } = &error else { panic!("{error}") };
    assert_eq!(shader, "test_broken.wgsl");
    assert!(message.contains("shaders/test_broken.wgsl, line 5"), "{message}");
    assert!(message.contains("undeclared"), "{message}");
}

#[device_test]
async fn an_entry_point_that_does_not_exist_is_named_with_its_shader() {
    let error = error_of(&SOUND_SOURCE, "missing").await;
    let DeviceError::Shader { shader, entry, .. } = &error else { panic!("{error}") };
    assert_eq!((shader.as_str(), entry.as_str()), ("test_sound.wgsl", "missing"));
}
