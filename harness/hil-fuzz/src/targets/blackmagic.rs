//! What a client of the debug server may send: packets out of any stream, and requests out of any packet.

use hil_emulator::debug::blackmagic::request::{LONGEST_READ, Packet, Packets, Request, parse};

use crate::target::Target;
use crate::targets::expect;

pub(crate) const TARGET: Target = Target {
    name: "blackmagic",
    about: "requests of the Black Magic remote protocol",
    words: &[
        "!",
        "#",
        "+#",
        "!GA#",
        "!HC#",
        "!SS#",
        "!HA#",
        "!So01",
        "!SI20#",
        "!Hd00000004#",
        "!HL0001000400000000#",
        "!Ha000000fc#",
        "!HA0000000000000000#",
        "!AA0000000000000000#",
        "!HM0000000000200000000000000004#",
        "!Hm000000000002200000000000000400000000#",
        "!Am00000000000000000000000020000000000001fe#",
        "ffffffff",
        "000003ff",
    ],
    fixtures: &[],
    check: |bytes| {
        let mut packets = Packets::default();
        let mut found = 0;
        for byte in bytes {
            match packets.feed(*byte) {
                None => {}
                Some(Packet::TooLong) => found += 1,
                Some(Packet::Whole(packet)) => {
                    found += 1;
                    expect(packet.len() <= 1024, || format!("a packet of {} bytes", packet.len()))?;
                    bounded(&parse(packet))?;
                }
            }
        }
        expect(2 * found <= bytes.len(), || format!("{found} packets in {} bytes", bytes.len()))?;
        // A packet of any length, as no stream would bring it.
        bounded(&parse(bytes))
    },
};

fn bounded<E>(request: &Result<Request, E>) -> Result<(), String> {
    let holds = match request {
        Ok(Request::MemoryRead { len, .. }) => *len <= LONGEST_READ,
        Ok(Request::Drive { count, .. } | Request::Sample { count, .. }) => (1..=32).contains(count),
        _ => true,
    };
    expect(holds, || "a request that asks for more than an answer holds".to_owned())
}
