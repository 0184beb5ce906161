//! Estimates and limits to verdicts: pure.
