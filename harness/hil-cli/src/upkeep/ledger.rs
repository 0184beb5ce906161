//! The ledger: what every job on a board came to, one line of JSON each, so that a board that fails now and then is
//! known by more than its last failure.
//!
//! A line is appended by one write, so lines of two runs never mix. At 1 MiB the file becomes `flakes.1.jsonl`, in the
//! place of the one before. There are no names of hosts, users or folders in it.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use super::attempts::{Ended, Failed};
use super::state::{StateError, lock};
use crate::files;

/// The file in the state folder.
pub const FILE: &str = "flakes.jsonl";
/// What was in it before it was full.
pub const OLDER: &str = "flakes.1.jsonl";
const LOCK: &str = "flakes.lock";
/// Bytes of a file before a new one is begun.
const FULL: u64 = 1 << 20;

/// Appends what a job on `board` came to at `time`.
///
/// # Errors
/// [`StateError::File`].
pub fn append(folder: &Path, board: &str, time: &str, ended: Ended, faults: &[Failed]) -> Result<(), StateError> {
    let fault = |Failed { rung, phase, message }: &Failed| json!({ "rung": rung.name(), "phase": phase, "message": without_folders(message) });
    let faults: Vec<Value> = faults.iter().map(fault).collect();
    let entry = json!({ "at": time, "board": without_folders(board), "outcome": outcome(ended), "faults": faults });
    let _lock = lock(folder, LOCK)?;
    let path = folder.join(FILE);
    if std::fs::metadata(&path).is_ok_and(|about| about.len() >= FULL) {
        std::fs::rename(&path, folder.join(OLDER)).map_err(StateError::of(&path))?;
    }
    let open = OpenOptions::new().create(true).append(true).open(&path);
    open.and_then(|mut file| file.write_all(format!("{entry}\n").as_bytes())).map_err(StateError::of(&path))
}

/// What the ledger says about a board.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    /// Jobs in all.
    pub jobs: u64,
    /// Jobs with a fault that passed.
    pub recovered: u64,
    /// Jobs that ended in a fault.
    pub failed: u64,
    /// When the last fault was, and what it was.
    pub last: Option<(String, String)>,
}

impl std::fmt::Display for Summary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { jobs, recovered, failed, last } = self;
        write!(f, "{recovered} transient and {failed} lasting faults in {jobs} jobs")?;
        last.as_ref().map_or(Ok(()), |(at, what)| write!(f, ", the last at {at}: {what}"))
    }
}

/// What the ledger says, by board. A line that is no entry, such as one that a full disk cut short, is passed over: the
/// ledger decides nothing.
///
/// # Errors
/// [`StateError::File`] when there is a file that cannot be read.
pub fn summary(folder: &Path) -> Result<BTreeMap<String, Summary>, StateError> {
    let mut boards: BTreeMap<String, Summary> = BTreeMap::new();
    for name in [OLDER, FILE] {
        let path = folder.join(name);
        // It is full when it reaches its size, so the last line may stand beyond it.
        let bytes = match files::read(&path, usize::try_from(2 * FULL).unwrap_or(usize::MAX)) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            bytes => bytes.map_err(StateError::of(&path))?,
        };
        for line in String::from_utf8_lossy(&bytes).lines() {
            let Ok(entry) = serde_json::from_str::<Value>(line) else { continue };
            count(&mut boards, &entry);
        }
    }
    Ok(boards)
}

fn count(boards: &mut BTreeMap<String, Summary>, entry: &Value) {
    let text = |of: &Value, name: &str| of.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let board = text(entry, "board");
    if board.is_empty() {
        return;
    }
    let summary = boards.entry(board).or_default();
    summary.jobs += 1;
    match text(entry, "outcome").as_str() {
        "sound" => {}
        "recovered" => summary.recovered += 1,
        _ => summary.failed += 1,
    }
    if let Some(last) = entry.get("faults").and_then(Value::as_array).and_then(|faults| faults.last()) {
        summary.last = Some((text(entry, "at"), format!("{}: {}", text(last, "phase"), text(last, "message"))));
    }
}

fn outcome(ended: Ended) -> &'static str {
    match ended {
        Ended::Sound => "sound",
        Ended::Recovered => "recovered",
        Ended::GaveUp => "gave-up",
        Ended::Quarantine => "quarantined",
    }
}

/// A text in which of every path only the last name is left.
fn without_folders(text: &str) -> String {
    let last = |word: &str| {
        let begins = word.find(['/', '\\']);
        let is_path = begins.is_some_and(|at| word[at + 1..].contains(['/', '\\']));
        let (Some(at), true) = (begins, is_path) else { return word.to_owned() };
        let name = word.rsplit(['/', '\\']).find(|part| !part.is_empty()).unwrap_or_default();
        // What stands before a path, such as an opening bracket or the letter of a drive.
        let before = word[..at].trim_end_matches(|c: char| c.is_alphanumeric() || c == ':' || c == '~');
        format!("{before}{name}")
    };
    text.split(' ').map(last).collect::<Vec<String>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::{FILE, FULL, Failed, OLDER, append, summary, without_folders};
    use crate::upkeep::attempts::Ended;
    use crate::upkeep::ladder::Rung;

    fn fault(message: &str) -> Failed {
        Failed { rung: Rung::Plain, phase: "open".to_owned(), message: message.to_owned() }
    }

    #[test]
    fn boards_are_summed_up_with_their_last_fault() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("state");
        let log =
            |board: &str, time: &str, ended, faults: &[Failed]| append(&state, board, time, ended, faults).unwrap();
        log("A", "1", Ended::Sound, &[]);
        log("A", "2", Ended::Recovered, &[fault("gone"), fault("still gone")]);
        log("B", "3", Ended::Quarantine, &[fault("x")]);
        log("A", "4", Ended::Sound, &[]);
        std::fs::OpenOptions::new()
            .append(true)
            .open(state.join(FILE))
            .and_then(|mut file| std::io::Write::write_all(&mut file, b"{\"board\":\n[1]\n"))
            .unwrap();
        let found = summary(&state).unwrap();
        assert_eq!(
            found["A"].to_string(),
            "1 transient and 0 lasting faults in 3 jobs, the last at 2: open: still gone"
        );
        assert_eq!(found["B"].to_string(), "0 transient and 1 lasting faults in 1 jobs, the last at 3: open: x");
        assert_eq!(found.len(), 2);
        assert_eq!(summary(&folder.path().join("nowhere")).unwrap().len(), 0);
    }

    #[test]
    fn a_full_file_makes_room_and_is_still_counted() {
        let folder = tempfile::tempdir().unwrap();
        let long = "x".repeat(usize::try_from(FULL).unwrap() / 3);
        for number in 0..8 {
            append(folder.path(), "A", &number.to_string(), Ended::GaveUp, &[fault(&long)]).unwrap();
        }
        let len = |name: &str| std::fs::metadata(folder.path().join(name)).unwrap().len();
        assert!(len(FILE) < 2 * FULL && len(OLDER) < 2 * FULL, "{} {}", len(FILE), len(OLDER));
        let found = &summary(folder.path()).unwrap()["A"];
        assert!((4..8).contains(&found.jobs), "{} of 8 are left", found.jobs);
    }

    #[test]
    fn names_of_folders_stay_out() {
        for (text, kept) in [
            ("cannot open /home/me/fw.elf: gone", "cannot open fw.elf: gone"),
            ("(C:\\Users\\me\\fw.elf)", "(fw.elf)"),
            ("/dev/ttyACM0", "ttyACM0"),
            ("1/2 of 3 km/h", "1/2 of 3 km/h"),
        ] {
            assert_eq!(without_folders(text), kept);
        }
    }
}
