//! `hil gate`: may this build pass? Compared with another build, with a stored run, or with its declared limits only.
//!
//! The flow: what is compared (`against`) -> what was found out (`limits`, `stored`, `interleaved`) -> what that
//! decides (`decide`) -> `verdict.json`. Guarantees: nothing missing is green, and whatever stops the gate before its end leaves
//! no verdict of an earlier one behind.

mod acknowledge;
mod against;
mod asked;
mod build;
mod compared;
mod decide;
mod figures;
mod fingerprint;
mod git;
mod interleaved;
mod limits;
mod row;
mod sides;
mod stored;
mod turned;
mod unpaired;
mod vanished;
mod worktree;
mod write;

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use hil_model::gate::{Decision, FORMAT, GateVerdict, OnInconclusive, Policy, Side};
use hil_report::gate::{View, terminal};
use hil_report::render::terminal::Options;

use self::against::{Against, Commit};
use self::build::Built;
use self::compared::Compared;
use self::interleaved::{Kept, Sides};
use self::sides::Tree;
use self::worktree::Worktree;
use crate::args::{Format, GateArgs};
use crate::commands::run::wish_to_stop;
use crate::error::CliError;
use crate::exit::Exit;
use crate::show::{Show, clean, clean_json, print_out};
use crate::stages::archive;
use crate::surroundings::Surroundings;
use crate::{files, identity};

/// Why there is nothing to compare with.
#[derive(Debug, thiserror::Error)]
pub enum NoBaseline {
    /// Nothing was named, and this is no repository.
    #[error(
        "nothing to compare with: this folder is in no git repository; name a stored run with --baseline RUN, a folder with \
         --baseline-dir DIR, or hold the declared limits only with --limits-only"
    )]
    NotNamed,
    /// What was named does not exist.
    #[error("--baseline {name}: no stored run has this name, and {why}")]
    Nothing {
        /// As given.
        name: String,
        /// Why it is no commit either.
        why: &'static str,
    },
    /// A run was named that is not stored.
    #[error("--baseline {0}: no stored run has this name")]
    NoRun(String),
    /// The repository has no upstream.
    #[error(
        "no default branch of an upstream (origin/HEAD, origin/main, origin/master); name a commit with --baseline REF"
    )]
    NoUpstream,
    /// The histories have nothing in common, or not all of them is here.
    #[error("this commit has none in common with {0}; in a shallow clone, fetch its history (fetch-depth: 0)")]
    NoMergeBase(String),
    /// Git failed.
    #[error("the baseline cannot be checked out: {0}")]
    Git(String),
    /// Nobody knows what the baseline asked.
    #[error(
        "the scenario files of the baseline have problems, so what has vanished since cannot be told; --limits-only compares with nothing"
    )]
    Scenarios,
}

/// Compares, decides, writes the verdict and says what it is.
pub fn gate(args: &GateArgs, around: &Surroundings) -> Result<Exit, CliError> {
    let mut show = Show::new(args.format, args.verbose);
    let cancel = wish_to_stop(&mut show);
    write::forget(args)?;
    let remembered = archive::open(&args.archive, &args.out)?;
    let acknowledged = acknowledge::read(args.acknowledged.as_deref())?;
    let (compared, kept) = match against::choose(args, around)? {
        Against::Limits => {
            let (compared, kept) = limits::run(args, around, &cancel, &mut show)?;
            (compared, Some(kept))
        }
        Against::Stored { baseline, candidate } => (stored::run(args, &baseline, &candidate)?, None),
        Against::Folders { baseline, candidate } => {
            let (compared, kept) = folders(args, [baseline, candidate], around, &cancel, &mut show)?;
            (compared, Some(kept))
        }
        Against::Commit(commit) => match of_commit(args, &commit, around, &cancel, &mut show)? {
            Some((compared, kept)) => (compared, Some(kept)),
            None => return Ok(Exit::Interrupted),
        },
    };
    let verdict = decided(compared, &acknowledged, args, &mut show);
    let place = write::write(&verdict, kept.as_ref(), args, &remembered, &mut show)?;
    tell(&verdict, &place, around, &show);
    Ok(exit(&verdict, args.strict))
}

/// Two folders in which everything is built.
fn folders(
    args: &GateArgs,
    folders: [PathBuf; 2],
    around: &Surroundings,
    cancel: &AtomicBool,
    show: &mut Show,
) -> Result<(Compared, Kept), CliError> {
    let [baseline, candidate] = folders;
    let named = |folder: &Path| Side {
        name: folder.file_name().map_or_else(|| "folder".to_owned(), |name| name.to_string_lossy().into_owned()),
        commit: None,
        run: None,
    };
    let baseline = Tree::baseline(baseline.clone(), named(&baseline), args);
    let candidate = Tree::candidate(candidate.clone(), named(&candidate), args);
    let scenarios = files::scenarios(&args.files, None, show)?;
    sides::expect_two_agents(&scenarios, [&baseline, &candidate])?;
    let former = former(args, &baseline.folder, show)?;
    let sides = Sides { baseline, candidate, scenarios, former, broken: None, args };
    interleaved::compare(sides, around, cancel, show)
}

/// A commit and this folder. Nothing when the user stopped the gate before anything was measured.
fn of_commit(
    args: &GateArgs,
    commit: &Commit,
    around: &Surroundings,
    cancel: &AtomicBool,
    show: &mut Show,
) -> Result<Option<(Compared, Kept)>, CliError> {
    let Commit { git, name, hash } = commit;
    let scenarios = files::scenarios(&args.files, None, show)?;
    let short: String = hash.chars().take(12).collect();
    show.note(&format!("baseline: {name}, commit {short}"));
    let worktree = Worktree::add(git, hash)?;
    let tree = worktree.path().join(git.prefix()?);
    let here = std::path::absolute(".").map_err(|source| CliError::Read { path: PathBuf::from("."), source })?;
    let changed = if git.is_changed() { ", with changes" } else { "" };
    let now = Side { name: format!("this folder{changed}"), commit: git.commit("HEAD"), run: None };
    let baseline = Tree::baseline(tree, Side { name: name.clone(), commit: Some(hash.clone()), run: None }, args);
    let candidate = Tree::candidate(here, now, args);
    sides::expect_two_agents(&scenarios, [&baseline, &candidate])?;
    let former = former(args, &baseline.folder, show)?;
    let mut broken = None;
    for (tree, side) in [(&candidate, "candidate"), (&baseline, "baseline")] {
        match build::build(args.build.as_deref(), &tree.folder, side, around, cancel, show) {
            Built::Well => {}
            Built::Failed(why) => broken = Some((side, format!("it does not build: {why}"))),
            Built::Interrupted => return Ok(None),
        }
    }
    let sides = Sides { baseline, candidate, scenarios, former, broken, args };
    interleaved::compare(sides, around, cancel, show).map(Some)
}

fn former(args: &GateArgs, tree: &Path, show: &mut Show) -> Result<Vec<hil_model::scenario::Scenario>, CliError> {
    match vanished::of_baseline(args, tree, show) {
        Err(CliError::Scenarios { .. }) => Err(NoBaseline::Scenarios.into()),
        other => other,
    }
}

/// The verdict on what was found out.
fn decided(
    mut compared: Compared,
    acknowledged: &[hil_scenario::Acknowledgement],
    args: &GateArgs,
    show: &mut Show,
) -> GateVerdict {
    let on_inconclusive = if args.strict { OnInconclusive::Fail } else { OnInconclusive::Warn };
    let (margin, margins) = (args.margin_of_all(), args.own_margins());
    let policy = Policy { margin, margins, level: args.level, on_inconclusive };
    decide::correct(&mut compared.drafts, policy.level);
    decide::witness(&mut compared.drafts);
    let now = identity::now();
    let today = now.get(..10).unwrap_or_default();
    let idle = decide::acknowledge(&mut compared.drafts, acknowledged, today);
    acknowledge::say_idle(&idle, show);
    let controls = compared.controls();
    let rows: Vec<_> = compared.drafts.into_iter().map(|draft| draft.row).collect();
    let decided = decide::decide(&rows, &compared.checks, &compared.errors, compared.interrupted, &policy);
    GateVerdict {
        format: FORMAT,
        id: compared.id,
        started: compared.started,
        seconds: (show.elapsed() * 1000.0).round() / 1000.0,
        seed: compared.seed,
        interrupted: compared.interrupted,
        mode: compared.mode,
        baseline: compared.baseline,
        candidate: compared.candidate,
        policy,
        decision: decided.decision,
        summary: decided.summary,
        repeat: repeat(args, compared.seed),
        controls,
        rows,
        checks: compared.checks,
        errors: compared.errors,
        environment: compared.environment,
        noise: compared.noise,
    }
}

/// A command that repeats it, without the names of folders elsewhere on this computer.
fn repeat(args: &GateArgs, seed: u64) -> String {
    let mut words = vec!["hil".to_owned(), "gate".to_owned()];
    let mut say = |word: &str| {
        let plain = !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || "-_./,:=~^@{}%".contains(c));
        words.push(if plain { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) });
    };
    let shown =
        |path: &Path| if path.is_absolute() { path.file_name().unwrap_or_default().into() } else { path.to_owned() };
    args.files.files.iter().for_each(|file| say(&shown(file).to_string_lossy()));
    for only in &args.files.only {
        say("--only");
        say(only);
    }
    let paths = [
        ("--candidate", &args.candidate),
        ("--baseline-dir", &args.baseline_dir),
        ("--candidate-dir", &args.candidate_dir),
        ("--image", &args.image),
        ("--baseline-image", &args.baseline_image),
        ("--lab", &args.lab.lab),
        ("--acknowledged", &args.acknowledged),
    ];
    if let Some(baseline) = &args.baseline {
        say("--baseline");
        say(&shown(Path::new(baseline)).to_string_lossy());
    }
    for (option, path) in paths {
        if let Some(path) = path {
            say(option);
            say(&shown(path).to_string_lossy());
        }
    }
    if let Some(build) = &args.build {
        say("--build");
        say(build);
    }
    for (flag, wanted) in
        [("--limits-only", args.limits_only), ("--quick", args.amount.quick), ("--strict", args.strict)]
    {
        if wanted {
            say(flag);
        }
    }
    let percent = |share: f64| format!("{}%", (share * 1e6).round() / 1e4);
    say("--margin");
    say(&percent(args.margin_of_all()));
    for (metric, margin) in args.own_margins() {
        say("--margin");
        say(&format!("{metric}={}", percent(margin)));
    }
    say("--level");
    say(&percent(args.level));
    if let Some(budget) = args.amount.budget {
        say("--budget");
        say(&format!("{}s", budget.as_secs_f64()));
    }
    say("--seed");
    say(&seed.to_string());
    words.join(" ")
}

/// Says what the verdict is.
fn tell(verdict: &GateVerdict, place: &Path, around: &Surroundings, show: &Show) {
    match show.format() {
        Format::Json => {
            let event = serde_json::json!({
                "event": "gate-finished",
                "decision": verdict.decision,
                "summary": verdict.summary,
                "verdict": place.to_string_lossy(),
            });
            print_out(&clean_json(&format!("{event}\n")));
        }
        Format::Text => {
            let options = Options { width: around.width, color: true, unicode: around.unicode };
            print_out(&terminal::render(&View::new(verdict), options));
            print_out(&format!("\nverdict: {}\n", clean(&place.display().to_string())));
        }
    }
}

/// The exit code of a verdict.
fn exit(verdict: &GateVerdict, strict: bool) -> Exit {
    match verdict.decision {
        _ if verdict.interrupted && verdict.mode != hil_model::gate::Mode::Stored => Exit::Interrupted,
        Decision::Invalid => Exit::RigOrInvalid,
        Decision::Fail => Exit::Missed,
        Decision::Inconclusive if strict => Exit::Unproved,
        Decision::Inconclusive | Decision::Pass => Exit::Success,
    }
}
