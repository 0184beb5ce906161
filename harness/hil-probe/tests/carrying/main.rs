//! Orders carried out on emulated boards, from opening the probe to letting go of the chip: what works, and what every
//! kind of trouble is called.
//!
//! The images of the agent come from `cargo xtask fw`; where they have not been built, the tests say so and prove nothing.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a panic in a test's helper is the failure of the test")]
#![expect(clippy::print_stderr, reason = "what was not tested has to be said")]

#[path = "../firmware/bench.rs"]
mod bench;
mod board;
mod serial;
mod sessions;
mod trouble;

use std::io::pipe;
use std::path::PathBuf;

use bench::{Outcome, carried};
use hil_probe::order::{Door, Link, Order, Reach};

/// How a board is reached.
pub const WAYS: [(Door, Link); 4] = [
    (Door::InProcess, Link::Rtt),
    (Door::BlackMagic, Link::Rtt),
    (Door::InProcess, Link::Uart { port: None, baud: BAUD }),
    (Door::BlackMagic, Link::Uart { port: None, baud: BAUD }),
];
/// What the firmware's serial port runs at.
pub const BAUD: u32 = 1_000_000;

/// An order that the host ends at once.
pub fn tried(order: &Order) -> Outcome {
    let (nothing, _) = pipe().unwrap();
    let (_unread, output) = pipe().unwrap();
    carried(order, nothing, output)
}

/// An order for a fixture of the repository: a program that speaks text over RTT, built for every board.
pub fn hello(platform: &str, door: Door) -> Order {
    Order {
        platform: platform.to_owned(),
        reach: Reach::Emulated { door, seed: 1, loaded: false, fault: None },
        link: Link::Rtt,
        image: Some(hello_elf(platform)),
        chip_id: None,
        allow_erase: false,
        under_reset: false,
    }
}

/// The file of it.
pub fn hello_elf(platform: &str) -> PathBuf {
    let chip = if platform == "stm32f4" { "stm32f407" } else { platform };
    PathBuf::from(format!("{}/../../fixtures/elf/hello-{chip}.elf", env!("CARGO_MANIFEST_DIR")))
}
