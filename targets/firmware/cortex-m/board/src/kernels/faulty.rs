//! Kernels that fail on purpose, so that everybody can see what a failure on a board looks like to the host.

use hil_agent::kernel::{Kernel, LoadError, Mismatch};

/// How a kernel fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Faulty {
    /// It panics.
    Panic,
    /// It executes an undefined instruction.
    HardFault,
    /// It never returns.
    Hang,
}

impl Kernel for Faulty {
    fn name(&self) -> &str {
        match self {
            Self::Panic => "fault/panic",
            Self::HardFault => "fault/hard-fault",
            Self::Hang => "fault/hang",
        }
    }

    fn about(&self) -> &str {
        match self {
            Self::Panic => "panics, on purpose",
            Self::HardFault => "executes an undefined instruction, on purpose",
            Self::Hang => "never returns, on purpose",
        }
    }

    fn load(&mut self, _: &[u8]) -> Result<(), LoadError> {
        Ok(())
    }

    #[expect(clippy::panic, reason = "it is what this kernel is for")]
    fn run(&mut self) {
        match self {
            Self::Panic => panic!("on purpose"),
            Self::HardFault => cortex_m::asm::udf(),
            Self::Hang => loop {
                cortex_m::asm::nop();
            },
        }
    }

    fn known_answer(&mut self) -> Result<(), Mismatch> {
        Ok(())
    }
}
