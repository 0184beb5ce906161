//! Named data sets: found, verified, loaded.
