//! The five workloads: what an iteration does, and how it is known to have been done.

mod allocation;
mod files;
mod integer;
mod pointers;
mod sleep;

use std::io;

pub use allocation::Allocation;
pub use files::Files;
pub use integer::Integer;
pub use pointers::Pointers;
pub use sleep::Sleep;

/// Work that consists of a number of equal steps.
pub trait Work {
    /// Its name, as of a kernel behind `trust/`.
    fn name(&self) -> &'static str;

    /// One line for people.
    fn about(&self) -> &'static str;

    /// Steps of an unscaled iteration: a multiple of a hundred.
    fn base(&self) -> u64;

    /// Does that many steps.
    fn run(&mut self, steps: u64);

    /// Compares a short piece of work with what is known of it in another way.
    ///
    /// # Errors
    /// What differs, in words.
    fn check(&mut self) -> Result<(), String>;
}

/// Every workload, in the order of the report.
///
/// # Errors
/// When the file of [`Files`] cannot be made.
pub fn all() -> io::Result<Vec<Box<dyn Work>>> {
    Ok(vec![
        Box::new(Integer::new()),
        Box::new(Pointers::new()),
        Box::new(Allocation::new()),
        Box::new(Files::new()?),
        Box::new(Sleep::new()),
    ])
}

#[cfg(test)]
mod tests {
    use super::all;

    #[test]
    fn every_workload_does_what_is_known_of_it() {
        for mut work in all().unwrap() {
            work.run(work.base() / 100);
            work.check().unwrap_or_else(|error| panic!("{}: {error}", work.name()));
            assert_eq!(work.base() % 100, 0, "{}: whole percents must be exact", work.name());
        }
    }
}
