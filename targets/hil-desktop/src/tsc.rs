//! The time-stamp counter of x86 processors, where it counts at a constant rate.
//!
//! Source of the method: Intel SDM volume 3, "Invariant TSC" (CPUID leaf 0x8000_0007, EDX bit 8); AMD defines the
//! same bit. The fences keep the processor from moving the kernel's instructions across the reading.

/// A counter that is known to count at a constant rate.
#[derive(Clone, Copy)]
pub(crate) struct Tsc(());

impl Tsc {
    /// The counter, if this processor has one that can be trusted.
    #[cfg(target_arch = "x86_64")]
    pub(crate) fn find() -> Option<Self> {
        use std::arch::x86_64::__cpuid;
        const POWER_MANAGEMENT: u32 = 0x8000_0007;
        const INVARIANT: u32 = 1 << 8;
        let highest = __cpuid(0x8000_0000).eax;
        let invariant = highest >= POWER_MANAGEMENT && __cpuid(POWER_MANAGEMENT).edx & INVARIANT != 0;
        invariant.then_some(Self(()))
    }

    /// Other processors have no cycle counter that a process may read.
    #[cfg(not(target_arch = "x86_64"))]
    pub(crate) fn find() -> Option<Self> {
        None
    }

    #[cfg(target_arch = "x86_64")]
    #[inline]
    pub(crate) fn read(self) -> u64 {
        use std::arch::x86_64::{_mm_lfence, _rdtsc};
        // SAFETY: every x86_64 processor has both instructions; a system that forbids reading the counter to
        // processes (CR4.TSD) would end this one, and none does so by default.
        unsafe {
            _mm_lfence();
            let count = _rdtsc();
            _mm_lfence();
            count
        }
    }

    #[cfg(not(target_arch = "x86_64"))]
    pub(crate) fn read(self) -> u64 {
        0
    }
}
