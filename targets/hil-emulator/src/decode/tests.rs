//! Known encodings, as an assembler gives them.
