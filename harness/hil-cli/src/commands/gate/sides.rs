//! The two folders that are compared, and what runs in each: its programs, its agent, its images for boards.

use std::path::{Path, PathBuf};

use hil_model::gate;
use hil_model::id::{KernelName, WorkloadId};
use hil_model::scenario::{Code, Scenario};

use crate::args::GateArgs;
use crate::error::CliError;
use crate::firmware;
use crate::lab::{Setup, Stale};
use crate::show::Show;
use crate::surroundings::Surroundings;

/// A folder in which a side was built, as messages and the verdict call it.
#[derive(Debug, Clone)]
pub(super) struct Tree {
    /// Where scenario files of the candidate have their counterparts, and where commands run.
    pub(super) folder: PathBuf,
    pub(super) side: gate::Side,
    /// The agent or image as named, from the folder.
    image: Option<PathBuf>,
}

impl Tree {
    /// The baseline's.
    pub(super) fn baseline(folder: PathBuf, side: gate::Side, args: &GateArgs) -> Self {
        let image = args.baseline_image.as_ref().or(args.image.as_ref()).map(|image| folder.join(image));
        Self { folder, side, image }
    }

    /// The candidate's.
    pub(super) fn candidate(folder: PathBuf, side: gate::Side, args: &GateArgs) -> Self {
        let image = args.image.as_ref().map(|image| folder.join(image));
        Self { folder, side, image }
    }

    /// What runs in the tree, once it is built.
    ///
    /// # Errors
    /// As [`Setup::choose`] and [`Setup::learn_kernels`]; [`CliError::Read`] when the image is not there.
    pub(super) fn setup(
        &self,
        args: &GateArgs,
        scenarios: &[Scenario],
        around: &Surroundings,
        show: &mut Show,
    ) -> Result<Setup, CliError> {
        let own = || Some(self.folder.join(OWN)).filter(|program| program.is_file() && is_repository(&self.folder));
        let image = self.image.clone().or_else(own);
        if let Some(image) = &image {
            std::fs::metadata(image).map_err(|source| CliError::Read { path: image.clone(), source })?;
        }
        let setup = Setup::choose(args.lab.lab.as_deref(), image.as_deref(), None)?;
        let mut setup = setup.in_folder(self.folder.clone());
        setup.learn_kernels()?;
        let root = firmware::repository(std::slice::from_ref(&self.folder));
        setup.find_images_in(scenarios, root.as_deref(), Stale::Build(around, show));
        Ok(setup)
    }
}

/// In the repository of Hilbench itself, every tree builds the agent that has its kernels.
const OWN: &str = "target/release/hil";

fn is_repository(folder: &Path) -> bool {
    folder.join("harness/hil-cli/Cargo.toml").is_file()
}

/// Kernels of this very program would be the same code on both sides.
///
/// # Errors
/// [`CliError::GateUsage`] says which, and what to name.
pub(super) fn expect_two_agents(scenarios: &[Scenario], trees: [&Tree; 2]) -> Result<(), CliError> {
    let has_agent = |tree: &&Tree| tree.image.is_some() || is_repository(&tree.folder);
    if trees.iter().all(has_agent) {
        return Ok(());
    }
    let built_in: Vec<KernelName> =
        crate::agent::built_in_kernels().into_iter().filter_map(|kernel| KernelName::new(kernel.name).ok()).collect();
    let same = scenarios.iter().filter(|scenario| scenario.platform.as_str() == HERE).find_map(|scenario| {
        let kernels = scenario.workloads.values().filter_map(|workload| match &workload.code {
            Code::Kernel(kernel) if built_in.contains(kernel) => Some(kernel),
            _ => None,
        });
        kernels.into_iter().next().map(|kernel| (scenario, kernel))
    });
    match same {
        None => Ok(()),
        Some((scenario, kernel)) => Err(CliError::GateUsage(format!(
            "scenario {}: {kernel} is part of hil itself, so both sides would be the same code; name the agent that each \
             tree builds with --image, or leave the scenario out with --only",
            scenario.id
        ))),
    }
}

/// The kind of machine whose agent is a child process.
const HERE: &str = "desktop-cpu";

/// The workloads of a scenario whose program is a file of the tree that is not there. What is found along the `PATH` is
/// the same for both sides and left to whoever starts it.
pub(super) fn absent_programs(scenario: &Scenario, tree: &Path) -> Vec<(WorkloadId, String)> {
    let absent = |(id, workload): (&WorkloadId, &hil_model::scenario::Workload)| {
        let Code::Command(argv) = &workload.code else { return None };
        let program = Path::new(argv.first()?);
        let is_of_tree = program.is_relative() && program.components().count() > 1;
        let name = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
        (is_of_tree && !tree.join(program).is_file()).then(|| (id.clone(), name))
    };
    scenario.workloads.iter().filter_map(absent).collect()
}
