//! Starts agents on seats.

use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use hil_bench::carried::{Agreement, CarriedBench};
use hil_bench::process::ProcessBench;
use hil_model::lab::BenchInfo;
use hil_probe::order::Order;

use crate::bridge::FIRMWARE_FAILED;

/// For flashing and booting, should the child not keep its own deadlines, which are shorter.
const READY_WITHIN: Duration = Duration::from_secs(300);

/// The bench of a board: starts `program`, this program, as the child that carries bytes as `order` says.
///
/// # Errors
/// Why the order cannot be written down: its image has a name that is no text.
pub fn carried(program: &Path, order: &Order, info: BenchInfo) -> Result<CarriedBench, String> {
    let order = serde_json::to_string(order).map_err(|error| format!("the order for the board: {error}"))?;
    let arguments: [OsString; 2] = ["bridge".into(), order.into()];
    let child = ProcessBench::new(program, arguments.to_vec(), info);
    Ok(CarriedBench::new(child, Agreement { ready_within: READY_WITHIN, code_status: i32::from(FIRMWARE_FAILED) }))
}
