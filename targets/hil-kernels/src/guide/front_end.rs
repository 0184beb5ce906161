//! The guide's front end, fed hop by hop through a ring of two hops.

use super::HOP;
use crate::fixed::FixedFrontEnd;
use crate::mfcc::{Mfcc, MfccError};
use crate::real::Real;
use crate::weights::INPUTS;

/// What makes features of a frame that lies in two hops.
pub trait FrontEnd {
    /// The int8 features of the frame whose older and newer half these are.
    ///
    /// # Errors
    /// [`MfccError::Length`] from a front end that was built for other lengths.
    fn features(&mut self, older: &[i16; HOP], newer: &[i16; HOP]) -> Result<[i8; INPUTS], MfccError>;
}

impl<T: Real> FrontEnd for Mfcc<T> {
    fn features(&mut self, older: &[i16; HOP], newer: &[i16; HOP]) -> Result<[i8; INPUTS], MfccError> {
        let mut features = [0; INPUTS];
        self.frame_i8_of([older, newer], &mut features)?;
        Ok(features)
    }
}

impl FrontEnd for FixedFrontEnd {
    fn features(&mut self, older: &[i16; HOP], newer: &[i16; HOP]) -> Result<[i8; INPUTS], MfccError> {
        Ok(FixedFrontEnd::features(self, older, newer))
    }
}

/// The newest two hops of sound. A new hop takes the place of the older one; nothing is moved.
#[derive(Clone, Debug)]
pub struct HopRing {
    hops: [[i16; HOP]; 2],
    newest: usize,
}

impl Default for HopRing {
    fn default() -> Self {
        Self::new()
    }
}

impl HopRing {
    /// A ring of silence.
    #[must_use]
    pub const fn new() -> Self {
        Self { hops: [[0; HOP]; 2], newest: 0 }
    }

    /// Takes a hop in.
    ///
    /// # Errors
    /// [`MfccError::Length`] for another number of samples than [`HOP`]; the ring is as before.
    pub fn push(&mut self, hop: &[i16]) -> Result<(), MfccError> {
        let hop: &[i16; HOP] =
            hop.try_into().map_err(|_| MfccError::Length { what: "hop", expected: HOP, found: hop.len() })?;
        self.newest ^= 1;
        self.hops[self.newest] = *hop;
        Ok(())
    }

    /// The older and the newer hop.
    #[must_use]
    pub fn window(&self) -> [&[i16; HOP]; 2] {
        [&self.hops[self.newest ^ 1], &self.hops[self.newest]]
    }
}

#[cfg(test)]
mod tests {
    use super::HopRing;
    use crate::guide::HOP;
    use crate::mfcc::MfccError;

    #[test]
    fn the_window_is_the_newest_two_hops_in_their_order() {
        let mut ring = HopRing::new();
        for number in 1..7 {
            ring.push(&[number; HOP]).unwrap();
            assert_eq!(ring.window(), [&[number - 1; HOP], &[number; HOP]]);
        }
        let refused = ring.push(&[9; HOP - 1]).unwrap_err();
        assert_eq!(refused, MfccError::Length { what: "hop", expected: HOP, found: HOP - 1 });
        assert_eq!(ring.window(), [&[5; HOP], &[6; HOP]], "a hop that is refused changes nothing");
    }
}
