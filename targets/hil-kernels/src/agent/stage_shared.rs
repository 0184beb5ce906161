//! The kernel that hears whole hops, from a place where the stages of a hop borrow its tables.

use core::borrow::BorrowMut;
use core::cell::{RefCell, RefMut};
use core::ops::Deref;

use hil_agent::kernel::{Kernel, LoadError, Mismatch, Trouble};

use super::KeywordHop;

/// The same kernel, borrowed for each call.
#[derive(Clone, Debug)]
pub struct Shared<H>(pub H);

impl<H: Deref<Target = RefCell<T>>, T: BorrowMut<KeywordHop> + 'static> Shared<H> {
    /// The kernel, for one call.
    fn hop(&self) -> RefMut<'_, KeywordHop> {
        RefMut::map(RefCell::borrow_mut(&self.0), BorrowMut::borrow_mut)
    }
}

impl<H: Deref<Target = RefCell<T>>, T: BorrowMut<KeywordHop> + 'static> Kernel for Shared<H> {
    fn name(&self) -> &str {
        KeywordHop::NAME
    }

    fn about(&self) -> &str {
        KeywordHop::ABOUT
    }

    fn load(&mut self, input: &[u8]) -> Result<(), LoadError> {
        self.hop().load(input)
    }

    #[inline]
    fn run(&mut self) {
        self.hop().run();
    }

    fn known_answer(&mut self) -> Result<(), Mismatch> {
        self.hop().known_answer()
    }

    fn class(&self) -> Option<u32> {
        self.hop().class()
    }

    fn piece(&self) -> Option<usize> {
        self.hop().piece()
    }

    fn hear(&mut self, first: bool, piece: &[u8]) -> Result<Option<u32>, LoadError> {
        self.hop().hear(first, piece)
    }

    fn weight_bytes(&self) -> Option<u64> {
        self.hop().weight_bytes()
    }

    fn status(&self) -> Result<(), Trouble> {
        self.hop().status()
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::rc::Rc;
    use std::vec;

    use super::{Kernel, KeywordHop, RefCell, Shared};
    use crate::stream::HOP;

    #[test]
    fn a_shared_kernel_answers_as_one_of_its_own() {
        let (mut shared, mut own) =
            (Shared(Rc::new(RefCell::new(KeywordHop::new().unwrap()))), KeywordHop::new().unwrap());
        let hop = vec![3; 2 * HOP];
        let answers = |kernel: &mut dyn Kernel| {
            let before = (kernel.known_answer(), kernel.class(), kernel.piece());
            let heard = (kernel.hear(true, &hop), kernel.hear(false, &hop[1..]), kernel.load(&hop));
            kernel.run();
            (
                before,
                heard,
                kernel.class(),
                kernel.status(),
                kernel.weight_bytes(),
                kernel.name().len(),
                kernel.about().len(),
            )
        };
        assert_eq!(answers(&mut shared), answers(&mut own));
    }
}
