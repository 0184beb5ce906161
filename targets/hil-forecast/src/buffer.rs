//! Values that are kept, in single or in half precision. Computing is always in single precision: what is kept in half
//! precision is widened into scratch memory when it is read, and rounded when it is written.

use std::ops::Range;

use crate::half::Format;
use crate::math::Arithmetic;
use crate::math::product::at_least;
use crate::profile::{Part, enter};

/// In which precision weights and activations are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// binary32; nothing is converted.
    Single,
    /// 16 bits.
    Half(Format),
}

impl Precision {
    /// `f32`, `f16` or `bf16`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Single => "f32",
            Self::Half(format) => format.name(),
        }
    }
}

/// Values in one precision.
#[derive(Debug, Clone)]
pub struct Buffer(Values);

#[derive(Debug, Clone)]
enum Values {
    Single(Vec<f32>),
    Half(Format, Vec<u16>),
}

impl Buffer {
    /// `n` zeros.
    #[must_use]
    pub fn new(precision: Precision, n: usize) -> Self {
        let _here = enter(Part::Allocation);
        Self(match precision {
            Precision::Single => Values::Single(vec![0.0; n]),
            Precision::Half(format) => Values::Half(format, vec![0; n]),
        })
    }

    /// How many bytes it holds.
    #[must_use]
    pub fn bytes(&self) -> usize {
        match &self.0 {
            Values::Single(values) => values.capacity() * size_of::<f32>(),
            Values::Half(_, values) => values.capacity() * size_of::<u16>(),
        }
    }

    /// The values of `part`, which lies inside; `scratch` is used only where they are kept in half precision.
    pub fn read<'a>(&'a self, math: Arithmetic, part: Range<usize>, scratch: &'a mut Vec<f32>) -> &'a [f32] {
        match &self.0 {
            Values::Single(values) => &values[part],
            Values::Half(format, values) => {
                let wide = at_least(scratch, part.len());
                format.decode(math, &values[part], wide);
                wide
            }
        }
    }

    /// Lets `fill` write the values of `part`, which lies inside. What `fill` finds there means nothing.
    ///
    /// # Errors
    /// Those of `fill`.
    pub fn write<E>(
        &mut self,
        math: Arithmetic,
        part: Range<usize>,
        scratch: &mut Vec<f32>,
        fill: impl FnOnce(&mut [f32]) -> Result<(), E>,
    ) -> Result<(), E> {
        match &mut self.0 {
            Values::Single(values) => fill(&mut values[part]),
            Values::Half(format, values) => {
                let wide = at_least(scratch, part.len());
                fill(wide)?;
                format.encode(math, wide, &mut values[part]);
                Ok(())
            }
        }
    }

    /// Adds `more` to the values of `part`, which lies inside.
    pub fn add(&mut self, math: Arithmetic, part: Range<usize>, more: &[f32], scratch: &mut Vec<f32>) {
        match &mut self.0 {
            Values::Single(values) => math.add(&mut values[part], more),
            Values::Half(format, values) => {
                let (values, wide) = (&mut values[part.clone()], at_least(scratch, part.len()));
                format.decode(math, values, wide);
                math.add(wide, more);
                format.encode(math, wide, values);
            }
        }
    }

    /// Takes over `from`, as many values as there are.
    pub fn set(&mut self, math: Arithmetic, from: &[f32]) {
        match &mut self.0 {
            Values::Single(values) => values.iter_mut().zip(from).for_each(|(value, from)| *value = *from),
            Values::Half(format, values) => format.encode(math, from, values),
        }
    }

    /// The values themselves where they are kept in single precision.
    #[must_use]
    pub fn single(&self) -> Option<&[f32]> {
        match &self.0 {
            Values::Single(values) => Some(values),
            Values::Half(..) => None,
        }
    }

    /// The same to write to.
    pub fn single_mut(&mut self) -> Option<&mut [f32]> {
        match &mut self.0 {
            Values::Single(values) => Some(values),
            Values::Half(..) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Buffer, Precision};
    use crate::half::Format;
    use crate::math::Arithmetic;

    #[test]
    fn what_is_written_is_read_as_the_precision_allows() {
        let math = Arithmetic::Scalar;
        for (precision, third, bytes) in [
            (Precision::Single, 1.0 / 3.0, 40),
            (Precision::Half(Format::F16), 0.333_251_95, 20),
            (Precision::Half(Format::Bf16), 0.333_984_38, 20),
        ] {
            let mut buffer = Buffer::new(precision, 10);
            let mut scratch = Vec::new();
            let written: Result<(), ()> = buffer.write(math, 4..6, &mut scratch, |values| {
                values.copy_from_slice(&[1.0 / 3.0, 2.0]);
                Ok(())
            });
            assert_eq!(written, Ok(()));
            assert_eq!(buffer.read(math, 3..7, &mut scratch), [0.0, third, 2.0, 0.0], "{}", precision.name());
            assert_eq!(buffer.bytes(), bytes);
            buffer.add(math, 4..6, &[0.0, 1.5], &mut scratch);
            assert_eq!(buffer.read(math, 4..7, &mut scratch), [third, 3.5, 0.0], "{}", precision.name());
            buffer.set(math, &[0.5; 10]);
            assert_eq!(buffer.read(math, 0..10, &mut scratch), [0.5; 10]);
            assert_eq!(buffer.write(math, 0..1, &mut scratch, |_| Err("no")), Err("no"));
            assert_eq!(buffer.single().is_some(), precision == Precision::Single);
            assert_eq!(buffer.single_mut().is_some(), precision == Precision::Single);
        }
    }
}
