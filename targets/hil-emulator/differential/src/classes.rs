//! The classes of encodings: patterns from which instructions are drawn at random.
//!
//! A pattern has a `0`, a `1` or an `x` (any) for each bit; blanks separate fields. What the decoder calls undefined is
//! drawn again, and so is what [`crate::item`] cannot give a safe surrounding. Not here, and why:
//!
//! - SVC, BKPT, CPS, WFE, WFI, MSR to registers other than APSR, coprocessors that are absent, undefined encodings: they
//!   leave the block, or change how later ones run. `tests/undefined.rs` of the emulator and the tests of its system side
//!   cover them.
//! - Literal loads to SP; STREX after LDREX of another address or size: see [`crate::qemu`] for what QEMU does there.
//! - Backward branches but those of [`crate::jumps`], which come back at once.

use crate::random::Random;

/// A class of encodings.
#[derive(Debug, Clone, Copy)]
pub struct Class {
    /// Its name in reports.
    pub name: &'static str,
    /// How often it is drawn, relative to the others.
    pub weight: u32,
    /// The bits: 16 or 32 of them.
    pub patterns: &'static [&'static str],
}

const fn class(name: &'static str, weight: u32, patterns: &'static [&'static str]) -> Class {
    Class { name, weight, patterns }
}

/// Every class.
pub const CLASSES: [Class; 47] = [
    class("16-bit shift, add, subtract, move, compare", 3, &["00 xxxxxx xxxxxxxx"]),
    class("16-bit data processing", 3, &["010000 xxxx xxxxxx"]),
    class("16-bit high registers", 3, &["010001 00 xxxxxxxx", "010001 01 xxxxxxxx", "010001 10 xxxxxxxx"]),
    class("16-bit literal load and ADR", 1, &["01001 xxxxxxxxxxx", "10100 xxxxxxxxxxx"]),
    class("16-bit load and store, register", 2, &["0101 xxxxxxxxxxxx"]),
    class("16-bit load and store, immediate", 2, &["011 xxxxxxxxxxxxx", "1000 xxxxxxxxxxxx"]),
    class("16-bit SP relative", 2, &["1001 x xxx 000xxxxx", "10101 xxxxxxxxxxx", "10110000 x 000xxxx"]),
    class("16-bit extend and reverse", 1, &["10110010 xxxxxxxx", "10111010 xxxxxxxx"]),
    class("16-bit push and pop", 1, &["1011010 x xxxxxxxx", "1011110 x xxxxxxxx"]),
    class("16-bit load and store multiple", 1, &["1100 x xxx xxxxxxxx"]),
    class(
        "16-bit branches",
        2,
        &["1101 xxxx 00000 0xx", "1101 xxxx 11111100", "11100 00000000 0xx", "11100 11111111100"],
    ),
    class("16-bit compare and branch", 1, &["1011 x0 0 1 000 xx xxx"]),
    class("16-bit BX, BLX", 1, &["010001 11 x xxxx 000"]),
    class("16-bit hints", 1, &["10111111 0000 0000", "10111111 0001 0000", "10111111 0100 0000", "10111111 1xxx 0000"]),
    class("data processing, modified immediate", 6, &["11110 x 0 xxxx x xxxx 0 xxx xxxx xxxxxxxx"]),
    class("ADDW, SUBW, MOVW, MOVT, ADR", 2, &["11110 x 10 x x x 0 xxxx 0 xxx xxxx xxxxxxxx"]),
    class("saturate", 2, &["11110 0 11 x 0 x 0 xxxx 0 xxx xxxx xx 0 xxxxx"]),
    class("bit fields", 2, &["11110 0 11 x1x 0 xxxx 0 xxx xxxx xx 0 xxxxx"]),
    class("data processing, shifted register", 6, &["1110101 xxxx x xxxx 0 xxx xxxx xxxx xxxx"]),
    class("PKHBT, PKHTB", 1, &["1110101 0110 0 xxxx 0 xxx xxxx xx x 0 xxxx"]),
    class("shift by register", 2, &["11111010 0 xx x xxxx 1111 xxxx 0000 xxxx"]),
    class("extend and add", 2, &["11111010 0 xxx xxxx 1111 xxxx 10 xx xxxx"]),
    class("parallel addition and subtraction", 4, &["11111010 1 xxx xxxx 1111 xxxx 0 xxx xxxx"]),
    class("QADD family, REV family, SEL, CLZ", 3, &["11111010 10 xx xxxx 1111 xxxx 10 xx xxxx"]),
    class("multiply and accumulate", 2, &["111110110 000 xxxx xxxx xxxx 000 x xxxx"]),
    class("multiply, DSP", 4, &["111110110 xxx xxxx xxxx xxxx 00 xx xxxx", "111110110 xxx xxxx 1111 xxxx 00 xx xxxx"]),
    class("long multiply", 3, &["111110111 xx0 xxxx xxxx xxxx 0000 xxxx", "111110111 110 xxxx xxxx xxxx 0110 xxxx"]),
    class("long multiply, DSP", 2, &["111110111 10x xxxx xxxx xxxx 1xxx xxxx"]),
    class("divide", 2, &["111110111 0x1 xxxx 1111 xxxx 1111 xxxx"]),
    class("load and store, 12-bit offset", 3, &["1111100 x 1 xx x xxxx xxxx xxxxxxxxxxxx"]),
    class("load and store, 8-bit offset", 4, &["1111100 x 0 xx x xxxx xxxx 1 xxx xxxxxxxx"]),
    class("load and store, register offset", 3, &["1111100 x 0 xx x xxxx xxxx 000000 xx xxxx"]),
    class("literal load", 2, &["1111100 x x xx 1 1111 xxxx xxxxxxxxxxxx"]),
    class("LDR to PC, literal", 1, &["11111000 1 10 1 1111 1111 0000 0000 0x00"]),
    class("LDRD, STRD", 2, &["1110100 x x 1 x x xxxx xxxx xxxx xxxxxxxx"]),
    class(
        "exclusive",
        2,
        &[
            "1110100 00 1 0 x xxxx xxxx xxxx xxxxxxxx",
            "1110100 01 1 0 0 xxxx xxxx 1111 010 x xxxx",
            "1110100 01 1 0 1 xxxx xxxx 1111 010 x 1111",
        ],
    ),
    class("load and store multiple", 3, &["1110100 xx 0 x x xxxx x x 0 xxxxxxxxxxxxx"]),
    class("TBB, TBH", 1, &["1110100 01 1 0 1 xxxx 1111 0000 000 x xxxx", "1110100 01 1 0 1 1111 1111 0000 000 x xxxx"]),
    class(
        "32-bit branches",
        2,
        &[
            "11110 0 xxxx 000000 10 0 0 0 0000000 0xxx",
            "11110 1 xxxx 111111 10 1 0 1 11111111100",
            "11110 0 0000000000 1 x 1 1 1 0000000 0xxx",
            "11110 1 1111111111 1 x 1 1 1 11111111100",
        ],
    ),
    class(
        "32-bit hints, barriers, MRS, MSR",
        1,
        &[
            "111100111010 1111 10 0 0 0 000 1xxxxxxx",
            "111100111011 1111 10 0 0 1111 01 xx xxxx",
            "111100111110 1111 10 0 0 xxxx 000 0 0 xxx",
            "111100111000 xxxx 10 0 0 xx 00 000000 xx",
        ],
    ),
    class("float arithmetic", 10, &["1110 1110 x x xx xxxx xxxx 1010 xx x 0 xxxx"]),
    class(
        "float fused and divide",
        5,
        &["1110 1110 1 x 0x xxxx xxxx 1010 xx x 0 xxxx", "1110 1110 1 x 10 xxxx xxxx 1010 xx x 0 xxxx"],
    ),
    class("float unary, compare, convert", 10, &["1110 1110 1 x 11 xxxx xxxx 1010 x1 x 0 xxxx"]),
    class("float constant", 1, &["1110 1110 1 x 11 xxxx xxxx 1010 00 0 0 xxxx"]),
    class(
        "float moves, VMRS, VMSR",
        4,
        &[
            "1110 1110 000 x xxxx xxxx 1010 x 00 1 0000",
            "1110 1110 00 x x xxxx xxxx 1011 0 00 1 0000",
            "1110 1100 010 x xxxx xxxx 101 x 00 x 1 xxxx",
            "1110 1110 111 x 0001 xxxx 1010 000 1 0000",
        ],
    ),
    class("float load and store", 3, &["1110 110 1 x x 0 x xxxx xxxx 101 x xxxxxxxx"]),
    class("float load and store multiple", 2, &["1110 110 x x x x x xxxx xxxx 101 x 000xxxxx"]),
];

/// Draws the bits of an instruction from `pattern`: both halfwords, the second 0 where there is none.
pub fn draw(pattern: &str, random: &mut Random) -> [u16; 2] {
    let (mut code, mut width) = (0u32, 0);
    for symbol in pattern.bytes().filter(|symbol| *symbol != b' ') {
        let bit = if symbol == b'x' { random.below(2) } else { u32::from(symbol == b'1') };
        code = code << 1 | bit;
        width += 1;
    }
    if width == 16 { [code as u16, 0] } else { [(code >> 16) as u16, code as u16] }
}

/// Draws a class by the weights: its index in [`CLASSES`].
pub fn choose(random: &mut Random) -> usize {
    let total: u32 = CLASSES.iter().map(|class| class.weight).sum();
    let mut left = random.below(total);
    for (index, class) in CLASSES.iter().enumerate() {
        match left.checked_sub(class.weight) {
            Some(rest) => left = rest,
            None => return index,
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::{CLASSES, draw};
    use crate::random::Random;
    use hil_emulator::decode::{decode, is_wide};
    use hil_emulator::instr::Instr;

    #[test]
    fn every_pattern_has_16_or_32_bits_and_gives_instructions() {
        let mut random = Random::new(1);
        for class in CLASSES {
            for pattern in class.patterns {
                let width = pattern.bytes().filter(|symbol| *symbol != b' ').count();
                let mut defined = 0;
                for _ in 0..2000 {
                    let [first, second] = draw(pattern, &mut random);
                    assert_eq!(width, if is_wide(first) { 32 } else { 16 }, "{}: {pattern}", class.name);
                    defined += usize::from(decode(0x1000, first, second, 0) != Instr::Undefined);
                }
                assert!(defined >= 40, "{}: {pattern} is defined in {defined} of 2000", class.name);
            }
        }
    }
}
