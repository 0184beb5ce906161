//! Register transfers of the debugger (DDI 0403E, C1.6.3): DCRSR selects, DCRDR carries.

use super::exceptions::THREAD_PRIORITY;
use crate::cpu::Cpu;
use crate::soc::Master;

impl Cpu {
    /// Whether the stack pointer in use is the process stack pointer.
    #[must_use]
    pub fn uses_process_stack(&self) -> bool {
        self.ipsr == 0 && self.control & 2 != 0
    }

    /// MSP and PSP.
    #[must_use]
    pub fn stack_pointers(&self) -> [u32; 2] {
        let (used, other) = (self.r[13], self.other_sp);
        if self.uses_process_stack() { [other, used] } else { [used, other] }
    }

    /// Sets MSP and PSP.
    pub fn set_stack_pointers(&mut self, [main, process]: [u32; 2]) {
        let pair = if self.uses_process_stack() { (process, main) } else { (main, process) };
        (self.r[13], self.other_sp) = (pair.0 & !3, pair.1 & !3);
    }

    /// Sets IPSR and CONTROL and brings the right stack pointer into use.
    pub fn set_mode(&mut self, ipsr: u16, control: u32) {
        let pointers = self.stack_pointers();
        let before = self.rights();
        (self.ipsr, self.control) = (ipsr, control & 7);
        self.set_stack_pointers(pointers);
        self.float_ready = false;
        self.rights_changed_since(before);
    }

    /// Writes DCRSR: moves a register to or from DCRDR. Without debug state nothing is transferred, and S_REGRDY
    /// stays clear.
    pub(super) fn transfer(&mut self, value: u32, master: Master) {
        if master != Master::Debugger {
            return;
        }
        self.system.debug.transferred = self.system.debug.halted;
        if !self.system.debug.halted {
            return;
        }
        let selector = value & 0x7F;
        if value >> 16 & 1 == 0 {
            self.system.debug.data = self.debug_register(selector);
        } else {
            self.set_debug_register(selector, self.system.debug.data);
        }
    }

    fn debug_register(&self, selector: u32) -> u32 {
        match selector {
            0..=14 => self.r[selector as usize],
            15 => self.pc,
            16 => self.xpsr(),
            17 => self.stack_pointers()[0],
            18 => self.stack_pointers()[1],
            20 => {
                u32::from_le_bytes([u8::from(self.primask), self.basepri, u8::from(self.faultmask), self.control as u8])
            }
            33 => self.fpscr,
            64..=95 => self.s[selector as usize - 64],
            _ => 0,
        }
    }

    fn set_debug_register(&mut self, selector: u32, value: u32) {
        match selector {
            0..=14 => self.set_reg(selector as u8, value),
            15 => self.pc = value & !1,
            16 => {
                self.set_xpsr(value);
                let ipsr = (value & 0x1FF) as u16;
                if ipsr != self.ipsr {
                    self.set_mode(ipsr, self.control);
                }
            }
            17 => self.set_stack_pointers([value, self.stack_pointers()[1]]),
            18 => self.set_stack_pointers([self.stack_pointers()[0], value]),
            20 => {
                let [primask, basepri, faultmask, control] = value.to_le_bytes();
                self.primask = primask & 1 == 1;
                self.basepri = basepri & self.system.exceptions.priority_mask();
                self.faultmask = faultmask & 1 == 1;
                self.set_mode(self.ipsr, u32::from(control));
            }
            33 => self.fpscr = value & 0xF7C0_009F,
            64..=95 => self.s[selector as usize - 64] = value,
            _ => {}
        }
    }

    /// What the MPU looks at: privilege, and whether the priority is negative.
    pub(super) fn rights(&self) -> (bool, bool) {
        (self.privileged(), self.negative_priority())
    }

    /// Decoded code was checked against the MPU with the rights of then; when they differ now, it is forgotten.
    pub(super) fn rights_changed_since(&mut self, before: (bool, bool)) {
        if self.system.mpu.enabled() && self.rights() != before {
            self.memory.code_changed = true;
            self.request_service();
        }
    }

    /// Whether exception `number` is urgent enough to preempt what runs.
    pub(super) fn may_preempt(&self, number: u16) -> bool {
        self.system.exceptions.group_priority(number).min(THREAD_PRIORITY) < self.execution_priority()
    }
}
