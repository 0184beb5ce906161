//! A kernel that takes its input piece by piece, or whole, and goes wrong at bytes that say so.

use std::sync::{Arc, Mutex, PoisonError};

use hil_agent::kernel::{Kernel, LoadError, Mismatch, Trouble};
use hil_agent::text::Text;

/// The byte at which a listener goes wrong.
pub const WRONG: u8 = 250;
/// The byte that it refuses.
pub const REFUSED: u8 = 251;
/// The byte to which it has no answer.
pub const NOTHING: u8 = 252;

/// What listeners were given, over all lives, for tests to look at.
#[derive(Debug, Clone, Default)]
pub struct Heard(Arc<Mutex<Vec<Came>>>);

/// One thing that a listener was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Came {
    /// A piece, and whether it was marked as the first of an item.
    Piece(bool, Vec<u8>),
    /// What a timed iteration or an answer works on.
    Loaded(Vec<u8>),
}

impl Heard {
    fn note(&self, came: Came) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(came);
    }

    /// Everything so far.
    #[must_use]
    pub fn all(&self) -> Vec<Came> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Sums up the bytes that it hears.
#[derive(Debug)]
pub struct Listener {
    name: &'static str,
    piece: Option<usize>,
    sum: u32,
    wrong: bool,
    heard: Heard,
}

impl Listener {
    /// One that takes pieces of so many bytes, or its input whole.
    #[must_use]
    pub fn new(name: &'static str, piece: Option<usize>, heard: &Heard) -> Self {
        Self { name, piece, sum: 0, wrong: false, heard: heard.clone() }
    }
}

impl Kernel for Listener {
    fn name(&self) -> &str {
        self.name
    }

    fn about(&self) -> &str {
        "sums up what it hears"
    }

    fn load(&mut self, input: &[u8]) -> Result<(), LoadError> {
        self.heard.note(Came::Loaded(input.to_vec()));
        self.sum = input.iter().copied().map(u32::from).sum();
        Ok(())
    }

    fn run(&mut self) {}

    fn known_answer(&mut self) -> Result<(), Mismatch> {
        self.wrong = false;
        Ok(())
    }

    fn class(&self) -> Option<u32> {
        Some(self.sum)
    }

    fn piece(&self) -> Option<usize> {
        self.piece
    }

    fn hear(&mut self, first: bool, piece: &[u8]) -> Result<Option<u32>, LoadError> {
        self.heard.note(Came::Piece(first, piece.to_vec()));
        if piece.contains(&REFUSED) {
            return Err(LoadError::new(format_args!("{REFUSED} is no sound")));
        }
        let sum = piece.iter().copied().map(u32::from).sum::<u32>();
        self.sum = if first { sum } else { self.sum + sum };
        self.wrong |= piece.contains(&WRONG);
        Ok((!piece.contains(&NOTHING)).then_some(self.sum))
    }

    fn status(&self) -> Result<(), Trouble> {
        if self.wrong { Err(Trouble::Wrong(Text::new(format_args!("heard {WRONG}")))) } else { Ok(()) }
    }
}
