//! Grids of more than 65,535 workgroups.

use simcse_lab::verify::kernels::grid;

use crate::{device_test, devices::pass_on_each_device};

#[device_test]
async fn a_grid_beyond_65_535_workgroups_is_folded_and_reaches_its_last_element() {
    pass_on_each_device(grid::folded).await;
}
