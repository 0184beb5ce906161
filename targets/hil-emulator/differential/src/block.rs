//! Random blocks: a few items, each a random instruction (or an IT block of them) with its surroundings.

use hil_emulator::decode::{decode, is_wide};
use hil_emulator::instr::Instr;
use hil_emulator::micro::advance_it;

use crate::address::{SCRATCH_SIZE, STACK};
use crate::classes::{CLASSES, choose, draw};
use crate::item::{Behind, Plan, Planner};
use crate::jumps;
use crate::operands;
use crate::random::Random;

/// Items of a block.
pub const ITEMS: usize = 8;

/// A part of a block that is executed as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its code.
    pub code: Vec<u16>,
    /// The class of each of its random instructions, as an index into [`CLASSES`]. Surroundings do not count.
    pub classes: Vec<usize>,
    /// The text of its random instructions.
    pub text: Vec<String>,
}

/// What registers and memory hold before a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// R0 to R12, and LR.
    pub r: [u32; 14],
    /// APSR.
    pub apsr: u32,
    /// FPSCR.
    pub fpscr: u32,
    /// S0 to S31.
    pub s: [u32; 32],
    /// The scratch memory.
    pub scratch: Vec<u8>,
}

/// A block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Where it starts.
    pub address: u32,
    /// What it executes.
    pub items: Vec<Item>,
    /// What it starts from.
    pub input: Input,
}

impl Block {
    /// A random block at `address`, drawn from all classes or from one.
    pub fn random(address: u32, class: Option<usize>, random: &mut Random) -> Self {
        let (mut at, mut sp) = (address, STACK);
        let mut items = Vec::with_capacity(ITEMS);
        while items.len() < ITEMS {
            let lone = random.below(8) != 0;
            let drawn = if lone { single(at, sp, class, random) } else { conditional(at, sp, class, random) };
            if let Some((item, new)) = drawn {
                at += 2 * item.code.len() as u32;
                sp = new;
                items.push(item);
            }
        }
        Self { address, items, input: Input::random(random) }
    }

    /// The bytes of its code, without the way out.
    #[must_use]
    pub fn size(&self) -> u32 {
        self.items.iter().map(|item| 2 * item.code.len() as u32).sum()
    }
}

impl Input {
    fn random(random: &mut Random) -> Self {
        let scratch = (0..SCRATCH_SIZE / 4).flat_map(|_| operands::integer(random).to_le_bytes()).collect();
        Self {
            r: [0; 14].map(|_: u32| operands::integer(random)),
            apsr: operands::apsr(random),
            fpscr: operands::fpscr(random),
            s: [0; 32].map(|_: u32| operands::float(random)),
            scratch,
        }
    }
}

/// One random instruction that is defined at `address`.
struct Drawn {
    class: usize,
    code: [u16; 2],
}

impl Drawn {
    fn new(class: Option<usize>, random: &mut Random) -> Self {
        let class = class.unwrap_or_else(|| choose(random));
        let pattern = random.pick(CLASSES[class].patterns);
        Self { class, code: draw(pattern, random) }
    }

    fn halfwords(&self) -> &[u16] {
        &self.code[..if is_wide(self.code[0]) { 2 } else { 1 }]
    }

    fn decode(&self, address: u32, it: u8) -> Instr {
        decode(address, self.code[0], self.code[1], it)
    }

    fn plan(&self, address: u32, it: u8, sp: u32, random: &mut Random) -> Option<Plan> {
        let instr = self.decode(address, it);
        Planner { random, sp }.plan(&instr, address, 2 * self.halfwords().len() as u32)
    }
}

/// An instruction outside of an IT block; with SP after it.
fn single(at: u32, sp: u32, class: Option<usize>, random: &mut Random) -> Option<(Item, u32)> {
    let drawn = Drawn::new(class, random);
    let plan = drawn.plan(at, 0, sp, random)?;
    let instr = drawn.decode(at + jumps::before(&plan), 0);
    let code = jumps::lay(&plan, at, None, drawn.halfwords(), random);
    Some((Item { code, classes: vec![drawn.class], text: vec![instr.to_string()] }, plan.sp))
}

/// An IT block of one to four instructions. Only the first may have a set-up, which comes before the IT; only a
/// single one may jump; none moves SP, because it is not known whether it is executed.
fn conditional(at: u32, sp: u32, class: Option<usize>, random: &mut Random) -> Option<(Item, u32)> {
    let count = 1 + random.below(4);
    let cond = random.below(15) as u8;
    let letters = (random.below(16) as u8) & !0 << (5 - count) & 15;
    let mask = letters | 1 << (4 - count);
    // After AL there is no else.
    let mask = if cond == 14 { 1 << (4 - count) } else { mask };
    let state = cond << 4 | mask;
    let it = 0xbf00 | u16::from(state);

    let first = Drawn::new(class, random);
    let plan = first.plan(at + 2, state, sp, random)?;
    let fine = match plan.behind {
        Behind::Nothing => true,
        Behind::Skipped(_) | Behind::Clear => count == 1,
        // What follows would be executed as code when the condition fails, or the IT block would be entered again.
        Behind::Back | Behind::Table { .. } | Behind::Literal(_) => false,
    };
    if !fine || plan.sp != sp {
        return None;
    }
    let mut item = Item {
        code: jumps::lay(&plan, at, Some(it), first.halfwords(), random),
        classes: vec![first.class],
        text: Vec::new(),
    };
    item.text.push(format!("{} then {}", decode(at, it, 0, 0), first.decode(at + 2 + jumps::before(&plan), state)));
    let mut state = advance_it(state);
    for _ in 1..count {
        let drawn = Drawn::new(class, random);
        let here = at + 2 * item.code.len() as u32;
        let plan = drawn.plan(here, state, sp, random)?;
        if !plan.setups.is_empty() || plan.behind != Behind::Nothing || plan.sp != sp {
            return None;
        }
        item.code.extend(drawn.halfwords());
        item.classes.push(drawn.class);
        item.text.push(drawn.decode(here, state).to_string());
        state = advance_it(state);
    }
    Some((item, sp))
}
