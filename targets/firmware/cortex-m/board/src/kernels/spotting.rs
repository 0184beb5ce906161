//! Keyword spotting whole, its stages one by one, and the products that most of its time goes into.

use core::cell::RefCell;

use hil_agent::kernel::Kernel;
use hil_kernels::agent::{Cell, Conv, Form, FrontEnd, KeywordHop, MatVec, Scores, Shared, Stage, StageDecode};

use super::Watched;

/// The kernel whose tables the stages borrow: RAM has no room for a second front end.
type Hop = &'static RefCell<&'static mut KeywordHop>;

/// The kernels.
pub struct Spotting {
    hop: Watched<Shared<Hop>>,
    front_end: Watched<Stage<Hop, FrontEnd>>,
    conv: Watched<Stage<Hop, Conv>>,
    cell: Watched<Stage<Hop, Cell>>,
    scores: Watched<Stage<Hop, Scores>>,
    decode: Watched<StageDecode>,
    products: [Watched<MatVec>; 4],
}

impl Spotting {
    /// The kernels over the tables of `hop`; nothing when the weights in the image are damaged.
    #[must_use]
    pub fn new(hop: Hop) -> Option<Self> {
        let product = |form| MatVec::new(form).map(Watched);
        Some(Self {
            hop: Watched(Shared(hop)),
            front_end: Watched(Stage::new(hop)),
            conv: Watched(Stage::new(hop)),
            cell: Watched(Stage::new(hop)),
            scores: Watched(Stage::new(hop)),
            decode: Watched(StageDecode::new()),
            products: [product(Form::Scalar)?, product(Form::Dense)?, product(Form::Paired)?, product(Form::Sparse)?],
        })
    }

    /// All of them.
    pub fn kernels(&mut self) -> [&mut dyn Kernel; 10] {
        let [scalar, dense, paired, sparse] = &mut self.products;
        [
            &mut self.hop,
            &mut self.front_end,
            &mut self.conv,
            &mut self.cell,
            &mut self.scores,
            &mut self.decode,
            scalar,
            dense,
            paired,
            sparse,
        ]
    }
}
