//! One process start of a suite: the arguments, the folder of its own, and what it has measured.

use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use hil_bench::bench::Ending;
use hil_bench::control::Control;
use hil_bench::crash::{Blame, WHO_KILLS, blame, printable};
use hil_bench::process::Program;
use hil_import::criterion::{self, NEWEST};
use hil_import::escape::{listed, shortened};
use hil_import::imported::{Benchmark, Source};
use hil_model::plan::SuiteAmount;
use hil_model::sample::Failure;
use hil_model::scenario::{Suite, SuiteFound};

use crate::folders;
use crate::program::{FOR_CLOSING, Ran, run};

/// Resamples of criterion's own analysis, which nobody reads: the fewest that it takes without a warning.
const RESAMPLES: &str = "1000";
/// Time to list benchmarks, for a message.
const FOR_A_LIST: Duration = Duration::from_secs(10);

/// What a start amounts to.
#[derive(Debug)]
pub(crate) enum Started {
    /// The samples of the benchmark.
    Measured(Source),
    /// The bench failed; what it had measured before is kept.
    Failed(Failure, Option<Source>),
    /// The caller wanted to stop.
    Cancelled,
    /// The suite is not what the scenario says, or the machine does not run it.
    Rig(String),
}

/// Everything about a start that does not differ between starts.
pub(crate) struct Bench<'a> {
    pub(crate) program: &'a Path,
    pub(crate) suite: &'a Suite,
    pub(crate) found: &'a SuiteFound,
    pub(crate) amount: SuiteAmount,
    /// Longest time that it may take.
    pub(crate) limit: Duration,
}

impl Bench<'_> {
    /// Starts the bench with `home`, a folder that does not exist yet, for criterion's files; `shown` stands for it in
    /// messages.
    pub(crate) fn start(&self, home: &Path, shown: &str, control: &Control<'_>) -> Started {
        if let Err(error) = std::fs::create_dir(home) {
            return Started::Rig(format!("cannot make a folder for criterion's files: {error}"));
        }
        let program = self.program(self.arguments()).with_variable("CRITERION_HOME", home);
        let ran = match run(&program, control, self.limit, 0) {
            Ok(ran) => ran,
            Err(error) => return Started::Rig(format!("bench {} does not start: {error}", self.found.bench)),
        };
        match ran {
            Ran::Cancelled => Started::Cancelled,
            Ran::TimedOut => Started::Failed(Failure::TimedOut { after: self.limit }, self.read(home, shown).ok()),
            Ran::Ended { end, .. } => match &end.how {
                Ending::Exited(0) => match self.read(home, shown) {
                    Ok(source) => Started::Measured(source),
                    Err(why) => Started::Rig(self.with_list(why, control)),
                },
                Ending::KilledFromOutside { signal } => {
                    Started::Rig(format!("the bench was ended from outside by {signal}; {WHO_KILLS}"))
                }
                Ending::Stopped => {
                    let detail = format!("it closed its standard output and was still running {FOR_CLOSING:?} later");
                    Started::Failed(Failure::Crashed { detail }, self.read(home, shown).ok())
                }
                Ending::Exited(_) | Ending::Crashed { .. } | Ending::RigFailed(_) => match blame(&end) {
                    Blame::Code { detail } => Started::Failed(Failure::Crashed { detail }, self.read(home, shown).ok()),
                    Blame::Rig { message } => Started::Rig(message),
                },
            },
        }
    }

    fn program(&self, arguments: Vec<OsString>) -> Program {
        // As `cargo bench` starts it.
        Program::new(self.program, arguments)
            .in_folder(&self.found.folder)
            .with_variable("CARGO_MANIFEST_DIR", &self.found.folder)
    }

    fn arguments(&self) -> Vec<OsString> {
        let mut arguments = vec!["--bench".to_owned(), "--noplot".to_owned()];
        arguments.extend(["--nresamples".to_owned(), RESAMPLES.to_owned()]);
        let SuiteAmount { warm_up, measurement, samples } = self.amount;
        let seconds = |time: Duration| format!("{}", time.as_secs_f64());
        let options = [
            ("--warm-up-time", warm_up.map(seconds)),
            ("--measurement-time", measurement.map(seconds)),
            ("--sample-size", samples.map(|samples| samples.to_string())),
        ];
        for (name, value) in options {
            arguments.extend(value.into_iter().flat_map(|value| [name.to_owned(), value]));
        }
        let only = self.suite.benchmark.as_ref().map(|id| format!("^{}$", literally(id)));
        // Behind `--`, a filter may begin with a hyphen.
        if let Some(filter) = self.suite.filter.clone().or(only) {
            arguments.extend(["--".to_owned(), filter]);
        }
        arguments.into_iter().map(OsString::from).collect()
    }

    /// The samples of the benchmark that is meant, or why there are none.
    fn read(&self, home: &Path, shown: &str) -> Result<Source, String> {
        let folders = folders::measurements(home, shown).map_err(|error| format!("criterion's files: {error}"))?;
        // What an earlier run is compared with is a copy here, because there is none.
        let newest: Vec<_> = folders.into_iter().filter(|folder| folder.label == NEWEST).collect();
        let imported = criterion::read(&newest).map_err(|errors| {
            let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
            format!("criterion's files are damaged: {}", errors.join("; "))
        })?;
        let names = |benchmarks: &[Benchmark]| {
            let names: Vec<String> = benchmarks.iter().map(|known| shortened(&known.name, 100)).collect();
            listed(&names)
        };
        let all = imported.benchmarks;
        let meant = match (&self.suite.benchmark, all.len()) {
            (Some(id), _) => {
                let known = names(&all);
                let missing =
                    || format!("benchmark {id:?} of bench {} was not measured; {known} was", self.found.bench);
                all.into_iter().find(|known| known.name == *id).ok_or_else(missing)?
            }
            (None, 0) => return Err(format!("bench {} has measured nothing", self.found.bench)),
            (None, 1) => all.into_iter().next().ok_or("nothing was measured")?,
            (None, _) => {
                let (bench, names) = (&self.found.bench, names(&all));
                return Err(format!("bench {bench} measures several: {names}; name one with `benchmark = \"..\"`"));
            }
        };
        meant.sources.into_iter().next().ok_or_else(|| "criterion has kept no samples".to_owned())
    }

    /// Adds the ids that the bench lists, if it does, to a message about one that it has not measured.
    fn with_list(&self, why: String, control: &Control<'_>) -> String {
        if !why.contains("was not measured") {
            return why;
        }
        let program = self.program(["--bench", "--list"].map(OsString::from).into());
        let Ok(Ran::Ended { out, .. }) = run(&program, control, FOR_A_LIST, 64 << 10) else { return why };
        let text = String::from_utf8_lossy(&out);
        let ids: Vec<String> =
            text.lines().filter_map(|line| line.strip_suffix(": benchmark")).map(printable).collect();
        if ids.is_empty() { why } else { format!("{why}; it lists {}", listed(&ids)) }
    }
}

/// A regular expression that matches `text` and nothing else.
fn literally(text: &str) -> String {
    let mut expression = String::new();
    for c in text.chars() {
        if r"\.+*?()|[]{}^$#&-~".contains(c) {
            expression.push('\\');
        }
        expression.push(c);
    }
    expression
}

#[cfg(test)]
mod tests {
    use super::literally;

    #[test]
    fn what_means_something_in_an_expression_is_escaped() {
        assert_eq!(literally("filters/fir/16"), "filters/fir/16");
        assert_eq!(literally("a (b) [c] x^2 1.5"), r"a \(b\) \[c\] x\^2 1\.5");
    }
}
