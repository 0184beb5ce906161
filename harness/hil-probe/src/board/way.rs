//! The way to a board: a probe by its selector, or a board that is emulated in this process.

use probe_rs::probe::Probe;

use super::error::{BoardError, Step};
use super::fault::{Chosen, Fault, Injected};
use super::open;
use super::stage::Stage;
use crate::order::Reach;

/// The way to a board. Probes on it can be had more than once, one after the other.
#[derive(Debug)]
pub enum Way {
    /// Over a probe of this computer.
    Probe {
        /// As probe-rs selects it.
        selector: String,
        /// Clock of the wire, in kilohertz.
        speed_khz: Option<u32>,
    },
    /// To a board in this process.
    Emulated(Box<Emulated>),
}

/// An emulated board and what goes wrong with it.
#[derive(Debug)]
pub struct Emulated {
    /// The board.
    pub stage: Stage,
    /// What goes wrong.
    pub injected: Injected,
}

impl Way {
    /// The way of an order, to run the image in `elf`.
    ///
    /// # Errors
    /// [`BoardError::Order`] for an unknown platform or fault, and for a reach without a debug port.
    pub fn to(platform: &str, reach: &Reach, elf: &[u8]) -> Result<Self, BoardError> {
        let order = |detail: String| BoardError::Order { detail };
        match reach {
            Reach::Probe { selector, speed_khz } => {
                Ok(Self::Probe { selector: selector.clone(), speed_khz: *speed_khz })
            }
            Reach::Emulated { door, seed, fault, .. } => {
                let chosen = match fault.as_deref() {
                    None => None,
                    Some(given) => Some(Chosen::parse(given).ok_or_else(|| {
                        let known: Vec<&str> = Fault::all().map(Fault::name).collect();
                        order(format!("there is no fault \"{given}\" of a board; there are {}", known.join(", ")))
                    })?),
                };
                let injected = Injected::new(chosen);
                let machine = injected.machine(platform, *seed, elf).map_err(|error| order(error.to_string()))?;
                let stage = Stage::set(machine, *door)?;
                Ok(Self::Emulated(Box::new(Emulated { stage, injected })))
            }
            Reach::SerialOnly => Err(order("a serial port has no debug port".to_owned())),
        }
    }

    /// A probe on the board.
    ///
    /// # Errors
    /// [`BoardError`] when it cannot be opened or does not take the speed.
    pub fn probe(&self) -> Result<Probe, BoardError> {
        match self {
            Self::Emulated(emulated) => emulated.stage.probe(),
            Self::Probe { selector, speed_khz } => {
                let mut probe = open::by_selector(selector)?;
                if let Some(khz) = speed_khz {
                    probe.set_speed(*khz).map_err(|error| BoardError::of(Step::Open, &error.into()))?;
                }
                Ok(probe)
            }
        }
    }

    /// The emulated board, where it is one.
    pub fn emulated(&mut self) -> Option<&mut Emulated> {
        match self {
            Self::Emulated(emulated) => Some(emulated),
            Self::Probe { .. } => None,
        }
    }
}
