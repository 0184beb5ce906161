//! Plan to samples over any bench.
