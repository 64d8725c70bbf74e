//! The devices that the kernels are checked on, and the messages of failed checks.

use std::{cell::RefCell, mem::ManuallyDrop};

use simcse_lab::{
    device::{Device, DeviceChoice, DeviceError, DeviceOptions},
    verify::{Checks, Coverage},
};

thread_local! {
    /// One device of each kind per thread: the browser runs all tests on one thread, so each pipeline is made once.
    /// Devices are never dropped, because wgpu needs its own thread locals for that, which may already be destroyed.
    static DEVICES: RefCell<Vec<(DeviceChoice, ManuallyDrop<Device>)>> = const { RefCell::new(Vec::new()) };
}

/// A GPU with WebGPU's guaranteed limits and no optional features, or the CPU with three threads, independent of the
/// machine.
pub async fn device(choice: DeviceChoice) -> Device {
    let kept = |devices: &mut Vec<(DeviceChoice, ManuallyDrop<Device>)>| {
        devices.iter().find(|(kept, _)| *kept == choice).map(|(_, device)| Device::clone(device))
    };
    if let Some(device) = DEVICES.with_borrow_mut(kept) {
        return device;
    }
    let options = DeviceOptions { choice, threads: Some(3), baseline: true };
    let device = Device::open(options).await.expect("a device opens");
    DEVICES.with_borrow_mut(|devices| devices.push((choice, ManuallyDrop::new(device.clone()))));
    device
}

/// Asserts that all cases of a kernel's check pass, on the GPU, then on the CPU.
pub async fn pass_on_each_device(check: impl AsyncFn(&Checks) -> Result<(), DeviceError>) {
    pass_on(DeviceChoice::Gpu, &check).await;
    pass_on(DeviceChoice::Cpu, &check).await;
}

/// The same on one device.
pub async fn pass_on(choice: DeviceChoice, check: impl AsyncFn(&Checks) -> Result<(), DeviceError>) {
    let checks = Checks::new(&device(choice).await, "kernel", Coverage::All);
    check(&checks).await.expect("the device answers");
    let found = checks.into_found();
    assert!(!found.is_empty(), "nothing was checked");
    let failed: Vec<String> = found
        .iter()
        .filter(|check| !check.passed())
        .map(|check| {
            format!(
                "{}: off by {:e}, tolerance {:e}: {}",
                check.quantity, check.error, check.tolerance, check.worst
            )
        })
        .collect();
    assert!(failed.is_empty(), "on the {choice}: {}", failed.join("; "));
}
