//! Samples to estimates: pure and seeded.
