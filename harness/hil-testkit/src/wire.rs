//! A link in memory between the host's thread and a device's thread.
//!
//! The link knows when the device waits for the host with nothing on the way. Then nothing will ever come unless the
//! host acts, so a wait of the host ends at once, and virtual time passes instead of real time.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hil_bench::bench::{Ending, LinkGone};

use crate::clock::VirtualClock;
use crate::fault::{Direction, LinkFault};

/// The state that both threads share.
#[derive(Debug)]
struct State {
    to_device: VecDeque<u8>,
    to_host: VecDeque<u8>,
    sent_to_device: usize,
    sent_to_host: usize,
    /// The device waits for the host, or will never do anything again.
    device_waits: bool,
    /// How the device ended, once it has.
    ended: Option<Ending>,
    host_gone: bool,
}

/// The link.
#[derive(Debug)]
pub(crate) struct Wire {
    state: Mutex<State>,
    changed: Condvar,
    clock: VirtualClock,
    fault: Option<LinkFault>,
}

impl Wire {
    pub(crate) fn new(clock: VirtualClock, fault: Option<LinkFault>) -> Self {
        let state = State {
            to_device: VecDeque::new(),
            to_host: VecDeque::new(),
            sent_to_device: 0,
            sent_to_host: 0,
            device_waits: false,
            ended: None,
            host_gone: false,
        };
        Self { state: Mutex::new(state), changed: Condvar::new(), clock, fault }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'s>(&self, state: MutexGuard<'s, State>) -> MutexGuard<'s, State> {
        self.changed.wait(state).unwrap_or_else(PoisonError::into_inner)
    }

    fn damaged(&self, direction: Direction, frame: usize, bytes: &[u8]) -> Vec<u8> {
        self.fault.map_or_else(|| bytes.to_vec(), |fault| fault.apply(direction, frame, bytes))
    }

    /// The device takes what the host sent; nothing when the host is gone.
    pub(crate) fn device_reads(&self, buffer: &mut [u8]) -> Option<usize> {
        let mut state = self.lock();
        loop {
            if state.host_gone {
                return None;
            }
            let len = buffer.len().min(state.to_device.len());
            if len > 0 {
                state.device_waits = false;
                for (place, byte) in buffer.iter_mut().zip(state.to_device.drain(..len)) {
                    *place = byte;
                }
                return Some(len);
            }
            state.device_waits = true;
            self.changed.notify_all();
            state = self.wait(state);
        }
    }

    /// The device sends a frame. False when the host is gone.
    pub(crate) fn device_writes(&self, bytes: &[u8]) -> bool {
        let mut state = self.lock();
        let bytes = self.damaged(Direction::ToHost, state.sent_to_host, bytes);
        state.sent_to_host += 1;
        state.to_host.extend(bytes);
        self.changed.notify_all();
        !state.host_gone
    }

    /// The device does nothing more until the host is gone.
    pub(crate) fn device_hangs(&self) {
        let mut state = self.lock();
        while !state.host_gone {
            // What the host sends meanwhile is never read.
            state.to_device.clear();
            state.device_waits = true;
            self.changed.notify_all();
            state = self.wait(state);
        }
    }

    /// The device has ended.
    pub(crate) fn device_ends(&self, how: Ending) {
        self.lock().ended.get_or_insert(how);
        self.changed.notify_all();
    }

    /// The host sends a frame.
    pub(crate) fn host_writes(&self, bytes: &[u8]) -> Result<(), LinkGone> {
        let mut state = self.lock();
        if state.ended.is_some() {
            return Err(LinkGone);
        }
        let bytes = self.damaged(Direction::ToDevice, state.sent_to_device, bytes);
        state.sent_to_device += 1;
        state.to_device.extend(bytes);
        self.changed.notify_all();
        Ok(())
    }

    /// The host takes what the device sent, or lets `timeout` of virtual time pass.
    pub(crate) fn host_reads(&self, buffer: &mut Vec<u8>, timeout: Duration) -> Result<(), LinkGone> {
        let mut state = self.lock();
        loop {
            if !state.to_host.is_empty() {
                buffer.extend(state.to_host.drain(..));
                return Ok(());
            }
            if state.ended.is_some() {
                return Err(LinkGone);
            }
            if state.device_waits && state.to_device.is_empty() {
                self.clock.advance(timeout);
                return Ok(());
            }
            state = self.wait(state);
        }
    }

    /// The host goes away. How the device ended, if that was before.
    pub(crate) fn host_leaves(&self, grace: Duration) -> Option<Ending> {
        let mut state = self.lock();
        // A device that is told to end does so; one that waits for more, or hangs, never will by itself.
        while state.ended.is_none() && !grace.is_zero() && !(state.device_waits && state.to_device.is_empty()) {
            state = self.wait(state);
        }
        state.host_gone = true;
        self.changed.notify_all();
        state.ended.clone()
    }
}
