//! `simcse-lab device`: the adapter, and what it reaches.

use serde::Serialize;

use super::{args::DeviceArgs, error::CliError, terminal::print_json};
use crate::{
    device::{Device, DeviceInfo, DeviceOptions, MatmulKind},
    kernels::Ceilings,
};

/// The object that `device` prints, with what `--tune` found out.
#[derive(Serialize)]
struct TunedDevice<'a> {
    #[serde(flatten)]
    info: &'a DeviceInfo,
    ceilings: Ceilings,
    /// The fastest kind, on a GPU.
    matmul: Option<MatmulKind>,
}

pub async fn run(args: &DeviceArgs, device_options: DeviceOptions) -> Result<(), CliError> {
    let device = open_device(device_options).await?;
    if !args.tune {
        return print_json(device.info());
    }
    let ceilings = Ceilings::tune(&device).await?;
    print_json(&TunedDevice { info: device.info(), ceilings, matmul: device.matmul() })
}

/// The device that the command line asks for.
pub async fn open_device(options: DeviceOptions) -> Result<Device, CliError> {
    let device = Device::open(options).await?;
    log::info!("{:?}", device.info());
    Ok(device)
}
