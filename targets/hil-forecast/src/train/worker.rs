//! One thread's share of a batch.

use std::ops::Range;

use crate::buffer::Buffer;
use crate::error::ForecastError;
use crate::memory::Memory;
use crate::model::Chunk;
use crate::model::chunk::ChunkBytes;
use crate::model::dense::Net;
use crate::profile::{Part, enter};
use crate::windows::Batch;

/// What all threads know of a batch.
#[derive(Debug, Clone, Copy)]
pub(super) struct Share<'a> {
    pub(super) net: &'a Net,
    pub(super) parameters: &'a Buffer,
    /// Windows of the batch.
    pub(super) windows: usize,
    /// Windows of a chunk.
    pub(super) chunk: usize,
    /// What the loss is multiplied by.
    pub(super) scale: f32,
}

impl Share<'_> {
    /// How many chunks the batch has.
    pub(super) fn chunks(self) -> usize {
        self.windows.div_ceil(self.chunk)
    }

    /// The windows of a chunk.
    fn windows_of(self, chunk: usize) -> Range<usize> {
        chunk * self.chunk..self.windows.min((chunk + 1) * self.chunk)
    }
}

/// A thread's memory.
#[derive(Debug)]
pub(super) struct Worker {
    chunk: Chunk,
    /// The gradient by the forecasts of the chunk at hand.
    by_forecast: Vec<f32>,
    /// Of each chunk of its share: the gradient by all parameters, and the loss as a part of the batch's.
    gradients: Vec<Vec<f32>>,
    losses: Vec<f64>,
}

impl Worker {
    /// A worker for chunks of up to `windows` windows that keeps the gradients of `shares` chunks.
    pub(super) fn new(net: &Net, windows: usize, shares: usize) -> Self {
        let _here = enter(Part::Allocation);
        Self {
            chunk: Chunk::new(net, windows),
            by_forecast: vec![0.0; windows * net.shape.horizon],
            gradients: vec![vec![0.0; net.layout.len]; shares],
            losses: vec![0.0; shares],
        }
    }

    /// Computes loss and gradient of a chunk, keeps them in `slot`, and gives the loss as a part of the batch's.
    pub(super) fn learn(
        &mut self,
        share: Share<'_>,
        batch: &Batch,
        chunk: usize,
        slot: usize,
    ) -> Result<f64, ForecastError> {
        // Each piece of work begins here, on whichever thread.
        let _here = enter(Part::Other);
        let Share { net, parameters, scale, .. } = share;
        let (look_back, horizon) = (net.shape.look_back, net.shape.horizon);
        let Range { start, end } = share.windows_of(chunk);
        let x = &batch.x[start * look_back..end * look_back];
        let y = &batch.y[start * horizon..end * horizon];
        net.forward(parameters, x, &mut self.chunk)?;
        let part = (end - start) as f64 / share.windows as f64;
        let by_forecast = &mut self.by_forecast[..y.len()];
        let forecast = self.chunk.forecast(end - start, horizon);
        let loss = net.math.mse(forecast, y, part as f32 * scale, by_forecast)?;
        net.backward(parameters, x, by_forecast, &mut self.gradients[slot], &mut self.chunk)?;
        self.losses[slot] = f64::from(loss) * part;
        Ok(self.losses[slot])
    }

    /// Writes the forecasts of a chunk.
    pub(super) fn forecast(
        &mut self,
        share: Share<'_>,
        x: &[f32],
        chunk: usize,
        forecasts: &mut [f32],
    ) -> Result<(), ForecastError> {
        let _here = enter(Part::Other);
        let Range { start, end } = share.windows_of(chunk);
        let look_back = share.net.shape.look_back;
        share.net.forward(share.parameters, &x[start * look_back..end * look_back], &mut self.chunk)?;
        forecasts.copy_from_slice(self.chunk.forecast(end - start, share.net.shape.horizon));
        Ok(())
    }

    /// The gradient of the chunk that was kept in `slot`.
    pub(super) fn gradient(&self, slot: usize) -> &[f32] {
        &self.gradients[slot]
    }

    /// Its loss as a part of the batch's.
    pub(super) fn loss(&self, slot: usize) -> f64 {
        self.losses[slot]
    }

    /// Adds its bytes.
    pub(super) fn count(&self, memory: &mut Memory) {
        let ChunkBytes { activations, gradients, scratch } = self.chunk.bytes();
        let of_parameters: usize = self.gradients.iter().map(Vec::capacity).sum();
        memory.activations += activations;
        memory.gradients += gradients + (self.by_forecast.capacity() + of_parameters) * size_of::<f32>();
        memory.scratch += scratch;
    }
}
