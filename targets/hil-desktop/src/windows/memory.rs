//! The standard library tells no memory use on Windows.

/// Not known.
pub(crate) fn own_peak() -> Option<u64> {
    None
}

/// Not known.
pub(crate) fn children_peak() -> Option<u64> {
    None
}
