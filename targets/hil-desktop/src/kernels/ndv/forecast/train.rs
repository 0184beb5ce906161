//! One step of training with some of the optimisations.
//!
//! Every iteration starts from the same parameters, which are copied back first, a small part of the time: so each does the
//! same work and has the same loss to the last bit, and a later step cannot drift into numbers that are slower to compute with.

use std::hint::black_box;
use std::rc::Rc;

use hil_agent::kernel::{Kernel, LoadError, Mismatch, Share, Trouble};
use hil_forecast::ForecastError;
use hil_forecast::train::{Config, Options, Trainer};
use hil_forecast::windows::Batch;
use hil_kernels::tensor::vector::Vector;

use super::profile::shares;
use super::work::{Failed, Reference, Source, Variant, is_known};

/// A kernel of training.
pub(super) struct TrainKernel {
    name: String,
    about: String,
    variant: Variant,
    options: Option<Options>,
    source: Source,
    /// What its gradient is compared with; none for a kernel that computes nothing but its own steps.
    reference: Option<Rc<Reference>>,
    state: Option<State>,
    /// The one that was taken last.
    profile: Vec<Share>,
    last: Result<(), Trouble>,
}

/// What is made when the kernel is first used.
struct State {
    trainer: Trainer,
    start: Vec<f32>,
    batch: Batch,
    /// The loss of the first step that was made.
    loss: Option<f32>,
}

impl State {
    fn new(config: Config, source: &Source) -> Result<Self, ForecastError> {
        let trainer = Trainer::new(config)?;
        let (start, batch) = (trainer.parameters().to_vec(), source.batch(trainer.config())?);
        Ok(Self { trainer, start, batch, loss: None })
    }

    fn step(&mut self) -> Result<(), Failed> {
        self.trainer.restart(&self.start)?;
        let step = black_box(self.trainer.step(black_box(&self.batch)))?;
        let loss = *self.loss.get_or_insert(step.loss);
        if !step.taken {
            return Err(Failed::Wrong("a gradient overflowed".to_owned()));
        }
        if loss.to_bits() != step.loss.to_bits() {
            return Err(Failed::Wrong(format!("the loss was {loss}, and now it is {}", step.loss)));
        }
        Ok(())
    }
}

impl TrainKernel {
    pub(super) fn new(variant: Variant, vector: Option<Vector>, reference: &Rc<Reference>) -> Self {
        Self {
            name: format!("ndv/train-step-{}", variant.name),
            about: format!("a step of training on 16 windows of 336 hours: {}", variant.about),
            variant,
            options: variant.options(vector),
            source: Source::BuiltIn,
            reference: Some(Rc::clone(reference)),
            state: None,
            profile: Vec::new(),
            last: Ok(()),
        }
    }

    /// The same step in a process that computes no reference, so that the peak of its memory is that of this training: its
    /// known answer is the loss alone.
    pub(super) fn alone(variant: Variant, vector: Option<Vector>) -> Self {
        let with_reference = Self::new(variant, vector, &Rc::default());
        Self {
            name: format!("ndv/train-alone-{}", variant.name),
            about: format!("{}; checked by its loss alone", with_reference.about),
            reference: None,
            ..with_reference
        }
    }

    fn state(&mut self) -> Result<&mut State, Failed> {
        let options = self.options.ok_or(Failed::NoVector)?;
        match &mut self.state {
            Some(state) => Ok(state),
            none => Ok(none.insert(State::new(self.variant.config(options), &self.source)?)),
        }
    }

    fn set_source(&mut self, source: Source) {
        if self.source != source {
            self.source = source;
            self.state = None;
        }
    }
}

impl Kernel for TrainKernel {
    fn name(&self) -> &str {
        &self.name
    }

    fn about(&self) -> &str {
        &self.about
    }

    fn load(&mut self, input: &[u8]) -> Result<(), LoadError> {
        let source = Source::load(input)?;
        self.set_source(source);
        Ok(())
    }

    fn run(&mut self) {
        self.last = self.state().and_then(State::step).map_err(Trouble::from);
    }

    fn known_answer(&mut self) -> Result<(), Mismatch> {
        self.set_source(Source::BuiltIn);
        self.run();
        if let Err(trouble) = self.last {
            return Err(Mismatch::new(format_args!("{}", trouble.why())));
        }
        match &self.state {
            Some(State { trainer, loss: Some(loss), .. }) => match &self.reference {
                Some(reference) => reference.compare(trainer, *loss, self.variant.bound()),
                None => is_known(*loss, self.variant.bound()),
            },
            _ => Err(Mismatch::new(format_args!("no step was made"))),
        }
    }

    fn status(&self) -> Result<(), Trouble> {
        self.last
    }

    fn share(&mut self, entry: u32) -> Option<Share> {
        if entry == 0 {
            // Without vector instructions, or when training fails, there is no profile.
            self.profile = shares(self.variant.config(self.options?), &self.source).unwrap_or_default();
        }
        self.profile.get(usize::try_from(entry).ok()?).copied()
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::TrainKernel;
    use crate::kernels::ndv::forecast::work::{CHUNKS, Reference, VARIANTS};
    use hil_agent::kernel::{Kernel, Trouble};

    #[test]
    fn without_vector_instructions_nothing_is_run_in_their_place() {
        let reference = Rc::new(Reference::default());
        for variant in VARIANTS.into_iter().filter(|variant| ["simd", "all"].contains(&variant.name)) {
            let mut kernel = TrainKernel::new(variant, None, &reference);
            kernel.run();
            assert!(matches!(kernel.status(), Err(Trouble::CouldNotRun(_))));
            assert!(kernel.known_answer().is_err());
        }
    }

    #[test]
    fn a_gradient_that_is_another_one_does_not_give_the_known_answer() {
        let mut kernel = TrainKernel::new(VARIANTS[0], None, &Rc::new(Reference::default()));
        assert_eq!(kernel.known_answer(), Ok(()));
        let state = kernel.state.as_mut().unwrap();
        state.start[0] += 0.5;
        state.loss = None;
        kernel.run();
        assert_eq!(kernel.status(), Ok(()));
        assert!(kernel.known_answer().is_err());
    }

    #[test]
    fn a_kernel_without_a_reference_is_held_to_the_known_loss() {
        for variant in VARIANTS {
            let mut kernel = TrainKernel::alone(variant, hil_kernels::tensor::vector::Vector::widest());
            if kernel.options.is_none() {
                continue;
            }
            assert_eq!(kernel.known_answer(), Ok(()), "{}", variant.name);
            let state = kernel.state.as_mut().unwrap();
            state.start.iter_mut().for_each(|parameter| *parameter += 0.5);
            state.loss = None;
            assert!(kernel.known_answer().is_err(), "{}", variant.name);
        }
    }

    #[test]
    fn chunks_have_the_size_that_their_name_says_and_change_no_more_than_rounding() {
        let reference = Rc::new(Reference::default());
        for variant in CHUNKS {
            let mut kernel = TrainKernel::new(variant, hil_kernels::tensor::vector::Vector::widest(), &reference);
            if kernel.options.is_none() {
                continue;
            }
            assert_eq!(kernel.known_answer(), Ok(()), "{}", variant.name);
            let config = kernel.state.as_ref().unwrap().trainer.config();
            assert_eq!(format!("chunk-{}", config.chunk), variant.name);
        }
    }

    #[test]
    fn a_loss_that_changes_between_iterations_is_wrong() {
        let mut kernel = TrainKernel::new(VARIANTS[0], None, &Rc::new(Reference::default()));
        kernel.run();
        kernel.state.as_mut().unwrap().start[0] += 0.5;
        kernel.run();
        assert!(matches!(kernel.status(), Err(Trouble::Wrong(_))));
    }

    #[test]
    fn other_files_than_etth1_are_refused() {
        let mut kernel = TrainKernel::new(VARIANTS[0], None, &Rc::new(Reference::default()));
        let why = kernel.load(b"nonsense").unwrap_err();
        assert!(why.why().starts_with("this is not ETTh1: line 1"), "{}", why.why());
    }
}
