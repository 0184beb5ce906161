//! What can be wrong with data, shapes and threads.

use hil_kernels::tensor::ShapeError;

/// Why something cannot be read, built or computed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ForecastError {
    /// A line of the data file is not what the format asks for.
    #[error("line {line} of the data: {why}")]
    Data {
        /// Counted from 1.
        line: usize,
        /// What is wrong with it.
        why: String,
    },
    /// The series is shorter than its split asks for.
    #[error("the series has {found} hours, the split needs {wanted}")]
    TooShort {
        /// Hours that are needed.
        wanted: usize,
        /// Hours that there are.
        found: usize,
    },
    /// A model, batch or block cannot have this shape.
    #[error("{0}")]
    Config(&'static str),
    /// A slice does not fit the shape it is used with.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// The system gives no threads.
    #[error("cannot start threads: {0}")]
    Threads(String),
}

/// Checks that `found` values are `wanted` values.
pub(crate) fn fits(argument: &'static str, wanted: usize, found: usize) -> Result<(), ShapeError> {
    if wanted == found { Ok(()) } else { Err(ShapeError { argument, wanted, found }) }
}
