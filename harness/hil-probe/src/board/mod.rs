//! A board as an agent: find out what it is, flash the image, start it, and carry bytes both ways.
//!
//! The same code drives hardware and emulated boards; only the [`Way`](way::Way) to them differs. It is meant to run in a
//! process of its own, one for each board: [`run::carry_out`] does one order, phase by phase, each phase with a deadline
//! that a thread keeps, and whatever hangs in a driver or on a cable is ended with that process.
//!
//! - [`open`], [`stage`], [`way`]: a probe by its selector, or a board emulated here.
//! - [`identity`], [`kind`], [`attach`](mod@attach): the chip says what it is before anything else is done to it.
//! - [`flash`](mod@flash), [`channel`], [`clock`]: the image is written, started, compared, and its clock as well.
//! - [`bridge`], [`line`](mod@line), [`uart`], [`words`]: bytes are carried, and last words listened for.
//! - [`detach`]: what attaching changed is put back.
//! - [`fault`]: what can be made to go wrong on an emulated board.

pub mod attach;
pub mod bridge;
pub mod channel;
pub mod clock;
pub mod detach;
pub mod elf;
pub mod error;
pub mod fault;
pub mod flash;
pub mod identity;
pub mod kind;
pub mod line;
pub mod open;
mod reset;
pub mod run;
pub mod stage;
pub mod uart;
pub mod watch;
pub mod way;
pub mod words;
