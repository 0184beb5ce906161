//! Carries out one order, phase by phase: open, attach, identify, flash, boot, carry, detach.

use std::io::{Read, Write};
use std::mem::ManuallyDrop;
use std::sync::Arc;
use std::time::Duration;

use hil_emulator::elf::Image;
use hil_emulator::host::Board;
use probe_rs::{Core, Session};

use super::attach::{Attached, Manner, attach};
use super::bridge::{Carrying, Ended, Tampering, Untouched};
use super::channel;
use super::clock::{self, HostTime, TimeBase, VirtualTime};
use super::detach;
use super::elf::{Elf, RTT};
use super::error::{BoardError, Step};
use super::fault::Struck;
use super::flash;
use super::identity::Identity;
use super::kind::Kind;
use super::line::{Alone, Line, Probed};
use super::uart::Uart;
use super::watch::{GiveUp, Limits, Watch};
use super::way::{Emulated, Way};
use super::words;
use crate::order::{Link, Order, Reach};

/// How long the core may take to halt before its flash is changed.
const FOR_HALT: Duration = Duration::from_secs(1);
/// An empty frame: the agent runs.
const READY: [u8; 2] = [0, 0];

/// Who gave the order.
pub struct Host<'h> {
    /// Its bytes for the agent.
    pub input: Box<dyn Read + Send>,
    /// Where the agent's bytes go.
    pub output: &'h mut dyn Write,
    /// Is told how far it is, a line at a time.
    pub say: &'h dyn Fn(&str),
    /// Is told when a phase has not come to its end in time, and must end the process.
    pub give_up: GiveUp,
}

/// Carries out `order`. Returns when the host closes its input or the image stops.
///
/// # Errors
/// [`BoardError`] with what to do; never for what the measured code did.
pub fn carry_out(order: &Order, limits: &Limits, host: Host<'_>) -> Result<Ended, BoardError> {
    let no_thread = |error: std::io::Error| BoardError::Order { detail: format!("no thread to watch: {error}") };
    let watch = Watch::start(Arc::clone(&host.give_up)).map_err(no_thread)?;
    if order.reach == Reach::SerialOnly {
        return serial_only(order, limits, &watch, host);
    }
    let Some(path) = &order.image else {
        let detail = "a board with a debug port is given an image, and the order has none".to_owned();
        return Err(BoardError::Order { detail });
    };
    let bytes = std::fs::read(path).map_err(|error| BoardError::Image {
        step: Step::Flash,
        detail: format!("{} cannot be read: {error}", path.file_name().unwrap_or_default().to_string_lossy()),
    })?;
    let elf = Elf::parse(&bytes)?;
    let kind = Kind::of(&order.platform)?;
    let mut way = watch.during(Step::Open, limits.open, || Way::to(&order.platform, &order.reach, elf.bytes))?;
    let run = Run { order, limits, watch: &watch, elf: &elf, kind: &kind };
    let Host { input, output, say, .. } = host;
    let Attached { mut session, identity } = run.attach(&way, say)?;
    run.flash(&mut session, &mut way, say)?;
    if let Some(Emulated { stage, injected }) = way.emulated() {
        injected.after_flash(&stage.board, elf.bytes);
    }
    let ended = run.serve(&mut session, &mut way, say, input, output);
    if let Err(BoardError::LinkLost { .. }) = &ended {
        // Nobody answers there any more: letting go would only wait, and what happened would be told too late.
        let _kept = ManuallyDrop::new(session);
    } else {
        run.leave(session, &way, &identity, say);
    }
    ended.map(|ended| located(ended, &elf))
}

/// Last words with the places that they speak of.
fn located(ended: Ended, elf: &Elf<'_>) -> Ended {
    match ended {
        Ended::LastWords(text) => Ended::LastWords(words::with_places(&text, elf)),
        other => other,
    }
}

/// An order under way.
struct Run<'r> {
    order: &'r Order,
    limits: &'r Limits,
    watch: &'r Watch,
    elf: &'r Elf<'r>,
    kind: &'r Kind,
}

impl Run<'_> {
    fn attach(&self, way: &Way, say: &dyn Fn(&str)) -> Result<Attached, BoardError> {
        let manner = Manner {
            chip_id: self.order.chip_id.as_deref(),
            allow_erase: self.order.allow_erase,
            under_reset: self.order.under_reset,
        };
        let limit = self.limits.attach;
        let attached = self.watch.during(Step::Attach, limit, || attach(way, self.kind, manner, say))?;
        let Identity { chip, chip_id, .. } = &attached.identity;
        say(&format!("identify: {chip} with the number {}", chip_id.as_deref().unwrap_or("unknown")));
        Ok(attached)
    }

    fn flash(&self, session: &mut Session, way: &mut Way, say: &dyn Fn(&str)) -> Result<(), BoardError> {
        let elf = self.elf.bytes;
        // What goes wrong with flash goes wrong when it is written, so a board with a fault has it written.
        let loaded = matches!(self.order.reach, Reach::Emulated { loaded: true, fault: None, .. });
        self.watch.during(Step::Flash, self.limits.to_flash(elf.len()), || {
            if let Some(Emulated { stage, .. }) = way.emulated().filter(|_| loaded)
                && load(session, &stage.board, elf)?
            {
                say("flash: the board comes with the image");
                return Ok(());
            }
            flash::flash(session, elf, say).map(|_written| ())
        })
    }

    /// Boots the image and carries bytes.
    fn serve(
        &self,
        session: &mut Session,
        way: &mut Way,
        say: &dyn Fn(&str),
        input: Box<dyn Read + Send>,
        output: &mut dyn Write,
    ) -> Result<Ended, BoardError> {
        let mut core = session.core(0).map_err(|error| BoardError::of(Step::Boot, &error))?;
        let mut line = self.watch.during(Step::Boot, self.limits.boot, || self.boot(&mut core, way, say))?;
        let mut base: Box<dyn TimeBase> = match way.emulated() {
            Some(emulated) => Box::new(VirtualTime(emulated.stage.board.clone())),
            None => Box::new(HostTime::start()),
        };
        let checked = || clock::check(line.core(), self.elf, &mut *base);
        say(&self.watch.during(Step::Clock, self.limits.clock, checked)?);
        match way.emulated() {
            Some(Emulated { stage, injected }) => {
                injected.after_boot(&stage.board);
                self.carry(&mut line, &mut Injecting { stage, injected }, input, output)
            }
            None => self.carry(&mut line, &mut Untouched, input, output),
        }
    }

    /// The line to the image once it runs.
    fn boot<'p, 'c>(
        &self,
        core: &'p mut Core<'c>,
        way: &mut Way,
        say: &dyn Fn(&str),
    ) -> Result<Probed<'p, 'c>, BoardError> {
        // Before the image runs, so that nothing of what it says is missed.
        let uart = match &self.order.link {
            Link::Rtt => None,
            Link::Uart { port, baud } => Some(self.uart(way, port.as_deref(), *baud)?),
        };
        let rtt = match (&uart, self.elf.address_of(RTT)) {
            (Some(_), None) => {
                say("boot: the image has no RTT, so it cannot say last words");
                channel::reset(core, self.elf, self.kind.family)?;
                None
            }
            _ => Some(channel::start(core, self.elf, self.kind.family)?),
        };
        if !channel::same_image(core, self.elf)? {
            say("boot: the image has no identity that could be compared");
        }
        let family = self.kind.family;
        let line = match (uart, rtt) {
            (Some(uart), rtt) => Probed::over_uart(core, family, rtt, uart),
            (None, Some(rtt)) => Probed::over_rtt(core, family, rtt),
            (None, None) => return Err(BoardError::Order { detail: "no link".to_owned() }),
        };
        say("boot: the image runs");
        Ok(line)
    }

    fn uart(&self, way: &mut Way, port: Option<&str>, baud: u32) -> Result<Uart, BoardError> {
        match (way.emulated(), port) {
            (Some(emulated), None) => Uart::emulated(emulated.stage.board.clone(), self.kind.uart),
            (_, Some(port)) => Uart::open(port, baud),
            (None, None) => Err(BoardError::Order { detail: "the order names no serial port".to_owned() }),
        }
    }

    fn carry(
        &self,
        line: &mut dyn Line,
        tampering: &mut dyn Tampering,
        input: Box<dyn Read + Send>,
        output: &mut dyn Write,
    ) -> Result<Ended, BoardError> {
        ready(output);
        Carrying { line, tampering, watch: (self.watch, self.limits.look) }.carry(input, output)
    }

    /// Lets go of the board. What went wrong there is told and is no fault of the run, whose figures are complete.
    fn leave(&self, session: Session, way: &Way, identity: &Identity, say: &dyn Fn(&str)) {
        let left = self.watch.during(Step::Detach, self.limits.detach, || {
            drop(session);
            detach::clear(way, self.kind.family)
        });
        match left {
            Ok(()) => say(&format!("detach: the {} is as it was before", identity.chip)),
            Err(error) => say(&error.to_string()),
        }
    }
}

/// Puts the image into the flash of an emulated board while its core stands still; reading it back over the debug port
/// would take longer than most of what is measured, and compare this process with itself. False for an image that this
/// board would not start from: it is left to whoever writes flash, and says why.
fn load(session: &mut Session, board: &Board, elf: &[u8]) -> Result<bool, BoardError> {
    let failed = |error: probe_rs::Error| BoardError::of(Step::Flash, &error);
    session.core(0).map_err(failed)?.halt(FOR_HALT).map_err(failed)?;
    Ok(board.access(|target| {
        let loaded = Image::parse(elf).and_then(|image| image.load(&mut target.machine)).is_ok();
        if loaded {
            target.machine.cpu.flash.forget();
        }
        loaded
    }))
}

/// Tells the host that the agent runs. A host that is gone is noticed when its input ends.
fn ready(output: &mut dyn Write) {
    let _gone = output.write_all(&READY).and_then(|()| output.flush());
}

/// A board behind a serial port alone.
fn serial_only(order: &Order, limits: &Limits, watch: &Watch, host: Host<'_>) -> Result<Ended, BoardError> {
    let Link::Uart { port: Some(port), baud } = &order.link else {
        let detail = "a board without a probe is reached over a serial port, and the order names none".to_owned();
        return Err(BoardError::Order { detail });
    };
    let uart = watch.during(Step::Open, limits.open, || Uart::open(port, *baud))?;
    (host.say)("open: no probe, so neither the chip nor its image nor its clock is checked");
    ready(host.output);
    let mut line = Alone(uart);
    let watch = (watch, limits.look);
    Carrying { line: &mut line, tampering: &mut Untouched, watch }.carry(host.input, host.output)
}

/// The faults of an emulated board.
struct Injecting<'e> {
    stage: &'e mut super::stage::Stage,
    injected: &'e mut super::fault::Injected,
}

impl Tampering for Injecting<'_> {
    fn up(&mut self, bytes: &mut Vec<u8>) {
        self.injected.on_the_way_up(bytes);
    }

    fn down(&mut self, bytes: &mut Vec<u8>) {
        self.injected.on_the_way_down(bytes);
    }

    fn arrived(&mut self) {
        if self.injected.arrived(&self.stage.board) == Struck::ProbeGone {
            self.stage.unplug();
        }
    }
}
