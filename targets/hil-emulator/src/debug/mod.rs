//! The debug port: what a probe finds at the other end of the SWD cable, and a probe to reach it over TCP.
//!
//! [`dp`] is the ADIv5 debug port with its access ports ([`ap`] is the one into memory), as transactions; [`swd`] the
//! same as bits on the wire; [`blackmagic`] a probe that speaks the Black Magic remote protocol. All of them act on a
//! [`crate::cpu::Cpu`] between two instructions; [`crate::host`] brings them there.

pub mod ap;
pub mod blackmagic;
pub mod dp;
pub mod swd;
