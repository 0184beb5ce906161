//! `hil emulate`: an emulated board that any probe-rs user can attach to.

use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, mpsc};

use hil_emulator::board;
use hil_emulator::debug::blackmagic::{Options, ServerError};
use hil_emulator::host::emulation::{Emulation, EmulationError, Settings};
use hil_emulator::host::{Mode, Pace};
use hil_emulator::power::Recorder;
use hil_emulator::power::log::CurrentLog;
use hil_emulator::power::meter::{Meter, MeterSettings, SampleLog};
use hil_emulator::time::Time;

use crate::args::{EmulateArgs, Speed, UartTo};
use crate::error::CliError;
use crate::exit::Exit;
use crate::files;
use crate::show::{clean, print_err, print_out};

/// Serves a board until the user stops it.
pub fn emulate(args: &EmulateArgs) -> Result<Exit, CliError> {
    // Installed first, so that nobody is left with a board that does not stop.
    let (stop, stopped) = mpsc::channel();
    let installed = ctrlc::set_handler(move || {
        // Nobody listens any more once the board is being taken down.
        let _ended = stop.send(());
    });
    if installed.is_err() {
        print_err("warning: Ctrl-C cannot be caught; it will end the program without closing its files");
    }
    let (lost, lost_power) = (Lost::default(), Lost::default());
    let elf = args.elf.as_deref().map(files::program).transpose()?;
    let to_stdout = [&args.trace, &args.power].iter().any(|path| path.as_deref() == Some(Path::new("-")));
    let emulation = Emulation::start(Settings {
        board: &args.board,
        options: board::Options { seed: args.seed, locked: args.locked },
        mode: match (args.lock_step, args.pace) {
            (Some(cycles_per_access), _) => Mode::LockStep { cycles_per_access },
            (None, Speed::Real) => Mode::Free(Pace::RealTime),
            (None, Speed::Free) => Mode::Free(Pace::Free),
        },
        elf: elf.as_deref(),
        server: Options { listen: args.listen, allow_remote: args.allow_remote, level: 1 },
        trace: args.trace.as_deref().map(|path| create(path, "trace", &lost)).transpose()?,
        recorder: recorder(args, &lost_power)?,
        pty: args.uart == Some(UartTo::Pty),
        notice: Box::new(|note| print_err(&format!("note: {note}"))),
    });
    let emulation = emulation.map_err(|error| said(error, args))?;
    let text = clean_lines(&emulation.describe());
    // Standard output belongs to the trace or the power log where one goes there.
    if to_stdout {
        print_err(text.trim_end())
    } else {
        print_out(&text)
    }
    // An error means that no handler is left, and then there is nothing to wait for.
    let _stopped = stopped.recv();
    emulation.stop();
    for (path, lost) in [(&args.trace, lost), (&args.power, lost_power)] {
        let source = lost.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some((path, source)) = path.as_deref().zip(source) {
            return Err(CliError::Write { path: path.to_owned(), source });
        }
    }
    Ok(Exit::Success)
}

/// Who writes down what the chip draws.
fn recorder(args: &EmulateArgs, lost: &Lost) -> Result<Option<Box<dyn Recorder>>, CliError> {
    let Some(path) = args.power.as_deref() else { return Ok(None) };
    let out = create(path, "power log", lost)?;
    Ok(Some(match args.power_rate {
        None => Box::new(CurrentLog::new(out)),
        Some(rate_hz) => {
            let settings = MeterSettings { rate_hz, clock_error_ppm: 0.0, phase: Time(0), ranges: Vec::new() };
            Box::new(Meter::new(settings, Box::new(SampleLog::new(out, rate_hz))))
        }
    }))
}

/// The error in the words of the command line.
fn said(error: EmulationError, args: &EmulateArgs) -> CliError {
    match (error, &args.elf) {
        (EmulationError::Elf(source), Some(path)) => CliError::Program { path: path.clone(), source },
        (EmulationError::Server(ServerError::Remote(address)), _) => CliError::Remote(address),
        (error, _) => CliError::Emulate(error),
    }
}

fn clean_lines(text: &str) -> String {
    text.lines().map(|line| format!("{}\n", clean(line))).collect()
}

/// A file, or standard output, whose first error is kept; `what` is what messages call it.
fn create(path: &Path, what: &'static str, lost: &Lost) -> Result<Box<dyn Write + Send>, CliError> {
    let out: Box<dyn Write + Send> = if path == Path::new("-") {
        Box::new(BufWriter::new(std::io::stdout()))
    } else {
        let file =
            std::fs::File::create(path).map_err(|source| CliError::Begin { what, path: path.to_owned(), source })?;
        Box::new(BufWriter::new(file))
    };
    Ok(Box::new(Watched { out, what, lost: Arc::clone(lost) }))
}

/// The first error of a file that could not be written to its end.
type Lost = Arc<Mutex<Option<std::io::Error>>>;

/// A writer that tells the user at once when it fails, and keeps the error for the end.
struct Watched {
    out: Box<dyn Write + Send>,
    what: &'static str,
    lost: Lost,
}

impl Watched {
    fn watch<T>(&self, result: std::io::Result<T>) -> std::io::Result<T> {
        result.map_err(|error| {
            let kind = error.kind();
            let mut lost = self.lost.lock().unwrap_or_else(PoisonError::into_inner);
            if lost.is_none() {
                print_err(&format!("error: the {} ends here, the board runs on: {error}", self.what));
                *lost = Some(error);
            }
            kind.into()
        })
    }
}

impl Write for Watched {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let result = self.out.write(bytes);
        self.watch(result)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        let result = self.out.flush();
        self.watch(result)
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        // What it says goes to the user and into `lost`.
        let _told = self.flush();
    }
}
