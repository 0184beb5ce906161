//! The agent on this machine.
