//! What one carrying process is told: which board, how it is reached, and what it runs.
//!
//! One JSON text on the command line of the child, so that nothing is shared with the process that started it.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Carry bytes to the agent of this image on this board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// The kind of board, such as `stm32f4`.
    pub platform: String,
    /// The board.
    pub reach: Reach,
    /// How bytes get to the agent.
    pub link: Link,
    /// The image, an ELF file. Absent where it is on the board already and cannot be written: behind a serial port alone.
    pub image: Option<PathBuf>,
    /// The unique number of the chip that is meant, in hexadecimal; another chip is refused.
    pub chip_id: Option<String>,
    /// A locked chip may be erased.
    pub allow_erase: bool,
    /// Attach while the reset pin is held: the second rung of the ladder.
    pub under_reset: bool,
}

/// Where a board is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Reach {
    /// Emulated in the carrying process.
    Emulated {
        /// How probe-rs gets to it.
        door: Door,
        /// Decides what real boards leave to chance.
        seed: u64,
        /// Its flash holds the image already, as that of a real board does from its second start on, and nothing is written
        /// or read back. Otherwise flash is erased, and the image is written by the chip's flash algorithm, which takes longer
        /// than most of what is measured. A board with a fault is never delivered with its image.
        loaded: bool,
        /// What goes wrong on purpose, by name.
        fault: Option<String>,
    },
    /// Behind a debug probe.
    Probe {
        /// As probe-rs selects it: `VID:PID:SERIAL`.
        selector: String,
        /// Clock of the wire, in kilohertz; what the probe likes where absent.
        speed_khz: Option<u32>,
    },
    /// Behind a serial port alone: its image was written before, by other means.
    SerialOnly,
}

/// How probe-rs gets to an emulated board.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Door {
    /// Over the Black Magic protocol on a socket, as any user of probe-rs does.
    BlackMagic,
    /// Within the process.
    InProcess,
}

/// How bytes get to the agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Link {
    /// Over RTT, by the debug probe.
    Rtt,
    /// Over a serial port.
    Uart {
        /// Its name on this computer; absent on an emulated board, whose port is in the process.
        port: Option<String>,
        /// Bits per second.
        baud: u32,
    },
}
