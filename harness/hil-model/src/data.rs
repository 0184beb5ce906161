//! The input of workloads: items of a data set, ready to be sent to an agent.

use crate::id::DatasetName;
use crate::run::DataUsed;

/// A data set in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dataset {
    /// The name that scenarios use.
    pub name: DatasetName,
    /// In the order of the set's own list.
    pub items: Vec<Item>,
    /// What a report has to say about it.
    pub used: DataUsed,
}

/// One item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// As the set names it, such as `dataset/yes/00000014_NO_01.wav`.
    pub name: String,
    /// The cluster that it belongs to, such as a speaker; empty when the set has no clusters.
    pub group: String,
    /// The right class, as an index into the kernel's outputs; absent for sets without labels.
    pub expected: Option<u32>,
    /// What the kernel is given: for sounds, 16-bit little-endian PCM.
    pub input: Vec<u8>,
}
