//! Everything that `hil doctor` knows about a computer and a folder, as plain data.
//!
//! `look` fills it from the real world; tests fill it by hand. The rules see nothing else, so what they say about a
//! computer that is not here can be read word by word.

use std::path::PathBuf;

use hil_model::lab::{Evidence, Reach};
use hil_model::run::{Environment, Noise};

/// A computer, what is attached to it, and what a folder asks of it.
#[derive(Debug, Clone)]
pub struct System {
    /// Which kind of advice applies.
    pub os: Os,
    /// Processor, memory, versions.
    pub environment: Environment,
    /// Memory that programs can still get, in bytes.
    pub memory_available: Option<u64>,
    /// The clock that samples are taken with, where the system tells.
    pub clock: Option<Clock>,
    /// Load, governor, steal.
    pub noise: Noise,
    /// Whether this is a container, which sees no device that it was not given.
    pub in_container: bool,
    /// Who asks.
    pub user: User,
    /// Programs and libraries that build code.
    pub tools: Tools,
    /// Debug probes.
    pub probes: Vec<Probe>,
    /// Serial ports.
    pub ports: Vec<Port>,
    /// Kinds of machine that scenarios can name.
    pub boards: Vec<Known>,
    /// Where agents can run.
    pub seats: Vec<Place>,
    /// Whether a file says what is attached.
    pub has_lab: bool,
    /// Data sets.
    pub data: Vec<hil_data::Status>,
    /// What this folder asks.
    pub folder: Folder,
}

/// Operating systems with advice of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Os {
    /// Linux, Android excepted.
    Linux,
    /// macOS.
    Mac,
    /// Windows.
    Windows,
    /// Any other.
    Other,
}

/// The system's clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clock {
    /// What the kernel counts with, such as `tsc`.
    pub source: String,
    /// Whether the processor's counter runs at one rate in every state; unknown where the processor does not say.
    pub is_invariant: Option<bool>,
}

/// The user, without a name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct User {
    /// Groups by name.
    pub groups: Vec<String>,
}

/// What builds code and talks to machines: what a program answered when asked for its version, or nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tools {
    /// `rustc --version`.
    pub rustc: Option<String>,
    /// `cargo --version`.
    pub cargo: Option<String>,
    /// `rustup --version`.
    pub rustup: Option<String>,
    /// Targets whose library `rustc` has.
    pub targets: Vec<String>,
    /// Whether the sources of Rust's library are installed, from which Debian's compiler builds it for boards.
    pub has_library_sources: bool,
    /// `qemu-system-arm --version`.
    pub qemu: Option<String>,
    /// `valgrind --version`.
    pub valgrind: Option<String>,
    /// `adb version`.
    pub adb: Option<String>,
    /// Android's compiler.
    pub ndk: Option<PathBuf>,
}

/// A debug probe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// What it calls itself.
    pub name: String,
    /// How probe-rs selects it, `VID:PID` or `VID:PID:SERIAL` in hexadecimal.
    pub selector: String,
    /// Whether this user may open it.
    pub is_accessible: bool,
    /// Its device file on Linux.
    pub node: Option<PathBuf>,
    /// Who has it open, as far as this user can see: `openocd (4711)`.
    pub holders: Vec<String>,
}

/// A serial port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Port {
    /// Its device file.
    pub path: PathBuf,
    /// Its name that stays the same, as udev gives it.
    pub name: Option<String>,
    /// Whether this user may open it.
    pub is_accessible: bool,
    /// The group that may.
    pub group: Option<String>,
    /// Who has it open, as far as this user can see.
    pub holders: Vec<String>,
}

/// A kind of machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// What scenarios call it.
    pub platform: String,
    /// One line for people.
    pub title: String,
    /// How it is reached.
    pub reach: Reach,
    /// The chip as probe-rs calls it, when the board can be emulated.
    pub emulated: Option<String>,
}

/// A seat of the lab.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// What the lab calls it.
    pub name: String,
    /// Its kind of machine.
    pub platform: String,
    /// What its figures count as.
    pub evidence: Evidence,
    /// What leads to it.
    pub by: By,
}

/// What leads to a seat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// It is this computer, with so many cores.
    Process(u32),
    /// It is emulated.
    Emulation,
    /// The debug probe of this selector, and the serial port of this name, if it has one.
    Probe(String, Option<String>),
    /// A serial port alone.
    Port(String),
}

/// What a folder asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Folder {
    /// Nothing: there are no scenarios.
    Nothing,
    /// Scenarios with mistakes, which have been printed.
    Mistaken {
        /// What the error says.
        error: String,
    },
    /// Well-formed scenarios.
    Scenarios {
        /// How many.
        count: usize,
        /// What they need and is not here.
        needs: Vec<Need>,
    },
}

/// Something that a scenario needs and that is not here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// The scenario.
    pub scenario: String,
    /// In words.
    pub says: String,
    /// Commands that bring it.
    pub next: Vec<String>,
}
