//! The archive under crashes: the process is killed, or the power cut, at every single step that changes the disk.
//!
//! A disk that counts its steps fails at the one that is asked for and at all behind it, as if nobody was there any more. A killed
//! process leaves what it did. A power cut takes back what was not made safe: content that was not synced is cut in
//! half, names of a folder that was not synced are as they were; removals may or may not have happened.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use super::disk::Disk;
use super::folder::Folder;
use super::samples::{counted, entries};
use super::storage::Storage as _;
use super::{Archive, layout};

/// How it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// The process is killed.
    Kill,
    /// The power fails, and nothing that was not made safe is left.
    Power,
    /// The same, but removals have reached the disk.
    PowerButRemoved,
}

/// What a power cut takes back.
enum Undo {
    Content(PathBuf),
    Name { from: PathBuf, to: PathBuf, before: Option<Vec<u8>> },
    Removal(PathBuf, Vec<u8>),
    Folder(PathBuf),
}

#[derive(Default)]
struct State {
    step: usize,
    dead: bool,
    undo: Vec<Undo>,
}

/// Called before each step.
type Hook = Box<dyn Fn(usize) + Send + Sync>;

struct Faulty {
    stop_at: usize,
    end: End,
    state: Mutex<State>,
    hook: Option<Hook>,
}

impl fmt::Debug for Faulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Faulty at {}", self.stop_at)
    }
}

impl Faulty {
    fn new(stop_at: usize, end: End, hook: Option<Hook>) -> Arc<Self> {
        Arc::new(Self { stop_at, end, state: Mutex::default(), hook })
    }

    /// Never fails; what tests begin with.
    fn sound() -> Arc<Self> {
        Self::new(usize::MAX, End::Kill, None)
    }

    fn step(&self, last_gasp: impl FnOnce()) -> io::Result<()> {
        let step = {
            let mut state = self.state.lock().unwrap();
            if state.dead {
                return Err(io::Error::other("dead"));
            }
            state.step += 1;
            state.step - 1
        };
        if let Some(hook) = &self.hook {
            hook(step);
        }
        if step == self.stop_at {
            self.state.lock().unwrap().dead = true;
            last_gasp();
            return Err(io::Error::other("dead"));
        }
        Ok(())
    }

    fn note(&self, undo: Undo) {
        self.state.lock().unwrap().undo.push(undo);
    }

    fn is_dead(&self) -> bool {
        self.state.lock().unwrap().dead
    }

    /// Leaves the disk as the end leaves it.
    fn settle(&self) {
        let undo = std::mem::take(&mut self.state.lock().unwrap().undo);
        if self.end == End::Kill {
            return;
        }
        for undo in undo.into_iter().rev() {
            match undo {
                Undo::Content(path) => {
                    if let Ok(bytes) = fs::read(&path) {
                        fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
                    }
                }
                Undo::Name { from, to, before } => {
                    if to.exists() {
                        fs::rename(&to, &from).unwrap();
                    }
                    if let Some(before) = before {
                        fs::write(&to, before).unwrap();
                    }
                }
                Undo::Removal(path, bytes) => {
                    if self.end == End::Power && path.parent().unwrap().is_dir() {
                        fs::write(path, bytes).unwrap();
                    }
                }
                Undo::Folder(path) => {
                    let _ = fs::remove_dir_all(path);
                }
            }
        }
    }
}

impl Disk for Faulty {
    fn make_folder(&self, path: &Path) -> io::Result<()> {
        self.step(|| ())?;
        if !path.is_dir() {
            fs::create_dir(path)?;
            self.note(Undo::Folder(path.to_owned()));
        }
        Ok(())
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.step(|| fs::write(path, &bytes[..bytes.len() / 2]).unwrap())?;
        fs::write(path, bytes)?;
        self.note(Undo::Content(path.to_owned()));
        Ok(())
    }

    fn sync(&self, path: &Path) -> io::Result<()> {
        self.step(|| ())?;
        let mut state = self.state.lock().unwrap();
        state.undo.retain(|undo| !matches!(undo, Undo::Content(written) if written == path));
        Ok(())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.step(|| ())?;
        let before = fs::read(to).ok();
        fs::rename(from, to)?;
        for undo in &mut self.state.lock().unwrap().undo {
            if let Undo::Content(path) = undo
                && path == from
            {
                // Its content goes with it.
                *path = to.to_owned();
            }
        }
        self.note(Undo::Name { from: from.to_owned(), to: to.to_owned(), before });
        Ok(())
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        self.step(|| ())?;
        let of = |file: &Path| file.parent() == Some(path);
        self.state.lock().unwrap().undo.retain(|undo| match undo {
            Undo::Content(_) => true,
            Undo::Name { to, .. } => !of(to),
            Undo::Removal(file, _) | Undo::Folder(file) => !of(file),
        });
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.step(|| ())?;
        if let Ok(bytes) = fs::read(path) {
            fs::remove_file(path)?;
            self.note(Undo::Removal(path.to_owned(), bytes));
        }
        Ok(())
    }
}

fn on(root: &Path, disk: Arc<Faulty>) -> Archive {
    Archive::on(Folder::over(root, disk))
}

/// An archive in which one day of two has too many files as soon as the appends that wait are sorted, and how many runs it
/// holds.
fn filled(root: &Path) -> u32 {
    let archive = on(root, Faulty::sound());
    for run in 0..4 {
        archive.append(&entries(run)).unwrap();
        archive.tidy_all().unwrap();
    }
    for run in [4, 30] {
        archive.append(&entries(run)).unwrap();
    }
    6
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

/// Every file that counts can be read.
fn expect_readable(root: &Path, below: &Path) {
    let storage = Folder::at(root);
    for file in layout::files(&storage, below).unwrap() {
        layout::read(&storage, &file).unwrap();
    }
    for name in storage.names(below).unwrap() {
        if root.join(below).join(&name).is_dir() {
            expect_readable(root, &below.join(name));
        }
    }
}

fn expect_all_once(found: &BTreeMap<String, [usize; 3]>, runs: usize, what: &str) {
    assert!(found.values().all(|counts| *counts == [1, 1, 1]), "{what}: {found:?}");
    assert_eq!(found.len(), runs, "{what}: {found:?}");
}

/// Does something to a copy of the filled archive, stopped at every step in every way, and looks at what is left.
///
/// `more` is how many runs it may add.
fn stop_everywhere(act: impl Fn(&Archive), more: usize) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let before = folder.path().join("before");
    let runs = filled(&before) as usize;
    let mut steps = 0;
    for end in [End::Kill, End::Power, End::PowerButRemoved] {
        for stop_at in 0.. {
            let root = folder.path().join(format!("{end:?}-{stop_at}"));
            copy(&before, &root);
            let disk = Faulty::new(stop_at, end, None);
            act(&on(&root, Arc::clone(&disk)));
            let what = format!("{end:?} at step {stop_at}");
            let died = disk.is_dead();
            disk.settle();
            expect_readable(&root, Path::new(""));
            let after = on(&root, Faulty::sound());
            let found = counted(&after);
            let added = found.len() - runs;
            assert!(if died { added <= more } else { added == more }, "{what}: {added} added");
            expect_all_once(&found, runs + added, &what);
            // Whoever comes next finishes the work.
            act(&after);
            after.tidy_all().unwrap();
            expect_all_once(&counted(&after), runs + more, &format!("after {what}"));
            assert!(layout::new_files(&Folder::at(&root)).unwrap().is_empty(), "{what}");
            fs::remove_dir_all(&root).unwrap();
            if !died {
                steps = stop_at;
                break;
            }
        }
    }
    steps
}

#[test]
fn an_append_that_is_stopped_anywhere_happens_whole_or_not_at_all() {
    let steps = stop_everywhere(
        |archive| {
            let _ = archive.append(&entries(40));
        },
        1,
    );
    // Two folders with the names in them, the file, its name.
    assert_eq!(steps, 8);
}

#[test]
fn the_first_append_of_all_may_be_stopped_anywhere() {
    for end in [End::Kill, End::Power, End::PowerButRemoved] {
        for stop_at in 0..9 {
            let folder = tempfile::tempdir().unwrap();
            let root = folder.path().join("archive");
            let disk = Faulty::new(stop_at, end, None);
            let appended = on(&root, Arc::clone(&disk)).append(&entries(1));
            assert_eq!(appended.is_err(), stop_at < 8);
            disk.settle();
            let after = on(&root, Faulty::sound());
            let found = counted(&after).len();
            assert!(found == 1 || (found == 0 && stop_at < 8), "{end:?} at step {stop_at}");
            after.append(&entries(1)).unwrap();
            expect_all_once(&counted(&after), 1, "afterwards");
        }
    }
}

#[test]
fn sorting_merging_and_indexing_that_is_stopped_anywhere_loses_nothing_and_counts_nothing_twice() {
    let steps = stop_everywhere(
        |archive| {
            let _ = archive.tidy_all();
        },
        0,
    );
    assert!(steps > 60, "all of it must have happened: {steps}");
}

#[test]
fn a_failed_append_leaves_nothing_behind_but_hidden_files() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Faulty::new(6, End::Kill, None);
    on(folder.path(), disk).append(&entries(1)).unwrap_err();
    assert!(Folder::at(folder.path()).names(Path::new("new")).unwrap().iter().all(|name| name.starts_with('.')));
}

#[test]
fn every_state_in_between_reads_as_the_whole() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("archive");
    let runs = filled(&root) as usize;
    let reader = on(&root, Faulty::sound());
    let hook: Hook = Box::new(move |step| expect_all_once(&counted(&reader), runs, &format!("before step {step}")));
    let disk = Faulty::new(usize::MAX, End::Kill, Some(hook));
    on(&root, disk).tidy_all().unwrap();
}

#[test]
fn an_append_at_any_moment_of_tidying_is_kept_whether_or_not_tidying_ends() {
    let folder = tempfile::tempdir().unwrap();
    let before = folder.path().join("before");
    let runs = filled(&before) as usize;
    let steps = {
        let root = folder.path().join("count");
        copy(&before, &root);
        let disk = Faulty::sound();
        on(&root, Arc::clone(&disk)).tidy_all().unwrap();
        disk.state.lock().unwrap().step
    };
    for moment in 0..steps {
        for (end, stop_at) in [(End::Kill, usize::MAX), (End::PowerButRemoved, moment + 3)] {
            let root = folder.path().join("now");
            copy(&before, &root);
            let other = on(&root, Faulty::sound());
            let hook: Hook = Box::new(move |step| {
                if step == moment {
                    other.append(&entries(12)).unwrap();
                }
            });
            let disk = Faulty::new(stop_at, end, Some(hook));
            let _ = on(&root, Arc::clone(&disk)).tidy_all();
            disk.settle();
            let after = on(&root, Faulty::sound());
            let what = format!("append before step {moment}, {end:?} at {stop_at}");
            expect_all_once(&counted(&after), runs + 1, &what);
            after.tidy_all().unwrap();
            expect_all_once(&counted(&after), runs + 1, &format!("after {what}"));
            fs::remove_dir_all(&root).unwrap();
        }
    }
}

#[test]
fn many_writers_and_a_reader_at_once_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    std::thread::scope(|scope| {
        for writer in 0..4u32 {
            scope.spawn(move || {
                let archive = Archive::at(root);
                for run in 0..12 {
                    archive.append(&entries(writer * 12 + run)).unwrap();
                    if run % 4 == 3 {
                        archive.tidy_all().unwrap();
                    }
                }
            });
        }
        scope.spawn(|| {
            let mut least = 0;
            for _ in 0..20 {
                let found = counted(&Archive::at(root));
                assert!(found.values().flatten().all(|count| *count <= 1), "{found:?}");
                assert!(found.len() >= least, "a run that was there is gone");
                least = found.len();
            }
        });
    });
    expect_all_once(&counted(&Archive::at(root)), 48, "in the end");
}
