//! The values that kernels work on: made from a seed when they are first needed, shared by all kernels of one size.
//!
//! Both variants of an operation read and write the same addresses, so that neither gains by where its memory lies.
//! Every operand starts at a cache line, as libraries of dense arithmetic lay them out.

use std::cell::{RefCell, RefMut};

use super::shapes::{SHAPES, Size};
use super::work::Work;

/// Bytes of a cache line, and of the widest vector.
const LINE: usize = 64;
/// Values of a cache line.
const LINE_VALUES: usize = LINE / size_of::<f32>();
/// What the values of every kernel are made from.
const SEED: u64 = 10;
/// Values lie between -4 and 4: where activations do most of their work.
const RANGE: f32 = 4.0;

/// The memory of all kernels of one size.
#[derive(Debug)]
pub(super) struct Arena {
    size: Size,
    memory: RefCell<Option<Memory>>,
}

/// Where one kernel reads and writes.
#[derive(Debug)]
pub(super) struct Operands<'a> {
    pub(super) a: &'a [f32],
    pub(super) b: &'a [f32],
    pub(super) result: &'a mut [f32],
    pub(super) workspace: &'a mut [f32],
}

#[derive(Debug)]
struct Memory {
    operands: Vec<f32>,
    results: Vec<f32>,
    workspace: Vec<f32>,
}

impl Arena {
    /// The arena of `size`, without any memory yet.
    pub(super) fn of(size: Size) -> Self {
        Self { size, memory: RefCell::new(None) }
    }

    /// Calls `act` with the operands of `work`, which must be in the table; makes them when nobody did so before.
    pub(super) fn with<T>(&self, work: Work, act: impl FnOnce(Operands<'_>) -> T) -> T {
        let mut memory = RefMut::map(self.memory.borrow_mut(), |memory| {
            memory.get_or_insert_with(|| Memory::of(SHAPES.iter().filter(|shape| shape.size == self.size)))
        });
        let Memory { operands, results, workspace } = &mut *memory;
        let (first, second) = work.operands();
        let operands = from_a_line_on(operands);
        let b = operands.get(whole_lines(first)..).unwrap_or(&[]);
        act(Operands {
            a: operands.get(..first).unwrap_or(&[]),
            b: b.get(..second).unwrap_or(&[]),
            result: from_a_line_on_mut(results).get_mut(..work.results()).unwrap_or(&mut []),
            workspace: from_a_line_on_mut(workspace),
        })
    }
}

impl Memory {
    /// Memory for the largest of `shapes`.
    fn of<'a>(shapes: impl Iterator<Item = &'a super::shapes::Shape> + Clone) -> Self {
        let most = |values: fn(Work) -> usize| shapes.clone().map(|shape| values(shape.work)).max().unwrap_or(0);
        Self {
            operands: values(SEED, RANGE, LINE_VALUES + most(operand_values)),
            results: vec![0.0; LINE_VALUES + most(Work::results)],
            workspace: vec![0.0; LINE_VALUES + most(Work::workspace)],
        }
    }
}

fn operand_values(work: Work) -> usize {
    let (first, second) = work.operands();
    whole_lines(first) + second
}

fn whole_lines(values: usize) -> usize {
    values.next_multiple_of(LINE_VALUES)
}

fn from_a_line_on(values: &[f32]) -> &[f32] {
    values.get(values.as_ptr().align_offset(LINE)..).unwrap_or(&[])
}

fn from_a_line_on_mut(values: &mut [f32]) -> &mut [f32] {
    values.get_mut(values.as_ptr().align_offset(LINE)..).unwrap_or(&mut [])
}

/// `n` values between `-range` and `range` from a linear congruential generator (Knuth, The Art of Computer Programming
/// vol. 2, section 3.3.4: the multiplier of MMIX), whose high bits are good enough for inputs.
pub(super) fn values(seed: u64, range: f32, n: usize) -> Vec<f32> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        #[expect(clippy::cast_precision_loss, reason = "24 bits fit")]
        let upper = (state >> 40) as f32;
        (upper / 8_388_608.0 - 1.0) * range
    };
    (0..n).map(|_| next()).collect()
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::{Arena, LINE, RANGE};
    use crate::kernels::ndv::shapes::{SHAPES, Size};

    #[test]
    fn every_shape_gets_whole_operands_that_start_at_a_cache_line() {
        // Large shapes have a test in a process of their own.
        for shape in SHAPES.iter().filter(|shape| shape.size != Size::Memory) {
            let arena = Rc::new(Arena::of(shape.size));
            assert!(arena.memory.borrow().is_none(), "memory before anybody asked for it");
            arena.with(shape.work, |operands| {
                let lengths = (operands.a.len(), operands.b.len());
                assert_eq!(
                    (lengths, operands.result.len()),
                    (shape.work.operands(), shape.work.results()),
                    "{shape:?}"
                );
                assert!(operands.workspace.len() >= shape.work.workspace());
                // An operand that the work does not have lies nowhere.
                let all: [&[f32]; 4] = [operands.a, operands.b, operands.result, operands.workspace];
                for operand in all.into_iter().filter(|operand| !operand.is_empty()) {
                    assert!(operand.as_ptr().addr().is_multiple_of(LINE), "{shape:?}");
                }
                assert!(operands.a.iter().all(|value| value.abs() <= RANGE));
                assert!(operands.a.iter().any(|value| *value < 0.0) && operands.a.iter().any(|value| *value > 0.0));
            });
        }
    }
}
