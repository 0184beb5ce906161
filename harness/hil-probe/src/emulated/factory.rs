//! Emulated boards among the probes that probe-rs lists and opens by selector.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

use hil_emulator::host::Board;
use probe_rs::plugin::{Plugin, register_plugin};
use probe_rs::probe::list::ProbeListItem;
use probe_rs::probe::{
    DebugProbe, DebugProbeError, DebugProbeInfo, DebugProbeSelector, ProbeCreationError, ProbeFactory,
};

use crate::emulated::EmulatedProbe;

/// The identifiers that pid.codes keeps for tests: no device on sale has them.
const VENDOR: u16 = 0x1209;
const PRODUCT: u16 = 0x0001;

static BOARDS: Mutex<BTreeMap<String, Board>> = Mutex::new(BTreeMap::new());

fn boards() -> MutexGuard<'static, BTreeMap<String, Board>> {
    BOARDS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A board that probe-rs can find; taken off the list when dropped.
#[derive(Debug)]
pub struct Registration {
    serial: String,
}

impl Registration {
    /// How to open a probe on the board.
    #[must_use]
    pub fn selector(&self) -> DebugProbeSelector {
        DebugProbeSelector {
            vendor_id: VENDOR,
            product_id: PRODUCT,
            interface: None,
            serial_number: Some(self.serial.clone()),
        }
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        boards().remove(&self.serial);
    }
}

/// Puts a board on probe-rs's list of probes under a serial number; one that has it already is replaced.
#[must_use]
pub fn register(board: Board, serial: &str) -> Registration {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| register_plugin(Plugin { probe_drivers: &[&Factory], ..Plugin::default() }));
    boards().insert(serial.to_owned(), board);
    Registration { serial: serial.to_owned() }
}

/// The driver as probe-rs sees it.
#[derive(Debug)]
struct Factory;

impl fmt::Display for Factory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("emulated")
    }
}

impl ProbeFactory for Factory {
    fn open(&self, selector: &DebugProbeSelector) -> Result<Box<dyn DebugProbe>, DebugProbeError> {
        let named = (selector.vendor_id, selector.product_id) == (VENDOR, PRODUCT);
        let boards = boards();
        let board = match &selector.serial_number {
            _ if !named => None,
            Some(serial) => boards.get(serial),
            // Without a serial number it must be clear which one is meant.
            None if boards.len() == 1 => boards.values().next(),
            None => None,
        };
        match board {
            Some(board) => Ok(Box::new(EmulatedProbe::new(board.clone()))),
            None => Err(DebugProbeError::ProbeCouldNotBeCreated(ProbeCreationError::NotFound)),
        }
    }

    fn list_probes(&self) -> Vec<ProbeListItem> {
        let info = |serial: &String| {
            let name = "Hilbench emulated board";
            DebugProbeInfo::new(name, VENDOR, PRODUCT, Some(serial.clone()), &Factory, None, false)
        };
        boards().keys().map(|serial| ProbeListItem::accessible(info(serial))).collect()
    }
}
