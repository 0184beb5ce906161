//! Keyword spotting whole at both paces, the stages of a hop one by one, and the products that most of its time goes into.

use core::cell::RefCell;

use hil_agent::kernel::Kernel;
use hil_kernels::agent::{
    Cell, Conv, FixedGuideHop, Form, FrontEnd, KeywordHop, MatVec, Pace, Scores, Shared, Stage, StageDecode,
};

use super::Watched;

/// The kernel whose tables the stages borrow: RAM has no room for a second front end.
pub type Hop<P> = &'static RefCell<&'static mut P>;

/// A kernel that hears hops, and its stages.
struct Paced<P: Pace + 'static> {
    hop: Watched<Shared<Hop<P>, P>>,
    front_end: Watched<Stage<Hop<P>, FrontEnd<P>>>,
    conv: Watched<Stage<Hop<P>, Conv<P>>>,
    cell: Watched<Stage<Hop<P>, Cell<P>>>,
    scores: Watched<Stage<Hop<P>, Scores<P>>>,
}

impl<P: Pace + 'static> Paced<P> {
    fn new(hop: Hop<P>) -> Self {
        Self {
            hop: Watched(Shared::new(hop)),
            front_end: Watched(Stage::new(hop)),
            conv: Watched(Stage::new(hop)),
            cell: Watched(Stage::new(hop)),
            scores: Watched(Stage::new(hop)),
        }
    }

    fn kernels(&mut self) -> [&mut dyn Kernel; 5] {
        [&mut self.hop, &mut self.front_end, &mut self.conv, &mut self.cell, &mut self.scores]
    }
}

/// The kernels.
pub struct Spotting {
    keyword: Paced<KeywordHop>,
    guide: Paced<FixedGuideHop>,
    decode: Watched<StageDecode>,
    products: [Watched<MatVec>; 4],
}

impl Spotting {
    /// The kernels over the tables of both hops; nothing when the weights in the image are damaged.
    #[must_use]
    pub fn new(keyword: Hop<KeywordHop>, guide: Hop<FixedGuideHop>) -> Option<Self> {
        let product = |form| MatVec::new(form).map(Watched);
        Some(Self {
            keyword: Paced::new(keyword),
            guide: Paced::new(guide),
            decode: Watched(StageDecode::new()),
            products: [product(Form::Scalar)?, product(Form::Dense)?, product(Form::Paired)?, product(Form::Sparse)?],
        })
    }

    /// All of them.
    pub fn kernels(&mut self) -> [&mut dyn Kernel; 15] {
        let [a, b, c, d, e] = self.keyword.kernels();
        let [f, g, h, i, j] = self.guide.kernels();
        let [scalar, dense, paired, sparse] = &mut self.products;
        [a, b, c, d, e, f, g, h, i, j, &mut self.decode, scalar, dense, paired, sparse]
    }
}
