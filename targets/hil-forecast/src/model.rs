//! The model: the sum of a linear map, an N-BEATS-style block and a transformer encoder.
//!
//! A window has its mean taken off before and put back after, as the series' level wanders (Zeng et al., Are Transformers
//! Effective for Time Series Forecasting?, AAAI 2023). Then
//!
//! - a linear map of the look-back foretells the horizon (the same authors' linear model);
//! - a block of fully connected layers with rectifiers gives a backcast and a forecast (Oreshkin et al., N-BEATS, ICLR
//!   2020, generic block);
//! - what the backcast leaves of the window is cut into patches, each of which becomes a token; one encoder layer with
//!   normalisation in front of attention and of the feed-forward part (Xiong et al., ICML 2020) works on them, and their
//!   mean foretells what the others missed.
//!
//! [`shape`] declares the sizes, [`layout`] where each parameter stands, [`chunk`] holds what one chunk of a batch needs,
//! `forward` and `backward` compute on it.

mod backward;
pub mod chunk;
pub mod dense;
mod forward;
pub mod layout;
pub mod shape;

pub use chunk::Chunk;
pub use layout::Layout;
pub use shape::Shape;
