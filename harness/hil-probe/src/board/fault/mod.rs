//! Faults of boards on purpose, so that everybody can see what becomes of them: on emulated boards, by name.
//!
//! A fault strikes at a moment that its name and a number decide, the same in every run: behind so many bytes of the
//! link, or so many cycles behind a request. It strikes in every life of the carrying process, so a fault that is tried
//! again comes again.
//!
//! [`machine`] builds boards that are wrong from the start, [`link`] damages bytes on their way, [`moment`] finds the moment in
//! the stream of requests; [`Injected`] is all of it for one life. `docs/faults.md` says what becomes of each.

pub mod link;
pub mod machine;
pub mod moment;

use hil_emulator::board::{self, BoardError, Chance};
use hil_emulator::fault::Mishap;
use hil_emulator::host::Board;
use hil_emulator::machine::Machine;

use link::Damage;
use machine::Plan;
use moment::Watch;

/// Cycles between the request and what happens then: the least, and how many more there may be. A request over a serial line
/// of 115200 baud takes some 500 000 cycles of the faster board to arrive.
const CYCLES: (u64, u64) = (600_000, 400_000);

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// A byte of the link is lost.
    LinkByteLost,
    /// A byte of the link arrives twice.
    LinkByteDoubled,
    /// A byte of the link is changed.
    LinkByteCorrupted,
    /// The chip is reset in the middle of a measurement.
    TargetReset,
    /// The supply breaks down in the middle of a measurement.
    BrownOut,
    /// The measured code does not return.
    InfiniteLoop,
    /// The measured code executes an undefined instruction.
    HardFault,
    /// The measured code uses up the stack.
    StackOverflow,
    /// The debug probe is gone in the middle of a measurement.
    ProbeGone,
    /// Another chip answers.
    WrongChip,
    /// The chip is protected against being read.
    ChipLocked,
    /// A bit of flash does not take.
    FlashVerify,
    /// RAM holds RTT control blocks of another image.
    StaleRtt,
    /// The cycle counter stands still.
    ClockStopped,
    /// The core clock is one percent slow.
    ClockOff,
    /// The firmware speaks another version of the wire.
    WireVersion,
    /// The image on the board is not the one on disk.
    StaleImage,
}

impl Fault {
    const ALL: [Self; 17] = [
        Self::LinkByteLost,
        Self::LinkByteDoubled,
        Self::LinkByteCorrupted,
        Self::TargetReset,
        Self::BrownOut,
        Self::InfiniteLoop,
        Self::HardFault,
        Self::StackOverflow,
        Self::ProbeGone,
        Self::WrongChip,
        Self::ChipLocked,
        Self::FlashVerify,
        Self::StaleRtt,
        Self::ClockStopped,
        Self::ClockOff,
        Self::WireVersion,
        Self::StaleImage,
    ];

    /// Every fault, in the order in which lists show them.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter()
    }

    /// The name as written on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::LinkByteLost => "link-byte-lost",
            Self::LinkByteDoubled => "link-byte-doubled",
            Self::LinkByteCorrupted => "link-byte-corrupted",
            Self::TargetReset => "target-reset",
            Self::BrownOut => "brown-out",
            Self::InfiniteLoop => "infinite-loop",
            Self::HardFault => "hard-fault",
            Self::StackOverflow => "stack-overflow",
            Self::ProbeGone => "probe-gone",
            Self::WrongChip => "wrong-chip",
            Self::ChipLocked => "chip-locked",
            Self::FlashVerify => "flash-verify",
            Self::StaleRtt => "stale-rtt",
            Self::ClockStopped => "clock-stopped",
            Self::ClockOff => "clock-off",
            Self::WireVersion => "wire-version",
            Self::StaleImage => "stale-image",
        }
    }

    /// One line for people: what goes wrong.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::LinkByteLost => "a byte between host and board is lost",
            Self::LinkByteDoubled => "a byte between host and board arrives twice",
            Self::LinkByteCorrupted => "a bit of a byte between host and board is flipped",
            Self::TargetReset => "the chip is reset while it measures",
            Self::BrownOut => "the supply breaks down while the chip measures",
            Self::InfiniteLoop => "the measured code does not return",
            Self::HardFault => "the measured code executes an undefined instruction",
            Self::StackOverflow => "the measured code uses up the stack",
            Self::ProbeGone => "the debug probe is gone while the chip measures",
            Self::WrongChip => "another chip answers than the one that is meant",
            Self::ChipLocked => "the chip is protected against being read (nrf52840)",
            Self::FlashVerify => "a bit of flash cannot be programmed",
            Self::StaleRtt => "RAM holds what RTT of another image left; nothing else is wrong",
            Self::ClockStopped => "the cycle counter stands still",
            Self::ClockOff => "the core clock is one percent slow",
            Self::WireVersion => "the firmware speaks another version of the wire",
            Self::StaleImage => "the image on the board is not the one on disk",
        }
    }

    /// The fault of that name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::all().find(|fault| fault.name() == name)
    }

    /// Whether boards of this kind can have it.
    #[must_use]
    pub fn works_on(self, platform: &str) -> bool {
        // The emulated STM32F407 models no read-back protection.
        self != Self::ChipLocked || platform == "nrf52840"
    }

    /// What happens to the board, and so many cycles behind the request that is watched for.
    fn mishap(self) -> Option<Mishap> {
        match self {
            Self::TargetReset => Some(Mishap::Reset),
            Self::BrownOut => Some(Mishap::BrownOut),
            Self::InfiniteLoop => Some(Mishap::EndlessLoop),
            Self::HardFault => Some(Mishap::UndefinedInstruction),
            Self::StackOverflow => Some(Mishap::EndlessRecursion),
            _ => None,
        }
    }
}

/// A fault, and the number that decides when it strikes. Written `NAME` or `NAME:NUMBER`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chosen {
    /// What goes wrong.
    pub fault: Fault,
    /// Decides when, and where a fault has a place.
    pub number: u64,
}

impl Chosen {
    /// Reads `NAME` or `NAME:NUMBER`; without a number it is 0.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (name, number) = match text.split_once(':') {
            Some((name, number)) => (name, number.parse().ok()?),
            None => (text, 0),
        };
        Some(Self { fault: Fault::find(name)?, number })
    }

    /// Numbers that only this fault uses.
    fn chance(self) -> Chance {
        Chance::new(self.fault.name().bytes().fold(self.number, |sum, byte| sum.rotate_left(7) ^ u64::from(byte)))
    }
}

impl std::fmt::Display for Chosen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.number {
            0 => f.write_str(self.fault.name()),
            number => write!(f, "{}:{number}", self.fault.name()),
        }
    }
}

/// A fault under way. Without one, every hook leaves everything as it is.
#[derive(Debug)]
pub struct Injected {
    chosen: Option<Chosen>,
    damage: Damage,
    watch: Watch,
    cycles: u64,
}

impl Injected {
    /// This fault, or none.
    #[must_use]
    pub fn new(chosen: Option<Chosen>) -> Self {
        let (mut damage, mut cycles) = (Damage::none(), 0);
        if let Some(chosen) = chosen {
            let mut chance = chosen.chance();
            cycles = CYCLES.0 + chance.next() % CYCLES.1;
            damage = Damage::of(chosen.fault, &mut chance);
        }
        Self { chosen, damage, watch: Watch::default(), cycles }
    }

    fn is(&self, fault: Fault) -> bool {
        self.chosen.is_some_and(|chosen| chosen.fault == fault)
    }

    /// The machine of the board `platform`, before it is powered on, to run the image in `elf`.
    ///
    /// # Errors
    /// When there is no such board, or it cannot have the fault.
    pub fn machine(&self, platform: &str, seed: u64, elf: &[u8]) -> Result<Machine, BoardError> {
        match self.chosen {
            Some(chosen) => Plan { chosen, platform, seed, elf }.build(),
            None => board::build(platform, seed),
        }
    }

    /// The image has been written and verified, and does not run yet.
    pub fn after_flash(&self, board: &Board, elf: &[u8]) {
        if self.is(Fault::StaleImage) {
            board.access(|target| machine::age_image(&mut target.machine, elf));
        }
    }

    /// The image runs, its clock was compared, and its agent waits for the host.
    pub fn after_boot(&self, board: &Board) {
        if self.is(Fault::ClockStopped) {
            board.access(|target| {
                let cpu = &mut target.machine.cpu;
                cpu.system.dwt.break_counter(cpu.cycles);
            });
        }
    }

    /// These bytes of the board are about to be handed to the host.
    pub fn on_the_way_up(&mut self, bytes: &mut Vec<u8>) {
        *bytes = self.damage.up(std::mem::take(bytes));
    }

    /// These bytes of the host are about to be handed to the board.
    pub fn on_the_way_down(&mut self, bytes: &mut Vec<u8>) {
        self.watch.sent(bytes);
        *bytes = self.damage.down(std::mem::take(bytes));
    }

    /// Everything that went through [`Injected::on_the_way_down`] was handed to the board.
    pub fn arrived(&mut self, board: &Board) -> Struck {
        let Some(chosen) = self.chosen.filter(|_| self.watch.is_due()) else { return Struck::Nothing };
        if let Some(mishap) = chosen.fault.mishap() {
            board.access(|target| target.suffer(mishap, self.cycles));
        }
        if chosen.fault == Fault::ProbeGone { Struck::ProbeGone } else { Struck::Nothing }
    }
}

/// What others have to do about a fault that has just struck.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Struck {
    /// Nothing.
    Nothing,
    /// Take the probe away.
    ProbeGone,
}

#[cfg(test)]
mod tests;
