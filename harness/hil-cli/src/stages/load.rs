//! Load: files, this machine and its data sets become one question. Every problem of every file is told at once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use hil_bench::bench::Bench;
use hil_model::data::Dataset;
use hil_model::id::{DatasetName, PlatformId, RunId, ScenarioId};
use hil_model::lab::Lab;
use hil_model::run::{DataUsed, Environment, RigFault};
use hil_model::sample::Observations;
use hil_model::scenario::Scenario;
use hil_plan::MissingData;

use crate::args::RunArgs;
use crate::error::CliError;
use crate::faults;
use crate::lab::{Seat, Setup, Stale};
use crate::show::Show;
use crate::surroundings::Surroundings;
use crate::{environment, files, identity};

/// Everything that is known before anything is run.
#[derive(Debug)]
pub struct Question {
    /// Name of the run.
    pub id: RunId,
    /// Start, RFC 3339.
    pub started: String,
    /// Seed of every random choice.
    pub seed: u64,
    /// Whether samples are cut.
    pub quick: bool,
    /// What is asked.
    pub scenarios: Vec<Scenario>,
    /// What can answer, as plans know it.
    pub lab: Lab,
    /// Where agents can run, and what runs there.
    pub setup: Setup,
    /// The machine and the build.
    pub environment: Environment,
    /// Data sets that some scenario uses and that are here.
    pub datasets: BTreeMap<DatasetName, Dataset>,
    /// Data sets that some scenario uses and that are not.
    pub missing: BTreeMap<DatasetName, MissingData>,
    /// Scenarios whose data set is damaged: faults of the rig.
    pub faults: Vec<RigFault>,
}

/// Reads scenario files, looks at this machine, loads the data sets that are used.
///
/// # Errors
/// [`CliError::Scenarios`] after every problem has been printed; the other usage errors.
pub fn load(args: &RunArgs, around: &Surroundings, show: &mut Show) -> Result<Question, CliError> {
    let mut setup = Setup::choose(args.lab.lab.as_deref(), args.image.as_deref(), args.fault.as_deref())?;
    setup.allow_erase = args.allow_erase;
    let scenarios = files::scenarios(&args.files, setup.learn_kernels()?, show)?;
    require_exist(&scenarios, &args.require)?;
    faults::strike_somewhere(args.fault.as_deref(), &scenarios, &setup.seats)?;
    setup.find_images(&scenarios, &args.files, Stale::Build(around, show));
    ask(scenarios, setup, args, around, show)
}

/// Puts scenarios to a lab: what is left is to look at this machine and to load the data sets that are used.
///
/// # Errors
/// [`CliError::Store`] when runs cannot be kept, those of the data folders.
pub fn ask(
    scenarios: Vec<Scenario>,
    setup: Setup,
    args: &RunArgs,
    around: &Surroundings,
    show: &mut Show,
) -> Result<Question, CliError> {
    let mut question = Question {
        id: identity::run_id(),
        started: identity::now(),
        seed: args.amount.seed.unwrap_or_else(identity::seed),
        quick: args.amount.quick,
        scenarios,
        lab: setup.lab(),
        setup,
        environment: environment::look(),
        datasets: BTreeMap::new(),
        missing: BTreeMap::new(),
        faults: Vec::new(),
    };
    for seat in question.seats() {
        let shared = seat.lease_key().map_or(String::new(), |key| format!(", one run at a time by {key}"));
        show.detail(
            1,
            &format!("bench {}: {}, evidence {}{shared}", seat.name, seat.info.platform, seat.info.evidence),
        );
    }
    // Now, not after a minute of measuring, is the time to find out that the run cannot be kept. Nothing stays behind.
    drop(hil_store::RunFolder::create(&args.out, &question.id)?);
    question.load_data(&around.data_dirs(args.data.data.as_deref())?, show);
    Ok(question)
}

fn require_exist(scenarios: &[Scenario], required: &[String]) -> Result<(), CliError> {
    let names = |scenario: &Scenario, word: &str| {
        let answers = |target: Option<&hil_model::id::TargetId>| target.is_some_and(|target| target.as_str() == word);
        scenario.id.as_str() == word
            || scenario.checks.iter().any(|check| answers(check.target.as_ref()))
            || scenario.alerts.iter().any(|alert| answers(alert.target.as_ref()))
    };
    match required.iter().find(|word| !scenarios.iter().any(|scenario| names(scenario, word))) {
        Some(word) => Err(CliError::Require(word.clone())),
        None => Ok(()),
    }
}

impl Question {
    /// The title of a scenario.
    #[must_use]
    pub fn title_of(&self, id: &ScenarioId) -> &str {
        self.scenarios.iter().find(|scenario| scenario.id == *id).map_or("", |scenario| &scenario.title)
    }

    /// Every place where an agent can run; of those of one kind the first comes first.
    #[must_use]
    pub fn seats(&self) -> &[Seat] {
        &self.setup.seats
    }

    /// The bench that answers questions about `platform`, this computer or a board.
    ///
    /// # Errors
    /// Why there is none, for a fault of the rig.
    pub fn bench(&self, platform: &PlatformId) -> Result<Box<dyn Bench>, String> {
        let seat = self.setup.seats_of(platform).next().ok_or_else(|| "the bench of the plan is gone".to_owned())?;
        self.setup.bench(seat)
    }

    /// What a report has to say about the data sets that were really used.
    #[must_use]
    pub fn used(&self, observations: &[Observations]) -> Vec<DataUsed> {
        let ran = |scenario: &&Scenario| observations.iter().any(|seen| seen.scenario == scenario.id);
        let names: BTreeSet<&DatasetName> = self.scenarios.iter().filter(ran).flat_map(dataset_names).collect();
        names.into_iter().filter_map(|name| self.datasets.get(name)).map(|set| set.used.clone()).collect()
    }

    /// Loads every data set that a scenario names. A missing one is for the plan to report; a damaged one is a fault of
    /// the rig, and the scenarios that need it are taken out so that the others still run.
    fn load_data(&mut self, dirs: &[PathBuf], show: &mut Show) {
        let names: BTreeSet<DatasetName> = self.scenarios.iter().flat_map(dataset_names).cloned().collect();
        for name in names {
            match hil_data::open(&name, dirs) {
                Ok(set) => {
                    show.detail(1, &format!("data set {name}: {} items", set.items.len()));
                    self.datasets.insert(name, set);
                }
                Err(hil_data::DataError::Absent(absent)) => {
                    let missing = MissingData { origin: absent.origin.clone(), licence: absent.licence.clone() };
                    self.missing.insert(name, missing);
                }
                Err(error) => {
                    show.fault(&format!("data set {name}: {error}"));
                    self.take_out(&name, &without(dirs, &error.to_string()));
                }
            }
        }
    }

    fn take_out(&mut self, name: &DatasetName, message: &str) {
        for scenario in &self.scenarios {
            if dataset_names(scenario).any(|used| used == name) {
                self.faults.push(RigFault {
                    scenario: scenario.id.clone(),
                    platform: scenario.platform.clone(),
                    phase: "data".to_owned(),
                    message: message.to_owned(),
                });
            }
        }
    }
}

/// A message without the names of the folders that hold the data: it goes into the stored run.
fn without(dirs: &[PathBuf], message: &str) -> String {
    dirs.iter().fold(message.to_owned(), |message, dir| message.replace(&*dir.to_string_lossy(), "[data]"))
}

fn dataset_names(scenario: &Scenario) -> impl Iterator<Item = &DatasetName> {
    scenario.workloads.values().filter_map(|workload| workload.dataset.as_ref())
}
