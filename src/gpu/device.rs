use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    sync::{Arc, Mutex},
};

use serde::{Deserialize, Serialize};

#[cfg(target_arch = "wasm32")]
use super::web_name::vendor_and_architecture;
use super::{GpuError, MatmulKind, pipeline::PipelineCache, quad_check::quads_are_neighbours};

/// How to open the device.
#[derive(Debug, Clone, Copy, Default)]
pub struct GpuOptions {
    /// Ask for WebGPU's guaranteed limits and no optional feature, whatever the adapter offers: what the weakest
    /// supported machine has. Tests run so.
    pub baseline: bool,
    /// Prefer the software adapter where the platform has one.
    pub software: bool,
}

/// What the device is and may do, for people and for logs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GpuInfo {
    pub name: String,
    pub backend: String,
    pub driver: String,
    /// Runs on the CPU (SwiftShader, lavapipe): correct, but slow.
    pub software: bool,
    pub timestamps: bool,
    /// Subgroup operations, over at least the four threads of a quad.
    pub subgroups: bool,
    /// Bytes one shader binding may cover.
    pub max_binding_bytes: u64,
    pub max_buffer_bytes: u64,
}

impl GpuInfo {
    /// Under which what was measured on the device can be kept: changes with the device, its driver and this crate's
    /// version. Browsers hide much of the names, so limits and features have their part in it.
    pub fn tuning_key(&self) -> String {
        let Self { name, driver, subgroups, max_buffer_bytes, .. } = self;
        let version = env!("CARGO_PKG_VERSION");
        format!("simcse-lab {version} matmul: {name}, {driver}, {max_buffer_bytes}, subgroups {subgroups}")
    }
}

/// One device and its queue, shared by all who compute on it. Cheap to clone.
#[derive(Clone)]
pub struct Gpu {
    inner: Rc<Inner>,
}

struct Inner {
    device: wgpu::Device,
    queue: wgpu::Queue,
    info: GpuInfo,
    limits: wgpu::Limits,
    pipelines: RefCell<PipelineCache>,
    matmul: Cell<MatmulKind>,
    faults: Arc<Mutex<Faults>>,
}

/// Threads of a quad.
const QUAD: u32 = 4;

/// Errors that arrive outside any call: the browser and wgpu report them by callback.
#[derive(Default)]
struct Faults {
    lost: Option<String>,
    uncaptured: Vec<GpuError>,
}

impl Gpu {
    /// Opens the best adapter with all limits it really has, or, where it refuses those, with WebGPU's defaults.
    pub async fn new(options: GpuOptions) -> Result<Self, GpuError> {
        let mut descriptor = wgpu::InstanceDescriptor::new_without_display_handle_from_env();
        descriptor.backends = wgpu::Backends::PRIMARY;
        #[cfg(target_arch = "wasm32")]
        let subgroups = (!options.baseline).then(super::web_subgroups::Subgroups::ask_for);
        let instance = wgpu::Instance::new(descriptor);
        let adapter = instance
            .request_adapter(&wgpu::RequestAdapterOptions {
                power_preference: wgpu::PowerPreference::HighPerformance,
                force_fallback_adapter: options.software,
                ..Default::default()
            })
            .await
            .map_err(|error| GpuError::NoAdapter(error.to_string()))?;
        let adapter_info = adapter.get_info();

        let wanted = wgpu::Features::TIMESTAMP_QUERY | wgpu::Features::SUBGROUP;
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
                Ok((device, queue)) => {
                    #[cfg(target_arch = "wasm32")]
                    let subgroups = subgroups.is_some_and(|asked| asked.granted());
                    #[cfg(not(target_arch = "wasm32"))]
                    let subgroups = required_features.contains(wgpu::Features::SUBGROUP);
                    let subgroups = subgroups && adapter_info.subgroup_min_size >= QUAD;
                    let gpu = Self::from_device(device, queue, &adapter_info, subgroups);
                    return match subgroups && !quads_are_neighbours(&gpu).await.unwrap_or(false) {
                        true => Ok(gpu.without_subgroups()),
                        false => Ok(gpu),
                    };
                }
                Err(error) => refusal = error.to_string(),
            }
        }
        Err(GpuError::NoDevice { adapter: adapter_info.name, reason: refusal })
    }

    fn from_device(
        device: wgpu::Device,
        queue: wgpu::Queue,
        adapter: &wgpu::AdapterInfo,
        subgroups: bool,
    ) -> Self {
        let faults = Arc::new(Mutex::new(Faults::default()));
        let seen = Arc::clone(&faults);
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
            let error = match error {
                wgpu::Error::OutOfMemory { .. } => GpuError::OutOfMemory(error.to_string()),
                _ => GpuError::Validation(error.to_string()),
            };
            if let Ok(mut faults) = seen.lock() {
                faults.uncaptured.push(error);
            }
        }));
        let seen = Arc::clone(&faults);
        device.set_device_lost_callback(move |reason, message| {
            if let Ok(mut faults) = seen.lock() {
                faults.lost = Some(format!("{reason:?}: {message}"));
            }
        });
        let limits = device.limits();
        let name = adapter_name(adapter, &device);
        let info = GpuInfo {
            software: adapter.device_type == wgpu::DeviceType::Cpu || looks_like_software(&name),
            name,
            backend: adapter.backend.to_string(),
            driver: format!("{} {}", adapter.driver, adapter.driver_info).trim().to_owned(),
            timestamps: device.features().contains(wgpu::Features::TIMESTAMP_QUERY),
            subgroups,
            max_binding_bytes: limits.max_storage_buffer_binding_size,
            max_buffer_bytes: limits.max_buffer_size,
        };
        let pipelines = RefCell::new(PipelineCache::default());
        let matmul = Cell::new(MatmulKind::default_for(&info));
        Self { inner: Rc::new(Inner { device, queue, info, limits, pipelines, matmul, faults }) }
    }

    /// The same device, only said to be without.
    fn without_subgroups(self) -> Self {
        log::warn!("the quads of {} are not four neighbours: subgroups are left alone", self.info().name);
        let Inner { device, queue, info, limits, faults, .. } = &*self.inner;
        let info = GpuInfo { subgroups: false, ..info.clone() };
        let inner = Inner {
            device: device.clone(),
            queue: queue.clone(),
            limits: limits.clone(),
            pipelines: RefCell::default(),
            matmul: Cell::new(MatmulKind::default_for(&info)),
            info,
            faults: Arc::clone(faults),
        };
        Self { inner: Rc::new(inner) }
    }

    pub fn device(&self) -> &wgpu::Device {
        &self.inner.device
    }

    pub fn queue(&self) -> &wgpu::Queue {
        &self.inner.queue
    }

    pub fn info(&self) -> &GpuInfo {
        &self.inner.info
    }

    pub fn limits(&self) -> &wgpu::Limits {
        &self.inner.limits
    }

    /// How models built from now on compute their matrix products.
    pub fn matmul(&self) -> MatmulKind {
        self.inner.matmul.get()
    }

    /// A kind that does not run on the device is passed over.
    pub fn set_matmul(&self, kind: MatmulKind) {
        if kind.runs_on(self.info()) {
            self.inner.matmul.set(kind);
        }
    }

    pub(super) fn pipelines(&self) -> &RefCell<PipelineCache> {
        &self.inner.pipelines
    }

    /// The first error the device reported since the last call, if any; a lost device stays lost.
    pub fn check(&self) -> Result<(), GpuError> {
        let Ok(mut faults) = self.inner.faults.lock() else { return Ok(()) };
        if let Some(reason) = &faults.lost {
            return Err(GpuError::DeviceLost(reason.clone()));
        }
        match faults.uncaptured.is_empty() {
            true => Ok(()),
            false => Err(faults.uncaptured.drain(..).next().unwrap_or(GpuError::Validation(String::new()))),
        }
    }

    /// Waits for the errors of all shaders and pipelines made so far, then for those of buffers and bindings.
    /// Call it after building a plan, before trusting it.
    pub async fn ready(&self) -> Result<(), GpuError> {
        self.ready_with(|_, _| ()).await
    }

    /// The same; `progress` hears how many of the shaders and pipelines that had to be compiled are, and of how many.
    pub async fn ready_with(&self, mut progress: impl FnMut(usize, usize)) -> Result<(), GpuError> {
        let pending = self.inner.pipelines.borrow_mut().take_pending();
        let total = pending.len();
        for (done, check) in (1..).zip(pending) {
            check.await?;
            progress(done, total);
        }
        self.check()
    }

    /// Lets native backends run their callbacks; a browser does that by itself.
    pub(super) fn pump(&self) -> Result<(), GpuError> {
        #[cfg(not(target_arch = "wasm32"))]
        self.device()
            .poll(wgpu::PollType::wait_indefinitely())
            .map_err(|error| GpuError::DeviceLost(error.to_string()))?;
        Ok(())
    }
}

/// Browsers hide the device's name; vendor and architecture are then all there is.
fn adapter_name(adapter: &wgpu::AdapterInfo, device: &wgpu::Device) -> String {
    Some(adapter.name.clone())
        .filter(|name| !name.is_empty())
        .or_else(|| vendor_and_architecture(device))
        .unwrap_or_else(|| "WebGPU adapter".to_owned())
}

/// Natively there is nothing to add to the name.
#[cfg(not(target_arch = "wasm32"))]
fn vendor_and_architecture(_: &wgpu::Device) -> Option<String> {
    None
}

fn looks_like_software(name: &str) -> bool {
    let name = name.to_lowercase();
    ["swiftshader", "llvmpipe", "softpipe", "basic render"].iter().any(|known| name.contains(known))
}
