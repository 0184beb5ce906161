//! What counts instructions on this computer: callgrind, where valgrind is installed.

use hil_bench::callgrind::Callgrind;
use hil_desktop::counted;
use hil_model::lab::Counting;

use crate::surroundings::Surroundings;

/// The program that is looked for on the `PATH`.
pub const VALGRIND: &str = "valgrind";
/// What brings it on the system that it runs on.
pub const INSTALL: &str = "sudo apt-get install valgrind    # Debian, Ubuntu";

/// How instructions are counted here; nothing where valgrind is not installed.
#[must_use]
pub fn find(around: &Surroundings) -> Option<Callgrind> {
    Some(Callgrind {
        valgrind: around.program(VALGRIND)?,
        flag: counted::FLAG,
        mark: counted::MARK,
        // Agents run on the processor that this program runs on.
        timed_with: counted::vectors().to_owned(),
    })
}

/// What plans know of it.
#[must_use]
pub fn as_known(found: Option<&Callgrind>) -> Counting {
    match found {
        Some(_) => Counting::Here,
        None => Counting::Needs(format!("{VALGRIND}, whose callgrind counts instructions (on Linux); {INSTALL}")),
    }
}
