//! What the user sees while a run goes on, and what the log keeps of it.
//!
//! Text for people goes to standard error, so that standard output carries only results. A bar appears only on a
//! terminal; elsewhere each job leaves one line. With `--format json` every step is one JSON object a line on standard
//! output, and standard error stays silent but for errors. Everything is also kept for the log in the run folder.
//!
//! Several jobs may run at a time, each on a board of its own. Every line that belongs to one of them then names it, each
//! has its own bar, and the log keeps them one after the other, as if they had run so.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use hil_report::clean::is_unsafe;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};

use crate::args::Format;
use crate::exit::Exit;

/// The voice of one run.
pub struct Show {
    format: Format,
    verbose: u8,
    started: Instant,
    log: String,
    bars: MultiProgress,
    /// The jobs that run, by position.
    running: BTreeMap<usize, Running>,
    /// The job that is spoken of.
    about: Option<usize>,
    /// What belongs into the log and waits for jobs that come before it, by position; only while several run.
    waiting: Option<BTreeMap<usize, String>>,
}

/// A job that runs.
struct Running {
    scenario: String,
    bar: Option<ProgressBar>,
    told: Option<Instant>,
}

/// Shortest time between two progress events: often enough to show life, rarely enough to cost nothing.
const TELL_AGAIN: Duration = Duration::from_millis(250);

impl Show {
    /// A voice that starts now.
    #[must_use]
    pub fn new(format: Format, verbose: u8) -> Self {
        Self {
            format,
            verbose,
            started: Instant::now(),
            log: String::new(),
            bars: MultiProgress::with_draw_target(ProgressDrawTarget::stderr()),
            running: BTreeMap::new(),
            about: None,
            waiting: None,
        }
    }

    /// The format that was asked for.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// Seconds since the voice was made.
    #[must_use]
    pub fn elapsed(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }

    /// Something every user should read.
    pub fn note(&mut self, text: &str) {
        self.keep(text);
        self.event("note", json!({ "text": clean(text) }));
        if self.format == Format::Text {
            self.line(&clean(text));
        }
    }

    /// Something that may spoil the figures.
    pub fn warn(&mut self, text: &str) {
        self.keep(&format!("warning: {text}"));
        self.event("warning", json!({ "text": clean(text) }));
        if self.format == Format::Text {
            let style = anstyle::AnsiColor::Yellow.on_default().effects(anstyle::Effects::BOLD);
            self.line(&format!("{style}warning:{style:#} {}", clean(text)));
        }
    }

    /// A fault of the rig.
    pub fn fault(&mut self, text: &str) {
        self.keep(&format!("rig fault: {text}"));
        self.event("rig-fault", json!({ "text": clean(text) }));
        if self.format == Format::Text {
            let style = anstyle::AnsiColor::Red.on_default().effects(anstyle::Effects::BOLD);
            self.line(&format!("{style}rig fault:{style:#} {}", clean(text)));
        }
    }

    /// Something for those who asked for more: `level` 1 with `-v`, 2 with `-vv`. The log keeps it always.
    pub fn detail(&mut self, level: u8, text: &str) {
        self.keep(text);
        if self.format == Format::Text && self.verbose >= level {
            self.line(&format!("  {}", clean(text)));
        }
    }

    /// From now on several jobs may run at a time.
    pub fn several(&mut self) {
        self.waiting.get_or_insert_default();
    }

    /// No more than one job runs from now on.
    pub fn one_by_one(&mut self) {
        self.about = None;
        for (_, lines) in self.waiting.take().unwrap_or_default() {
            self.log.push_str(&lines);
        }
    }

    /// What is said from now on belongs to the job at `position`.
    pub fn about(&mut self, position: usize) {
        self.about = Some(position);
    }

    /// The job that is spoken of, if it has to be named because others run as well.
    fn named(&self) -> Option<&str> {
        let job = self.running.get(&self.about?)?;
        (self.running.len() > 1).then_some(job.scenario.as_str())
    }

    /// A job begins: the `position`-th of `count`.
    pub fn begin(&mut self, position: usize, count: usize, scenario: &str, title: &str) {
        self.about = Some(position);
        self.keep(&format!("job {position}/{count}: {scenario}: {title}"));
        let mut job = Running { scenario: scenario.to_owned(), bar: None, told: None };
        self.event("scenario-started", json!({ "scenario": scenario, "position": position, "count": count }));
        if self.format == Format::Text && std::io::stderr().is_terminal() {
            let bar = self.bars.add(ProgressBar::new(1));
            let style = ProgressStyle::with_template("{prefix} [{bar:24}] {percent:>3} % {elapsed} {msg}");
            if let Ok(style) = style {
                bar.set_style(style.progress_chars("=> "));
            }
            bar.set_prefix(format!("[{position}/{count}] {scenario}"));
            job.bar = Some(bar);
        }
        self.running.insert(position, job);
    }

    /// How far the job is.
    pub fn progress(&mut self, done: u64, total: u64, doing: &str) {
        let Some(job) = self.about.and_then(|position| self.running.get_mut(&position)) else { return };
        if let Some(bar) = &job.bar {
            bar.set_length(total.max(1));
            bar.set_position(done.min(total));
            bar.set_message(doing.to_owned());
        }
        if self.format == Format::Json && job.told.is_none_or(|told| told.elapsed() >= TELL_AGAIN) {
            job.told = Some(Instant::now());
            self.event("progress", json!({ "done": done, "total": total, "doing": doing }));
        }
    }

    /// The job has ended, with `outcome` in a few words.
    pub fn end(&mut self, position: usize, count: usize, scenario: &str, seconds: f64, outcome: &str) {
        self.about = Some(position);
        if let Some(bar) = self.running.remove(&position).and_then(|job| job.bar) {
            bar.finish_and_clear();
            self.bars.remove(&bar);
        }
        self.keep(&format!("job {position}/{count}: {scenario}: {outcome} after {seconds:.1} s"));
        let seconds_shown = (seconds * 1000.0).round() / 1000.0;
        self.event(
            "scenario-finished",
            json!({ "scenario": scenario, "seconds": seconds_shown, "outcome": clean(outcome) }),
        );
        if self.format == Format::Text {
            self.line(&format!("[{position}/{count}] {scenario}: {} ({seconds:.1} s)", clean(outcome)));
        }
    }

    /// One JSON object on a line of standard output, if events were asked for.
    pub fn event(&mut self, name: &str, fields: Value) {
        if self.format != Format::Json {
            return;
        }
        let mut object = serde_json::Map::from_iter([("event".to_owned(), Value::from(name))]);
        if let Some(scenario) = self.named() {
            object.insert("scenario".to_owned(), Value::from(scenario));
        }
        if let Value::Object(fields) = fields {
            object.extend(fields);
        }
        print_out(&clean_json(&format!("{}\n", Value::Object(object))));
    }

    /// Everything said so far, with the time of each line.
    #[must_use]
    pub fn log(&self) -> &str {
        &self.log
    }

    fn keep(&mut self, text: &str) {
        let seconds = self.elapsed();
        let line = format!("{seconds:9.3} {}\n", clean(text));
        match (&mut self.waiting, self.about) {
            (Some(waiting), Some(position)) => waiting.entry(position).or_default().push_str(&line),
            _ => self.log.push_str(&line),
        }
    }

    fn line(&self, text: &str) {
        let named = self.named().map_or_else(String::new, |scenario| format!("{scenario}: "));
        self.bars.suspend(|| print_err(&format!("{named}{text}")));
    }
}

/// Text that can neither steer a terminal nor reorder a line: what could becomes spaces.
#[must_use]
pub fn clean(text: &str) -> String {
    text.chars().map(|c| if is_unsafe(c) { ' ' } else { c }).collect()
}

/// JSON of the same meaning that cannot do so either: such characters stand only in texts, where they can be escaped.
#[must_use]
pub fn clean_json(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for c in text.chars() {
        if c != '\n' && is_unsafe(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a String cannot fail.
                let _ = write!(clean, "\\u{unit:04x}");
            }
        } else {
            clean.push(c);
        }
    }
    clean
}

/// Writes to standard output; a closed pipe (`hil run | head`) is not an error of the run.
pub fn print_out(text: &str) {
    let mut out = anstream::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    if let Err(error) = written
        && error.kind() != std::io::ErrorKind::BrokenPipe
    {
        // Half an answer must not look like a whole one.
        print_err(&format!("error: cannot write to standard output: {error}"));
        std::process::exit(i32::from(Exit::Internal.code()));
    }
}

/// Writes a line to standard error.
pub fn print_err(text: &str) {
    let _ = writeln!(anstream::stderr().lock(), "{text}");
}

#[cfg(test)]
mod tests {
    use super::{clean, clean_json};

    #[test]
    fn what_steers_a_terminal_or_reorders_a_line_is_shown_as_a_space() {
        assert_eq!(clean("a\u{1b}[31m\u{9b}b\u{202e}c\u{7f}"), "a [31m b c ");
    }

    #[test]
    fn escaped_json_means_the_same() {
        let value = serde_json::json!({ "name\u{9b}": "a\u{1b}[31m\u{7f}\u{202e}\u{e0041} ä" });
        let text = clean_json(&format!("{value}\n"));
        assert!(text.trim_end().chars().all(|c| !hil_report::clean::is_unsafe(c)), "{text}");
        assert!(text.contains("\\udb40\\udc41"), "{text}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }
}
