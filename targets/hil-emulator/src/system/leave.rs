//! Returning from an exception (DDI 0403E, B1.5.8): checks, tail-chaining, unstacking, sleep on exit.

use super::entry::{BASIC, BASIC_BYTES, FLOAT_BYTES, FPCA};
use super::exceptions::NMI;
use super::scb::{self, ccr};
use crate::cpu::{Cpu, Fault, Sleep};
use crate::cycles::exception::{EXIT, FLOAT_CONTEXT};

/// Where an EXC_RETURN value leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    Handler,
    ThreadMain,
    ThreadProcess,
}

impl Cpu {
    /// Returns from an exception by the EXC_RETURN value in [`Cpu::next`].
    pub fn exception_return(&mut self) {
        let exc_return = self.next;
        let before = self.rights();
        self.it = 0;
        self.request_service();
        let target = self.check_return(exc_return);
        self.deactivate();
        match target {
            Some(target) => {
                // The interrupt that was just served may still want service.
                self.sample_lines();
                if !self.tail_chain(exc_return)
                    && let Err(fault) = self.pop_frame(target, exc_return)
                {
                    let lr = if fault == Fault::InvalidPc { 0xF000_0000 | exc_return } else { exc_return };
                    self.fail_return(fault, lr);
                }
            }
            None => self.fail_return(Fault::InvalidPc, 0xF000_0000 | exc_return),
        }
        self.rights_changed_since(before);
    }

    fn fail_return(&mut self, fault: Fault, lr: u32) {
        if self.derived_while_leaving(fault) {
            self.tail_chain(lr);
        }
    }

    fn check_return(&self, exc_return: u32) -> Option<Target> {
        let active = &self.system.exceptions.active;
        if !active.contains(self.ipsr) || exc_return & 0x0FFF_FFE0 != 0x0FFF_FFE0 {
            return None;
        }
        let base = active.len() == 1 || self.system.scb.configuration & ccr::NONBASETHRDENA != 0;
        match exc_return & 15 {
            0x1 => Some(Target::Handler),
            0x9 if base => Some(Target::ThreadMain),
            0xD if base => Some(Target::ThreadProcess),
            _ => None,
        }
    }

    fn deactivate(&mut self) {
        self.system.exceptions.active.remove(self.ipsr);
        if self.ipsr != NMI {
            self.faultmask = false;
        }
    }

    /// Restores what the frame holds. Nothing has changed when it fails.
    fn pop_frame(&mut self, target: Target, exc_return: u32) -> Result<(), Fault> {
        let float = exc_return & 0x10 == 0;
        let mut pointers = self.stack_pointers();
        let pointer = &mut pointers[usize::from(target == Target::ThreadProcess)];
        let frame = *pointer;
        // Unstacking has the rights of the code that is returned to.
        let privileged = target == Target::Handler || self.control & 1 == 0;
        let rights = (privileged, self.negative_priority());
        let mut words = [0; BASIC];
        for (index, word) in words.iter_mut().enumerate() {
            *word = self.frame_read(frame.wrapping_add(4 * index as u32), rights)?;
        }
        let [r0, r1, r2, r3, r12, lr, pc, xpsr] = words;
        let ipsr = (xpsr & 0x1FF) as u16;
        if (ipsr == 0) == (target == Target::Handler) {
            return Err(Fault::InvalidPc);
        }
        if float {
            self.restore_float(frame.wrapping_add(BASIC_BYTES), rights)?;
        }
        let align = float || self.system.scb.configuration & ccr::STKALIGN != 0;
        let size = if float { FLOAT_BYTES } else { BASIC_BYTES };
        *pointer = frame.wrapping_add(size) | if align { (xpsr >> 9 & 1) << 2 } else { 0 };
        self.set_stack_pointers(pointers);
        let select = u32::from(target == Target::ThreadProcess) << 1;
        self.set_mode(ipsr, self.control & 1 | select | if float { FPCA } else { 0 });
        [self.r[0], self.r[1], self.r[2], self.r[3]] = [r0, r1, r2, r3];
        (self.r[12], self.r[14], self.pc) = (r12, lr, pc & !1);
        self.set_xpsr(xpsr);
        self.exclusive = None;
        self.event = true;
        self.exception_costs(EXIT);
        let sleeps = self.system.scb.sleep_control & scb::SLEEPONEXIT != 0;
        if target != Target::Handler && sleeps && self.system.exceptions.active.is_empty() {
            self.sleeping = Some(Sleep::Interrupt);
        }
        Ok(())
    }

    fn restore_float(&mut self, frame: u32, rights: (bool, bool)) -> Result<(), Fault> {
        if self.system.scb.float_control & scb::LSPACT != 0 {
            // They were never saved and are still in place.
            self.system.scb.float_control &= !scb::LSPACT;
            return Ok(());
        }
        self.float_allowed()?;
        let mut words = [0; 17];
        for (index, word) in words.iter_mut().enumerate() {
            *word = self.frame_read(frame.wrapping_add(4 * index as u32), rights)?;
        }
        self.s[..16].copy_from_slice(&words[..16]);
        self.fpscr = words[16] & 0xF7C0_009F;
        self.exception_costs(FLOAT_CONTEXT);
        Ok(())
    }
}
