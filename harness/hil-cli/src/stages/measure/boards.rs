//! Boards, each with a thread of its own, side by side. A thread starts and uses its child processes itself, because on
//! Linux a child ends with the thread that started it. The main thread speaks for all of them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};

use hil_bench::bench::Trouble;
use hil_bench::control::{Control, SystemClock};
use hil_bench::event::Event;
use hil_bench::job::JobOutcome;
use hil_model::plan::{Job, Plan};
use hil_model::verdict::Reason;
use hil_probe::order::Reach;
use jiff::Timestamp;

use super::claims::Board;
use super::{Done, Sets, finish, no_bench, still_open};
use crate::args::RunArgs;
use crate::error::CliError;
use crate::identity;
use crate::lab::ImageSource;
use crate::show::Show;
use crate::stages::load::Question;
use crate::stages::voice::Voice;
use crate::surroundings::Surroundings;
use crate::upkeep::attempts::{self, Ended, Rig};
use crate::upkeep::ladder::{Means, Port, Rung};
use crate::upkeep::quarantine::{self, Quarantined};
use crate::upkeep::{StateError, hub, ledger};

/// What the threads need of the run.
struct Common<'a> {
    question: &'a Question,
    plan: &'a Plan,
    cancel: &'a AtomicBool,
    /// The fault is injected on purpose.
    injected: bool,
    state: Option<PathBuf>,
    /// What switches ports of hubs, if it is installed.
    switch: Option<PathBuf>,
}

/// What a thread tells, about the job at that position.
enum Told {
    Begins,
    Attempt,
    Event(Event),
    Warning(String),
    Ended(Box<Done>),
}

type Teller = Sender<(usize, Told)>;

/// Runs the jobs of all boards; those of one board one after the other. What has not begun when the user stops is absent.
///
/// # Errors
/// [`CliError::State`] when it cannot be told whether a board is quarantined.
pub(super) fn run(
    question: &Question,
    plan: &Plan,
    boards: Vec<Board<'_>>,
    args: &RunArgs,
    around: &Surroundings,
    cancel: &AtomicBool,
    show: &mut Show,
) -> Result<BTreeMap<usize, Done>, CliError> {
    let state = around.state.clone();
    let mut quarantined = Vec::new();
    if boards.iter().any(|board| board.seat.lease_key().is_some()) {
        quarantined = quarantine::read(state.as_deref().ok_or(StateError::NoFolder)?, Timestamp::now())?;
    }
    let injected = args.fault.is_some();
    let common = Common { question, plan, cancel, injected, state, switch: around.program(hub::PROGRAM) };
    let (tell, told) = channel();
    show.several();
    let done = std::thread::scope(|scope| {
        for board in boards {
            let tell = tell.clone();
            let key = board.seat.lease_key();
            let found = key.and_then(|key| quarantine::find(&quarantined, key)).cloned();
            let common = &common;
            scope.spawn(move || on_board(common, board, found, &tell));
        }
        drop(tell);
        speak(question, plan, &told, show)
    });
    show.one_by_one();
    Ok(done)
}

/// Tells the user what the threads tell, until all of them are done.
fn speak(question: &Question, plan: &Plan, told: &Receiver<(usize, Told)>, show: &mut Show) -> BTreeMap<usize, Done> {
    let count = plan.jobs.len();
    let mut jobs: BTreeMap<usize, (Voice, f64)> = BTreeMap::new();
    let mut results = BTreeMap::new();
    while let Ok((position, told)) = told.recv() {
        let job = &plan.jobs[position];
        let place = position + 1;
        show.about(place);
        match told {
            Told::Begins => {
                show.begin(place, count, job.scenario.as_str(), question.title_of(&job.scenario));
                jobs.insert(position, (Voice::new(job), show.elapsed()));
            }
            Told::Attempt => {
                if let Some((voice, _)) = jobs.get_mut(&position) {
                    *voice = Voice::new(job);
                }
            }
            Told::Event(event) => {
                if let Some((voice, _)) = jobs.get_mut(&position) {
                    voice.say(show, &event);
                }
            }
            Told::Warning(text) => show.warn(&text),
            Told::Ended(done) => {
                let began = jobs.remove(&position).map_or(0.0, |(_, began)| began);
                finish(place, count, job, &done, show.elapsed() - began, show);
                results.insert(position, *done);
            }
        }
    }
    results
}

/// All jobs of one board. The lease of the board ends with them.
fn on_board(common: &Common<'_>, board: Board<'_>, mut quarantined: Option<Quarantined>, tell: &Teller) {
    let mut means = means(common, &board);
    for position in board.jobs.iter().copied() {
        if common.cancel.load(Ordering::Relaxed) {
            break;
        }
        // Nobody listens any more only when this program ends.
        let say = |told| drop(tell.send((position, told)));
        say(Told::Begins);
        if let Some(entry) = &quarantined {
            let reason = reason(entry);
            say(Told::Warning(reason.to_string()));
            say(Told::Ended(Box::new(Done::set_aside(reason))));
            continue;
        }
        let mut rig = OnBoard { common, board: &board, job: &common.plan.jobs[position], say: &say };
        let mut done = attempts::job(&mut rig, &means, common.cancel);
        means.in_vain = match done.ended {
            Ended::Sound | Ended::Recovered => false,
            Ended::GaveUp => means.in_vain || done.outcome.trouble != Trouble::Lasting,
            Ended::Quarantine => true,
        };
        let remembered = remember(common, &board, &mut done);
        match remembered {
            Ok(entry) => quarantined = entry,
            Err(error) => say(Told::Warning(format!("what happened to the board is not remembered: {error}"))),
        }
        say(Told::Ended(Box::new(Done::of(done.outcome))));
    }
}

/// What can be done about the board.
fn means(common: &Common<'_>, board: &Board<'_>) -> Means {
    let port = match (&board.board.hub, &common.switch) {
        (None, _) => Port::NoHub,
        (Some(_), None) => Port::NoProgram,
        (Some(_), Some(_)) => Port::Ready,
    };
    Means {
        emulated: board.board.is_emulated(),
        injected: common.injected,
        probe: matches!(board.board.reach, Reach::Probe { .. }),
        port,
        image_trusted: board.board.image == ImageSource::Repository,
        in_vain: false,
    }
}

/// Writes down what a job came to, and sets the board aside where that is its end.
fn remember(
    common: &Common<'_>,
    board: &Board<'_>,
    done: &mut attempts::Done,
) -> Result<Option<Quarantined>, StateError> {
    // What was injected, or cut short by the user, says nothing about the board.
    if common.injected || common.cancel.load(Ordering::Relaxed) {
        return Ok(None);
    }
    let key = board.seat.lease_key();
    let folder = common.state.as_deref().ok_or(StateError::NoFolder)?;
    let mut entry = None;
    let written = ledger::append(folder, key.unwrap_or(&board.seat.name), &identity::now(), done.ended, &done.faults);
    if let (Ended::Quarantine, Some(key), Some(fault)) = (done.ended, key, &mut done.outcome.fault) {
        let why = format!("{}: {}", fault.phase, fault.message);
        let added = quarantine::add(folder, key, &why, Timestamp::now())?;
        fault.message.push_str(&format!("; the board {key} is quarantined until {}", added.until));
        entry = Some(added);
    }
    written.map(|()| entry)
}

fn reason(entry: &Quarantined) -> Reason {
    let Quarantined { board, reason, since: _, until } = entry.clone();
    Reason::Quarantined { board, why: reason, until }
}

/// One job on one board.
struct OnBoard<'a> {
    common: &'a Common<'a>,
    board: &'a Board<'a>,
    job: &'a Job,
    say: &'a dyn Fn(Told),
}

impl Rig for OnBoard<'_> {
    fn attempt(&mut self, rung: Rung) -> JobOutcome {
        (self.say)(Told::Attempt);
        let under_reset = rung == Rung::UnderReset;
        match self.common.question.setup.bench_as(self.board.seat, under_reset) {
            Err(message) => no_bench(self.job, message),
            Ok(bench) => {
                let control = Control { cancel: self.common.cancel, clock: &SystemClock::start() };
                let inputs = Sets(&self.common.question.datasets);
                let tell = &mut |event| (self.say)(Told::Event(event));
                let mut open = |seen: &[&_]| still_open(self.common.question, self.common.plan, self.job, seen);
                hil_bench::job::run_job(self.job, &*bench, &inputs, &control, &mut open, tell)
            }
        }
    }

    fn cycle_port(&mut self) -> Result<(), String> {
        match (&self.common.switch, &self.board.board.hub) {
            (Some(program), Some(port)) => hub::cycle(program, port, self.common.cancel),
            _ => Err("there is nothing to switch it with".to_owned()),
        }
    }

    fn say(&mut self, text: String) {
        (self.say)(Told::Warning(format!("{}: {text}", self.board.seat.name)));
    }
}
