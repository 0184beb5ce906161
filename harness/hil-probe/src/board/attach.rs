//! Connects to the chip that was ordered, after it has said that it is that one.

use probe_rs::probe::{Probe, WireProtocol};
use probe_rs::{Permissions, Session};

use super::error::{BoardError, Step};
use super::identity::{self, Found, Identity};
use super::kind::Kind;
use super::way::Way;

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
    session(probe, chip, false, Permissions::new())
}

fn session(mut probe: Probe, chip: &str, under_reset: bool, permissions: Permissions) -> Result<Session, BoardError> {
    probe.select_protocol(WireProtocol::Swd).map_err(|error| BoardError::of(Step::Open, &error.into()))?;
    let attached =
        if under_reset { probe.attach_under_reset(chip, permissions) } else { probe.attach(chip, permissions) };
    attached.map_err(|error| BoardError::of(Step::Attach, &error))
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
        let session = session(way.probe()?, &kind.target, true, Permissions::new())?;
        return identified(session, kind, manner.chip_id);
    }
    match identity::look(way.probe()?)? {
        Found::Chip(identity) => {
            identity::check(&identity, kind, manner.chip_id)?;
            let session = session(way.probe()?, &kind.target, false, Permissions::new())?;
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
            let session = session(way.probe()?, &kind.target, false, permissions)?;
            identified(session, kind, manner.chip_id)
        }
    }
}

fn identified(mut session: Session, kind: &Kind, chip_id: Option<&str>) -> Result<Attached, BoardError> {
    let identity = {
        let failed = |error: &probe_rs::architecture::arm::ArmError| BoardError::of_arm(Step::Identify, error);
        let port = session.get_arm_interface().map_err(|error| failed(&error))?;
        let ap = probe_rs::architecture::arm::FullyQualifiedApAddress::v1_with_default_dp(0);
        let mut memory = port.memory_interface(&ap).map_err(|error| failed(&error))?;
        identity::identity(&mut *memory)?
    };
    identity::check(&identity, kind, chip_id)?;
    Ok(Attached { session, identity })
}
