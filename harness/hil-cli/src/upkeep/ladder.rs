//! The ladder: what to try next when the rig failed on a board. A pure function of the fault, the rung and the means.
//!
//! Every rung is tried once, so a job makes four attempts at most. Only faults of the rig come here: what the measured
//! code does wrong is its result and is never tried again.

use hil_bench::bench::Trouble;

/// One way of doing a job, each reaching deeper into the rig than the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rung {
    /// As planned.
    Plain,
    /// The same once more, from the opening of the probe on.
    Again,
    /// Attached while the reset pin is held, so that nothing on the chip can be in the way.
    UnderReset,
    /// After the USB port of the probe was without power.
    PortCycle,
}

impl Rung {
    /// As logs and the ledger name it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Again => "again",
            Self::UnderReset => "under-reset",
            Self::PortCycle => "port-cycle",
        }
    }
}

/// A fault of the rig, as far as the ladder is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// What helps against it.
    pub trouble: Trouble,
    /// The agent ran: the board was opened, written and started, and something went wrong afterwards.
    pub agent_ran: bool,
}

/// Whether the power of the board's USB port can be switched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Port {
    /// It can.
    Ready,
    /// The lab names a hub, and `uhubctl`, which switches it, is not installed.
    NoProgram,
    /// The lab names no hub for this board.
    NoHub,
}

/// What can be done about this board.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Means {
    /// It is emulated: every attempt starts a new one, so there is nothing to reset, to switch or to set aside.
    pub emulated: bool,
    /// The fault was injected on purpose and will be there again.
    pub injected: bool,
    /// There is a debug probe, which can hold the reset pin.
    pub probe: bool,
    /// Its USB port.
    pub port: Port,
    /// The image is that of this repository, so what goes wrong while it runs speaks against the board.
    pub image_trusted: bool,
    /// An earlier job of this run has tried everything on this board, in vain.
    pub in_vain: bool,
}

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// The job from its beginning, in this way.
    Try(Rung),
    /// Nothing more in this run; the next run may try the board as always.
    GiveUp,
    /// Nothing more, and the board is not used for a while.
    Quarantine,
}

/// A step on the ladder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// What to do.
    pub next: Next,
    /// Rungs that were passed over, and why.
    pub skipped: Vec<(Rung, &'static str)>,
}

/// What follows on `fault`, which happened on the rung `tried`.
#[must_use]
pub fn next(fault: Fault, tried: Rung, means: &Means) -> Move {
    let stop = |next| Move { next, skipped: Vec::new() };
    if means.injected || means.in_vain || fault.trouble == Trouble::Lasting {
        return stop(Next::GiveUp);
    }
    let mut skipped = Vec::new();
    for rung in [Rung::Again, Rung::UnderReset, Rung::PortCycle].into_iter().filter(|rung| *rung > tried) {
        match obstacle(rung, fault, means) {
            None => return Move { next: Next::Try(rung), skipped },
            Some(why) => skipped.push((rung, why)),
        }
    }
    // A board that is not there, or that somebody else uses, is not at fault; neither is one that ran an image of which
    // nobody knows whether it is an agent at all.
    let is_to_blame = fault.trouble == Trouble::Passing && (!fault.agent_ran || means.image_trusted);
    let next = if is_to_blame && !means.emulated { Next::Quarantine } else { Next::GiveUp };
    // Nobody needs to hear that an emulated board has no USB port.
    Move { next, skipped: if means.emulated { Vec::new() } else { skipped } }
}

/// Why a rung cannot help.
fn obstacle(rung: Rung, fault: Fault, means: &Means) -> Option<&'static str> {
    match (rung, means.port) {
        (Rung::Plain | Rung::Again, _) => None,
        (_, _) if means.emulated => Some("the board is emulated"),
        (Rung::UnderReset, _) if fault.trouble == Trouble::Absent => Some("the probe does not let itself be opened"),
        (Rung::UnderReset, _) if !means.probe => Some("there is no probe that could hold the reset pin"),
        (Rung::UnderReset, _) | (Rung::PortCycle, Port::Ready) => None,
        (Rung::PortCycle, Port::NoProgram) => Some("uhubctl, which switches the port, is not installed"),
        (Rung::PortCycle, Port::NoHub) => Some("the lab names no hub for this board"),
    }
}

#[cfg(test)]
mod tests {
    use super::Rung::{Again, Plain, PortCycle, UnderReset};
    use super::{Fault, Means, Move, Next, Port, Rung, next};
    use hil_bench::bench::Trouble;

    const BOARD: Means =
        Means { emulated: false, injected: false, probe: true, port: Port::Ready, image_trusted: true, in_vain: false };
    const GONE: Fault = Fault { trouble: Trouble::Passing, agent_ran: false };

    /// Every rung that is tried when each ends in `fault`, and what comes last.
    fn climb(fault: Fault, means: &Means) -> (Vec<Rung>, Next) {
        let mut tried = vec![Plain];
        loop {
            let Move { next, .. } = next(fault, *tried.last().unwrap(), means);
            let Next::Try(rung) = next else { return (tried, next) };
            assert!(tried.iter().all(|before| *before < rung), "{rung:?} after {tried:?}");
            tried.push(rung);
        }
    }

    #[test]
    fn every_rung_is_tried_once_as_far_as_there_are_means() {
        let absent = Fault { trouble: Trouble::Absent, ..GONE };
        let lasting = Fault { trouble: Trouble::Lasting, ..GONE };
        let garbled = Fault { agent_ran: true, ..GONE };
        let foreign = Means { image_trusted: false, ..BOARD };
        let no_hub = Means { port: Port::NoHub, ..BOARD };
        let emulated = Means { emulated: true, ..BOARD };
        let table: [(Fault, Means, &[Rung], Next); 14] = [
            (GONE, BOARD, &[Plain, Again, UnderReset, PortCycle], Next::Quarantine),
            (GONE, no_hub, &[Plain, Again, UnderReset], Next::Quarantine),
            (GONE, Means { port: Port::NoProgram, ..BOARD }, &[Plain, Again, UnderReset], Next::Quarantine),
            (GONE, Means { probe: false, ..BOARD }, &[Plain, Again, PortCycle], Next::Quarantine),
            (GONE, foreign, &[Plain, Again, UnderReset, PortCycle], Next::Quarantine),
            (garbled, BOARD, &[Plain, Again, UnderReset, PortCycle], Next::Quarantine),
            (garbled, foreign, &[Plain, Again, UnderReset, PortCycle], Next::GiveUp),
            (absent, BOARD, &[Plain, Again, PortCycle], Next::GiveUp),
            (absent, no_hub, &[Plain, Again], Next::GiveUp),
            (lasting, BOARD, &[Plain], Next::GiveUp),
            (GONE, Means { in_vain: true, ..BOARD }, &[Plain], Next::GiveUp),
            (GONE, emulated, &[Plain, Again], Next::GiveUp),
            (garbled, emulated, &[Plain, Again], Next::GiveUp),
            (GONE, Means { injected: true, ..emulated }, &[Plain], Next::GiveUp),
        ];
        for (fault, means, rungs, last) in table {
            assert_eq!(climb(fault, &means), (rungs.to_vec(), last), "{fault:?} with {means:?}");
        }
    }

    #[test]
    fn what_is_passed_over_is_said_with_the_reason() {
        let means = Means { port: Port::NoProgram, probe: false, ..BOARD };
        let said = next(GONE, Again, &means);
        let rungs: Vec<Rung> = said.skipped.iter().map(|(rung, _)| *rung).collect();
        assert_eq!((rungs, said.next), (vec![UnderReset, PortCycle], Next::Quarantine));
        assert!(said.skipped[1].1.contains("uhubctl"), "{:?}", said.skipped);
        assert_eq!(next(GONE, Again, &Means { emulated: true, ..BOARD }).skipped, []);
    }
}
