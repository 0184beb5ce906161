//! How many bytes training holds, by purpose: the sizes of the buffers themselves, not an estimate.

/// Bytes of a trainer between two steps, which are the most that it ever holds: nothing is allocated in a step but the
/// first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Memory {
    /// Parameters in the precision that layers read them in.
    pub weights: usize,
    /// Parameters in single precision where layers read them in half precision.
    pub masters: usize,
    /// What the forward pass keeps for the backward pass, of all threads.
    pub activations: usize,
    /// Gradients by activations and by parameters, of all threads.
    pub gradients: usize,
    /// The moments of the optimiser.
    pub optimiser: usize,
    /// Copies that products make, values on their way from one precision to the other, forecasts.
    pub scratch: usize,
}

impl Memory {
    /// All of it.
    #[must_use]
    pub fn total(self) -> usize {
        let Self { weights, masters, activations, gradients, optimiser, scratch } = self;
        weights + masters + activations + gradients + optimiser + scratch
    }
}
