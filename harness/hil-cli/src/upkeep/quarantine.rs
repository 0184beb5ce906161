//! Boards that are not used for a while, because everything that could be tried on them failed.
//!
//! `quarantine.json` in the state folder lists them. A file that cannot be read is an error: a run that went on without it
//! could use a board that must not be used.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::state::{StateError, lock, replace};
use crate::files;

/// The file in the state folder.
pub const FILE: &str = "quarantine.json";
const LOCK: &str = "quarantine.lock";
/// How long a board is set aside: long enough that somebody looks at it, short enough that nobody has to.
const FOR: SignedDuration = SignedDuration::from_hours(24);
/// Far more than any lab needs.
const LARGEST: usize = 1 << 20;

/// A board that is not used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantined {
    /// What tells it from all others, such as the serial number of its probe.
    pub board: String,
    /// The fault that was the last.
    pub reason: String,
    /// Since when, RFC 3339 in UTC.
    pub since: String,
    /// Until when.
    pub until: String,
}

/// The boards that are quarantined at `now`. There need not be a state folder.
///
/// # Errors
/// [`StateError`] when there is a file and it cannot be read or understood.
pub fn read(folder: &Path, now: Timestamp) -> Result<Vec<Quarantined>, StateError> {
    let path = folder.join(FILE);
    let bytes = match files::read(&path, LARGEST) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        bytes => bytes.map_err(StateError::of(&path))?,
    };
    let damaged = |why: String| StateError::Damaged { path: path.clone(), why };
    let text: Value = serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))?;
    let list = text.get("boards").and_then(Value::as_array);
    let list = list.ok_or_else(|| damaged("it has no list \"boards\"".to_owned()))?;
    let mut boards = Vec::new();
    for (number, entry) in (1..).zip(list) {
        let field = |name: &str| {
            let text = entry.get(name).and_then(Value::as_str).map(str::to_owned);
            text.ok_or_else(|| damaged(format!("entry {number} has no text \"{name}\"")))
        };
        let found = Quarantined {
            board: field("board")?,
            reason: field("reason")?,
            since: field("since")?,
            until: field("until")?,
        };
        let until: Timestamp =
            found.until.parse().map_err(|error| damaged(format!("entry {number}, \"until\": {error}")))?;
        if until > now {
            boards.push(found);
        }
    }
    Ok(boards)
}

/// Sets `board` aside from `now` on, for a day. One that is set aside already stays so from now on for a day.
///
/// # Errors
/// [`StateError`]; then nothing is changed.
pub fn add(folder: &Path, board: &str, reason: &str, now: Timestamp) -> Result<Quarantined, StateError> {
    let until = now.saturating_add(FOR).unwrap_or(Timestamp::MAX);
    let entry = Quarantined {
        board: board.to_owned(),
        reason: reason.to_owned(),
        since: in_words(now),
        until: in_words(until),
    };
    let _lock = lock(folder, LOCK)?;
    let mut boards = read(folder, now)?;
    boards.retain(|other| !is_same(&other.board, board));
    boards.push(entry.clone());
    write(folder, &boards)?;
    Ok(entry)
}

/// Gives `board` back.
///
/// # Errors
/// [`StateError::NotQuarantined`], or another; then nothing is changed.
pub fn release(folder: &Path, board: &str, now: Timestamp) -> Result<Quarantined, StateError> {
    let _lock = lock(folder, LOCK)?;
    let (mine, others): (Vec<Quarantined>, Vec<Quarantined>) =
        read(folder, now)?.into_iter().partition(|entry| is_same(&entry.board, board));
    let Some(found) = mine.into_iter().next() else {
        let names: Vec<&str> = others.iter().map(|other| other.board.as_str()).collect();
        let known =
            if names.is_empty() { "no board is".to_owned() } else { format!("these are: {}", names.join(", ")) };
        return Err(StateError::NotQuarantined { given: board.to_owned(), known });
    };
    write(folder, &others)?;
    Ok(found)
}

/// The entry of `board` in a list.
#[must_use]
pub fn find<'q>(list: &'q [Quarantined], board: &str) -> Option<&'q Quarantined> {
    list.iter().find(|entry| is_same(&entry.board, board))
}

/// Serial numbers are hexadecimal in either case.
fn is_same(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
}

fn in_words(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn write(folder: &Path, boards: &[Quarantined]) -> Result<(), StateError> {
    let entry = |Quarantined { board, reason, since, until }: &Quarantined| json!({ "board": board, "reason": reason, "since": since, "until": until });
    let text = json!({ "boards": boards.iter().map(entry).collect::<Vec<Value>>() });
    replace(folder, FILE, &format!("{text:#}\n"))
}

#[cfg(test)]
mod tests {
    use super::{FILE, add, find, read, release};
    use crate::upkeep::StateError;
    use jiff::{SignedDuration, Timestamp};

    fn at(hours: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours)
    }

    #[test]
    fn a_board_is_set_aside_for_a_day_or_until_it_is_released() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("not made yet");
        assert_eq!(read(&state, at(0)).unwrap(), []);
        add(&state, "066aFF", "no chip answers", at(0)).unwrap();
        let other = add(&state, "other", "silent", at(12)).unwrap();
        assert_eq!(other.until, "1970-01-02T12:00:00Z");
        let list = read(&state, at(23)).unwrap();
        assert_eq!(find(&list, "066AFF").map(|entry| entry.reason.as_str()), Some("no chip answers"));
        assert_eq!(read(&state, at(24)).unwrap(), std::slice::from_ref(&other), "a day is over");
        assert_eq!(release(&state, "OTHER", at(24)).unwrap(), other);
        assert_eq!(read(&state, at(24)).unwrap(), []);
        let error = release(&state, "other", at(24)).unwrap_err();
        assert!(matches!(error, StateError::NotQuarantined { .. }), "{error}");
        assert!(std::fs::read_dir(&state).unwrap().count() == 2, "the list and its lock, nothing half written");
    }

    #[test]
    fn a_file_that_cannot_be_understood_is_an_error_and_is_not_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        for (text, why) in [
            ("{", "line 1"),
            ("{}", "boards"),
            (r#"{"boards":[{"board":"a","reason":"r","since":"s"}]}"#, "entry 1 has no text \"until\""),
            (r#"{"boards":[{"board":"a","reason":"r","since":"s","until":"soon"}]}"#, "entry 1, \"until\""),
        ] {
            std::fs::write(&path, text).unwrap();
            let error = read(folder.path(), at(0)).unwrap_err();
            assert!(matches!(error, StateError::Damaged { .. }) && error.to_string().contains(why), "{error}");
            add(folder.path(), "b", "r", at(0)).unwrap_err();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
        std::fs::remove_file(&path).unwrap();
        std::fs::create_dir(&path).unwrap();
        assert!(matches!(read(folder.path(), at(0)), Err(StateError::File { .. })));
    }
}
