//! Connects to the chip that was ordered, after it has said that it is that one.

use probe_rs::architecture::arm::FullyQualifiedApAddress;
use probe_rs::architecture::arm::dp::DpAddress;
use probe_rs::architecture::arm::sequences::DefaultArmSequence;
use probe_rs::config::{Registry, TargetSelector};
use probe_rs::probe::{Probe, WireProtocol};
use probe_rs::{Permissions, Session};

use super::error::{BoardError, Step};
use super::identity::{self, Found, Identity};
use super::kind::Kind;
use super::way::Way;

/// DHCSR with its key and C_DEBUGEN (DDI 0403E, C1.6.2).
const DHCSR: u64 = 0xE000_EDF0;
const DEBUG_ON: u32 = 0xA05F_0001;
/// How much longer a flash algorithm may take on an emulated board than on a real one, by this computer's clock: it is
/// this computer that computes it, when it comes to it.
const MORE_PATIENCE: u32 = 100;

/// What came of attaching.
pub struct Attached {
    /// The session on the chip.
    pub session: Session,
    /// What the chip says it is.
    pub identity: Identity,
}

/// Attaches to the chip that probe-rs calls `chip`, without asking what it is. A locked chip is never erased for it.
///
/// # Errors
/// [`BoardError`] with what to do.
pub fn plainly(probe: Probe, chip: &str) -> Result<Session, BoardError> {
    session(probe, chip.into(), false, Permissions::new())
}

fn session(
    mut probe: Probe,
    chip: TargetSelector,
    under_reset: bool,
    permissions: Permissions,
) -> Result<Session, BoardError> {
    probe.select_protocol(WireProtocol::Swd).map_err(|error| BoardError::of(Step::Open, &error.into()))?;
    let attached =
        if under_reset { probe.attach_under_reset(chip, permissions) } else { probe.attach(chip, permissions) };
    attached.map_err(|error| BoardError::of(Step::Attach, &error))
}

/// What probe-rs is told of the chip.
fn target(way: &Way, kind: &Kind) -> TargetSelector {
    match way {
        Way::Probe { .. } => kind.target.as_str().into(),
        Way::Emulated(_) => patient(&kind.target),
    }
}

/// The chip that probe-rs calls `name`, for an emulated one: all that is known by that name, with more patience.
#[must_use]
pub fn patient(name: &str) -> TargetSelector {
    let Ok(mut target) = Registry::from_builtin_families().get_target_by_name(name) else { return name.into() };
    for algorithm in &mut target.flash_algorithms {
        let properties = &mut algorithm.flash_properties;
        properties.program_page_timeout = properties.program_page_timeout.saturating_mul(MORE_PATIENCE);
        properties.erase_sector_timeout = properties.erase_sector_timeout.saturating_mul(MORE_PATIENCE);
    }
    TargetSelector::Specified(target)
}

/// Switches debugging of the core on while its reset pin is held.
///
/// probe-rs asks the core to stop at its first instruction before that, and switches debugging on behind the reset, when it
/// is too late: the one needs the other (DDI 0403E, C1.6.5). A reset leaves the bit alone.
fn prepare_reset(mut probe: Probe) -> Result<(), BoardError> {
    let failed = |error: probe_rs::Error| BoardError::of(Step::Attach, &error);
    let of_arm = |error: &_| BoardError::of_arm(Step::Attach, error);
    probe.select_protocol(WireProtocol::Swd).map_err(|error| failed(error.into()))?;
    probe.attach_to_unspecified_under_reset().map_err(failed)?;
    let mut port =
        probe.try_into_arm_debug_interface(DefaultArmSequence::create()).map_err(|(_, error)| of_arm(&error))?;
    port.select_debug_port(DpAddress::Default).map_err(|error| of_arm(&error))?;
    let mut memory =
        port.memory_interface(&FullyQualifiedApAddress::v1_with_default_dp(0)).map_err(|error| of_arm(&error))?;
    memory.write_word_32(DHCSR, DEBUG_ON).map_err(|error| of_arm(&error))
}

/// How to attach.
#[derive(Debug, Clone, Copy)]
pub struct Manner<'a> {
    /// The number of the chip that is meant.
    pub chip_id: Option<&'a str>,
    /// A locked chip may be erased.
    pub allow_erase: bool,
    /// While the reset pin is held.
    pub under_reset: bool,
}

/// Attaches to the chip at the end of `way`: first what it is, then everything else.
///
/// # Errors
/// [`BoardError`]: of the wrong chip before anything was done to it.
pub fn attach(way: &Way, kind: &Kind, manner: Manner<'_>, say: &dyn Fn(&str)) -> Result<Attached, BoardError> {
    // A chip that does not let itself be looked at without holding its reset pin is looked at afterwards.
    if manner.under_reset {
        say("attach: while the reset pin is held");
        prepare_reset(way.probe()?)?;
        let session = session(way.probe()?, target(way, kind), true, Permissions::new())?;
        return identified(session, kind, manner.chip_id);
    }
    match identity::look(way.probe()?)? {
        Found::Chip(identity) => {
            identity::check(&identity, kind, manner.chip_id)?;
            let session = session(way.probe()?, target(way, kind), false, Permissions::new())?;
            Ok(Attached { session, identity })
        }
        Found::LockedNordic => {
            let wrong = |found: &str| BoardError::WrongChip { found: found.to_owned(), wanted: kind.title.clone() };
            if kind.family != super::kind::Family::Nrf52840 {
                return Err(wrong("a locked chip of Nordic"));
            }
            if !manner.allow_erase {
                let detail = "its APPROTECT is on".to_owned();
                return Err(BoardError::Locked { step: Step::Attach, detail });
            }
            say("attach: the chip is locked; unlocking it, which erases all of its flash");
            let permissions = Permissions::new().allow_erase_all();
            let session = session(way.probe()?, target(way, kind), false, permissions)?;
            identified(session, kind, manner.chip_id)
        }
    }
}

fn identified(mut session: Session, kind: &Kind, chip_id: Option<&str>) -> Result<Attached, BoardError> {
    let identity = {
        let failed = |error: &probe_rs::architecture::arm::ArmError| BoardError::of_arm(Step::Identify, error);
        let port = session.get_arm_interface().map_err(|error| failed(&error))?;
        let mut memory =
            port.memory_interface(&FullyQualifiedApAddress::v1_with_default_dp(0)).map_err(|error| failed(&error))?;
        identity::identity(&mut *memory)?
    };
    identity::check(&identity, kind, chip_id)?;
    Ok(Attached { session, identity })
}
