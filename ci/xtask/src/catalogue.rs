//! The ledger: every checkable statement of the guides, the checks that ask for it, and what was found out last.
//!
//! `scenarios/catalogue.csv` lists the statements and `ci/guides.toml` the guides. What a check names is read from the
//! scenario files as plain TOML, and what was found from `run.json`, so that the ledger depends on no other crate.

pub mod found;
mod table;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::repo::{self, File};

pub use table::README;
pub(crate) use table::up_to_date;

/// Where the statements are listed.
pub const CATALOGUE: &str = "scenarios/catalogue.csv";
/// Where the guides are.
pub const GUIDES: &str = "ci/guides.toml";

/// What `--help` says.
const USAGE: &str = "\
Every statement of the guides, the scenario that asks for it, and the newest verdict on it.

Usage: cargo xtask catalogue [--guide ID] [--runs DIR]
       cargo xtask catalogue --write

  --guide ID  only the statements of this guide
  --runs DIR  folder of run folders to look for verdicts in [hil-runs]
  --write     bring the table in README.md up to date
";

/// One checkable statement.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Row {
    /// Its name, such as `LAN-01`.
    pub id: String,
    /// The guide that makes it.
    pub guide: String,
    /// The kind of machine it is about.
    pub platform: String,
    /// What is observed.
    pub metric: String,
    /// Under which conditions, in words.
    pub conditions: String,
}

/// A guide, as the list of guides declares it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guide {
    /// Its name in the catalogue.
    pub id: String,
    /// What people read.
    pub title: String,
    /// Whether every row of it has a check.
    pub complete: bool,
}

/// A check that names a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The scenario file.
    pub file: String,
    /// The line of the check.
    pub line: usize,
    /// The row that it names.
    pub target: String,
}

/// Everything that the repository says about statements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ledger {
    /// The statements, in the order of the catalogue.
    pub rows: Vec<Row>,
    /// The guides, in the order of their list.
    pub guides: Vec<Guide>,
    /// The checks of all scenario files.
    pub asked: Vec<Asked>,
}

impl Ledger {
    /// Reads the ledger out of the files of the repository.
    ///
    /// # Errors
    /// A file that is missing or is not what it should be.
    pub fn read(files: &[File]) -> Result<Self> {
        let text = |path: &str| {
            let file = files.iter().find(|file| file.path == path);
            file.map(|file| file.text.as_str()).with_context(|| format!("{path} is missing"))
        };
        let rows = csv::Reader::from_reader(text(CATALOGUE)?.as_bytes())
            .into_deserialize()
            .collect::<Result<_, _>>()
            .with_context(|| format!("{CATALOGUE} cannot be read"))?;
        let guides = guides(text(GUIDES)?).with_context(|| format!("{GUIDES} cannot be read"))?;
        let scenarios = files.iter().filter(|file| file.path.starts_with("scenarios/") && file.path.ends_with(".toml"));
        Ok(Self { rows, guides, asked: scenarios.flat_map(asked).collect() })
    }

    /// The checks that name a row.
    pub fn asked_for<'l>(&'l self, row: &'l Row) -> impl Iterator<Item = &'l Asked> {
        self.asked.iter().filter(move |asked| asked.target == row.id)
    }
}

fn guides(text: &str) -> Result<Vec<Guide>> {
    let mut tables: BTreeMap<String, Vec<Guide>> = toml::from_str(text)?;
    tables.remove("guide").context("it has no [[guide]]")
}

/// The rows that a scenario file names. A line is all that is looked at, because a place is what a finding needs; that the
/// file is right TOML is tested elsewhere.
fn asked(file: &File) -> Vec<Asked> {
    let lines = (1..).zip(file.text.lines());
    let named = lines.filter_map(|(line, text)| {
        let value = text.trim_start().strip_prefix("target")?.trim_start().strip_prefix('=')?;
        let target = value.split('"').nth(1)?.to_owned();
        Some(Asked { file: file.path.clone(), line, target })
    });
    named.collect()
}

/// Prints the ledger, or brings the table in README.md up to date.
///
/// # Errors
/// Wrong options; a file that cannot be read or written.
#[expect(clippy::print_stdout, reason = "the ledger is this command's output")]
pub fn run(root: &Path, options: &[&str]) -> Result<bool> {
    let ledger = Ledger::read(&repo::read(root)?)?;
    let (mut guide, mut runs) = (None, "hil-runs");
    match options {
        ["--help"] => print!("{USAGE}"),
        ["--write"] => {
            let path = root.join(README);
            let text = std::fs::read_to_string(&path)?;
            let new =
                table::replaced(&text, &ledger).with_context(|| format!("{README} has no place for the table"))?;
            std::fs::write(&path, new)?;
        }
        options => {
            let mut options = options.iter();
            while let Some(option) = options.next() {
                let place = match *option {
                    "--guide" => guide.insert(""),
                    "--runs" => &mut runs,
                    other => bail!("unknown option `{other}`\n\n{USAGE}"),
                };
                *place = options.next().with_context(|| format!("{option} needs a value"))?;
            }
            if let Some(guide) = guide.filter(|guide| !ledger.guides.iter().any(|known| known.id == *guide)) {
                bail!("no guide is called `{guide}`; {GUIDES} lists them");
            }
            print!("{}", table::whole(&ledger, &found::newest(&root.join(runs))?, guide));
        }
    }
    Ok(true)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::{CATALOGUE, GUIDES, Ledger};
    use crate::repo::File;

    /// Three statements of two guides, the second of which is complete, and two checks.
    pub(crate) fn files() -> Vec<File> {
        let head = "id,guide,platform,metric,statistic,op,limit,unit,acceptable,kind,conditions\n";
        let rows = "A-1,a,x,latency,p95,<,1,ms,,target,\"quoted, with a comma\"\n\
                    A-2,a,x,power,mean,<,1,mW,,target,plain\n\
                    B-1,b,y,memory,max,<,1,KiB,,target,plain\n";
        let guides = "[[guide]]\nid = \"a\"\ntitle = \"A\"\ncomplete = false\n\
                      [[guide]]\nid = \"b\"\ntitle = \"B\"\ncomplete = true\n";
        vec![
            File::new(CATALOGUE, format!("{head}{rows}")),
            File::new(GUIDES, guides),
            File::new("scenarios/a/one.toml", "[[check]]\ntarget = \"A-1\"  # a row\n"),
            File::new("scenarios/b/two.toml", "[[check]]\n\ntarget=\"B-1\"\ntargets = \"A-2\"\n"),
            File::new("docs/x.toml", "target = \"A-2\"\n"),
        ]
    }

    /// A README.md whose table fits these files.
    pub(crate) fn readme(files: &[File]) -> File {
        let ledger = Ledger::read(files).unwrap();
        let empty = "<!-- begin: cargo xtask catalogue --write -->\n<!-- end -->\n";
        File::new("README.md", super::table::replaced(empty, &ledger).unwrap())
    }

    #[test]
    fn rows_guides_and_checks_are_read() {
        let ledger = Ledger::read(&files()).unwrap();
        assert_eq!(ledger.rows.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["A-1", "A-2", "B-1"]);
        assert_eq!(ledger.rows[0].conditions, "quoted, with a comma");
        assert_eq!(ledger.guides.iter().map(|guide| guide.complete).collect::<Vec<_>>(), [false, true]);
        let asked: Vec<_> = ledger.asked.iter().map(|asked| (asked.target.as_str(), asked.line)).collect();
        assert_eq!(asked, [("A-1", 2), ("B-1", 3)]);
        assert_eq!(ledger.asked_for(&ledger.rows[1]).count(), 0);
    }

    #[test]
    fn a_ledger_that_cannot_be_read_says_which_file() {
        let mut files = files();
        files[1].text = "[[guide]]\nid = 1\n".to_owned();
        assert!(format!("{:#}", Ledger::read(&files).unwrap_err()).contains(GUIDES));
        files.remove(0);
        assert!(format!("{:#}", Ledger::read(&files).unwrap_err()).contains(CATALOGUE));
    }
}
