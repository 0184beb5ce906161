//! The shared kernels, one file each; no_std.
