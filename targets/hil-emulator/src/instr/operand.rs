//! What instructions work on: registers, shifted operands, addresses.

/// A core register, 0 to 15.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reg(pub u8);

impl Reg {
    /// The stack pointer in use, R13.
    pub const SP: Self = Self(13);
    /// The link register, R14.
    pub const LR: Self = Self(14);
    /// The program counter, R15.
    pub const PC: Self = Self(15);
}

/// A single-precision register, 0 to 31. Double Dn is the pair S2n, S2n+1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SReg(pub u8);

/// A set of core registers, bit n for Rn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RegList(pub u16);

impl RegList {
    /// How many registers are in the set.
    #[must_use]
    pub fn len(self) -> u32 {
        self.0.count_ones()
    }

    /// Whether the set is empty.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether `reg` is in the set.
    #[must_use]
    pub fn contains(self, reg: Reg) -> bool {
        self.0 >> reg.0 & 1 == 1
    }
}

/// A condition: the four bits of the encoding, 0 (EQ) to 14 (AL).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cond(pub u8);

impl Cond {
    /// Always.
    pub const AL: Self = Self(14);
}

/// A shift by a constant. `amount` is 1 to 32 for LSR and ASR, 0 to 31 for LSL, 1 to 31 for ROR; RRX has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shift {
    /// Which shift.
    pub kind: ShiftKind,
    /// By how many bits.
    pub amount: u8,
}

impl Shift {
    /// No shift at all.
    pub const NONE: Self = Self { kind: ShiftKind::Lsl, amount: 0 };
}

/// The kinds of shift.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ShiftKind {
    /// Logical left.
    Lsl,
    /// Logical right.
    Lsr,
    /// Arithmetic right.
    Asr,
    /// Rotate right.
    Ror,
    /// Rotate right by one through the carry; only as a constant shift.
    Rrx,
}

/// The second operand of a data-processing instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operand {
    /// A constant, already expanded. `carry` is the carry that the expansion gives, `None` where it leaves it alone.
    Imm {
        /// The constant.
        value: u32,
        /// The carry out of `ThumbExpandImm_C`.
        carry: Option<bool>,
    },
    /// A register, shifted.
    Reg {
        /// The register.
        rm: Reg,
        /// Its shift.
        shift: Shift,
    },
}

/// How wide a memory access is and how a load extends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Size {
    /// 8 bits, zero-extended.
    Byte,
    /// 8 bits, sign-extended; loads only.
    SignedByte,
    /// 16 bits, zero-extended.
    Half,
    /// 16 bits, sign-extended; loads only.
    SignedHalf,
    /// 32 bits.
    Word,
}

/// The offset of a load or a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Offset {
    /// A signed constant.
    Imm(i32),
    /// `rm << lsl`, with `lsl` 0 to 3.
    Reg {
        /// The register.
        rm: Reg,
        /// The shift to the left.
        lsl: u8,
    },
}

/// When the base register changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Index {
    /// Never: `[rn, offset]`.
    Offset,
    /// Before the access: `[rn, offset]!`.
    Pre,
    /// After the access: `[rn], offset`.
    Post,
}

/// Direction of a load or store of several registers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Order {
    /// Increment after.
    IncrementAfter,
    /// Decrement before.
    DecrementBefore,
}
