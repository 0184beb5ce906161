//! Faults of a link, each at a place that the test chooses.

/// Which way a frame goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From the host to the device.
    ToDevice,
    /// From the device to the host.
    ToHost,
}

/// What happens to a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Damage {
    /// One bit of the byte at this place, from the start of the frame, is flipped.
    FlipBit(usize),
    /// The byte at this place is left out.
    DropByte(usize),
    /// Only this many bytes arrive.
    Truncate(usize),
    /// Nothing arrives.
    DropFrame,
    /// These bytes arrive before it.
    Garbage(&'static [u8]),
}

/// One damaged frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkFault {
    /// Which way.
    pub direction: Direction,
    /// Which frame that goes this way in each life, from 0.
    pub frame: usize,
    /// What happens to it.
    pub damage: Damage,
}

impl LinkFault {
    /// What arrives of frame number `frame` that goes in `direction`.
    #[must_use]
    pub fn apply(&self, direction: Direction, frame: usize, bytes: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        if (self.direction, self.frame) != (direction, frame) {
            return bytes;
        }
        match self.damage {
            Damage::FlipBit(at) => {
                let at = at % bytes.len();
                bytes[at] ^= 1;
            }
            Damage::DropByte(at) => {
                bytes.remove(at % bytes.len());
            }
            Damage::Truncate(keep) => bytes.truncate(keep),
            Damage::DropFrame => bytes.clear(),
            Damage::Garbage(garbage) => {
                bytes.splice(0..0, garbage.iter().copied());
            }
        }
        bytes
    }
}
