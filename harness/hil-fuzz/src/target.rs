//! The readers that are tried, as one table.

use crate::targets::{blackmagic, board, callgrind, elf, import, run_json, scenario, trouble, wire};

/// A reader and what it must promise.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Its name on the command line, and that of its folder in `fixtures/fuzz/`.
    pub name: &'static str,
    /// What is tried.
    pub about: &'static str,
    /// Words of its format.
    pub words: &'static [&'static str],
    /// Folders of other fixtures to start from, and the end of the files' names.
    pub fixtures: &'static [(&'static str, &'static str)],
    /// Reads one input; the error says which promise was broken. A panic breaks one, too.
    pub check: fn(&[u8]) -> Result<(), String>,
}

/// Every reader.
pub const TARGETS: [Target; 12] = [
    scenario::TARGET,
    import::CRITERION,
    import::HYPERFINE,
    import::GOOGLE_BENCHMARK,
    import::BMF,
    import::GITHUB_ACTION,
    run_json::TARGET,
    wire::TARGET,
    elf::TARGET,
    blackmagic::TARGET,
    board::TARGET,
    callgrind::TARGET,
];

/// The reader called `name`, or one of those that go wrong on purpose.
#[must_use]
pub fn find(name: &str) -> Option<Target> {
    TARGETS.into_iter().chain(trouble::TARGETS).find(|target| target.name == name)
}
