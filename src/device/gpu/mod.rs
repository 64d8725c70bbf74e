//! A wgpu device with its buffers, cached pipelines and commands. The same code runs natively (Vulkan, Metal, DX12) and
//! in the browser (WebGPU).

mod buffer;
mod commands;
mod dispatch;
mod matmul_kind;
mod pipeline;
mod readback;
mod timestamps;
#[cfg(target_arch = "wasm32")]
mod web_name;

use std::{
    cell::{Cell, RefCell},
    future::poll_fn,
    pin::{Pin, pin},
    rc::Rc,
    sync::{Arc, Mutex},
    task::Poll,
};

use futures_channel::oneshot;

use super::{DeviceError, DeviceInfo, DeviceKind, DeviceOptions, View, view::Buffer};
pub(super) use buffer::GpuBuffer;
pub(super) use commands::Commands;
pub use dispatch::{Dispatch, Grid};
pub use matmul_kind::MatmulKind;
use pipeline::PipelineCache;
pub use pipeline::{Binding, KernelSpec, ShaderSource};
pub(super) use readback::{Mapping, MappingRing};
pub(super) use timestamps::Timestamps;
#[cfg(target_arch = "wasm32")]
use web_name::vendor_and_architecture;

/// How a buffer is bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Usage {
    Storage,
    Uniform,
}

/// The buffer of a view, which must be on a GPU.
fn gpu_buffer(view: &View) -> Option<&GpuBuffer> {
    match &view.buffer {
        Buffer::Gpu(buffer) => Some(buffer),
        Buffer::Cpu(_) => {
            debug_assert!(false, "a view of another device");
            None
        }
    }
}

/// A device and its queue. Clones share it and are cheap.
#[derive(Clone)]
pub struct Gpu {
    inner: Rc<Inner>,
}

struct Inner {
    device: wgpu::Device,
    queue: wgpu::Queue,
    info: DeviceInfo,
    pipelines: RefCell<PipelineCache>,
    matmul: Cell<MatmulKind>,
    faults: Arc<Mutex<Faults>>,
}

/// Errors that the browser or wgpu report by callback instead of returning them.
#[derive(Default)]
struct Faults {
    lost: Option<String>,
    uncaptured: Vec<DeviceError>,
    /// One for each pending wait; dropping them when the device is lost ends the waits, which would never end
    /// otherwise.
    waiting: Vec<oneshot::Sender<()>>,
}

impl Gpu {
    /// Opens the best adapter with all limits it reports, or with WebGPU's defaults where it refuses those.
    ///
    /// # Errors
    /// There is no adapter, or it refuses to open a device.
    pub async fn new(options: DeviceOptions) -> Result<Self, DeviceError> {
        let mut descriptor = wgpu::InstanceDescriptor::new_without_display_handle_from_env();
        descriptor.backends = wgpu::Backends::PRIMARY;
        let instance = wgpu::Instance::new(descriptor);
        let adapter = instance
            .request_adapter(&wgpu::RequestAdapterOptions {
                power_preference: wgpu::PowerPreference::HighPerformance,
                force_fallback_adapter: false,
                ..Default::default()
            })
            .await
            .map_err(|error| DeviceError::NoAdapter(error.to_string()))?;
        let adapter_info = adapter.get_info();

        let wanted = wgpu::Features::TIMESTAMP_QUERY;
        let (full_features, full_limits) = (adapter.features() & wanted, adapter.limits());
        let baseline = (wgpu::Features::empty(), wgpu::Limits::default());
        let attempts =
            if options.baseline { vec![baseline] } else { vec![(full_features, full_limits), baseline] };
        let mut refusal = String::new();
        for (required_features, required_limits) in attempts {
            let request = wgpu::DeviceDescriptor {
                label: Some("SimCSE Lab"),
                required_features,
                required_limits,
                memory_hints: wgpu::MemoryHints::Performance,
                ..Default::default()
            };
            match adapter.request_device(&request).await {
                Ok((device, queue)) => return Ok(Self::from_device(device, queue, &adapter_info)),
                Err(error) => refusal = error.to_string(),
            }
        }
        Err(DeviceError::NoDevice { adapter: adapter_info.name, reason: refusal })
    }

    fn from_device(device: wgpu::Device, queue: wgpu::Queue, adapter: &wgpu::AdapterInfo) -> Self {
        let faults = Arc::new(Mutex::new(Faults::default()));
        let seen = Arc::clone(&faults);
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
            let error = match error {
                wgpu::Error::OutOfMemory { .. } => DeviceError::OutOfMemory(error.to_string()),
                _ => DeviceError::Validation(error.to_string()),
            };
            if let Ok(mut faults) = seen.lock() {
                faults.uncaptured.push(error);
            }
        }));
        let seen = Arc::clone(&faults);
        device.set_device_lost_callback(move |reason, message| {
            if let Ok(mut faults) = seen.lock() {
                faults.lost = Some(format!("{reason:?}: {message}"));
                faults.waiting.clear();
            }
        });
        let limits = device.limits();
        let name = adapter_name(adapter, &device);
        let info = DeviceInfo {
            kind: DeviceKind::Gpu,
            threads: 0,
            software: adapter.device_type == wgpu::DeviceType::Cpu || looks_like_software(&name),
            name,
            backend: adapter.backend.to_string(),
            driver: format!("{} {}", adapter.driver, adapter.driver_info).trim().to_owned(),
            timestamps: device.features().contains(wgpu::Features::TIMESTAMP_QUERY),
            max_binding_bytes: limits.max_storage_buffer_binding_size,
            max_buffer_bytes: limits.max_buffer_size,
            max_memory_bytes: None,
        };
        let pipelines = RefCell::new(PipelineCache::default());
        let matmul = Cell::new(MatmulKind::default());
        Self { inner: Rc::new(Inner { device, queue, info, pipelines, matmul, faults }) }
    }

    pub fn device(&self) -> &wgpu::Device {
        &self.inner.device
    }

    pub fn queue(&self) -> &wgpu::Queue {
        &self.inner.queue
    }

    pub fn info(&self) -> &DeviceInfo {
        &self.inner.info
    }

    /// Tile size of matrix products of models built from now on.
    pub fn matmul(&self) -> MatmulKind {
        self.inner.matmul.get()
    }

    pub fn set_matmul(&self, kind: MatmulKind) {
        self.inner.matmul.set(kind);
    }

    /// A zeroed buffer of `size` bytes.
    pub(super) fn buffer(&self, label: &str, size: u64, usage: Usage) -> GpuBuffer {
        let usage = match usage {
            Usage::Storage => wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC,
            Usage::Uniform => wgpu::BufferUsages::UNIFORM,
        } | wgpu::BufferUsages::COPY_DST;
        let descriptor =
            wgpu::BufferDescriptor { label: Some(label), size, usage, mapped_at_creation: false };
        GpuBuffer::new(self.device(), &descriptor)
    }

    /// Overwrites bytes before anything submitted later runs.
    pub(super) fn write(&self, buffer: &GpuBuffer, offset: u64, bytes: &[u8]) {
        self.queue().write_buffer(buffer, offset, bytes);
    }

    fn pipelines(&self) -> &RefCell<PipelineCache> {
        &self.inner.pipelines
    }

    /// As [`super::Device::check`].
    pub fn check(&self) -> Result<(), DeviceError> {
        let Ok(mut faults) = self.inner.faults.lock() else { return Ok(()) };
        if let Some(reason) = &faults.lost {
            return Err(DeviceError::DeviceLost(reason.clone()));
        }
        if faults.uncaptured.is_empty() {
            Ok(())
        } else {
            Err(faults.uncaptured.drain(..).next().unwrap_or(DeviceError::Validation(String::new())))
        }
    }

    /// Awaits `work`, or the loss of the device: Chromium never settles some promises of a lost device.
    ///
    /// # Errors
    /// The device is lost.
    async fn unless_lost<T>(&self, work: impl Future<Output = T>) -> Result<T, DeviceError> {
        let (sender, mut lost) = oneshot::channel();
        if let Ok(mut faults) = self.inner.faults.lock()
            && faults.lost.is_none()
        {
            faults.waiting.retain(|waiting| !waiting.is_canceled());
            faults.waiting.push(sender);
        }
        let mut work = pin!(work);
        poll_fn(|context| match work.as_mut().poll(context) {
            Poll::Ready(done) => Poll::Ready(Ok(done)),
            Poll::Pending => Pin::new(&mut lost).poll(context).map(|_| {
                self.check()?;
                Err(DeviceError::DeviceLost("it went away".to_owned()))
            }),
        })
        .await
    }

    /// As [`super::Device::ready`].
    pub async fn ready(&self) -> Result<(), DeviceError> {
        self.ready_with(|_, _| ()).await
    }

    /// As [`super::Device::ready_with`].
    pub async fn ready_with(&self, mut progress: impl FnMut(usize, usize)) -> Result<(), DeviceError> {
        let pending = self.inner.pipelines.borrow_mut().take_pending();
        let total = pending.len();
        for (done, check) in (1..).zip(pending) {
            self.unless_lost(check).await??;
            progress(done, total);
        }
        self.check()
    }

    /// Runs the callbacks of native backends; a browser runs them itself.
    fn pump(&self) -> Result<(), DeviceError> {
        #[cfg(not(target_arch = "wasm32"))]
        self.device()
            .poll(wgpu::PollType::wait_indefinitely())
            .map_err(|error| DeviceError::DeviceLost(error.to_string()))?;
        Ok(())
    }
}

/// The adapter's name, or vendor and architecture where a browser hides the name.
fn adapter_name(adapter: &wgpu::AdapterInfo, device: &wgpu::Device) -> String {
    Some(adapter.name.clone())
        .filter(|name| !name.is_empty())
        .or_else(|| vendor_and_architecture(device))
        .unwrap_or_else(|| "WebGPU adapter".to_owned())
}

/// Not needed natively, where adapters have names.
#[cfg(not(target_arch = "wasm32"))]
fn vendor_and_architecture(_: &wgpu::Device) -> Option<String> {
    None
}

fn looks_like_software(name: &str) -> bool {
    let name = name.to_lowercase();
    ["swiftshader", "llvmpipe", "softpipe", "basic render"].iter().any(|known| name.contains(known))
}
