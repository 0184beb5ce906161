//! What `hil doctor` has to say: one finding a fact, with the command that changes it.

/// One fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where it belongs.
    pub section: Section,
    /// What it is about, in a word or two.
    pub what: String,
    /// Whether that is good.
    pub state: State,
    /// What was found.
    pub says: String,
    /// What to type, in this order; a line may be a sentence where there is nothing to type.
    pub next: Vec<String>,
}

/// Parts of the diagnosis, in the order in which they are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// The scenarios of the folder.
    Folder,
    /// Processor, memory, clock.
    Computer,
    /// What disturbs measurements.
    Noise,
    /// Kinds of machine that can answer.
    Benches,
    /// Debug probes.
    Probes,
    /// Serial ports.
    Ports,
    /// Compilers.
    Toolchain,
    /// Data sets.
    Data,
}

impl Section {
    /// All of them, in order.
    pub const ALL: [Self; 8] = [
        Self::Folder,
        Self::Computer,
        Self::Noise,
        Self::Benches,
        Self::Probes,
        Self::Ports,
        Self::Toolchain,
        Self::Data,
    ];

    /// The heading.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Folder => "This folder",
            Self::Computer => "This computer",
            Self::Noise => "Noise",
            Self::Benches => "Benches",
            Self::Probes => "Debug probes",
            Self::Ports => "Serial ports",
            Self::Toolchain => "Tools",
            Self::Data => "Data sets",
        }
    }
}

/// Whether a fact is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nothing to do.
    Ok,
    /// Not here, and nothing in this folder needs it.
    Absent,
    /// It works, and figures or people may suffer from it.
    Warning,
    /// This folder needs it, and it is not here.
    Missing,
}

impl State {
    /// The word in front of a line, and in JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Absent => "not here",
            Self::Warning => "warning",
            Self::Missing => "MISSING",
        }
    }
}

impl Finding {
    /// A fact with nothing to do about it.
    pub fn new(section: Section, what: &str, state: State, says: impl Into<String>) -> Self {
        Self { section, what: what.to_owned(), state, says: says.into(), next: Vec::new() }
    }

    /// The same with what to type.
    #[must_use]
    pub fn next(mut self, lines: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.next.extend(lines.into_iter().map(Into::into));
        self
    }
}
