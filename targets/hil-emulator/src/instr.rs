//! The instructions of ARMv7E-M with FPv4-SP as plain data: what an encoding means, before anything executes it.
//!
//! [`crate::decode`] makes them, [`crate::exec`] turns them into handlers, [`crate::cycles`] counts their time, and
//! `Display` prints them as assembler text. Addresses relative to the program counter are already absolute, because
//! the decoder knows where an instruction lies. Names follow the ARMv7-M Architecture Reference Manual (DDI 0403E).

mod operand;
mod operation;

pub use operand::{Cond, Index, Offset, Operand, Order, Reg, RegList, SReg, Shift, ShiftKind, Size};
pub use operation::{AluOp, BitOp, Convert, DspMul, Extend, FloatOp, FloatUnary, Lanes, LongMul, Parallel, Saturating};

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
    /// A coprocessor instruction of a coprocessor that is not there: a NOCP fault. With 10 or 11, an encoding that the
    /// FPU does not have: a NOCP fault while the FPU is switched off, else undefined.
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
