//! Requests of the remote protocol: from a stream of arbitrary bytes to packets, and from packets to requests.

use crate::soc::Width;

/// The longest packet. Probes announce 1024 bytes; a longer packet is swallowed whole and answered with `&P`.
const LONGEST: usize = 1024;

/// Finds packets in a stream. Holds at most one, however much is fed.
#[derive(Debug, Default)]
pub struct Packets {
    packet: Vec<u8>,
    state: State,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Between packets: everything but `!` is skipped, also the `+#` that some clients send first.
    #[default]
    Outside,
    Inside,
    TooLong,
}

/// What came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packet<'a> {
    /// What stood between `!` and `#`.
    Whole(&'a [u8]),
    /// More than a probe can hold.
    TooLong,
}

impl Packets {
    /// Takes the next byte; gives the packet that it completes.
    pub fn feed(&mut self, byte: u8) -> Option<Packet<'_>> {
        match (self.state, byte) {
            (_, b'!') => {
                self.packet.clear();
                self.state = State::Inside;
            }
            (State::Outside, _) => {}
            (State::Inside, b'#') => {
                self.state = State::Outside;
                return Some(Packet::Whole(&self.packet));
            }
            (State::Inside, _) if self.packet.len() < LONGEST => self.packet.push(byte),
            (State::TooLong, b'#') => {
                self.state = State::Outside;
                return Some(Packet::TooLong);
            }
            (State::Inside | State::TooLong, _) => self.state = State::TooLong,
        }
        None
    }
}

/// What a client wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// `GA`: which probe is this?
    Identify,
    /// `GV`: the supply voltage of the target.
    Voltage,
    /// `GZ`: drive the reset pin.
    SetReset(bool),
    /// `Gz`: the state of the reset pin.
    Reset,
    /// `GF`, `GE`, `GP`: frequency, clock output, target power; there is nothing to set.
    Set,
    /// `Gf`: the frequency.
    Frequency,
    /// `Gp`: whether the probe powers the target.
    Power,
    /// `HC`: the level of the protocol.
    Level,
    /// `HA` alone: what the probe does by itself.
    Accelerators,
    /// `SS`: use the wire for SWD.
    WireStart,
    /// `So` and `SO`: drive bits, and their parity behind them.
    Drive {
        /// The lowest bit comes first.
        bits: u32,
        /// How many, 1 to 32.
        count: u8,
        /// Whether the parity bit follows.
        parity: bool,
    },
    /// `Si` and `SI`: sample bits, and check their parity.
    Sample {
        /// How many, 1 to 32.
        count: u8,
        /// Whether a parity bit follows.
        parity: bool,
    },
    /// `Hd`, `Ad`: read a register of the debug port.
    DebugRead {
        /// Its address.
        address: u8,
    },
    /// `HL`, `AR`: one transaction as it is.
    Raw {
        /// Whether it goes to the selected access port.
        access_port: bool,
        /// Whether it reads.
        read: bool,
        /// The register's address, bits 3:2.
        address: u8,
        /// What is written.
        value: u32,
    },
    /// `Ha`, `Aa`: read a register of an access port.
    AccessRead {
        /// The port.
        port: u8,
        /// The register.
        address: u8,
    },
    /// `HA`, `AA`: write a register of an access port.
    AccessWrite {
        /// The port.
        port: u8,
        /// The register.
        address: u8,
        /// What is written.
        value: u32,
    },
    /// `HM`, `Am`: read memory.
    MemoryRead {
        /// The access port.
        port: u8,
        /// The first address.
        address: u32,
        /// How many bytes; at most what fits into an answer.
        len: u32,
    },
    /// `Hm`, `AM`: write memory.
    MemoryWrite {
        /// The access port.
        port: u8,
        /// The first address.
        address: u32,
        /// The width of each access.
        width: Width,
        /// The bytes.
        data: Vec<u8>,
    },
}

/// Why a packet is no request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The letters are not known, or mean JTAG or another chip family: `&N`.
    Unknown,
    /// The arguments make no sense: `&P`.
    Arguments,
}

/// What fits into an answer, in bytes of memory.
pub const LONGEST_READ: u32 = (LONGEST as u32 - 4) / 2;

/// Reads a packet.
///
/// # Errors
/// When it is not one of the requests above.
pub fn parse(packet: &[u8]) -> Result<Request, Refusal> {
    let Some((letters, rest)) = packet.split_first_chunk::<2>() else { return Err(Refusal::Unknown) };
    let mut hex = Hex(rest);
    let request = match letters {
        b"GA" => Request::Identify,
        b"GV" => Request::Voltage,
        b"GZ" => Request::SetReset(hex.digit()? == 1),
        b"Gz" => Request::Reset,
        b"GF" | b"GE" | b"GP" => {
            hex.rest()?;
            Request::Set
        }
        b"Gf" => Request::Frequency,
        b"Gp" => Request::Power,
        b"HC" => Request::Level,
        b"HA" if rest.is_empty() => Request::Accelerators,
        b"SS" => Request::WireStart,
        b"So" | b"SO" => Request::Drive { count: hex.count()?, bits: hex.rest()?, parity: letters == b"SO" },
        b"Si" | b"SI" => Request::Sample { count: hex.count()?, parity: letters == b"SI" },
        b"Hd" | b"Ad" => {
            hex.port()?;
            Request::DebugRead { address: hex.register()?.1 }
        }
        b"HL" | b"AR" => {
            hex.index()?;
            let read = hex.fixed(2)? != 0;
            let (access_port, address) = hex.register()?;
            Request::Raw { access_port, read, address, value: hex.word()? }
        }
        b"Ha" | b"Aa" => Request::AccessRead { port: hex.port()?, address: hex.register()?.1 },
        b"HA" => Request::AccessWrite { port: hex.port()?, address: hex.register()?.1, value: hex.word()? },
        // From level 3 on this one value travels with its lowest byte first.
        b"AA" => {
            Request::AccessWrite { port: hex.port()?, address: hex.register()?.1, value: hex.word()?.swap_bytes() }
        }
        b"HM" | b"Am" => {
            let port = hex.port()?;
            hex.word()?;
            // Level 4 has addresses of 16 digits.
            let address = hex.address(if hex.0.len() > 16 { 16 } else { 8 })?;
            let len = hex.word()?;
            if len > LONGEST_READ {
                return Err(Refusal::Arguments);
            }
            Request::MemoryRead { port, address, len }
        }
        b"Hm" | b"AM" => return memory_write(&mut hex),
        _ => return Err(Refusal::Unknown),
    };
    if hex.0.is_empty() { Ok(request) } else { Err(Refusal::Arguments) }
}

fn memory_write(hex: &mut Hex<'_>) -> Result<Request, Refusal> {
    let port = hex.port()?;
    hex.word()?;
    let width = match hex.fixed(2)? {
        0 => Width::Byte,
        1 => Width::Half,
        // 64-bit accesses are two words on this bus.
        2 | 3 => Width::Word,
        _ => return Err(Refusal::Arguments),
    };
    // How long the address is shows in how long everything is: the length follows it and says how much data follows.
    for digits in [8, 16] {
        let mut hex = Hex(hex.0);
        let (Ok(address), Ok(len)) = (hex.address(digits), hex.word()) else { continue };
        if hex.0.len() == (len as usize).saturating_mul(2) {
            return Ok(Request::MemoryWrite { port, address, width, data: hex.bytes()? });
        }
    }
    Err(Refusal::Arguments)
}

/// What is left of a packet.
struct Hex<'a>(&'a [u8]);

impl Hex<'_> {
    fn digit(&mut self) -> Result<u32, Refusal> {
        self.fixed(1)
    }

    /// A number of exactly `digits` (at most 8) digits.
    fn fixed(&mut self, digits: usize) -> Result<u32, Refusal> {
        let (number, rest) = self.0.split_at_checked(digits).ok_or(Refusal::Arguments)?;
        self.0 = rest;
        number.iter().try_fold(0, |value, digit| {
            let digit = char::from(*digit).to_digit(16).ok_or(Refusal::Arguments)?;
            Ok(value << 4 | digit)
        })
    }

    /// A number that reaches to the end of the packet, at most 8 digits.
    fn rest(&mut self) -> Result<u32, Refusal> {
        if (1..=8).contains(&self.0.len()) { self.fixed(self.0.len()) } else { Err(Refusal::Arguments) }
    }

    fn word(&mut self) -> Result<u32, Refusal> {
        self.fixed(8)
    }

    /// The number of a device on a JTAG chain, or what probe-rs puts there; it does not matter for SWD.
    fn index(&mut self) -> Result<(), Refusal> {
        self.fixed(2).map(|_| ())
    }

    fn port(&mut self) -> Result<u8, Refusal> {
        self.index()?;
        Ok(self.fixed(2)? as u8)
    }

    /// Four digits: bit 8 says access port, the lowest byte is the address.
    fn register(&mut self) -> Result<(bool, u8), Refusal> {
        let register = self.fixed(4)?;
        Ok((register >> 8 & 1 == 1, (register & 0xFC) as u8))
    }

    fn count(&mut self) -> Result<u8, Refusal> {
        match self.fixed(2)? {
            count @ 1..=32 => Ok(count as u8),
            _ => Err(Refusal::Arguments),
        }
    }

    fn address(&mut self, digits: usize) -> Result<u32, Refusal> {
        if digits == 16 && self.word()? != 0 {
            return Err(Refusal::Arguments);
        }
        self.word()
    }

    fn bytes(&mut self) -> Result<Vec<u8>, Refusal> {
        let mut bytes = Vec::with_capacity(self.0.len() / 2);
        while !self.0.is_empty() {
            bytes.push(self.fixed(2)? as u8);
        }
        Ok(bytes)
    }
}
