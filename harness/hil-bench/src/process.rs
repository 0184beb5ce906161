//! This computer as a bench: an agent is a child process in a process group of its own.
//!
//! The group matters twice: Ctrl-C in a terminal does not reach the agent, so the harness decides what becomes of it;
//! and whatever the measured code started is ended with it. Windows has no such thing for the second: there only the
//! agent itself is ended, and what it started may live on. `unix` and `windows` hold the same functions each.

mod counted;
mod tail;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

use std::ffi::OsString;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use hil_model::lab::BenchInfo;

use self::counted::CountedProcess;
use self::tail::Tail;
#[cfg(unix)]
use self::unix as system;
#[cfg(windows)]
use self::windows as system;
use crate::bench::{Bench, CountError, Counted, End, Ending, Life, Link, LinkGone, RigError};
use crate::callgrind::Callgrind;

/// Pieces from the agent that wait to be received before the agent has to wait.
const QUEUE: usize = 256;
/// How often the end of a process is looked for.
const LOOK_AGAIN: Duration = Duration::from_millis(1);
/// How long the last words may take once the agent and all that it started are gone.
const FOR_LAST_WORDS: Duration = Duration::from_secs(1);

/// A program of this computer with everything that its start needs.
#[derive(Debug, Clone)]
pub struct Program {
    path: PathBuf,
    arguments: Vec<OsString>,
    folder: Option<PathBuf>,
    variables: Vec<(OsString, OsString)>,
    /// How lines of standard error begin that are news.
    news: Option<&'static str>,
}

impl Program {
    /// The program `path` with `arguments`, in the present folder.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>, arguments: Vec<OsString>) -> Self {
        Self { path: path.into(), arguments, folder: None, variables: Vec::new(), news: None }
    }

    /// Starts it in `folder`.
    #[must_use]
    pub fn in_folder(self, folder: impl Into<PathBuf>) -> Self {
        Self { folder: Some(folder.into()), ..self }
    }

    /// Gives it an environment variable beside those of this process.
    #[must_use]
    pub fn with_variable(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    /// Takes lines of standard error that begin with `mark` for [`Life::news`], not for last words.
    #[must_use]
    pub fn with_news(self, mark: &'static str) -> Self {
        Self { news: Some(mark), ..self }
    }

    /// Starts it in a process group of its own. What it writes to standard output is what the life receives.
    ///
    /// # Errors
    /// When the system does not start it.
    pub fn start(&self) -> std::io::Result<Box<dyn Life>> {
        let mut command = Command::new(&self.path);
        command.args(&self.arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        system::own_group(&mut command);
        let mut child = command.spawn()?;
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(stdin), Some(stdout), Some(stderr)) = pipes else {
            return Err(std::io::Error::other("it has no pipes"));
        };
        let (to_agent, outgoing) = channel();
        let (arriving, from_agent) = sync_channel(QUEUE);
        let tail = Arc::new(Mutex::new(Tail::new(self.news)));
        let (tell_silence, silence) = channel();
        thread::spawn(move || write_all(stdin, &outgoing));
        thread::spawn(move || read_all(stdout, &arriving));
        let words = Arc::clone(&tail);
        thread::spawn(move || {
            keep_tail(stderr, &words);
            // Nobody waits for the last words of a life that was dropped.
            let _ = tell_silence.send(());
        });
        Ok(Box::new(ProcessLife { child, to_agent: Some(to_agent), from_agent, tail, silence, end: None }))
    }
}

/// Starts agents as child processes.
///
/// On Linux an agent ends when the thread that started it does, so start and use a life on the same thread. On Windows
/// nobody can tell a process that was ended from outside from one that exited with that status (mostly 1), so such an
/// end counts as the measured code's own.
#[derive(Debug, Clone)]
pub struct ProcessBench {
    program: Program,
    info: BenchInfo,
    callgrind: Option<Callgrind>,
    /// The argument of agents that count their heap.
    heap: Option<&'static str>,
}

impl ProcessBench {
    /// A bench that starts `program` with `arguments`.
    #[must_use]
    pub fn new(program: impl Into<PathBuf>, arguments: Vec<OsString>, info: BenchInfo) -> Self {
        Self { program: Program::new(program, arguments), info, callgrind: None, heap: None }
    }

    /// Takes lines of standard error that begin with `mark` for [`Life::news`], not for last words.
    #[must_use]
    pub fn with_news(self, mark: &'static str) -> Self {
        Self { program: self.program.with_news(mark), ..self }
    }

    /// Starts agents in `folder`.
    #[must_use]
    pub fn in_folder(self, folder: impl Into<PathBuf>) -> Self {
        Self { program: self.program.in_folder(folder), ..self }
    }

    /// Starts agents with the argument `flag` where they shall count their heap.
    #[must_use]
    pub fn with_heap_flag(self, flag: &'static str) -> Self {
        Self { heap: Some(flag), ..self }
    }

    /// Counts instructions with `callgrind` where that is asked for.
    #[must_use]
    pub fn with_callgrind(self, callgrind: Callgrind) -> Self {
        Self { callgrind: Some(callgrind), ..self }
    }
}

impl Bench for ProcessBench {
    fn info(&self) -> &BenchInfo {
        &self.info
    }

    fn start(&self) -> Result<Box<dyn Life>, RigError> {
        self.program.start().map_err(|source| RigError::Spawn {
            program: self.program.path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            source,
        })
    }

    fn with_heap(&self) -> Option<Box<dyn Bench>> {
        let mut program = self.program.clone();
        program.arguments.push(self.heap?.into());
        Some(Box::new(Self { program, info: self.info.clone(), callgrind: None, heap: None }))
    }

    fn counted(&self) -> Option<Result<Box<dyn Counted>, CountError>> {
        let callgrind = self.callgrind.as_ref()?;
        Some(CountedProcess::new(&self.program, callgrind, &self.info).map(|bench| Box::new(bench) as Box<dyn Counted>))
    }
}

/// One child process.
struct ProcessLife {
    child: Child,
    /// Gone once the life is to end.
    to_agent: Option<Sender<Vec<u8>>>,
    from_agent: Receiver<Vec<u8>>,
    /// The last of its standard error, and its news.
    tail: Arc<Mutex<Tail>>,
    /// Tells when its standard error is closed.
    silence: Receiver<()>,
    end: Option<End>,
}

impl Link for ProcessLife {
    fn send(&mut self, bytes: &[u8]) -> Result<(), LinkGone> {
        self.to_agent.as_ref().ok_or(LinkGone)?.send(bytes.to_vec()).map_err(|_| LinkGone)
    }

    fn receive(&mut self, buffer: &mut Vec<u8>, timeout: Duration) -> Result<(), LinkGone> {
        match self.from_agent.recv_timeout(timeout) {
            Ok(bytes) => {
                buffer.extend_from_slice(&bytes);
                Ok(())
            }
            Err(RecvTimeoutError::Timeout) => Ok(()),
            Err(RecvTimeoutError::Disconnected) => Err(LinkGone),
        }
    }
}

impl Life for ProcessLife {
    fn end(&mut self, grace: Duration) -> End {
        if let Some(end) = &self.end {
            return end.clone();
        }
        // What is queued is written, and then its standard input ends: a child that only carries bytes to an agent learns that
        // nothing more comes, lets go of the board and ends, instead of being ended when the grace is over.
        self.to_agent = None;
        let give_up = Instant::now() + grace;
        while !system::has_ended(&mut self.child) && Instant::now() < give_up {
            thread::sleep(LOOK_AGAIN);
        }
        let by_itself = system::has_ended(&mut self.child);
        let suspended_by = if by_itself { None } else { system::suspended_by(&mut self.child) };
        // The dead child is not waited for yet, so its number cannot have been given to another group.
        system::kill_group(&mut self.child);
        let status = self.child.wait();
        let how = match status {
            Ok(status) if by_itself => system::ending(status),
            // It did not go on because it could not; no agent does that to itself.
            _ => suspended_by.map_or(Ending::Stopped, |signal| Ending::KilledFromOutside { signal }),
        };
        // Something that left the group may still hold standard error open; then what was read so far has to do.
        let _ = self.silence.recv_timeout(FOR_LAST_WORDS);
        let end = End { how, last_words: self.tail.lock().unwrap_or_else(PoisonError::into_inner).words() };
        self.end = Some(end.clone());
        end
    }

    fn news(&mut self) -> Vec<String> {
        self.tail.lock().unwrap_or_else(PoisonError::into_inner).news()
    }
}

impl Drop for ProcessLife {
    fn drop(&mut self) {
        self.end(Duration::ZERO);
    }
}

/// Writes what is queued until nobody queues or nobody reads.
fn write_all(mut pipe: impl Write, outgoing: &Receiver<Vec<u8>>) {
    while let Ok(bytes) = outgoing.recv() {
        if pipe.write_all(&bytes).is_err() {
            return;
        }
    }
}

/// Hands on what arrives until the pipe is closed or nobody listens.
fn read_all(mut pipe: impl Read, arriving: &SyncSender<Vec<u8>>) {
    let mut buffer = vec![0; 64 << 10];
    while let Some(bytes) = read_some(&mut pipe, &mut buffer) {
        if arriving.send(bytes.to_vec()).is_err() {
            return;
        }
    }
}

/// Keeps the last of what arrives until the pipe is closed.
fn keep_tail(mut pipe: impl Read, tail: &Mutex<Tail>) {
    let mut buffer = vec![0; 4 << 10];
    while let Some(bytes) = read_some(&mut pipe, &mut buffer) {
        tail.lock().unwrap_or_else(PoisonError::into_inner).add(bytes);
    }
    tail.lock().unwrap_or_else(PoisonError::into_inner).close();
}

/// The next bytes, or nothing when there will be none.
fn read_some<'b>(pipe: &mut impl Read, buffer: &'b mut [u8]) -> Option<&'b [u8]> {
    loop {
        match pipe.read(buffer) {
            Ok(0) => return None,
            Ok(len) => return buffer.get(..len),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(_) => return None,
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::time::Duration;

    use super::{Ending, Program};

    #[test]
    fn a_child_that_ends_with_its_input_gets_all_of_it_and_is_not_ended_by_force() {
        let mut life = Program::new("cat", Vec::new()).start().unwrap();
        life.send(b"the last word").unwrap();
        // One that is still there when the grace is over is stopped by force, and that is another ending.
        assert_eq!(life.end(Duration::from_secs(60)).how, Ending::Exited(0));
        let mut said = Vec::new();
        while said.len() < 13 && life.receive(&mut said, Duration::from_secs(10)).is_ok() {}
        assert_eq!(said, b"the last word");
        assert!(life.send(b"more").is_err());
    }
}
