//! The table of operations and sizes.
//!
//! Each size is meant for a level of the memory hierarchy of current desktop processors; the classes are declared by the
//! bytes that one pass touches, and whether this machine has caches of that kind is not asked. An iteration is made of
//! passes over the same values, so that it is long beside reading the clock, and beside the first pass, which finds the
//! values of another kernel in the cache. In memory one pass is enough.

use super::work::Work;

/// A level of the memory hierarchy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Size {
    /// At most 32 KiB: fits the first-level data cache.
    L1,
    /// At most 512 KiB, and more than the first level holds.
    L2,
    /// At least 60 MiB, more than one core's share of a last-level cache. Matrix products reuse every value so often that
    /// they are given less: 6 MiB at least, more than the second level holds.
    Memory,
}

impl Size {
    pub(super) const ALL: [Self; 3] = [Self::L1, Self::L2, Self::Memory];

    /// The name as part of a kernel's name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::L1 => "l1",
            Self::L2 => "l2",
            Self::Memory => "memory",
        }
    }
}

/// One operation at one size.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    pub(super) size: Size,
    pub(super) work: Work,
    /// Passes over the values in one iteration.
    pub(super) passes: u32,
}

const fn shape(size: Size, work: Work, passes: u32) -> Shape {
    Shape { size, work, passes }
}

/// Every operation at every size.
pub(super) const SHAPES: [Shape; 21] = [
    shape(Size::L1, Work::Gemm { side: 48 }, 32),
    shape(Size::L1, Work::Gemv { rows: 64, columns: 112 }, 256),
    shape(Size::L1, Work::Relu { n: 3072 }, 512),
    shape(Size::L1, Work::Gelu { n: 3072 }, 16),
    shape(Size::L1, Work::Softmax { rows: 3 }, 16),
    shape(Size::L1, Work::Mse { n: 3072 }, 256),
    shape(Size::L1, Work::MseGradient { n: 2048 }, 512),
    shape(Size::L2, Work::Gemm { side: 192 }, 2),
    shape(Size::L2, Work::Gemv { rows: 352, columns: 352 }, 32),
    shape(Size::L2, Work::Relu { n: 65_536 }, 48),
    shape(Size::L2, Work::Gelu { n: 65_536 }, 4),
    shape(Size::L2, Work::Softmax { rows: 64 }, 4),
    shape(Size::L2, Work::Mse { n: 65_472 }, 32),
    shape(Size::L2, Work::MseGradient { n: 40_960 }, 48),
    shape(Size::Memory, Work::Gemm { side: 768 }, 1),
    shape(Size::Memory, Work::Gemv { rows: 4096, columns: 4096 }, 1),
    shape(Size::Memory, Work::Relu { n: 8 << 20 }, 1),
    shape(Size::Memory, Work::Gelu { n: 8 << 20 }, 1),
    shape(Size::Memory, Work::Softmax { rows: 8192 }, 1),
    shape(Size::Memory, Work::Mse { n: 8 << 20 }, 1),
    shape(Size::Memory, Work::MseGradient { n: 6 << 20 }, 1),
];

#[cfg(test)]
mod tests {
    use super::{SHAPES, Size};
    use crate::kernels::ndv::work::Work;

    #[test]
    fn every_shape_touches_what_its_size_promises() {
        for shape in SHAPES {
            let bytes = shape.work.bytes();
            let promised = match (shape.size, shape.work) {
                (Size::L1, _) => 20 << 10..=32 << 10,
                (Size::L2, _) => 384 << 10..=512 << 10,
                (Size::Memory, Work::Gemm { .. }) => 6 << 20..=16 << 20,
                (Size::Memory, _) => 60 << 20..=80 << 20,
            };
            assert!(promised.contains(&bytes), "{shape:?} touches {bytes} bytes");
        }
    }

    #[test]
    fn every_operation_has_every_size_once() {
        for size in Size::ALL {
            let of_size = SHAPES.iter().filter(|shape| shape.size == size);
            let names: Vec<&str> = of_size.map(|shape| shape.work.name()).collect();
            assert_eq!(names, ["gemm", "gemv", "relu", "gelu", "softmax", "mse", "mse-gradient"]);
        }
    }
}
