//! The stages of a hop of keyword spotting one by one, and the products in them: where the time of a hop goes.

use hil_agent::kernel::Kernel;
use hil_kernels::agent::{
    Cell, Conv, FixedGuideHop, Form, FrontEnd, KeywordHop, MatVec, Owned, Pace, Scores, Stage, StageDecode, Work,
};

/// The kernels; one whose tables cannot be built is left out.
pub(super) fn kernels() -> Vec<Box<dyn Kernel>> {
    let mut kernels = stages(KeywordHop::new);
    kernels.extend(stages(FixedGuideHop::fixed));
    kernels.push(Box::new(StageDecode::new()));
    for form in [Form::Scalar, Form::Dense, Form::Paired, Form::Sparse] {
        if let Some(kernel) = MatVec::new(form) {
            kernels.push(Box::new(kernel));
        }
    }
    kernels
}

/// The stages of the hop that `make` makes, each with one of its own.
fn stages<P: Pace + 'static>(make: impl Fn() -> Option<P>) -> Vec<Box<dyn Kernel>> {
    let hops = [make(), make(), make(), make()];
    let [Some(a), Some(b), Some(c), Some(d)] = hops else { return Vec::new() };
    vec![stage::<FrontEnd<P>>(a), stage::<Conv<P>>(b), stage::<Cell<P>>(c), stage::<Scores<P>>(d)]
}

fn stage<W: Work<Of: 'static> + 'static>(hop: W::Of) -> Box<dyn Kernel> {
    Box::new(Stage::<_, W>::new(Owned::new(hop)))
}
