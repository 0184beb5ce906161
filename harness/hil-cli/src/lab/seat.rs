//! A seat: one place where an agent can run, and everything that is needed to get there. Plain data.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use hil_model::id::PlatformId;
use hil_model::lab::{BenchInfo, Evidence};
use hil_probe::order::{Link, Order, Reach};
use hil_scenario::lab::SupplyChange;

use crate::environment;
use crate::lab::meter;

/// One place where an agent can run.
#[derive(Debug, Clone, PartialEq)]
pub struct Seat {
    /// What plans and reports know of it.
    pub info: BenchInfo,
    /// What people call it: the name in the lab file.
    pub name: String,
    /// How it is reached.
    pub via: Via,
}

/// How an agent is reached.
#[derive(Debug, Clone, PartialEq)]
pub enum Via {
    /// It is a child process on this computer.
    Process,
    /// It is firmware on a board, and a child process carries bytes to it.
    Board(Box<BoardSeat>),
}

/// A board, and how it is reached.
#[derive(Debug, Clone, PartialEq)]
pub struct BoardSeat {
    /// The kind of board.
    pub platform: PlatformId,
    /// Emulated, behind a debug probe, or behind a serial port alone.
    pub reach: Reach,
    /// How bytes get to the agent.
    pub link: Link,
    /// Where its image comes from.
    pub image: ImageSource,
    /// The unique number of its chip, in hexadecimal.
    pub chip_id: Option<String>,
    /// The port of the hub that powers it.
    pub hub: Option<HubPort>,
    /// What differs in its supply from the board file.
    pub supply: Option<SupplyChange>,
}

/// Where the image of a board comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImageSource {
    /// It is built from the repository when it is needed.
    Repository,
    /// It is this file.
    File(PathBuf),
    /// It is on the board already, written by other means.
    OnBoard,
}

/// A port of a USB hub that can switch power.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HubPort {
    /// The hub as the system numbers it, such as `1-2`.
    pub location: String,
    /// The port, from 1.
    pub port: u32,
}

impl Seat {
    /// This computer, as a machine of the kind `platform`.
    #[must_use]
    pub fn here(platform: PlatformId) -> Self {
        let info = BenchInfo::new(platform, Evidence::Host, environment::cores());
        Self { info, name: "this computer".to_owned(), via: Via::Process }
    }

    /// A board. Its evidence follows from how it is reached: a probe on the network counts as an emulated board, because
    /// `hil emulate` is one, and nothing that may be computed claims hardware.
    #[must_use]
    pub fn board(name: String, board: BoardSeat) -> Self {
        let evidence =
            if board.is_emulated() || board.is_on_the_network() { Evidence::Emulated } else { Evidence::Hardware };
        let info = BenchInfo::new(board.platform.clone(), evidence, 1)
            .with_meter(meter::of(&board.platform, board.supply.as_ref()));
        Self { info, name, via: Via::Board(Box::new(board)) }
    }

    /// The board, if it is one.
    #[must_use]
    pub fn as_board(&self) -> Option<&BoardSeat> {
        match &self.via {
            Via::Board(board) => Some(board),
            Via::Process => None,
        }
    }

    /// What two runs must not use at the same time: the serial number of the probe, or the serial port. Nothing for what
    /// every run has for itself (an emulated board) and for this computer, which has a lease of its own.
    #[must_use]
    pub fn lease_key(&self) -> Option<&str> {
        let board = self.as_board()?;
        match (&board.reach, &board.link) {
            (Reach::Emulated { .. }, _) => None,
            (Reach::Probe { selector, .. }, _) => {
                // Without a serial number the kind of probe is all there is to tell.
                let serial = selector.splitn(3, ':').nth(2).filter(|serial| !serial.is_empty());
                Some(serial.unwrap_or(selector))
            }
            (Reach::SerialOnly, Link::Uart { port, .. }) => port.as_deref(),
            (Reach::SerialOnly, Link::Rtt) => None,
        }
    }
}

impl BoardSeat {
    /// Whether its figures are computed.
    #[must_use]
    pub fn is_emulated(&self) -> bool {
        matches!(self.reach, Reach::Emulated { .. })
    }

    /// Whether its probe is an address instead of a device, as probe-rs takes it for Black Magic servers.
    #[must_use]
    pub fn is_on_the_network(&self) -> bool {
        match &self.reach {
            Reach::Probe { selector, .. } => {
                selector.splitn(3, ':').nth(2).is_some_and(|serial| serial.parse::<SocketAddr>().is_ok())
            }
            Reach::Emulated { .. } | Reach::SerialOnly => false,
        }
    }

    /// What the process that carries bytes is told: `image` runs, nothing is erased, the first rung of the ladder.
    #[must_use]
    pub fn order(&self, image: Option<&Path>) -> Order {
        Order {
            platform: self.platform.to_string(),
            reach: self.reach.clone(),
            link: self.link.clone(),
            image: image.map(Path::to_owned),
            chip_id: self.chip_id.clone(),
            allow_erase: false,
            under_reset: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{BoardSeat, ImageSource, Seat};
    use hil_model::id::PlatformId;
    use hil_model::lab::Evidence;
    use hil_probe::order::{Link, Reach};

    fn seat(reach: Reach, link: Link) -> Seat {
        let platform = PlatformId::new("stm32f4").unwrap();
        let (image, chip_id, hub, supply) = (ImageSource::Repository, None, None, None);
        Seat::board("b".to_owned(), BoardSeat { platform, reach, link, image, chip_id, hub, supply })
    }

    #[test]
    fn what_is_shared_has_a_lease_of_its_own() {
        let probe = |selector: &str| Reach::Probe { selector: selector.to_owned(), speed_khz: None };
        for (selector, key) in
            [("0483:374b:066A:FF", "066A:FF"), ("0483:374b", "0483:374b"), ("0483:374b:", "0483:374b:")]
        {
            let seat = seat(probe(selector), Link::Rtt);
            assert_eq!((seat.lease_key(), seat.info.evidence), (Some(key), Evidence::Hardware));
        }
        let served = seat(probe("1d50:6018:127.0.0.1:4242"), Link::Rtt);
        assert_eq!((served.lease_key(), served.info.evidence), (Some("127.0.0.1:4242"), Evidence::Emulated));
        let uart = Link::Uart { port: Some("/dev/ttyACM0".to_owned()), baud: 115_200 };
        assert_eq!(seat(Reach::SerialOnly, uart).lease_key(), Some("/dev/ttyACM0"));
        assert!(crate::lab::built_in().iter().all(|seat| seat.lease_key().is_none()));
    }
}
