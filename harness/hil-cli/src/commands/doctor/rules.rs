//! From facts to findings. Pure: the same computer always gets the same diagnosis, and any computer can be made up.

pub mod attached;
mod computer;
mod folder;
mod tools;

use crate::commands::doctor::finding::Finding;
use crate::commands::doctor::system::System;

/// Everything there is to say about a system, in the order in which it is shown.
#[must_use]
pub fn findings(system: &System) -> Vec<Finding> {
    let mut all = folder::findings(system);
    all.extend(computer::findings(system));
    all.extend(attached::benches(system));
    all.extend(attached::probes(system));
    all.extend(attached::ports(system));
    all.extend(tools::findings(system));
    all.extend(folder::data(system));
    all
}
