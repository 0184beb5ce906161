//! The binary hil: command line, pipeline, terminal.
