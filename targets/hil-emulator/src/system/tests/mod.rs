//! Tests of the system side as a whole.
