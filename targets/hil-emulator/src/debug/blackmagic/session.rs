//! One client's session: what it sends goes in, what it gets comes out. Neither knows of sockets.

use crate::debug::blackmagic::request::{Packet, Packets, Refusal, Request, parse};
use crate::debug::dp::{DapFault, Port};
use crate::debug::swd::Wire;
use crate::host::{Board, Target};

/// What the probe says it is.
const IDENTITY: &str = concat!("Black Magic Probe, emulated by Hilbench ", env!("CARGO_PKG_VERSION"));
/// The frequency that is claimed, in kHz: that of the first request of probe-rs.
const KHZ: u32 = 4000;
/// Error 3 of the protocol is a fault of the target; above it stands the acknowledgement on the wire.
const FAULT: u32 = 0x403;
/// Error 4 of the protocol is an exception in the probe; above it stands its kind, here an error on the wire. Unverified: that
/// every firmware answers a missing acknowledgement so.
const NO_ACKNOWLEDGE: u32 = 0x104;

/// A client's session on a board.
#[derive(Debug)]
pub struct Session {
    packets: Packets,
    wire: Wire,
    level: u8,
}

/// What is answered.
enum Answer {
    Value(u32),
    Bytes(Vec<u8>),
    Text(&'static str),
    Fault,
    /// Nothing drives the wire.
    Silence,
}

impl From<Result<u32, DapFault>> for Answer {
    fn from(read: Result<u32, DapFault>) -> Self {
        // A register travels with its lowest byte first.
        read.map_or(Self::Fault, |value| Self::Bytes(value.to_le_bytes().to_vec()))
    }
}

impl From<Result<(), DapFault>> for Answer {
    fn from(written: Result<(), DapFault>) -> Self {
        written.map_or(Self::Fault, |()| Self::Value(0))
    }
}

impl Session {
    /// A session that claims `level` of the protocol, 1 to 4. Requests of all these levels are always understood.
    #[must_use]
    pub fn new(level: u8) -> Self {
        Self { packets: Packets::default(), wire: Wire::default(), level }
    }

    /// Takes what came in, carries out the requests that it completes, and appends the answers to `out`: at most
    /// about 1 KiB for every request of 4 bytes or more.
    pub fn feed(&mut self, input: &[u8], board: &Board, out: &mut Vec<u8>) {
        for byte in input {
            let request = match self.packets.feed(*byte) {
                None => continue,
                Some(Packet::Whole(packet)) => parse(packet),
                Some(Packet::TooLong) => Err(Refusal::Arguments),
            };
            match request {
                Ok(request) => self.answer(&request, board).append_to(out),
                Err(Refusal::Unknown) => out.extend_from_slice(b"&N0#"),
                Err(Refusal::Arguments) => out.extend_from_slice(b"&P0#"),
            }
        }
    }

    fn answer(&mut self, request: &Request, board: &Board) -> Answer {
        match request {
            Request::Identify => Answer::Text(IDENTITY),
            Request::Voltage => Answer::Text("3.3V"),
            Request::Set => Answer::Value(0),
            Request::Frequency => Answer::Value(KHZ),
            Request::Power => Answer::Value(1),
            Request::Level => Answer::Value(u32::from(self.level)),
            // Bit 0: ADIv5.
            Request::Accelerators => Answer::Value(1),
            Request::WireStart => {
                self.wire = Wire::default();
                Answer::Value(0)
            }
            _ => board.access(|target| self.act(request, target)),
        }
    }

    fn act(&mut self, request: &Request, target: &mut Target) -> Answer {
        if target.dark() {
            return match *request {
                Request::SetReset(_) | Request::Reset | Request::Drive { .. } => Answer::Value(0),
                // The wire is pulled up, which is neither an acknowledgement nor the parity of 32 ones.
                Request::Sample { count, parity: false } => Answer::Value(((1u64 << count) - 1) as u32),
                Request::Sample { parity: true, .. } => Answer::Fault,
                _ => Answer::Silence,
            };
        }
        let (dap, cpu) = target.debug();
        let answer = match *request {
            Request::SetReset(asserted) => {
                target.drive_reset(asserted);
                return Answer::Value(0);
            }
            Request::Reset => return Answer::Value(u32::from(target.in_reset())),
            Request::Drive { bits, count, parity } => {
                let bits = u64::from(bits) & ((1 << count) - 1);
                let with_parity = bits | u64::from(bits.count_ones() % 2) << count;
                self.wire.drive(dap, cpu, with_parity, count + u8::from(parity));
                return Answer::Value(0);
            }
            Request::Sample { count, parity } => {
                let sampled = self.wire.sample(count + u8::from(parity));
                let bits = (sampled & ((1 << count) - 1)) as u32;
                let odd = parity && sampled.count_ones() % 2 == 1;
                // On the wire level it is the client who reads acknowledgements and clears flags.
                return if odd { Answer::Fault } else { Answer::Value(bits) };
            }
            Request::DebugRead { address } => dap.read(cpu, Port::Debug, address).into(),
            Request::Raw { access_port, read, address, value } => {
                let port = if access_port { Port::Access } else { Port::Debug };
                if read { dap.read(cpu, port, address).into() } else { dap.write(cpu, port, address, value).into() }
            }
            Request::AccessRead { port, address } => dap.read_access_port(cpu, port, address).into(),
            Request::AccessWrite { port, address, value } => dap.write_access_port(cpu, port, address, value).into(),
            Request::MemoryRead { port, address, len } => {
                let mut bytes = vec![0; len as usize];
                match dap.read_memory(cpu, port, address, &mut bytes) {
                    Ok(()) => Answer::Bytes(bytes),
                    Err(DapFault) => Answer::Fault,
                }
            }
            Request::MemoryWrite { port, address, width, ref data } => {
                dap.write_memory(cpu, port, address, width, data).into()
            }
            _ => Answer::Value(0),
        };
        if matches!(answer, Answer::Fault) {
            // The probe reports the fault and clears it; clients do not expect to find it again in the next request.
            dap.clear_sticky();
        }
        answer
    }
}

impl Answer {
    fn append_to(&self, out: &mut Vec<u8>) {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        match self {
            Self::Value(value) => out.extend_from_slice(format!("&K{value:x}").as_bytes()),
            Self::Text(text) => out.extend([b"&K", text.as_bytes()].concat()),
            Self::Fault => out.extend_from_slice(format!("&E{FAULT:x}").as_bytes()),
            Self::Silence => out.extend_from_slice(format!("&E{NO_ACKNOWLEDGE:x}").as_bytes()),
            Self::Bytes(bytes) => {
                out.extend_from_slice(b"&K");
                for byte in bytes {
                    out.push(DIGITS[usize::from(byte >> 4)]);
                    out.push(DIGITS[usize::from(byte & 15)]);
                }
            }
        }
        out.push(b'#');
    }
}
