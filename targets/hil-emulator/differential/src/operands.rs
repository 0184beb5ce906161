//! Values for registers that are likely to show a mistake: boundaries of integers and of the formats of numbers.

use crate::random::Random;

/// A word for a core register.
pub fn integer(random: &mut Random) -> u32 {
    const CORNERS: [u32; 16] = [
        0,
        1,
        2,
        0xff,
        0x7f,
        0x80,
        0x7fff,
        0x8000,
        0xffff,
        0x1_0000,
        0x7fff_ffff,
        0x8000_0000,
        0xffff_ffff,
        0xffff_0000,
        0x8000_8000,
        0x7fff_7fff,
    ];
    match random.below(8) {
        0 => random.pick(&CORNERS),
        1 => random.pick(&CORNERS).wrapping_add(random.below(5)).wrapping_sub(2),
        2 => random.below(64),
        3 => 1 << random.below(32),
        4 => lanes(random),
        5 => float(random),
        _ => random.word(),
    }
}

/// Four bytes that are corners each.
fn lanes(random: &mut Random) -> u32 {
    const CORNERS: [u8; 8] = [0, 1, 0x7e, 0x7f, 0x80, 0x81, 0xfe, 0xff];
    u32::from_le_bytes([0; 4].map(|_: u8| random.pick(&CORNERS)))
}

/// The bits of a single-precision number, or of two numbers of half precision.
pub fn float(random: &mut Random) -> u32 {
    let sign = random.below(2) << 31;
    let fraction = match random.below(4) {
        0 => random.pick(&[0, 1, 0x7f_ffff, 0x40_0000, 0x7f_fffe, 0x00_1000, 0x00_0fff, 0x20_0000]),
        1 => random.word() & 0x7f_ffff & !0 << random.below(24),
        _ => random.word() & 0x7f_ffff,
    };
    let exponent = match random.below(16) {
        0 => return sign | random.pick(&[0, 0x7f80_0000, 0x3f80_0000, 0x4f00_0000, 0x4f80_0000, 0x0080_0000]),
        // NaN, quiet or signalling.
        1 => return sign | 0x7f80_0000 | fraction | u32::from(fraction == 0),
        // Subnormal.
        2 => 0,
        // About the least and the greatest normal numbers.
        3 => 1 + random.below(26),
        4 => 254 - random.below(26),
        // About the bounds of half precision and of fixed-point formats.
        5 => 127 - 26 + random.below(14),
        6 => 127 + 10 + random.below(24),
        7 => return u32::from(half(random)) << 16 | u32::from(half(random)),
        // Near each other, so that sums cancel.
        8..=12 => 127 - 4 + random.below(8),
        _ => random.below(255),
    };
    sign | exponent << 23 | fraction
}

/// The bits of a number of half precision.
fn half(random: &mut Random) -> u16 {
    let any = random.below(32);
    let exponent = random.pick(&[0, 1, 15, 16, 30, 31, any]);
    let any = random.below(0x400);
    let fraction = random.pick(&[0, 1, 0x200, 0x3ff, any, any]);
    (random.below(2) << 15 | exponent << 10 | fraction) as u16
}

/// FPSCR: flags, alternative half precision, default NaN, flush to zero, rounding mode, cumulative exceptions.
pub fn fpscr(random: &mut Random) -> u32 {
    let modes = if random.once_in(2) { random.word() & 0x07c0_0000 } else { random.below(4) << 22 };
    let cumulative = if random.once_in(4) { random.word() & 0x9f } else { 0 };
    random.word() & 0xf000_0000 | modes | cumulative
}

/// APSR: NZCV, Q and GE.
pub fn apsr(random: &mut Random) -> u32 {
    random.word() & 0xf80f_0000
}
