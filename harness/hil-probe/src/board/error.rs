//! What goes wrong between a computer and a board, in the classes that people act on.

use probe_rs::Error;
use probe_rs::architecture::arm::ArmError;
use probe_rs::probe::DebugProbeError;

/// What was being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The probe is opened.
    Open,
    /// The chip is connected to.
    Attach,
    /// The image is written.
    Flash,
    /// The image is started.
    Boot,
    /// Bytes are carried.
    Link,
}

impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Open => "open",
            Self::Attach => "attach",
            Self::Flash => "flash",
            Self::Boot => "boot",
            Self::Link => "link",
        })
    }
}

/// The board, its probe or its image failed; never the measured code.
#[derive(Debug, thiserror::Error)]
pub enum BoardError {
    /// Nothing answers at the other end of the probe's cable.
    #[error("{step}: the probe is there and no chip answers ({detail}); is the board powered and wired?")]
    NoTarget {
        /// What was being done.
        step: Step,
        /// probe-rs's words.
        detail: String,
    },
    /// The chip is protected against reading.
    #[error("{step}: the chip is locked ({detail}); it is never erased without being asked to")]
    Locked {
        /// What was being done.
        step: Step,
        /// probe-rs's words.
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
    /// The image is not one for this board.
    #[error("{step}: {detail}")]
    Image {
        /// What was being done.
        step: Step,
        /// What is wrong with it.
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
            Error::Arm(ArmError::NoTargetResponse { .. } | ArmError::Dap(_)) => Self::NoTarget { step, detail },
            Error::MissingPermissions(_) | Error::Arm(ArmError::MissingPermissions(_)) => Self::Locked { step, detail },
            Error::Probe(DebugProbeError::TargetNotFound) => Self::NoTarget { step, detail },
            Error::Probe(_) => Self::Probe { step, detail },
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
