//! TOML text to scenarios, or all of its problems with their places.
