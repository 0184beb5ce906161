//! What goes wrong between a computer and a board, in the classes that people act on. Every text says what to do.

use probe_rs::Error;
use probe_rs::architecture::arm::ArmError;
use probe_rs::probe::DebugProbeError;

/// What was being done: the phases of a carrying process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The probe or the serial port is opened.
    Open,
    /// The chip is connected to.
    Attach,
    /// The chip says what it is.
    Identify,
    /// The image is written.
    Flash,
    /// The image is started.
    Boot,
    /// The core clock is compared with a time base.
    Clock,
    /// Bytes are carried.
    Link,
    /// What attaching changed is put back.
    Detach,
}

impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Open => "open",
            Self::Attach => "attach",
            Self::Identify => "identify",
            Self::Flash => "flash",
            Self::Boot => "boot",
            Self::Clock => "clock",
            Self::Link => "link",
            Self::Detach => "detach",
        })
    }
}

/// The board, its probe or its image failed; never the measured code.
#[derive(Debug, thiserror::Error)]
pub enum BoardError {
    /// The order cannot be carried out as it stands.
    #[error("open: {detail}")]
    Order {
        /// Why not.
        detail: String,
    },
    /// There is no such probe or port.
    #[error("open: {detail}")]
    NoProbe {
        /// What was looked for, and what there is.
        detail: String,
    },
    /// It is there and this user may not open it.
    #[error("open: {name} is there and this user may not open it; {hint}")]
    NoPermission {
        /// The probe or the port.
        name: String,
        /// What to do.
        hint: &'static str,
    },
    /// Another program has it.
    #[error("open: {name} does not let itself be opened ({detail}); does another program use it?")]
    Busy {
        /// The probe or the port.
        name: String,
        /// The system's words.
        detail: String,
    },
    /// Nothing answers at the other end of the probe's cable.
    #[error("{step}: the probe is there and no chip answers ({detail}); is the board powered and wired?")]
    NoTarget {
        /// What was being done.
        step: Step,
        /// probe-rs's words.
        detail: String,
    },
    /// The chip is protected against reading.
    #[error("{step}: the chip is locked ({detail}); unlocking erases all of it, so it is done only with --allow-erase")]
    Locked {
        /// What was being done.
        step: Step,
        /// How that was found.
        detail: String,
    },
    /// It is another kind of chip.
    #[error(
        "identify: this is {found} and not {wanted}; is the right board plugged in, and is its platform right in the lab?"
    )]
    WrongChip {
        /// What it says it is.
        found: String,
        /// What was ordered.
        wanted: String,
    },
    /// It is another board of the same kind.
    #[error("identify: this chip has the number {found} and the lab means {wanted}; is the right board plugged in?")]
    OtherBoard {
        /// The number of this one.
        found: String,
        /// The number that was ordered.
        wanted: String,
    },
    /// The image could not be written, or not read back as it was written.
    #[error("flash: {detail}; power the board off and on, and if it stays, its flash is worn or protected")]
    Flash {
        /// probe-rs's words.
        detail: String,
    },
    /// The image is not one for this board, or not the one that runs.
    #[error("{step}: {detail}")]
    Image {
        /// What was being done.
        step: Step,
        /// What is wrong with it.
        detail: String,
    },
    /// The core does not run at the rate that the firmware states.
    #[error("clock: {detail}")]
    Clock {
        /// Both rates.
        detail: String,
    },
    /// The chip was reset by something else than this process.
    #[error("link: the chip was reset while it was in use, {cause}; is its supply stable, and does no watchdog run?")]
    Reset {
        /// What its register of causes says.
        cause: String,
    },
    /// The board stopped being there.
    #[error("link: {detail}")]
    LinkLost {
        /// How, and what to do.
        detail: String,
    },
    /// The probe itself failed.
    #[error("{step}: the probe failed ({detail}); is it plugged in, and does no other program use it?")]
    Probe {
        /// What was being done.
        step: Step,
        /// probe-rs's words.
        detail: String,
    },
    /// Anything else.
    #[error("{step}: {detail}")]
    Other {
        /// What was being done.
        step: Step,
        /// probe-rs's words.
        detail: String,
    },
}

impl BoardError {
    /// The class of an error of probe-rs.
    #[must_use]
    pub fn of(step: Step, error: &Error) -> Self {
        let detail = in_full(error);
        match error {
            Error::Arm(error) => Self::of_arm(step, error),
            Error::MissingPermissions(_) => Self::Locked { step, detail },
            Error::Probe(DebugProbeError::TargetNotFound) => Self::NoTarget { step, detail },
            Error::Probe(_) => Self::Probe { step, detail },
            _ => Self::Other { step, detail },
        }
    }

    /// The class of an error of the debug port.
    #[must_use]
    pub fn of_arm(step: Step, error: &ArmError) -> Self {
        let detail = in_full(error);
        match error {
            ArmError::NoTargetResponse { .. } | ArmError::Dap(_) => Self::NoTarget { step, detail },
            ArmError::MissingPermissions(_) => Self::Locked { step, detail },
            ArmError::Probe(DebugProbeError::TargetNotFound) => Self::NoTarget { step, detail },
            ArmError::Probe(_) => Self::Probe { step, detail },
            _ => Self::Other { step, detail },
        }
    }
}

/// An error with everything behind it, on one line.
#[must_use]
pub fn in_full(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text.replace(['\n', '\r'], " ")
}
