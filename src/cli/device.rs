//! `simcse-lab device`: the adapter, and what it reaches.

use crate::device::DeviceOptions;
use serde::Serialize;

use super::{args::DeviceArgs, error::CliError, open_device, print_json};
use crate::{
    device::{DeviceInfo, MatmulKind},
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
