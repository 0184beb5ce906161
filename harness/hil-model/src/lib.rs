//! The vocabulary of Hilbench: plain data, no I/O.
