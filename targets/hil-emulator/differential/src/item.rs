//! What surrounds a random instruction so that it does no harm: base registers that point into the scratch memory,
//! targets for jumps, a stack pointer that stays in its window.

use hil_emulator::instr::{AluOp, Index, Instr, Offset, Operand, Order, Reg, Shift, ShiftKind, Size};

use crate::address::{CODE_SIZE, OPEN_SIZE, SCRATCH, SCRATCH_SIZE, STACK_WINDOW};
use crate::operands;
use crate::random::Random;

/// A number that may depend on where the instruction comes to lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    /// A constant.
    Word(u32),
    /// The address behind what the jump skips, plus this.
    Target(u32),
    /// That address minus what the instruction reads as the program counter.
    FromPc,
}

/// What is executed before the instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setup {
    /// Writes a register.
    Set(Reg, Value),
    /// Stores a number, by way of R0 and R1; comes before all [`Setup::Set`].
    Store(u32, Value, Size),
    /// An instruction of four bytes.
    Code([u16; 2]),
}

/// What stands behind the instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behind {
    /// Nothing: it does not jump.
    Nothing,
    /// So many halfwords that it may skip.
    Skipped(u32),
    /// It jumps four bytes back.
    Back,
    /// A table of offsets in halfwords, and what they skip.
    Table {
        /// Entries of two bytes.
        half: bool,
    },
    /// The word at this address, which is the target.
    Literal(u32),
    /// CLREX.
    Clear,
}

/// The surroundings of an instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// What is executed before it.
    pub setups: Vec<Setup>,
    /// What stands behind it.
    pub behind: Behind,
    /// SP after it.
    pub sp: u32,
}

/// What an access needs.
struct Access {
    bytes: u32,
    align: u32,
}

/// Plans for one instruction.
pub struct Planner<'a> {
    /// Chooses.
    pub random: &'a mut Random,
    /// SP before the instruction.
    pub sp: u32,
}

impl Planner<'_> {
    /// The surroundings of `instr`, which lies at `address` and takes `size` bytes; `None` when it has none that are
    /// safe.
    pub fn plan(&mut self, instr: &Instr, address: u32, size: u32) -> Option<Plan> {
        let end = address.wrapping_add(size);
        let plain = Plan { setups: Vec::new(), behind: Behind::Nothing, sp: self.sp };
        match *instr {
            Instr::Alu { op: AluOp::Tst | AluOp::Teq | AluOp::Cmp | AluOp::Cmn, .. } => Some(plain),
            Instr::Alu { op, rd: Reg::PC, rn, src, .. } => self.jump_by_sum(op, rn, src),
            Instr::Alu { op, rd: Reg::SP, rn, src, .. } => self.move_stack(op, rn, src),
            Instr::LoadLiteral { rt: Reg::SP, .. } => None,
            Instr::Load { rt: Reg::SP, rn, offset, index, .. } => {
                let (mut plan, at) = self.access(rn, offset, index, one(Size::Word, true))?;
                plan.sp = self.new_stack();
                plan.setups.insert(0, Setup::Store(at, Value::Word(plan.sp), Size::Word));
                Some(plan)
            }
            Instr::Load { size, rt, rn, offset, index } => {
                let jumps = rt == Reg::PC;
                let (mut plan, at) = self.access(rn, offset, index, one(size, jumps))?;
                if jumps {
                    plan.setups.insert(0, Setup::Store(at, Value::Target(1), Size::Word));
                    plan.behind = self.skipped();
                }
                Some(plan)
            }
            Instr::Store { size, rn, offset, index, .. } => Some(self.access(rn, offset, index, one(size, false))?.0),
            Instr::LoadUnprivileged { size, rn, offset, .. } | Instr::StoreUnprivileged { size, rn, offset, .. } => {
                let offset = Offset::Imm(i32::from(offset));
                Some(self.access(rn, offset, Index::Offset, one(size, false))?.0)
            }
            Instr::LoadLiteral { rt: Reg::PC, address: at, .. } => {
                (at >= end && at <= end + 4).then_some(Plan { behind: Behind::Literal(at), ..plain })
            }
            Instr::LoadLiteral { address: at, .. } | Instr::LoadDualLiteral { address: at, .. } => {
                (at < CODE_SIZE - 8).then_some(plain)
            }
            Instr::LoadDual { rn, offset, index, .. } | Instr::StoreDual { rn, offset, index, .. } => {
                Some(self.access(rn, Offset::Imm(offset), index, Access { bytes: 8, align: 4 })?.0)
            }
            Instr::LoadMultiple { rn, list, writeback, order } => {
                let (mut plan, at) = self.several(rn, list.len(), writeback, order)?;
                if list.contains(Reg::PC) {
                    let last = at + 4 * (list.len() - 1);
                    plan.setups.insert(0, Setup::Store(last, Value::Target(1), Size::Word));
                    plan.behind = self.skipped();
                }
                Some(plan)
            }
            Instr::StoreMultiple { rn, list, writeback, order } => {
                Some(self.several(rn, list.len(), writeback, order)?.0)
            }
            Instr::LoadExclusive { size, rn, offset, .. } => self.exclusive(size, rn, offset),
            Instr::StoreExclusive { size, rt, rn, offset, .. } => {
                let mut plan = self.exclusive(size, rn, offset)?;
                if !self.random.once_in(4) {
                    plan.setups.push(Setup::Code(load_exclusive(size, rt, rn, offset)));
                }
                Some(plan)
            }
            Instr::Branch { target, .. } | Instr::BranchLink { target } | Instr::CompareBranch { target, .. } => {
                if target.wrapping_add(4) == address {
                    return Some(Plan { behind: Behind::Back, ..plain });
                }
                let over = target.wrapping_sub(end);
                (over <= 16).then_some(Plan { behind: Behind::Skipped(over / 2), ..plain })
            }
            Instr::BranchExchange { rm } | Instr::BranchLinkExchange { rm } => {
                let setups = vec![Setup::Set(general(rm)?, Value::Target(1))];
                Some(Plan { setups, behind: self.skipped(), ..plain })
            }
            Instr::TableBranch { half, rn, rm } => self.table(half, rn, rm),
            Instr::Mrs { .. } => Some(plain),
            Instr::Msr { sysm, .. } => (sysm <= 3).then_some(plain),
            Instr::Vmsr { rt } => {
                let setups = vec![Setup::Set(rt, Value::Word(operands::fpscr(self.random)))];
                Some(Plan { setups: if self.random.once_in(4) { Vec::new() } else { setups }, ..plain })
            }
            Instr::FloatLoad { rn: Reg::PC, .. } => Some(plain),
            Instr::FloatLoad { words, rn, offset, .. } | Instr::FloatStore { words, rn, offset, .. } => {
                let access = Access { bytes: 4 * u32::from(words), align: 4 };
                Some(self.access(rn, Offset::Imm(offset), Index::Offset, access)?.0)
            }
            Instr::FloatLoadMultiple { count, rn, writeback, order, .. }
            | Instr::FloatStoreMultiple { count, rn, writeback, order, .. } => {
                Some(self.several(rn, u32::from(count), writeback, order)?.0)
            }
            // They leave the block, wait, or change how later blocks run.
            Instr::Undefined
            | Instr::NoCoprocessor { .. }
            | Instr::Svc { .. }
            | Instr::Bkpt { .. }
            | Instr::Wfe
            | Instr::Wfi
            | Instr::Cps { .. }
            | Instr::It { .. } => None,
            // Neither memory nor a jump, and never SP as the destination.
            Instr::Alu { .. }
            | Instr::ShiftReg { .. }
            | Instr::Movt { .. }
            | Instr::Extend { .. }
            | Instr::Bfi { .. }
            | Instr::Bfc { .. }
            | Instr::Sbfx { .. }
            | Instr::Ubfx { .. }
            | Instr::Bits { .. }
            | Instr::Sat { .. }
            | Instr::Sat16 { .. }
            | Instr::Mul { .. }
            | Instr::Mla { .. }
            | Instr::Mls { .. }
            | Instr::Long { .. }
            | Instr::Div { .. }
            | Instr::Dsp { .. }
            | Instr::Parallel { .. }
            | Instr::Saturating { .. }
            | Instr::Pkh { .. }
            | Instr::Sel { .. }
            | Instr::Clrex
            | Instr::Preload
            | Instr::Nop
            | Instr::Yield
            | Instr::Sev
            | Instr::Dmb
            | Instr::Dsb
            | Instr::Isb
            | Instr::Float { .. }
            | Instr::FloatUnary { .. }
            | Instr::FloatImm { .. }
            | Instr::FloatCompare { .. }
            | Instr::FloatConvert { .. }
            | Instr::FloatMove { .. }
            | Instr::FloatMovePair { .. }
            | Instr::Vmrs { .. } => Some(plain),
        }
    }

    fn skipped(&mut self) -> Behind {
        Behind::Skipped(self.random.below(4))
    }

    /// MOV PC, Rm and ADD PC, Rm.
    fn jump_by_sum(&mut self, op: AluOp, rn: Reg, src: Operand) -> Option<Plan> {
        let setup = match (op, src) {
            // Both ignore the lowest bit.
            (AluOp::Mov, Operand::Reg { rm, .. }) => Setup::Set(general(rm)?, Value::Target(self.random.below(2))),
            (AluOp::Add, Operand::Imm { .. }) => Setup::Set(general(rn)?, Value::FromPc),
            _ => return None,
        };
        Some(Plan { setups: vec![setup], behind: self.skipped(), sp: self.sp })
    }

    /// ADD, SUB and MOV into SP.
    fn move_stack(&mut self, op: AluOp, rn: Reg, src: Operand) -> Option<Plan> {
        let (mut setups, mut sp) = (Vec::new(), self.sp);
        match (op, src) {
            (AluOp::Add, Operand::Imm { value, .. }) if rn == Reg::SP => sp = sp.wrapping_add(value) & !3,
            (AluOp::Sub, Operand::Imm { value, .. }) if rn == Reg::SP => sp = sp.wrapping_sub(value) & !3,
            (AluOp::Mov, Operand::Reg { rm, .. }) => {
                sp = self.new_stack();
                setups.push(Setup::Set(general(rm)?, Value::Word(sp | self.random.below(4))));
            }
            (AluOp::Add | AluOp::Sub, Operand::Reg { rm, shift: Shift { kind: ShiftKind::Lsl, amount } }) => {
                sp = self.sp & !31 | self.new_stack() & 31;
                let way = if op == AluOp::Add { sp.wrapping_sub(self.sp) } else { self.sp.wrapping_sub(sp) };
                let scaled = way.cast_signed() >> amount;
                if rn != Reg::SP || (scaled << amount).cast_unsigned() != way {
                    return None;
                }
                setups.push(Setup::Set(general(rm)?, Value::Word(scaled.cast_unsigned())));
            }
            _ => return None,
        }
        STACK_WINDOW.contains(&sp).then_some(Plan { setups, behind: Behind::Nothing, sp })
    }

    fn new_stack(&mut self) -> u32 {
        STACK_WINDOW.start() + self.random.below(33) * 4
    }

    /// A place for an access.
    fn place(&mut self, access: &Access) -> u32 {
        let offset = self.random.below(OPEN_SIZE - access.bytes + 1);
        let align = if access.align == 1 && self.random.once_in(2) { access.bytes } else { access.align };
        SCRATCH + offset / align * align
    }

    /// The surroundings of one access, and its address.
    fn access(&mut self, rn: Reg, offset: Offset, index: Index, access: Access) -> Option<(Plan, u32)> {
        if rn == Reg::SP {
            return self.stack_access(offset, index, access);
        }
        let at = self.place(&access);
        let mut setups = Vec::new();
        let base = match (offset, index) {
            (Offset::Imm(_), Index::Post) => at,
            (Offset::Imm(imm), Index::Offset | Index::Pre) => at.wrapping_sub(imm.cast_unsigned()),
            (Offset::Reg { rm, lsl }, _) if rm == rn => {
                // base * (1 + 2^lsl) = at, modulo 2^32.
                match lsl {
                    0 if at & 1 == 0 => at / 2,
                    0 => return None,
                    _ => at.wrapping_mul(inverse(1 + (1 << lsl))),
                }
            }
            (Offset::Reg { rm, lsl }, _) => {
                let by = operands::integer(self.random);
                setups.push(Setup::Set(general(rm)?, Value::Word(by)));
                at.wrapping_sub(by << lsl)
            }
        };
        setups.push(Setup::Set(general(rn)?, Value::Word(base)));
        Some((Plan { setups, behind: Behind::Nothing, sp: self.sp }, at))
    }

    /// The same with SP as the base, which stays as it is.
    fn stack_access(&mut self, offset: Offset, index: Index, access: Access) -> Option<(Plan, u32)> {
        let (mut setups, mut sp) = (Vec::new(), self.sp);
        let by = match offset {
            Offset::Imm(imm) => imm.cast_unsigned(),
            Offset::Reg { rm, lsl } => {
                let by = self.random.below(15).wrapping_sub(7);
                setups.push(Setup::Set(general(rm)?, Value::Word(by)));
                by << lsl
            }
        };
        let moved = sp.wrapping_add(by);
        let at = if index == Index::Post { sp } else { moved };
        if index != Index::Offset {
            sp = moved;
        }
        let last = SCRATCH_SIZE - access.bytes;
        let fits = at.wrapping_sub(SCRATCH) <= last && at.is_multiple_of(access.align);
        let fine = fits && sp.is_multiple_of(4) && STACK_WINDOW.contains(&sp);
        fine.then_some((Plan { setups, behind: Behind::Nothing, sp }, at))
    }

    /// The surroundings of a load or store of `count` words, and its lowest address.
    fn several(&mut self, rn: Reg, count: u32, writeback: bool, order: Order) -> Option<(Plan, u32)> {
        let access = Access { bytes: 4 * count, align: 4 };
        let (lowest, by) = match order {
            Order::IncrementAfter => (0, access.bytes),
            Order::DecrementBefore => (access.bytes, access.bytes.wrapping_neg()),
        };
        if rn != Reg::SP {
            let at = self.place(&access);
            let setups = vec![Setup::Set(general(rn)?, Value::Word(at + lowest))];
            return Some((Plan { setups, behind: Behind::Nothing, sp: self.sp }, at));
        }
        let at = self.sp.wrapping_sub(lowest);
        let sp = if writeback { self.sp.wrapping_add(by) } else { self.sp };
        let fine = at.wrapping_sub(SCRATCH) <= SCRATCH_SIZE - access.bytes && STACK_WINDOW.contains(&sp);
        fine.then_some((Plan { setups: Vec::new(), behind: Behind::Nothing, sp }, at))
    }

    fn exclusive(&mut self, size: Size, rn: Reg, offset: u32) -> Option<Plan> {
        let access = Access { align: bytes(size), bytes: bytes(size) };
        let (plan, _) = self.access(rn, Offset::Imm(offset.cast_signed()), Index::Offset, access)?;
        Some(Plan { behind: Behind::Clear, ..plan })
    }

    fn table(&mut self, half: bool, rn: Reg, rm: Reg) -> Option<Plan> {
        if rn == rm {
            return None;
        }
        if rn == Reg::PC {
            let index = self.random.below(4);
            let setups = vec![Setup::Set(general(rm)?, Value::Word(index))];
            return Some(Plan { setups, behind: Behind::Table { half }, sp: self.sp });
        }
        let (size, scale) = if half { (Size::Half, 1) } else { (Size::Byte, 0) };
        let access = Access { bytes: bytes(size), align: bytes(size) };
        let at = self.place(&access);
        let index = operands::integer(self.random);
        let skipped = self.random.below(4);
        let setups = vec![
            Setup::Store(at, Value::Word(skipped), size),
            Setup::Set(general(rn)?, Value::Word(at.wrapping_sub(index << scale))),
            Setup::Set(general(rm)?, Value::Word(index)),
        ];
        Some(Plan { setups, behind: Behind::Skipped(skipped), sp: self.sp })
    }
}

/// A register that a set-up may write.
fn general(reg: Reg) -> Option<Reg> {
    (reg != Reg::SP && reg != Reg::PC).then_some(reg)
}

fn bytes(size: Size) -> u32 {
    match size {
        Size::Byte | Size::SignedByte => 1,
        Size::Half | Size::SignedHalf => 2,
        Size::Word => 4,
    }
}

/// One access of this size; that of an address to jump to is aligned.
fn one(size: Size, jumps: bool) -> Access {
    Access { bytes: bytes(size), align: if jumps { 4 } else { 1 } }
}

/// The inverse of an odd number modulo 2^32, by Newton's iteration.
fn inverse(odd: u32) -> u32 {
    (0..5).fold(odd, |x, _| x.wrapping_mul(2u32.wrapping_sub(odd.wrapping_mul(x))))
}

/// LDREX, LDREXB or LDREXH of the same place, into a register that is neither the base nor the value.
fn load_exclusive(size: Size, value: Reg, rn: Reg, offset: u32) -> [u16; 2] {
    let rt = (0..3).find(|rt| *rt != rn.0 && *rt != value.0).map_or(0, u16::from) << 12;
    let rn = u16::from(rn.0);
    match size {
        Size::Word => [0xe850 | rn, rt | 0x0f00 | (offset / 4) as u16],
        Size::Byte | Size::SignedByte => [0xe8d0 | rn, rt | 0x0f4f],
        Size::Half | Size::SignedHalf => [0xe8d0 | rn, rt | 0x0f5f],
    }
}
