//! The stages of a hop of keyword spotting one by one, and the products in them: where the time of a hop goes.

use hil_agent::kernel::Kernel;
use hil_kernels::agent::{Cell, Conv, Form, FrontEnd, MatVec, Owned, Scores, Stage, StageDecode, Work};

/// The kernels; one whose tables cannot be built is left out.
pub(super) fn kernels() -> Vec<Box<dyn Kernel>> {
    let mut kernels: Vec<Box<dyn Kernel>> = Vec::new();
    kernels.extend(stage::<FrontEnd>());
    kernels.extend(stage::<Conv>());
    kernels.extend(stage::<Cell>());
    kernels.extend(stage::<Scores>());
    kernels.push(Box::new(StageDecode::new()));
    for form in [Form::Scalar, Form::Dense, Form::Paired, Form::Sparse] {
        if let Some(kernel) = MatVec::new(form) {
            kernels.push(Box::new(kernel));
        }
    }
    kernels
}

/// One stage, with tables of its own.
fn stage<W: Work + Default + 'static>() -> Option<Box<dyn Kernel>> {
    Owned::new().map(|tables| Box::new(Stage::<_, W>::new(tables)) as Box<dyn Kernel>)
}
