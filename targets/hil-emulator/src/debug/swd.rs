//! Serial wire debug, bit by bit: line reset, requests, acknowledgements, data with parity.
//!
//! Source: ADIv5.2 (IHI 0031E), chapter B4. Turnaround cycles are the probe's business and do not appear here. What no
//! target would answer is not answered: the line reads 1, as its pull-up makes it.

use crate::cpu::Cpu;
use crate::debug::dp::{Dap, DapFault, Port};

const OK: u8 = 0b001;
const FAULT: u8 = 0b100;
/// So many ones in a row reset the line.
const LINE_RESET: u32 = 50;

/// The target's end of the wire.
#[derive(Debug, Clone)]
pub struct Wire {
    phase: Phase,
    /// Ones in a row that the probe sent.
    ones: u32,
}

impl Default for Wire {
    fn default() -> Self {
        Self { phase: Phase::Silent, ones: 0 }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Request {
    port: Port,
    read: bool,
    address: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Nothing is understood until the next line reset.
    Silent,
    /// Behind a line reset; only a read of DPIDR is accepted.
    Reset { header: u8, bits: u8 },
    /// Between two requests, or within the eight bits of one.
    Idle { header: u8, bits: u8 },
    /// The target sends the lowest `bits` of `value`; a write's data may follow.
    Answer { value: u64, bits: u8, write: Option<(Request, bool)> },
    /// The probe sends data and parity.
    Data { request: Request, accepted: bool, value: u64, bits: u8 },
}

const IDLE: Phase = Phase::Idle { header: 0, bits: 0 };

impl Wire {
    /// The probe drives the lowest `count` (at most 64) bits of `bits`, the lowest first.
    pub fn drive(&mut self, dap: &mut Dap, cpu: &mut Cpu, bits: u64, count: u8) {
        for index in 0..count.min(64) {
            self.drive_one(dap, cpu, bits >> index & 1 == 1);
        }
    }

    /// The probe samples `count` (at most 64) bits; the first is the lowest of the result.
    pub fn sample(&mut self, count: u8) -> u64 {
        self.ones = 0;
        (0..count.min(64)).fold(0, |value, index| value | u64::from(self.sample_one()) << index)
    }

    fn sample_one(&mut self) -> bool {
        let Phase::Answer { value, bits, write } = &mut self.phase else { return true };
        let bit = *value & 1 == 1;
        (*value, *bits) = (*value >> 1, *bits - 1);
        if *bits == 0 {
            self.phase = match *write {
                Some((request, accepted)) => Phase::Data { request, accepted, value: 0, bits: 0 },
                None => IDLE,
            };
        }
        bit
    }

    fn drive_one(&mut self, dap: &mut Dap, cpu: &mut Cpu, bit: bool) {
        self.ones = if bit { self.ones + 1 } else { 0 };
        if self.ones >= LINE_RESET {
            self.ones = LINE_RESET;
            self.phase = Phase::Reset { header: 0, bits: 0 };
            return;
        }
        match &mut self.phase {
            Phase::Silent => {}
            // The probe drives while the target does: nothing of it can be trusted.
            Phase::Answer { .. } => self.phase = Phase::Silent,
            Phase::Reset { header, bits } | Phase::Idle { header, bits } => {
                // A request starts with a one; the zeros before it are idle cycles.
                if *bits == 0 && !bit {
                    return;
                }
                *header |= u8::from(bit) << *bits;
                *bits += 1;
                if *bits == 8 {
                    let (header, first) = (*header, matches!(self.phase, Phase::Reset { .. }));
                    self.phase = request(header, first).map_or(Phase::Silent, |it| answer(dap, cpu, it));
                }
            }
            Phase::Data { request, accepted, value, bits } => {
                *value |= u64::from(bit) << *bits;
                *bits += 1;
                if *bits == 33 {
                    let (request, accepted, value) = (*request, *accepted, *value);
                    self.phase = IDLE;
                    let data = value as u32;
                    if data.count_ones() % 2 != (value >> 32) as u32 {
                        dap.bad_parity();
                    } else if accepted {
                        // It was acknowledged before the data came; an error shows in the sticky flags.
                        let _: Result<(), DapFault> = dap.write(cpu, request.port, request.address, data);
                    }
                }
            }
        }
    }
}

/// Start, APnDP, RnW, A2, A3, parity, stop, park.
fn request(header: u8, first: bool) -> Option<Request> {
    let bit = |index: u8| header >> index & 1 == 1;
    let parity = (header >> 1 & 0xF).count_ones() % 2 == 1;
    if !bit(0) || bit(5) != parity || bit(6) || !bit(7) {
        return None;
    }
    let port = if bit(1) { Port::Access } else { Port::Debug };
    let request = Request { port, read: bit(2), address: header >> 1 & 0xC };
    let identifies = Request { port: Port::Debug, read: true, address: 0 };
    (!first || request == identifies).then_some(request)
}

fn answer(dap: &mut Dap, cpu: &mut Cpu, request: Request) -> Phase {
    if request.read {
        let (ack, data) = match dap.read(cpu, request.port, request.address) {
            Ok(value) => (OK, Some(value)),
            Err(DapFault) => (FAULT, dap.detects_overruns().then_some(0)),
        };
        return match data {
            Some(data) => {
                let parity = u64::from(data.count_ones() % 2);
                let value = u64::from(ack) | u64::from(data) << 3 | parity << 35;
                Phase::Answer { value, bits: 36, write: None }
            }
            None => Phase::Answer { value: u64::from(ack), bits: 3, write: None },
        };
    }
    let accepted = dap.accepts_write(request.port, request.address);
    let write = (accepted || dap.detects_overruns()).then_some((request, accepted));
    Phase::Answer { value: u64::from(if accepted { OK } else { FAULT }), bits: 3, write }
}
