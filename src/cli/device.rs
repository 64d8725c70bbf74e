//! `simcse-lab device`: the adapter, and what it reaches.

use serde::Serialize;

use super::{args::DeviceArgs, error::CliError, open_gpu, print_json};
use crate::{
    gpu::{GpuInfo, MatmulKind},
    kernels::Ceilings,
};

/// The object that `device` prints, with what `--tune` found out.
#[derive(Serialize)]
struct TunedDevice<'a> {
    #[serde(flatten)]
    info: &'a GpuInfo,
    ceilings: Ceilings,
    /// The fastest kind.
    matmul: MatmulKind,
}

pub async fn run(args: &DeviceArgs) -> Result<(), CliError> {
    let gpu = open_gpu().await?;
    if !args.tune {
        return print_json(gpu.info());
    }
    let ceilings = Ceilings::tune(&gpu).await?;
    print_json(&TunedDevice { info: gpu.info(), ceilings, matmul: gpu.matmul() })
}
