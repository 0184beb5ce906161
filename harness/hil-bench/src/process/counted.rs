//! This computer as a bench whose agents are child processes under callgrind.

use std::fs::File;
use std::io::Read;
use std::time::Duration;

use hil_model::lab::BenchInfo;
use tempfile::TempDir;

use super::{ProcessBench, Program};
use crate::bench::{Bench, CountError, Counted, End, Life, Link, LinkGone, RigError};
use crate::callgrind::{Callgrind, Dump, MAX_DUMP, dump_file, parse};

/// How long an agent under callgrind may take until it can be spoken to: many times what a large program takes on a busy
/// computer.
const READY_WITHIN: Duration = Duration::from_secs(60);

/// One start of a program under callgrind, with a folder for what is counted.
pub(super) struct CountedProcess {
    child: ProcessBench,
    timed_with: String,
    folder: TempDir,
}

impl CountedProcess {
    /// `program` under `callgrind`, in the same folder and with the same environment.
    pub(super) fn new(program: &Program, callgrind: &Callgrind, info: &BenchInfo) -> Result<Self, CountError> {
        let folder = tempfile::Builder::new().prefix("hil-count-").tempdir().map_err(CountError::Folder)?;
        let arguments = callgrind.arguments(folder.path(), &program.path, &program.arguments);
        let program = Program { path: callgrind.valgrind.clone(), arguments, ..program.clone() };
        let child = ProcessBench {
            program: program.with_news(callgrind.mark),
            info: info.clone(),
            callgrind: None,
            heap: None,
        };
        Ok(Self { child, timed_with: callgrind.timed_with.clone(), folder })
    }
}

impl Bench for CountedProcess {
    fn info(&self) -> &BenchInfo {
        self.child.info()
    }

    fn start(&self) -> Result<Box<dyn Life>, RigError> {
        Ok(Box::new(CountedLife(self.child.start()?)))
    }
}

impl Counted for CountedProcess {
    fn count(&self, number: u32) -> Result<Dump, CountError> {
        let read = |source| CountError::Read { number, source };
        let file = match File::open(dump_file(self.folder.path(), number)) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(CountError::NoDump(number)),
            Err(error) => return Err(read(error)),
        };
        let mut bytes = Vec::new();
        // What is longer is cut, and a dump that is cut is refused.
        file.take(MAX_DUMP).read_to_end(&mut bytes).map_err(read)?;
        parse(&bytes).map_err(|source| CountError::Dump { number, source })
    }

    fn timed_with(&self) -> &str {
        &self.timed_with
    }
}

/// The life of a process that says when it can be spoken to.
struct CountedLife(Box<dyn Life>);

impl Link for CountedLife {
    fn send(&mut self, bytes: &[u8]) -> Result<(), LinkGone> {
        self.0.send(bytes)
    }

    fn receive(&mut self, buffer: &mut Vec<u8>, timeout: Duration) -> Result<(), LinkGone> {
        self.0.receive(buffer, timeout)
    }
}

impl Life for CountedLife {
    fn end(&mut self, grace: Duration) -> End {
        self.0.end(grace)
    }

    fn ready_within(&self) -> Option<Duration> {
        Some(READY_WITHIN)
    }

    fn news(&mut self) -> Vec<String> {
        self.0.news()
    }
}
