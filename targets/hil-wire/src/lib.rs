//! Messages and framing shared by the host and every agent: no standard library, no heap.
//!
//! [`message`] is the one table of what can be said, [`frame`] puts a message into bytes that survive a bad link,
//! [`decode`] takes them out again, [`version`] says when two sides may talk at all, and [`list`] is a short
//! list without a heap.
//!
//! Guarantees: a frame that was changed on its way is never taken for a message; a bad frame never costs the next
//! good one; frames that went missing are counted. What an answer means, how long to wait for it and what to do
//! about a bad frame is left to the two sides.

#![no_std]
#![forbid(unsafe_code)]

pub mod decode;
pub mod frame;
pub mod list;
pub mod message;
pub mod version;
