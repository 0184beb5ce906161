//! The workloads as kernels of an agent, under the names `trust/<workload>`.

use hil_agent::kernel::{Kernel, LoadError, Mismatch};

use crate::amount::{permille, scaled};
use crate::work::{self, Work};

/// A workload as the agent sees it.
struct Measured {
    name: String,
    work: Box<dyn Work>,
    steps: u64,
}

/// Every workload; none where the file of one cannot be made, and then `hil` says which kernel it misses.
pub fn all() -> Vec<Box<dyn Kernel>> {
    let works = work::all().unwrap_or_default();
    works.into_iter().map(|work| Box::new(Measured::new(work)) as Box<dyn Kernel>).collect()
}

impl Measured {
    fn new(work: Box<dyn Work>) -> Self {
        Self { name: format!("trust/{}", work.name()), steps: scaled(work.base()), work }
    }
}

impl Kernel for Measured {
    fn name(&self) -> &str {
        &self.name
    }

    fn about(&self) -> &str {
        self.work.about()
    }

    fn load(&mut self, input: &[u8]) -> Result<(), LoadError> {
        if input.is_empty() { Ok(()) } else { Err(LoadError::new(format_args!("it takes no input"))) }
    }

    fn run(&mut self) {
        if permille() == 0 {
            // What the negative control is about: code that crashes while it is measured.
            std::process::abort();
        }
        self.work.run(self.steps);
    }

    fn known_answer(&mut self) -> Result<(), Mismatch> {
        self.work.check().map_err(|difference| Mismatch::new(format_args!("{difference}")))?;
        self.run();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::all;

    #[test]
    fn kernels_have_the_names_that_the_scenarios_use_and_know_their_answers() {
        let mut kernels = all();
        let names: Vec<String> = kernels.iter().map(|kernel| kernel.name().to_owned()).collect();
        assert_eq!(names, ["trust/integer", "trust/pointers", "trust/allocation", "trust/files", "trust/sleep"]);
        for kernel in &mut kernels {
            kernel.known_answer().unwrap();
            kernel.load(&[]).unwrap();
            assert!(kernel.load(&[1]).is_err());
        }
    }
}
