//! Kinds of machine that scenarios can name: the built-in ones, and those that `scenarios/_boards/*.toml` describes.
//!
//! A local file describes the board after which it is called and wins over the built-in one of that name; lists say so.
//! It changes what is known about a board, never what is attached.

use std::path::{Path, PathBuf};

use hil_model::lab::Board;

use crate::error::CliError;
use crate::show::print_err;
use crate::{files, lab};

/// Where local board files stand, below the current folder.
pub const LOCAL: &str = "scenarios/_boards";

/// A board and where its facts come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownBoard {
    /// The facts.
    pub board: Board,
    /// Where they stand.
    pub origin: Origin,
}

/// Where the facts of a board stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// In this program.
    BuiltIn,
    /// In this file only.
    Local(PathBuf),
    /// In this file, which wins over the built-in one.
    Replaces(PathBuf),
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::BuiltIn => write!(f, "built in"),
            Self::Local(file) => write!(f, "from {}", file.display()),
            Self::Replaces(file) => write!(f, "from {}, in place of the built-in facts", file.display()),
        }
    }
}

/// Every board, the built-in ones first.
///
/// # Errors
/// [`CliError::Scenarios`] after every problem of a local file has been printed, [`CliError::Read`],
/// [`CliError::BoardName`].
pub fn known() -> Result<Vec<KnownBoard>, CliError> {
    known_below(Path::new(LOCAL))
}

/// The same for another folder than the current one.
///
/// # Errors
/// As for [`known`].
pub fn known_in(folder: &Path) -> Result<Vec<KnownBoard>, CliError> {
    known_below(&folder.join(LOCAL))
}

fn known_below(folder: &Path) -> Result<Vec<KnownBoard>, CliError> {
    let built_in = lab::boards().into_iter().map(|board| KnownBoard { board, origin: Origin::BuiltIn });
    let mut all: Vec<KnownBoard> = built_in.collect();
    for file in local_files(folder)? {
        let board = read(&file)?;
        match all.iter_mut().find(|known| known.board.platform == board.platform) {
            Some(known) => *known = KnownBoard { board, origin: Origin::Replaces(file) },
            None => all.push(KnownBoard { board, origin: Origin::Local(file) }),
        }
    }
    Ok(all)
}

fn local_files(folder: &Path) -> Result<Vec<PathBuf>, CliError> {
    let failed = |source| CliError::Read { path: folder.to_owned(), source };
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(failed)?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|end| end == "toml") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn read(file: &Path) -> Result<Board, CliError> {
    let failed = |source| CliError::Read { path: file.to_owned(), source };
    let bytes = files::read(file, hil_scenario::MAX_FILE_LEN).map_err(failed)?;
    let invalid = |error| failed(std::io::Error::new(std::io::ErrorKind::InvalidData, error));
    let text = String::from_utf8(bytes).map_err(|error| invalid(error.to_string()))?;
    let board = hil_scenario::board(&text, &file.to_string_lossy()).map_err(|(problems, sources)| {
        print_err(hil_scenario::render(&problems, &sources, true).trim_end());
        CliError::Scenarios { count: problems.len() }
    })?;
    if file.file_stem().is_some_and(|stem| stem == board.platform.as_str()) {
        Ok(board)
    } else {
        Err(CliError::BoardName { path: file.to_owned(), platform: board.platform })
    }
}

#[cfg(test)]
mod tests {
    use super::{Origin, known_below};
    use crate::error::CliError;

    const MINE: &str = "platform = \"mine\"\ntitle = \"My board\"\nreach = \"probe\"\n";

    #[test]
    fn a_local_board_is_added_or_wins_and_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let before = known_below(folder.path()).unwrap();
        assert!(before.iter().all(|known| known.origin == Origin::BuiltIn) && before.len() > 1);
        assert_eq!(known_below(&folder.path().join("nowhere")).unwrap(), before);

        std::fs::write(folder.path().join("mine.toml"), MINE).unwrap();
        std::fs::write(folder.path().join("stm32f4.toml"), MINE.replace("\"mine\"", "\"stm32f4\"")).unwrap();
        let known = known_below(folder.path()).unwrap();
        assert_eq!(known.len(), before.len() + 1);
        let of = |name: &str| known.iter().find(|known| known.board.platform.as_str() == name).unwrap();
        assert!(matches!(of("mine").origin, Origin::Local(_)));
        assert!(matches!(of("stm32f4").origin, Origin::Replaces(_)));
        assert_eq!(of("stm32f4").board.title, "My board");
    }

    #[test]
    fn a_board_file_with_another_name_or_a_mistake_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("yours.toml"), MINE).unwrap();
        assert!(matches!(known_below(folder.path()), Err(CliError::BoardName { .. })));
        std::fs::write(folder.path().join("yours.toml"), "platform = 3\n").unwrap();
        assert!(matches!(known_below(folder.path()), Err(CliError::Scenarios { .. })));
        std::fs::write(folder.path().join("yours.toml"), b"\xff").unwrap();
        assert!(matches!(known_below(folder.path()), Err(CliError::Read { .. })));
    }
}
