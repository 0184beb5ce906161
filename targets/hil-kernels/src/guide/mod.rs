//! Keyword spotting with the front end and the pace of the liquid-audio-nets guide: the network is fed every hop of 16 ms.
//!
//! The front end ([`front_end`]): 16 kHz, a ring of two hops of 256 samples, a Hann window and transform of 512, power,
//! 40 mel bands, `ln(E + 1e-8)`, 13 cepstral coefficients, quantised to int8. In `f32` it is [`crate::mfcc`], in integers
//! [`crate::fixed`]. The network ([`network`]) has the shapes of [`crate::keyword`]: convolution over the newest five
//! frames, CfC cell of 56 units, mean and maximum of its state, twelve scores.
//!
//! What a score is. A clip is one second: 62 hops, of which every one but the first completes a frame, so 61 frames, each
//! of which is one step of the network. The convolution looks back only, at the frame and the four before it, zeros
//! before the first one. Behind every hop the scores are those of the sound heard so far: mean and maximum are taken over
//! the steps of this clip up to now. Nothing of the future enters, so the newest sample of a hop is the last one that its
//! scores depend on; that is also where latency is counted from.
//!
//! The decision over a clip is the word with the largest of the twelve scores behind its last hop, the first one where two
//! are equal; there is no threshold and no class for other words. The half hop (128 samples) behind the 62nd hop of a
//! second is not heard.
//!
//! Streamed and at once, the scores of the int8 network are the same bit for bit, on every machine.

pub mod clip;
pub mod front_end;
pub mod known_answer;
pub mod network;
pub mod stream;
pub mod table;
pub mod weights;

use crate::mfcc_params::MfccParams;
use crate::weights::INPUTS;

/// Samples of a hop: 16 ms.
pub const HOP: usize = MfccParams::GUIDE_KEYWORDS.hop_samples;
/// Samples of a window: the newest two hops.
pub const WINDOW: usize = MfccParams::GUIDE_KEYWORDS.window_samples;
/// Whole hops of a clip of one second.
pub const HOPS: usize = MfccParams::GUIDE_KEYWORDS.clip_samples / HOP;
/// Frames of a clip.
pub const FRAMES: usize = MfccParams::GUIDE_KEYWORDS.frames();
/// Features of a clip: frames of 13.
pub const FEATURES: usize = FRAMES * INPUTS;

// A window is two hops, so the first hop completes no frame and every other one does.
const _: () = assert!(WINDOW == 2 * HOP && FRAMES + 1 == HOPS);
