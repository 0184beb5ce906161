//! Everything that `hil` takes from the environment, read in one place and documented in docs/environment.md.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy as _;

use crate::error::CliError;

/// What the environment says.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// `HIL_DATA`: a folder of data sets.
    pub data: Option<PathBuf>,
    /// The user's data folder for `hil data add`, such as `~/.local/share/hilbench/data`.
    pub user_data: Option<PathBuf>,
    /// `HIL_LEASE`, or a file in a folder that all users share: the lease of this host.
    pub lease: PathBuf,
    /// `HIL_STATE`, or the user's folder for state: what is remembered of boards from one run to the next.
    pub state: Option<PathBuf>,
    /// `PATH`: folders in which programs are looked for.
    pub path: Option<OsString>,
    /// `ANDROID_NDK_HOME`: the compiler for phones, as Android's own tools name it.
    pub ndk: Option<PathBuf>,
    /// The commit that CI says it works on; `.git` is asked first.
    pub commit: Option<String>,
    /// Columns of the terminal; 100 where there is none.
    pub width: usize,
    /// Whether standard output can show more than ASCII.
    pub unicode: bool,
}

/// Where GitHub, GitLab, Buildkite, CircleCI and Jenkins state the commit.
const COMMIT_VARS: [&str; 5] = ["GITHUB_SHA", "CI_COMMIT_SHA", "BUILDKITE_COMMIT", "CIRCLE_SHA1", "GIT_COMMIT"];

impl Surroundings {
    /// Reads the environment.
    #[must_use]
    pub fn look() -> Self {
        let user_data = etcetera::choose_base_strategy().ok().map(|base| base.data_dir().join("hilbench").join("data"));
        let lease = path_var("HIL_LEASE").unwrap_or_else(|| shared_folder().join("hilbench-host.lease"));
        Self {
            data: path_var("HIL_DATA"),
            user_data,
            lease,
            state: path_var("HIL_STATE").or_else(state_folder),
            path: std::env::var_os("PATH"),
            ndk: path_var("ANDROID_NDK_HOME"),
            commit: COMMIT_VARS.iter().find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty())),
            width: terminal_width(),
            unicode: unicode(),
        }
    }

    /// Folders to look for data sets in, the most specific first.
    ///
    /// # Errors
    /// [`CliError::NoDataFolder`] when one that was named is none: another copy must not answer in its place.
    pub fn data_dirs(&self, given: Option<&Path>) -> Result<Vec<PathBuf>, CliError> {
        let named: Vec<PathBuf> = given.map(Path::to_owned).into_iter().chain(self.data.clone()).collect();
        match named.iter().find(|dir| !dir.is_dir()) {
            Some(dir) => Err(CliError::NoDataFolder(dir.clone())),
            None => Ok(named.into_iter().chain(self.user_data.clone()).collect()),
        }
    }

    /// The file that starts when `program` is named, as the system looks for it: below the folders of `PATH`, or, with a
    /// separator in its name, from where `hil` runs.
    #[must_use]
    pub fn program(&self, program: &str) -> Option<PathBuf> {
        if Path::new(program).components().count() > 1 {
            return Some(PathBuf::from(program)).filter(|file| is_program(file));
        }
        let names = [program.to_owned(), format!("{program}{}", std::env::consts::EXE_SUFFIX)];
        let folders: Vec<PathBuf> = std::env::split_paths(self.path.as_ref()?).collect();
        folders.iter().flat_map(|folder| names.iter().map(|name| folder.join(name))).find(|file| is_program(file))
    }
}

/// Whether this user may start the file.
fn is_program(file: &Path) -> bool {
    #[cfg(unix)]
    let may_start = nix::unistd::access(file, nix::unistd::AccessFlags::X_OK).is_ok();
    #[cfg(not(unix))]
    let may_start = true;
    may_start && file.is_file()
}

/// Such as `~/.local/state/hilbench`; below the folder for data on systems that have none for state.
fn state_folder() -> Option<PathBuf> {
    let base = etcetera::choose_base_strategy().ok()?;
    Some(match base.state_dir() {
        Some(state) => state.join("hilbench"),
        None => base.data_dir().join("hilbench").join("state"),
    })
}

/// A folder that all users of this machine share, whatever their environment says: two runs measure each other no
/// matter who started them.
fn shared_folder() -> PathBuf {
    if cfg!(unix) { PathBuf::from("/tmp") } else { std::env::temp_dir() }
}

fn path_var(name: &str) -> Option<PathBuf> {
    // An empty variable means the same as none.
    std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// The terminal's width; `COLUMNS` decides where it is set, so that scripts and tests can choose.
fn terminal_width() -> usize {
    let columns = std::env::var_os("COLUMNS").and_then(|columns| columns.to_str()?.parse().ok());
    let terminal = || {
        let terminal = console::Term::stdout();
        terminal.is_term().then(|| terminal.size_checked()).flatten().map(|(_, columns)| usize::from(columns))
    };
    columns.or_else(terminal).unwrap_or(100).clamp(40, 400)
}

/// A locale that names UTF-8, or none at all on a system where that means nothing (Windows).
fn unicode() -> bool {
    let names = ["LC_ALL", "LC_CTYPE", "LANG"];
    let first: Option<OsString> =
        names.iter().find_map(|name| std::env::var_os(name).filter(|value| !value.is_empty()));
    match first {
        Some(locale) => locale.to_string_lossy().to_ascii_uppercase().replace('-', "").contains("UTF8"),
        None => cfg!(windows),
    }
}
