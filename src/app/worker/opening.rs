//! Which device computes, and why it is not a GPU where it is not.

use js_sys::Reflect;

use super::browser::scope;
use crate::{
    app::protocol::NoWebGpu,
    device::{Device, DeviceChoice, DeviceError, DeviceOptions},
};

/// What the page's address or program asked for: it starts the worker with `#device=…`.
pub fn chosen() -> DeviceChoice {
    let fragment = scope().location().hash();
    let name = fragment.strip_prefix("#device=").unwrap_or_default();
    name.parse().unwrap_or_default()
}

/// Opens the device, and says why it is the CPU where a GPU was asked for, or would have been taken.
pub async fn open(choice: DeviceChoice) -> Result<(Device, Option<NoWebGpu>), DeviceError> {
    let gpu = match choice {
        DeviceChoice::Cpu => return Ok((cpu().await?, None)),
        DeviceChoice::Auto | DeviceChoice::Gpu => open_gpu().await,
    };
    match gpu {
        Ok(gpu) if choice == DeviceChoice::Gpu || !gpu.info().software => Ok((gpu, None)),
        Ok(gpu) => Ok((cpu().await?, Some(NoWebGpu::Imitated(gpu.info().name.clone())))),
        Err(reason) => Ok((cpu().await?, Some(reason))),
    }
}

async fn cpu() -> Result<Device, DeviceError> {
    Device::open(DeviceOptions { choice: DeviceChoice::Cpu, ..DeviceOptions::default() }).await
}

async fn open_gpu() -> Result<Device, NoWebGpu> {
    let scope = scope();
    if !scope.is_secure_context() {
        return Err(NoWebGpu::InsecureContext);
    }
    let exposed = Reflect::get(&scope.navigator(), &"gpu".into()).is_ok_and(|gpu| gpu.is_object());
    if !exposed {
        return Err(NoWebGpu::NotInBrowser);
    }
    let options = DeviceOptions { choice: DeviceChoice::Gpu, ..DeviceOptions::default() };
    Device::open(options).await.map_err(|error| match error {
        DeviceError::NoAdapter(words) => NoWebGpu::NoAdapter(words),
        other => NoWebGpu::NoAdapter(other.to_string()),
    })
}
