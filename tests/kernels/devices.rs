//! The devices that the kernels are checked on, and what is said of a check that failed.

use std::{cell::RefCell, mem::ManuallyDrop};

use simcse_lab::{
    device::{Device, DeviceChoice, DeviceError, DeviceOptions},
    verify::{Checks, Coverage},
};

thread_local! {
    /// One device of each kind per thread: the browser runs all tests on one, and makes each pipeline once. They are
    /// never dropped, because wgpu needs thread locals of its own for that, and they may be gone by then.
    static DEVICES: RefCell<Vec<(DeviceChoice, ManuallyDrop<Device>)>> = const { RefCell::new(Vec::new()) };
}

/// A GPU with WebGPU's guaranteed limits and no optional features, or the CPU with a few threads, whatever the machine
/// has.
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

/// All cases of a kernel's checks pass on the GPU, then on the CPU.
pub async fn pass_on_each_device(check: impl AsyncFn(&Checks) -> Result<(), DeviceError>) {
    pass_on(DeviceChoice::Gpu, &check).await;
    pass_on(DeviceChoice::Cpu, &check).await;
}

/// The same on one of them.
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
