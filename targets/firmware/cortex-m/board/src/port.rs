//! A serial port as the second link to the host: what a chip has to offer, and the ring that its DMA controller fills.
//!
//! Reception needs no help of the core, so nothing is lost at line rate whatever the agent is about, as long as the ring has
//! room. Sending is over when [`Port::write`] returns. So the port is silent inside a timed region, because the host asks
//! nothing then and the agent sends nothing.

use core::ptr::read_volatile;

/// The line: 1 Mbaud, 8 data bits, no parity, 1 stop bit.
pub const BAUD: u32 = 1_000_000;
/// Bytes of the host that may wait for the agent: 20 ms at line rate.
pub const RING_BYTES: usize = 2048;

/// A serial port.
pub trait Port {
    /// Takes what has arrived; may be nothing.
    fn read(&mut self, buffer: &mut [u8]) -> usize;

    /// Sends everything, and waits until the last bit is on the line.
    fn write(&mut self, bytes: &[u8]);

    /// Switches off what the port takes of power; what the host says until [`Port::resume`] is lost.
    fn rest(&mut self);

    /// Switches the port on again.
    fn resume(&mut self);
}

/// Memory that a DMA controller fills from its start to its end, again and again.
pub struct Ring {
    bytes: &'static [u8; RING_BYTES],
    taken: usize,
}

impl Ring {
    /// A ring that nothing has been written to.
    #[must_use]
    pub fn new(bytes: &'static mut [u8; RING_BYTES]) -> Self {
        Self { bytes, taken: 0 }
    }

    /// Where the DMA controller writes.
    #[must_use]
    pub fn address(&self) -> u32 {
        self.bytes.as_ptr() as u32
    }

    /// The DMA controller begins at the start again; what has not been taken is forgotten.
    pub fn restart(&mut self) {
        self.taken = 0;
    }

    /// Takes bytes up to `place`, where the DMA controller writes next.
    pub fn take(&mut self, place: usize, buffer: &mut [u8]) -> usize {
        let mut count = 0;
        while let (true, Some(out)) = (self.taken != place % RING_BYTES, buffer.get_mut(count)) {
            if let Some(byte) = self.bytes.get(self.taken) {
                // SAFETY: the reference is valid; volatile, because the DMA controller wrote it behind the compiler's back.
                *out = unsafe { read_volatile(byte) };
            }
            self.taken = (self.taken + 1) % RING_BYTES;
            count += 1;
        }
        count
    }
}
