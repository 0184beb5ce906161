//! Where each parameter stands among all of them, and what it starts as.

use std::ops::Range;

use super::Shape;
use crate::seed::Seed;

/// A part of the parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    from: usize,
    len: usize,
}

impl Part {
    /// Its place among all parameters.
    #[must_use]
    pub fn range(self) -> Range<usize> {
        self.from..self.from + self.len
    }

    /// How many values it has.
    #[must_use]
    pub fn len(self) -> usize {
        self.len
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len == 0
    }
}

/// A fully connected layer: `y = x W + b`, W of inputs by outputs.
#[derive(Debug, Clone, Copy)]
pub struct Dense {
    /// Values of an input.
    pub inputs: usize,
    /// Values of a result.
    pub outputs: usize,
    /// W.
    pub weight: Part,
    /// b.
    pub bias: Part,
}

/// A layer normalisation.
#[derive(Debug, Clone, Copy)]
pub struct NormPart {
    /// What each column is multiplied by.
    pub gain: Part,
    /// What each column is moved by.
    pub shift: Part,
}

/// Every parameter of the model.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    /// The linear map, look-back to horizon.
    pub linear: Dense,
    /// First layer of the block.
    pub first: Dense,
    /// Second layer of the block.
    pub second: Dense,
    /// The block's backcast and forecast, one behind the other.
    pub theta: Dense,
    /// A patch to a token.
    pub embed: Dense,
    /// What is added to each token for its place, tokens by width.
    pub places: Part,
    /// The normalisation in front of attention.
    pub norm_attention: NormPart,
    /// A token to query, key and value of all heads.
    pub qkv: Dense,
    /// The heads' results to a token.
    pub merge: Dense,
    /// The normalisation in front of the feed-forward part.
    pub norm_feed: NormPart,
    /// Its first layer.
    pub widen: Dense,
    /// Its second layer.
    pub narrow: Dense,
    /// The mean token to the horizon.
    pub head: Dense,
    /// How many values there are in all.
    pub len: usize,
}

/// Hands out the places one behind the other.
struct Places(usize);

impl Places {
    fn part(&mut self, len: usize) -> Part {
        let from = self.0;
        self.0 += len;
        Part { from, len }
    }

    fn dense(&mut self, inputs: usize, outputs: usize) -> Dense {
        Dense { inputs, outputs, weight: self.part(inputs * outputs), bias: self.part(outputs) }
    }

    fn norm(&mut self, width: usize) -> NormPart {
        NormPart { gain: self.part(width), shift: self.part(width) }
    }
}

impl Layout {
    /// The layout of a model of this shape.
    #[must_use]
    pub fn of(shape: Shape) -> Self {
        let Shape { look_back, horizon, block, patch, width, wide, .. } = shape;
        let mut at = Places(0);
        let linear = at.dense(look_back, horizon);
        let first = at.dense(look_back, block);
        let second = at.dense(block, block);
        let theta = at.dense(block, look_back + horizon);
        let embed = at.dense(patch, width);
        let places = at.part(shape.tokens() * width);
        let norm_attention = at.norm(width);
        let qkv = at.dense(width, 3 * width);
        let merge = at.dense(width, width);
        let norm_feed = at.norm(width);
        let widen = at.dense(width, wide);
        let narrow = at.dense(wide, width);
        let head = at.dense(width, horizon);
        Self {
            linear,
            first,
            second,
            theta,
            embed,
            places,
            norm_attention,
            qkv,
            merge,
            norm_feed,
            widen,
            narrow,
            head,
            len: at.0,
        }
    }

    /// The fully connected layers.
    #[must_use]
    pub fn layers(&self) -> [Dense; 10] {
        let Self { linear, first, second, theta, embed, qkv, merge, widen, narrow, head, .. } = *self;
        [linear, first, second, theta, embed, qkv, merge, widen, narrow, head]
    }

    /// The parameters that training starts from: weights uniform within sqrt(6 / (inputs + outputs)) (Glorot and Bengio,
    /// AISTATS 2010), those that give a forecast a tenth of that, so that the first forecasts are near the mean of the window;
    /// places uniform within 0.02, gains 1, everything else 0.
    #[must_use]
    pub fn start(&self, seed: u64) -> Vec<f32> {
        let mut seed = Seed::new(seed);
        let mut parameters = vec![0.0; self.len];
        let mut fill = |part: Part, range: f32| {
            parameters[part.range()].iter_mut().for_each(|parameter| *parameter = range * seed.value());
        };
        let forecasts = [self.linear, self.theta, self.head].map(|layer| layer.weight);
        for layer in self.layers() {
            let range = libm::sqrtf(6.0 / (layer.inputs + layer.outputs) as f32);
            fill(layer.weight, if forecasts.contains(&layer.weight) { 0.1 * range } else { range });
        }
        fill(self.places, 0.02);
        for norm in [self.norm_attention, self.norm_feed] {
            parameters[norm.gain.range()].fill(1.0);
        }
        parameters
    }
}

#[cfg(test)]
mod tests {
    use super::Layout;
    use crate::model::Shape;

    #[test]
    fn parts_follow_each_other_without_a_gap_and_start_as_declared() {
        let layout = Layout::of(Shape::DECLARED);
        let mut parts: Vec<_> = layout.layers().into_iter().flat_map(|layer| [layer.weight, layer.bias]).collect();
        parts.push(layout.places);
        for norm in [layout.norm_attention, layout.norm_feed] {
            parts.extend([norm.gain, norm.shift]);
        }
        parts.sort_by_key(|part| part.range().start);
        let mut end = 0;
        for part in &parts {
            assert_eq!(part.range().start, end);
            assert!(!part.is_empty());
            end += part.len();
        }
        assert_eq!(end, layout.len);
        let start = layout.start(1);
        assert_eq!(start[layout.norm_feed.gain.range()], [1.0; 32]);
        assert_eq!(start[layout.head.bias.range()], [0.0; 96]);
        assert!(start[layout.qkv.weight.range()].iter().any(|weight| weight.abs() > 0.1));
        assert_ne!(start, layout.start(2));
        assert_eq!(start, layout.start(1));
    }
}
