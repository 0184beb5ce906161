//! Which versions of the protocol may talk to each other.
//!
//! The rule: `Hello` stays the first request and the first response, and the version stays its first field, in
//! every version for ever. So any two versions can tell each other which they are, even when they understand
//! nothing else. Everything else may change with [`WIRE_VERSION`], and then needs a new folder of golden bytes.

/// The version that this build speaks; both sides must speak the same one.
pub const WIRE_VERSION: u16 = 1;

/// The version that a `Hello` names, read from the body of a frame of any version.
///
/// Nothing when the body is not a `Hello`.
#[must_use]
pub fn version_of_hello(body: &[u8]) -> Option<u16> {
    let ((variant, version), _rest) = postcard::take_from_bytes::<(u32, u16)>(body).ok()?;
    (variant == 0).then_some(version)
}
