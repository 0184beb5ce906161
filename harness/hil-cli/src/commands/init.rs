//! `hil init`: a first scenario in a folder of one's own, so that `hil run` has something to run at once.
//!
//! Nothing that exists is touched: a file that is there is kept, and what would have been written is shown. Everything
//! is decided before the first file is written, and a file is written whole or not at all.

use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use crate::args::InitArgs;
use crate::boards;
use crate::error::CliError;
use crate::exit::Exit;
use crate::show::{clean, print_out};

/// A scenario that runs a program; `@COMMAND@` becomes one that every computer has.
const FIRST: &str = include_str!("init/first.toml");
/// A scenario for a board.
const BOARD: &str = include_str!("init/board.toml");
/// Runs are measurements of one machine, and a lab is of one desk: neither belongs into a repository.
const IGNORE: &str = "/hil-runs/\n/lab.toml\n";
/// A program that does nothing and that every computer has.
const NOTHING: &str = if cfg!(windows) { r#""cmd", "/C", "exit""# } else { r#""true""# };

/// A file of the starter project.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Starter {
    path: PathBuf,
    text: String,
}

/// What becomes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Written,
    /// It is there and says the same.
    Same,
    /// It is there and says something else.
    Kept,
}

/// Writes the starter project, and says what to do next.
pub fn init(args: &InitArgs) -> Result<Exit, CliError> {
    let files = starters(args.board.as_deref(), &args.dir)?;
    let mut fates = Vec::new();
    for file in &files {
        fates.push(fate(&args.dir, file)?);
    }
    for (file, fate) in files.iter().zip(fates) {
        let path = args.dir.join(&file.path);
        let shown = clean(&path.display().to_string());
        match fate {
            Fate::Written => {
                write(&path, &file.text).map_err(|source| CliError::Write { path: path.clone(), source })?;
                print_out(&format!("wrote {shown}\n"));
            }
            Fate::Same => print_out(&format!("kept  {shown}, which is as it would be written\n")),
            Fate::Kept => {
                print_out(&format!("kept  {shown}, which is yours; this would have been written:\n"));
                file.text.lines().for_each(|line| print_out(&format!("  | {line}\n")));
            }
        }
    }
    print_out("\nnext:\n");
    if args.dir != Path::new(".") {
        print_out(&format!("  cd {}\n", quoted(&clean(&args.dir.display().to_string()))));
    }
    print_out("  hil check     # are the questions well formed?\n  hil run       # answer them\n");
    if args.board.is_some() {
        print_out("  hil doctor    # what is missing for the board\n");
    }
    Ok(Exit::Success)
}

/// The files of the project.
fn starters(board: Option<&str>, dir: &Path) -> Result<Vec<Starter>, CliError> {
    let starter = |path: &str, text: String| Starter { path: PathBuf::from(path), text };
    let mut files = vec![
        starter("scenarios/first.toml", FIRST.replace("@COMMAND@", NOTHING)),
        starter(".gitignore", IGNORE.to_owned()),
    ];
    if let Some(given) = board {
        let known: Vec<_> = boards::known_in(dir)?.into_iter().map(|known| known.board).collect();
        let Some(board) = known.iter().find(|board| board.platform.as_str() == given) else {
            let known = known.iter().map(|board| board.platform.as_str()).collect::<Vec<_>>().join(", ");
            return Err(CliError::Board { given: given.to_owned(), known });
        };
        // A title of a local board file may hold what ends a TOML string.
        let title: String = board.title.chars().filter(|c| !matches!(c, '"' | '\\') && !c.is_control()).collect();
        let text = BOARD.replace("@PLATFORM@", given).replace("@TITLE@", &title);
        files.push(starter(&format!("scenarios/first-{}.toml", given.replace('/', "-")), text));
    }
    Ok(files)
}

/// What will become of a file. Nothing is written yet.
fn fate(dir: &Path, file: &Starter) -> Result<Fate, CliError> {
    let path = dir.join(&file.path);
    // A folder that is needed and is something else is found before anything is written.
    for folder in path.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty()) {
        match std::fs::metadata(folder) {
            Ok(metadata) if !metadata.is_dir() => {
                let source = ErrorKind::NotADirectory.into();
                return Err(CliError::Write { path: folder.to_owned(), source });
            }
            _ => {}
        }
    }
    match std::fs::symlink_metadata(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Fate::Written),
        Err(source) => Err(CliError::Read { path, source }),
        Ok(_) => Ok(match std::fs::read_to_string(&path) {
            Ok(text) if says(&text, &file.text) => Fate::Same,
            _ => Fate::Kept,
        }),
    }
}

/// Whether `text` has every line of `wanted`: for the list of ignored files that is all that matters, and a scenario has
/// so many lines of its own that nothing else has them all.
fn says(text: &str, wanted: &str) -> bool {
    wanted.lines().all(|line| text.lines().any(|own| own == line))
}

/// Writes a new file, whole or not at all; one that has appeared meanwhile is not touched.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut file = std::fs::File::create_new(path)?;
    let written = file.write_all(text.as_bytes());
    if written.is_err() {
        // The error of writing is the one to tell.
        let _removed = std::fs::remove_file(path);
    }
    written
}

/// The folder as a shell takes it.
fn quoted(folder: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-\\:".contains(c);
    if folder.chars().all(plain) { folder.to_owned() } else { format!("'{}'", folder.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::{quoted, says, starters};
    use std::path::Path;

    #[test]
    fn no_placeholder_is_left_and_every_board_has_a_starter() {
        for known in crate::boards::known().unwrap() {
            for file in starters(Some(known.board.platform.as_str()), Path::new(".")).unwrap() {
                assert!(!file.text.contains('@'), "{}: {}", file.path.display(), file.text);
            }
        }
    }

    #[test]
    fn a_list_that_ignores_runs_already_needs_nothing() {
        assert!(says("target\n/hil-runs/\n", "/hil-runs/\n"));
        assert!(!says("target\n", "/hil-runs/\n"));
    }

    #[test]
    fn folders_are_quoted_where_a_shell_would_split_them() {
        assert_eq!(quoted("a/b-1"), "a/b-1");
        assert_eq!(quoted("my bench's"), r"'my bench'\''s'");
    }
}
