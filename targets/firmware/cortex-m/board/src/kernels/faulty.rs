//! Kernels that fail on purpose, so that everybody can see what a failure on a board looks like to the host.

use hil_agent::kernel::{Kernel, LoadError, Mismatch};

/// How a kernel fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Faulty {
    /// It panics.
    Panic,
    /// It executes an undefined instruction.
    HardFault,
    /// It calls itself until there is no stack left.
    StackOverflow,
    /// It never returns.
    Hang,
}

impl Kernel for Faulty {
    fn name(&self) -> &str {
        match self {
            Self::Panic => "fault/panic",
            Self::HardFault => "fault/hard-fault",
            Self::StackOverflow => "fault/stack-overflow",
            Self::Hang => "fault/hang",
        }
    }

    fn about(&self) -> &str {
        match self {
            Self::Panic => "panics, on purpose",
            Self::HardFault => "executes an undefined instruction, on purpose",
            Self::StackOverflow => "calls itself until there is no stack left, on purpose",
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
            Self::StackOverflow => {
                core::hint::black_box(deeper(0));
            }
            Self::Hang => loop {
                cortex_m::asm::nop();
            },
        }
    }

    fn known_answer(&mut self) -> Result<(), Mismatch> {
        Ok(())
    }
}

/// Calls itself for ever.
#[expect(unconditional_recursion, reason = "it is what this is for")]
#[inline(never)]
fn deeper(depth: u32) -> u32 {
    let frame = core::hint::black_box([depth; 16]);
    deeper(depth.wrapping_add(1)).wrapping_add(core::hint::black_box(frame)[0])
}
