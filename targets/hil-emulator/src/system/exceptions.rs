//! Exceptions: which are pending, active and enabled, their priorities, and which of them may preempt.
//!
//! DDI 0403E, B1.5. Nothing here touches registers or memory; the modules `entry` and `leave` do.

use super::set::ExceptionSet;

/// Reset, which is never pending here.
pub const RESET: u16 = 1;
/// Non-maskable interrupt.
pub const NMI: u16 = 2;
/// HardFault.
pub const HARD_FAULT: u16 = 3;
/// MemManage.
pub const MEM_MANAGE: u16 = 4;
/// BusFault.
pub const BUS_FAULT: u16 = 5;
/// UsageFault.
pub const USAGE_FAULT: u16 = 6;
/// SVCall.
pub const SV_CALL: u16 = 11;
/// DebugMonitor.
pub const DEBUG_MONITOR: u16 = 12;
/// PendSV.
pub const PEND_SV: u16 = 14;
/// SysTick.
pub const SYS_TICK: u16 = 15;
/// Interrupt line 0.
pub const FIRST_IRQ: u16 = 16;

/// The priority of thread mode without any boost: lower than that of every exception.
pub const THREAD_PRIORITY: i16 = 256;

/// The three registers that raise the execution priority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Masks {
    /// PRIMASK.
    pub primask: bool,
    /// FAULTMASK.
    pub faultmask: bool,
    /// BASEPRI; 0 has no effect.
    pub basepri: u8,
}

/// The state of every exception.
#[derive(Debug, Clone)]
pub struct Exceptions {
    /// Those that wait to be taken.
    pub pending: ExceptionSet,
    /// Those that have begun and not returned.
    pub active: ExceptionSet,
    /// Those that may be taken.
    pub enabled: ExceptionSet,
    implemented: ExceptionSet,
    last_levels: [u64; 4],
    priority: [u8; 256],
    priority_mask: u8,
    group_mask: u8,
    newly_pending: bool,
}

impl Exceptions {
    /// The state after reset of a core with `irqs` lines whose priorities keep `bits` bits.
    #[must_use]
    pub fn new(irqs: u8, bits: u8) -> Self {
        let mut implemented = ExceptionSet::default();
        for number in [NMI, HARD_FAULT, MEM_MANAGE, BUS_FAULT, USAGE_FAULT, SV_CALL, DEBUG_MONITOR, PEND_SV, SYS_TICK] {
            implemented.insert(number);
        }
        for irq in 0..u16::from(irqs.min(240)) {
            implemented.insert(FIRST_IRQ + irq);
        }
        let mut enabled = ExceptionSet::default();
        for number in [NMI, HARD_FAULT, SV_CALL, PEND_SV, SYS_TICK] {
            enabled.insert(number);
        }
        Self {
            pending: ExceptionSet::default(),
            active: ExceptionSet::default(),
            enabled,
            implemented,
            last_levels: [0; 4],
            priority: [0; 256],
            priority_mask: !(0xFFu16 >> bits.clamp(3, 8)) as u8,
            group_mask: 0xFE,
            newly_pending: false,
        }
    }

    /// Whether the core has exception `number`.
    #[must_use]
    pub fn implements(&self, number: u16) -> bool {
        self.implemented.contains(number)
    }

    /// The interrupt lines that exist, as one register of 32.
    #[must_use]
    pub fn implemented_irqs(&self, word: usize) -> u32 {
        self.implemented.irq_word(word)
    }

    /// The bits of a priority that are kept.
    #[must_use]
    pub fn priority_mask(&self) -> u8 {
        self.priority_mask
    }

    /// The priority register of exception `number`.
    #[must_use]
    pub fn configured_priority(&self, number: u16) -> u8 {
        self.priority.get(usize::from(number)).copied().unwrap_or(0)
    }

    /// Writes the priority register of exception `number`.
    pub fn set_priority(&mut self, number: u16, value: u8) {
        if let Some(place) = self.priority.get_mut(usize::from(number))
            && self.implemented.contains(number)
            && number > HARD_FAULT
        {
            *place = value & self.priority_mask;
        }
    }

    /// Sets AIRCR.PRIGROUP, 0 to 7: bits up to this one are the subpriority.
    pub fn set_grouping(&mut self, prigroup: u8) {
        self.group_mask = !((2u16 << (prigroup & 7)) - 1) as u8;
    }

    /// AIRCR.PRIGROUP.
    #[must_use]
    pub fn grouping(&self) -> u8 {
        (self.group_mask.trailing_zeros() as u8).saturating_sub(1).min(7)
    }

    /// The priority of exception `number`, subpriority included; lower is more urgent.
    #[must_use]
    pub fn priority_of(&self, number: u16) -> i16 {
        match number {
            RESET => -3,
            NMI => -2,
            HARD_FAULT => -1,
            _ => i16::from(self.configured_priority(number)),
        }
    }

    /// The priority of exception `number` as far as preemption looks at it.
    #[must_use]
    pub fn group_priority(&self, number: u16) -> i16 {
        let priority = self.priority_of(number);
        if priority < 0 { priority } else { priority & i16::from(self.group_mask) }
    }

    /// The execution priority (`ExecutionPriority`).
    #[must_use]
    pub fn execution_priority(&self, masks: Masks) -> i16 {
        let mut priority = THREAD_PRIORITY;
        for number in self.active.iter() {
            priority = priority.min(self.group_priority(number));
        }
        let basepri = masks.basepri & self.priority_mask;
        if basepri != 0 {
            priority = priority.min(i16::from(basepri & self.group_mask));
        }
        if masks.primask {
            priority = priority.min(0);
        }
        if masks.faultmask { priority.min(-1) } else { priority }
    }

    /// The most urgent exception that is pending and enabled, leaving out those of `hidden`.
    #[must_use]
    pub fn most_urgent(&self, hidden: &ExceptionSet) -> Option<u16> {
        let candidates = self.pending.and(&self.enabled).without(hidden);
        candidates.iter().min_by_key(|number| (self.priority_of(*number), *number))
    }

    /// Whether anything is pending and enabled at all.
    #[inline]
    #[must_use]
    pub fn any(&self) -> bool {
        !self.pending.and(&self.enabled).is_empty()
    }

    /// Makes exception `number` pending.
    pub fn pend(&mut self, number: u16) {
        if self.implements(number) && !self.pending.contains(number) {
            self.pending.insert(number);
            self.newly_pending = true;
        }
    }

    /// Whether an exception became pending since the last call; SEVONPEND wants to know.
    pub fn take_newly_pending(&mut self) -> bool {
        std::mem::take(&mut self.newly_pending)
    }

    /// Takes in the interrupt lines. A line that is high makes its interrupt pending unless it is active; a rising
    /// edge and a pulse do so in any case.
    pub fn sample(&mut self, levels: [u64; 4], pulses: [u64; 4]) {
        for (index, (level, pulse)) in levels.into_iter().zip(pulses).enumerate() {
            let implemented = self.implemented.irqs(index);
            let level = level & implemented;
            let rising = level & !self.last_levels[index];
            let wanted = level & !self.active.irqs(index) | rising | pulse & implemented;
            if wanted & !self.pending.irqs(index) != 0 {
                self.pending.insert_irqs(index, wanted);
                self.newly_pending = true;
            }
            self.last_levels[index] = level;
        }
    }
}
