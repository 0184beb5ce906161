//! The kernel that hears whole hops, from a place where the stages of a hop borrow its tables.

use core::borrow::BorrowMut;
use core::cell::{RefCell, RefMut};
use core::marker::PhantomData;
use core::ops::Deref;

use hil_agent::kernel::{Case, Kernel, LoadError, Mismatch, Trouble};

use super::pace::Pace;

/// The same kernel, borrowed for each call.
#[derive(Clone, Debug)]
pub struct Shared<H, P> {
    hop: H,
    of: PhantomData<P>,
}

impl<H, P> Shared<H, P> {
    /// The kernel that `hop` leads to.
    pub fn new(hop: H) -> Self {
        Self { hop, of: PhantomData }
    }
}

impl<H: Deref<Target = RefCell<T>>, T: BorrowMut<P> + 'static, P: Pace> Shared<H, P> {
    /// The kernel, for one call.
    fn hop(&self) -> RefMut<'_, P> {
        RefMut::map(RefCell::borrow_mut(&self.hop), BorrowMut::borrow_mut)
    }
}

impl<H: Deref<Target = RefCell<T>>, T: BorrowMut<P> + 'static, P: Pace> Kernel for Shared<H, P> {
    fn name(&self) -> &str {
        P::NAME
    }

    fn about(&self) -> &str {
        P::ABOUT
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

    fn conform(&mut self, table: &str, case: u32) -> Option<Case> {
        self.hop().conform(table, case)
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::rc::Rc;
    use std::vec;

    use super::{Kernel, RefCell, Shared};
    use crate::agent::{FixedGuideHop, KeywordHop};
    use crate::stream::HOP;

    #[test]
    fn a_shared_kernel_answers_as_one_of_its_own() {
        let (mut shared, mut own) = (
            Shared::<_, KeywordHop>::new(Rc::new(RefCell::new(KeywordHop::new().unwrap()))),
            KeywordHop::new().unwrap(),
        );
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

    #[test]
    fn tables_of_cases_are_those_of_the_kernel() {
        let mut shared = Shared::<_, FixedGuideHop>::new(Rc::new(RefCell::new(FixedGuideHop::fixed().unwrap())));
        assert_eq!((0..).map_while(|case| shared.conform("front-end", case)).count(), 9);
        assert_eq!(shared.name(), "lan/guide_hop_fixed_i8");
    }
}
