//! The instructions of ARMv7E-M with FPv4-SP as plain data: what an encoding means, before anything executes it.
//!
//! [`crate::decode`] makes them, [`crate::exec`] turns them into handlers, [`crate::cycles`] counts their time, and
//! `Display` prints them as assembler text. Addresses relative to the program counter are already absolute, because
//! the decoder knows where an instruction lies. Names follow the ARMv7-M Architecture Reference Manual (DDI 0403E).

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

/// One instruction.
///
/// Encodings whose behaviour the architecture leaves unpredictable are decoded as [`Instr::Undefined`] where the
/// manual allows a fault, so that no encoding does something silently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the fields carry the names of the reference manual's assembler syntax")]
pub enum Instr {
    /// Data processing, including MOVW, ADR (as a constant), ADDW, SUBW and CMP. `rd` may be PC for ADD and MOV.
    Alu {
        op: AluOp,
        flags: bool,
        rd: Reg,
        rn: Reg,
        src: Operand,
    },
    /// A shift by a register.
    ShiftReg {
        kind: ShiftKind,
        flags: bool,
        rd: Reg,
        rn: Reg,
        rm: Reg,
    },
    /// Writes the upper half.
    Movt {
        rd: Reg,
        imm: u16,
    },
    /// Extension, with addition of `rn` when there is one. `rotation` is 0, 8, 16 or 24.
    Extend {
        kind: Extend,
        rd: Reg,
        rn: Option<Reg>,
        rm: Reg,
        rotation: u8,
    },
    Bfi {
        rd: Reg,
        rn: Reg,
        lsb: u8,
        width: u8,
    },
    Bfc {
        rd: Reg,
        lsb: u8,
        width: u8,
    },
    Sbfx {
        rd: Reg,
        rn: Reg,
        lsb: u8,
        width: u8,
    },
    Ubfx {
        rd: Reg,
        rn: Reg,
        lsb: u8,
        width: u8,
    },
    Bits {
        op: BitOp,
        rd: Reg,
        rm: Reg,
    },
    /// Saturates to `to` bits (SSAT: 1 to 32, USAT: 0 to 31).
    Sat {
        signed: bool,
        rd: Reg,
        to: u8,
        rn: Reg,
        shift: Shift,
    },
    /// Saturates both halfwords.
    Sat16 {
        signed: bool,
        rd: Reg,
        to: u8,
        rn: Reg,
    },
    /// MUL: flags only from the 16-bit encoding.
    Mul {
        flags: bool,
        rd: Reg,
        rn: Reg,
        rm: Reg,
    },
    Mla {
        rd: Reg,
        rn: Reg,
        rm: Reg,
        ra: Reg,
    },
    Mls {
        rd: Reg,
        rn: Reg,
        rm: Reg,
        ra: Reg,
    },
    Long {
        op: LongMul,
        lo: Reg,
        hi: Reg,
        rn: Reg,
        rm: Reg,
    },
    Div {
        signed: bool,
        rd: Reg,
        rn: Reg,
        rm: Reg,
    },
    Dsp {
        op: DspMul,
        rd: Reg,
        rn: Reg,
        rm: Reg,
        ra: Reg,
    },
    Parallel {
        op: Parallel,
        lanes: Lanes,
        rd: Reg,
        rn: Reg,
        rm: Reg,
    },
    Saturating {
        op: Saturating,
        rd: Reg,
        rn: Reg,
        rm: Reg,
    },
    /// PKHBT (`top` false) and PKHTB.
    Pkh {
        top: bool,
        rd: Reg,
        rn: Reg,
        rm: Reg,
        shift: Shift,
    },
    Sel {
        rd: Reg,
        rn: Reg,
        rm: Reg,
    },

    /// A load; into PC it is a branch.
    Load {
        size: Size,
        rt: Reg,
        rn: Reg,
        offset: Offset,
        index: Index,
    },
    /// A load relative to PC; `address` is absolute.
    LoadLiteral {
        size: Size,
        rt: Reg,
        address: u32,
    },
    /// LDRT and its kin: with the rights of unprivileged code.
    LoadUnprivileged {
        size: Size,
        rt: Reg,
        rn: Reg,
        offset: u8,
    },
    Store {
        size: Size,
        rt: Reg,
        rn: Reg,
        offset: Offset,
        index: Index,
    },
    StoreUnprivileged {
        size: Size,
        rt: Reg,
        rn: Reg,
        offset: u8,
    },
    LoadDual {
        rt: Reg,
        rt2: Reg,
        rn: Reg,
        offset: i32,
        index: Index,
    },
    /// LDRD relative to PC; `address` is absolute.
    LoadDualLiteral {
        rt: Reg,
        rt2: Reg,
        address: u32,
    },
    StoreDual {
        rt: Reg,
        rt2: Reg,
        rn: Reg,
        offset: i32,
        index: Index,
    },
    /// LDM and POP.
    LoadMultiple {
        rn: Reg,
        list: RegList,
        writeback: bool,
        order: Order,
    },
    /// STM and PUSH.
    StoreMultiple {
        rn: Reg,
        list: RegList,
        writeback: bool,
        order: Order,
    },
    /// LDREX, LDREXB, LDREXH; only the word form has an offset.
    LoadExclusive {
        size: Size,
        rt: Reg,
        rn: Reg,
        offset: u32,
    },
    StoreExclusive {
        size: Size,
        rd: Reg,
        rt: Reg,
        rn: Reg,
        offset: u32,
    },
    Clrex,
    /// PLD, PLI: an address hint without effect on this core.
    Preload,

    /// B, conditional when `cond` is not AL (an IT block gives its condition elsewhere).
    Branch {
        cond: Cond,
        target: u32,
    },
    BranchLink {
        target: u32,
    },
    /// BX.
    BranchExchange {
        rm: Reg,
    },
    /// BLX.
    BranchLinkExchange {
        rm: Reg,
    },
    /// CBZ, or CBNZ when `nonzero`.
    CompareBranch {
        nonzero: bool,
        rn: Reg,
        target: u32,
    },
    /// TBB, or TBH when `half`.
    TableBranch {
        half: bool,
        rn: Reg,
        rm: Reg,
    },

    /// Starts an IT block: `state` is the eight bits of ITSTATE that it sets.
    It {
        state: u8,
    },
    Nop,
    Yield,
    Wfe,
    Wfi,
    Sev,
    Dmb,
    Dsb,
    Isb,
    /// CPSIE (`disable` false) or CPSID.
    Cps {
        disable: bool,
        primask: bool,
        faultmask: bool,
    },
    /// Reads special register number `sysm`.
    Mrs {
        rd: Reg,
        sysm: u8,
    },
    /// Writes special register number `sysm`; `mask` is bits 11:10 of the encoding (bit 1 NZCVQ, bit 0 GE).
    Msr {
        rn: Reg,
        sysm: u8,
        mask: u8,
    },
    Svc {
        imm: u8,
    },
    Bkpt {
        imm: u8,
    },
    /// Any encoding without a meaning on this core, UDF included.
    Undefined,
    /// A coprocessor instruction of a coprocessor that is not there: a NOCP fault.
    NoCoprocessor {
        coprocessor: u8,
    },

    Float {
        op: FloatOp,
        sd: SReg,
        sn: SReg,
        sm: SReg,
    },
    FloatUnary {
        op: FloatUnary,
        sd: SReg,
        sm: SReg,
    },
    /// A constant, already expanded.
    FloatImm {
        sd: SReg,
        value: u32,
    },
    /// VCMP, VCMPE with `quiet` false; against zero without `sm`.
    FloatCompare {
        quiet: bool,
        sd: SReg,
        sm: Option<SReg>,
    },
    FloatConvert {
        op: Convert,
        sd: SReg,
        sm: SReg,
    },
    /// VMOV between a core register and a single, also as VMOV.32 Dn\[x\].
    FloatMove {
        to_core: bool,
        rt: Reg,
        sn: SReg,
    },
    /// VMOV between two core registers and two consecutive singles (a double, when `sm` is even).
    FloatMovePair {
        to_core: bool,
        rt: Reg,
        rt2: Reg,
        sm: SReg,
    },
    /// VMRS; into PC it means the flags of APSR.
    Vmrs {
        rt: Reg,
    },
    Vmsr {
        rt: Reg,
    },
    /// VLDR; `words` is 1 for a single and 2 for a double. With `rn` PC the base is the aligned address.
    FloatLoad {
        words: u8,
        sd: SReg,
        rn: Reg,
        offset: i32,
    },
    FloatStore {
        words: u8,
        sd: SReg,
        rn: Reg,
        offset: i32,
    },
    /// VLDM, VPOP: `count` singles from `first` on; `doubles` tells the encoding.
    FloatLoadMultiple {
        first: SReg,
        count: u8,
        doubles: bool,
        rn: Reg,
        writeback: bool,
        order: Order,
    },
    FloatStoreMultiple {
        first: SReg,
        count: u8,
        doubles: bool,
        rn: Reg,
        writeback: bool,
        order: Order,
    },
}
