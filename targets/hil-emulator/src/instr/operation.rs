//! What instructions do: the operations that share one encoding and one set of operands.

/// A data-processing operation with two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AluOp {
    /// Bitwise and.
    And,
    /// Bitwise and with the complement.
    Bic,
    /// Bitwise or.
    Orr,
    /// Bitwise or with the complement.
    Orn,
    /// Bitwise exclusive or.
    Eor,
    /// Sum.
    Add,
    /// Sum with carry.
    Adc,
    /// Difference with borrow.
    Sbc,
    /// Difference.
    Sub,
    /// Reverse difference.
    Rsb,
    /// The second operand; `rn` is not read.
    Mov,
    /// The complement of the second operand; `rn` is not read.
    Mvn,
    /// Flags of the bitwise and; `rd` is not written.
    Tst,
    /// Flags of the exclusive or; `rd` is not written.
    Teq,
    /// Flags of the difference; `rd` is not written.
    Cmp,
    /// Flags of the sum; `rd` is not written.
    Cmn,
}

/// Sign or zero extension, of one or of two bytes or a halfword.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are the mnemonics of the reference manual")]
pub enum Extend {
    Sxtb,
    Sxth,
    Sxtb16,
    Uxtb,
    Uxth,
    Uxtb16,
}

/// How a parallel addition or subtraction treats its lanes: the prefix of the mnemonic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lanes {
    /// S: signed, sets GE.
    Signed,
    /// Q: signed saturating.
    Saturating,
    /// SH: signed halving.
    Halving,
    /// U: unsigned, sets GE.
    Unsigned,
    /// UQ: unsigned saturating.
    UnsignedSaturating,
    /// UH: unsigned halving.
    UnsignedHalving,
}

/// What a parallel instruction does with its lanes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are the mnemonics of the reference manual")]
pub enum Parallel {
    Add16,
    Asx,
    Sax,
    Sub16,
    Add8,
    Sub8,
}

/// Saturating arithmetic on words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are the mnemonics of the reference manual")]
pub enum Saturating {
    Qadd,
    Qsub,
    Qdadd,
    Qdsub,
}

/// Multiplications of halfwords, of two halfwords, and of the most significant word. `ra` is not read by those
/// without an accumulator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DspMul {
    /// `ra + n[n_top] * m[m_top]`, sets Q on overflow of the sum.
    Smlaxy {
        /// Take the upper half of `rn`.
        n_top: bool,
        /// Take the upper half of `rm`.
        m_top: bool,
    },
    /// `n[n_top] * m[m_top]`.
    Smulxy {
        /// Take the upper half of `rn`.
        n_top: bool,
        /// Take the upper half of `rm`.
        m_top: bool,
    },
    /// `ra + (rn * m[m_top]) >> 16`, sets Q on overflow of the sum.
    Smlawy {
        /// Take the upper half of `rm`.
        m_top: bool,
    },
    /// `(rn * m[m_top]) >> 16`.
    Smulwy {
        /// Take the upper half of `rm`.
        m_top: bool,
    },
    /// `ra + n.lo * m.lo + n.hi * m.hi`; `swap` exchanges the halves of `rm`.
    Smlad {
        /// Exchange the halves of `rm`.
        swap: bool,
    },
    /// As `Smlad` without `ra`.
    Smuad {
        /// Exchange the halves of `rm`.
        swap: bool,
    },
    /// `ra + n.lo * m.lo - n.hi * m.hi`.
    Smlsd {
        /// Exchange the halves of `rm`.
        swap: bool,
    },
    /// As `Smlsd` without `ra`.
    Smusd {
        /// Exchange the halves of `rm`.
        swap: bool,
    },
    /// The upper word of `(ra << 32) + rn * rm`.
    Smmla {
        /// Round instead of truncating.
        round: bool,
    },
    /// The upper word of `(ra << 32) - rn * rm`.
    Smmls {
        /// Round instead of truncating.
        round: bool,
    },
    /// The upper word of `rn * rm`.
    Smmul {
        /// Round instead of truncating.
        round: bool,
    },
    /// The sum of absolute differences of four bytes.
    Usad8,
    /// `ra` plus the sum of absolute differences of four bytes.
    Usada8,
}

/// Multiplications with a result of 64 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LongMul {
    /// Signed product.
    Smull,
    /// Unsigned product.
    Umull,
    /// Signed product added to the destination.
    Smlal,
    /// Unsigned product added to the destination.
    Umlal,
    /// Unsigned product plus both destination words.
    Umaal,
    /// Product of halfwords added to the destination.
    Smlalxy {
        /// Take the upper half of `rn`.
        n_top: bool,
        /// Take the upper half of `rm`.
        m_top: bool,
    },
    /// Both products of halfwords added to the destination.
    Smlald {
        /// Exchange the halves of `rm`.
        swap: bool,
    },
    /// The difference of the products of halfwords added to the destination.
    Smlsld {
        /// Exchange the halves of `rm`.
        swap: bool,
    },
}

/// Reordering and counting of bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are the mnemonics of the reference manual")]
pub enum BitOp {
    Clz,
    Rbit,
    Rev,
    Rev16,
    Revsh,
}

/// Single-precision arithmetic with two sources and, for the accumulating ones, the destination as third.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are the mnemonics of the reference manual")]
pub enum FloatOp {
    Vadd,
    Vsub,
    Vmul,
    Vnmul,
    Vdiv,
    Vmla,
    Vmls,
    Vnmla,
    Vnmls,
    Vfma,
    Vfms,
    Vfnma,
    Vfnms,
}

impl FloatOp {
    /// Whether the destination is read as the addend.
    #[must_use]
    pub fn accumulates(self) -> bool {
        !matches!(self, Self::Vadd | Self::Vsub | Self::Vmul | Self::Vnmul | Self::Vdiv)
    }
}

/// Single-precision operations with one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are the mnemonics of the reference manual")]
pub enum FloatUnary {
    Vmov,
    Vabs,
    Vneg,
    Vsqrt,
}

/// Conversions between single precision and other formats, all from `sm` to `sd`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Convert {
    /// Integer to float, in the rounding mode of FPSCR.
    FromInt {
        /// The integer is signed.
        signed: bool,
    },
    /// Float to integer.
    ToInt {
        /// The integer is signed.
        signed: bool,
        /// Round towards zero (VCVT); otherwise the mode of FPSCR (VCVTR).
        round_to_zero: bool,
    },
    /// Fixed point to float; source and destination are the same register; rounds to nearest.
    FromFixed {
        /// The number is signed.
        signed: bool,
        /// 16 or 32 bits wide.
        width: u8,
        /// Fraction bits, 0 to 32.
        fraction: u8,
    },
    /// Float to fixed point; source and destination are the same register; rounds towards zero.
    ToFixed {
        /// The number is signed.
        signed: bool,
        /// 16 or 32 bits wide.
        width: u8,
        /// Fraction bits, 0 to 32.
        fraction: u8,
    },
    /// Half precision in one half of `sm` to single precision (VCVTB, VCVTT).
    FromHalf {
        /// The upper half.
        top: bool,
    },
    /// Single precision to half precision in one half of `sd` (VCVTB, VCVTT).
    ToHalf {
        /// The upper half.
        top: bool,
    },
}
