//! Messages and framing shared by host and device; no_std.
