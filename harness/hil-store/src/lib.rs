//! Runs to and from disk; the only crate that knows polars.
