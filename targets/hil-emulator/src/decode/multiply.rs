//! Multiplication and division (DDI 0403E, A5.3.16 and A5.3.17).

use super::{bit, field, forbid, reg, require};
use crate::instr::{DspMul, Instr, LongMul, Reg};

/// Results of 32 bits; `None` when it is undefined or unpredictable.
pub(super) fn short(first: u16, second: u16) -> Option<Instr> {
    let (rd, rn, rm, ra) = (reg(second, 8), reg(first, 0), reg(second, 0), reg(second, 12));
    let alone = ra == Reg::PC;
    let (upper, lower) = (bit(second, 5), bit(second, 4));
    require(field(second, 6, 2) == 0 && ra != Reg::SP)?;
    forbid([rd, rn, rm])?;
    let op = match field(first, 4, 3) {
        0 => {
            return match (upper, lower, alone) {
                (false, false, true) => Some(Instr::Mul { flags: false, rd, rn, rm }),
                (false, false, false) => Some(Instr::Mla { rd, rn, rm, ra }),
                (false, true, false) => Some(Instr::Mls { rd, rn, rm, ra }),
                _ => None,
            };
        }
        1 if alone => DspMul::Smulxy { n_top: upper, m_top: lower },
        1 => DspMul::Smlaxy { n_top: upper, m_top: lower },
        _ if upper => return None,
        2 if alone => DspMul::Smuad { swap: lower },
        2 => DspMul::Smlad { swap: lower },
        3 if alone => DspMul::Smulwy { m_top: lower },
        3 => DspMul::Smlawy { m_top: lower },
        4 if alone => DspMul::Smusd { swap: lower },
        4 => DspMul::Smlsd { swap: lower },
        5 if alone => DspMul::Smmul { round: lower },
        5 => DspMul::Smmla { round: lower },
        6 if alone => return None,
        6 => DspMul::Smmls { round: lower },
        _ if lower => return None,
        _ if alone => DspMul::Usad8,
        _ => DspMul::Usada8,
    };
    // An accumulator that is not read has no register.
    Some(Instr::Dsp { op, rd, rn, rm, ra: if alone { Reg(0) } else { ra } })
}

/// Results of 64 bits, and division; `None` when it is undefined or unpredictable.
pub(super) fn long(first: u16, second: u16) -> Option<Instr> {
    let (lo, hi, rn, rm) = (reg(second, 12), reg(second, 8), reg(first, 0), reg(second, 0));
    let (upper, lower) = (bit(second, 5), bit(second, 4));
    forbid([hi, rn, rm])?;
    let op = match (field(first, 4, 3), field(second, 4, 4)) {
        (op @ (1 | 3), 15) => {
            require(lo == Reg::PC)?;
            return Some(Instr::Div { signed: op == 1, rd: hi, rn, rm });
        }
        (0, 0) => LongMul::Smull,
        (2, 0) => LongMul::Umull,
        (4, 0) => LongMul::Smlal,
        (4, 0b1000..=0b1011) => LongMul::Smlalxy { n_top: upper, m_top: lower },
        (4, 0b1100 | 0b1101) => LongMul::Smlald { swap: lower },
        (5, 0b1100 | 0b1101) => LongMul::Smlsld { swap: lower },
        (6, 0) => LongMul::Umlal,
        (6, 0b0110) => LongMul::Umaal,
        _ => return None,
    };
    forbid([lo])?;
    require(lo != hi)?;
    Some(Instr::Long { op, lo, hi, rn, rm })
}
