//! Lays an instruction out with its surroundings: set-up, what a jump skips, tables and literals.

use hil_emulator::instr::{Reg, Size};

use crate::item::{Behind, Plan, Setup, Value};
use crate::random::Random;

/// Entries of the table behind TBB and TBH, and the most that they skip behind it.
const ENTRIES: u32 = 4;

/// How many bytes come before the instruction, an IT aside.
#[must_use]
pub fn before(plan: &Plan) -> u32 {
    let setups = plan.setups.iter().map(|setup| match setup {
        Setup::Set(..) => 8,
        Setup::Store(..) => 18,
        Setup::Code(_) => 4,
    });
    setups.sum::<u32>() + if plan.behind == Behind::Back { 6 } else { 0 }
}

/// An instruction that does something harmless and visible: ADDS with a constant.
fn filler(random: &mut Random) -> u16 {
    0x3000 | random.word() as u16 & 0x7ff
}

/// The code of `plan` from address `start` on: set-up, then `it` if there is one, then `main`, then what is behind it.
#[must_use]
pub fn lay(plan: &Plan, start: u32, it: Option<u16>, main: &[u16], random: &mut Random) -> Vec<u16> {
    let at = start + before(plan) + 2 * it.iter().count() as u32;
    let end = at + 2 * main.len() as u32;
    let mut behind: Vec<u16> = Vec::new();
    let mut target = end;
    match plan.behind {
        Behind::Nothing | Behind::Back => {}
        Behind::Skipped(count) => {
            behind.extend((0..count).map(|_| filler(random)));
            target = end + 2 * count;
        }
        Behind::Table { half } => {
            let length = if half { ENTRIES } else { ENTRIES / 2 };
            let mut entry = || (length + random.below(ENTRIES + 1)) as u16;
            behind.extend((0..length).map(|_| if half { entry() } else { entry() | entry() << 8 }));
            behind.extend((0..ENTRIES).map(|_| filler(random)));
        }
        Behind::Literal(word) => {
            behind.extend((end..word).step_by(2).map(|_| filler(random)));
            target = word + 4;
            behind.extend([(target | 1) as u16, (target >> 16) as u16]);
        }
        Behind::Clear => behind.extend([0xf3bf, 0x8f2f]),
    }
    let resolve = |value| match value {
        Value::Word(word) => word,
        Value::Target(further) => target + further,
        Value::FromPc => target.wrapping_sub(at + 4),
    };
    let mut code = Vec::new();
    for setup in &plan.setups {
        match *setup {
            Setup::Set(reg, value) => code.extend(set(reg, resolve(value))),
            Setup::Store(address, value, size) => {
                code.extend(set(Reg(0), address));
                code.extend(set(Reg(1), resolve(value)));
                code.push(match size {
                    Size::Byte | Size::SignedByte => 0x7001,
                    Size::Half | Size::SignedHalf => 0x8001,
                    Size::Word => 0x6001,
                });
            }
            Setup::Code(halfwords) => code.extend(halfwords),
        }
    }
    if plan.behind == Behind::Back {
        // B to the instruction; what it jumps back to; B behind it.
        code.extend([0xe001, filler(random), 0xe000 | (main.len() as u16 - 1)]);
    }
    code.extend(it);
    code.extend(main);
    code.extend(behind);
    code
}

/// MOVW and MOVT.
fn set(reg: Reg, value: u32) -> [u16; 4] {
    let half = |first: u16, value: u32| {
        let value = value as u16;
        let second = (value >> 8 & 7) << 12 | u16::from(reg.0) << 8 | value & 0xff;
        [first | (value >> 11 & 1) << 10 | value >> 12, second]
    };
    let [low, high] = [half(0xf240, value), half(0xf2c0, value >> 16)];
    [low[0], low[1], high[0], high[1]]
}

/// B.W from address `from` to `to`, both below 16 MiB.
#[must_use]
pub fn branch(from: u32, to: u32) -> [u16; 2] {
    let offset = to.wrapping_sub(from + 4);
    let sign = offset >> 24 & 1;
    let (j1, j2) = ((offset >> 23 ^ sign ^ 1) & 1, (offset >> 22 ^ sign ^ 1) & 1);
    let first = 0xf000 | sign << 10 | offset >> 12 & 0x3ff;
    [first as u16, (0x9000 | j1 << 13 | j2 << 11 | offset >> 1 & 0x7ff) as u16]
}

#[cfg(test)]
mod tests {
    use super::{branch, set};
    use hil_emulator::decode::decode;
    use hil_emulator::instr::Reg;

    #[test]
    fn the_decoder_reads_what_is_written() {
        for (from, to) in [(0x2000, 0x15e), (0x15e, 0x10_0000), (0x1000, 0x1000)] {
            let [first, second] = branch(from, to);
            assert_eq!(decode(from, first, second, 0).to_string(), format!("b {to:#x}"));
        }
        let code = set(Reg(7), 0xdead_b9ef);
        assert_eq!(decode(0, code[0], code[1], 0).to_string(), format!("mov r7, #{}", 0xb9ef));
        assert_eq!(decode(0, code[2], code[3], 0).to_string(), format!("movt r7, #{}", 0xdead));
    }
}
