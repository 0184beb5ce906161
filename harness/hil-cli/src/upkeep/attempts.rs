//! Does a job on a board, as often as the ladder says.
//!
//! Every attempt begins from nothing: of one that ended in a fault of the rig nothing is kept but the fault, so figures
//! of two attempts are never mixed.

use std::sync::atomic::{AtomicBool, Ordering};

use hil_bench::job::JobOutcome;

use super::ladder::{Fault, Means, Next, Rung, next};

/// A fault of the rig that an attempt ended in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// How it was tried.
    pub rung: Rung,
    /// What was being done.
    pub phase: String,
    /// What happened.
    pub message: String,
}

/// What became of a job and of its board.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The first attempt was one without a fault of the rig.
    Sound,
    /// A later attempt was.
    Recovered,
    /// None was, or the user stopped it.
    GaveUp,
    /// None was, and the board shall not be used for a while.
    Quarantine,
}

/// A job with all of its attempts.
#[derive(Debug)]
pub struct Done {
    /// What the last attempt observed.
    pub outcome: JobOutcome,
    /// What became of it.
    pub ended: Ended,
    /// The faults of its attempts, in order.
    pub faults: Vec<Failed>,
}

/// What the doer is given.
pub trait Rig {
    /// Does the whole job once.
    fn attempt(&mut self, rung: Rung) -> JobOutcome;
    /// Switches the board's USB port off and on again.
    ///
    /// # Errors
    /// Why it was not switched.
    fn cycle_port(&mut self) -> Result<(), String>;
    /// Tells the user what is done about a fault.
    fn say(&mut self, text: String);
}

/// Does a job until an attempt has no fault of the rig, the ladder ends, or the user stops it.
pub fn job(rig: &mut dyn Rig, means: &Means, cancel: &AtomicBool) -> Done {
    let mut faults: Vec<Failed> = Vec::new();
    let mut rung = Rung::Plain;
    loop {
        let mut outcome = rig.attempt(rung);
        let Some(fault) = outcome.fault.as_mut() else {
            let ended = if faults.is_empty() { Ended::Sound } else { Ended::Recovered };
            if ended == Ended::Recovered {
                rig.say(format!("recovered ({}): nothing of the attempts before is kept", rung.name()));
            }
            return Done { outcome, ended, faults };
        };
        faults.push(Failed { rung, phase: fault.phase.clone(), message: fault.message.clone() });
        let seen = Fault { trouble: outcome.trouble, agent_ran: fault.phase != "open" };
        let ended = loop {
            if cancel.load(Ordering::Relaxed) {
                break Some(Ended::GaveUp);
            }
            let step = next(seen, rung, means);
            for (rung, why) in step.skipped {
                rig.say(format!("not tried ({}): {why}", rung.name()));
            }
            match step.next {
                Next::GiveUp => break Some(Ended::GaveUp),
                Next::Quarantine => break Some(Ended::Quarantine),
                Next::Try(wanted) => rung = wanted,
            }
            rig.say(format!("rig fault, {}: {}; trying ({})", fault.phase, fault.message, rung.name()));
            if rung != Rung::PortCycle {
                break None;
            }
            match rig.cycle_port() {
                Ok(()) => break None,
                Err(why) => rig.say(format!("not tried ({}): {why}", rung.name())),
            }
        };
        if let Some(ended) = ended {
            if faults.len() > 1 {
                let rungs: Vec<&str> = faults.iter().map(|failed| failed.rung.name()).collect();
                fault.message.push_str(&format!(" ({} attempts: {})", faults.len(), rungs.join(", ")));
            }
            return Done { outcome, ended, faults };
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use hil_bench::bench::Trouble;
    use hil_bench::job::JobOutcome;
    use hil_model::id::{PlatformId, ScenarioId};
    use hil_model::run::RigFault;

    use super::{Ended, Rig, Rung, job};
    use crate::upkeep::ladder::{Means, Port};

    /// Fails on every rung but `sound`.
    struct Scripted<'c> {
        sound: Option<Rung>,
        port: Result<(), String>,
        said: Vec<String>,
        tried: Vec<Rung>,
        cancel: Option<&'c AtomicBool>,
    }

    impl Rig for Scripted<'_> {
        fn attempt(&mut self, rung: Rung) -> JobOutcome {
            self.tried.push(rung);
            if let Some(cancel) = self.cancel {
                cancel.store(true, std::sync::atomic::Ordering::Relaxed);
            }
            let (scenario, platform) = (ScenarioId::new("s").unwrap(), PlatformId::new("p").unwrap());
            let message = format!("gone {}", self.tried.len());
            let fault = RigFault { scenario, platform, phase: "open".to_owned(), message };
            let fault = (self.sound != Some(rung)).then_some(fault);
            JobOutcome { fault, trouble: Trouble::Passing, ..JobOutcome::nothing() }
        }
        fn cycle_port(&mut self) -> Result<(), String> {
            self.port.clone()
        }
        fn say(&mut self, text: String) {
            self.said.push(text);
        }
    }

    const MEANS: Means =
        Means { emulated: false, injected: false, probe: true, port: Port::Ready, image_trusted: true, in_vain: false };

    fn rig(sound: Option<Rung>) -> Scripted<'static> {
        Scripted { sound, port: Ok(()), said: Vec::new(), tried: Vec::new(), cancel: None }
    }

    #[test]
    fn the_first_attempt_without_a_fault_counts_and_the_faults_before_are_told() {
        let never = AtomicBool::new(false);
        for (sound, faults, ended) in [
            (Some(Rung::Plain), 0, Ended::Sound),
            (Some(Rung::Again), 1, Ended::Recovered),
            (Some(Rung::PortCycle), 3, Ended::Recovered),
            (None, 4, Ended::Quarantine),
        ] {
            let mut rig = rig(sound);
            let done = job(&mut rig, &MEANS, &never);
            assert_eq!((done.faults.len(), done.ended, done.outcome.fault.is_some()), (faults, ended, sound.is_none()));
            for number in 1..=faults.min(3) {
                assert!(rig.said.iter().any(|text| text.contains(&format!("gone {number}"))), "{:?}", rig.said);
            }
        }
        let message = job(&mut rig(None), &MEANS, &never).outcome.fault.unwrap().message;
        assert_eq!(message, "gone 4 (4 attempts: plain, again, under-reset, port-cycle)");
    }

    #[test]
    fn a_port_that_does_not_switch_is_said_and_no_attempt() {
        let mut rig = Scripted { port: Err("no hub 1-2".to_owned()), ..rig(None) };
        let done = job(&mut rig, &MEANS, &AtomicBool::new(false));
        assert_eq!(
            (rig.tried.as_slice(), done.ended),
            ([Rung::Plain, Rung::Again, Rung::UnderReset].as_slice(), Ended::Quarantine)
        );
        assert!(rig.said.iter().any(|text| text.contains("no hub 1-2")), "{:?}", rig.said);
    }

    #[test]
    fn who_stops_it_stops_the_ladder_and_blames_no_board() {
        let cancel = AtomicBool::new(false);
        let mut rig = Scripted { cancel: Some(&cancel), ..rig(None) };
        let done = job(&mut rig, &MEANS, &cancel);
        assert_eq!((rig.tried.len(), done.ended), (1, Ended::GaveUp));
    }
}
