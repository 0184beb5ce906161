//! A board behind a serial port alone: here the pseudo-terminal of an emulated one, which the system takes for a port.

#![cfg(unix)]

use std::sync::atomic::AtomicBool;

use hil_bench::control::{Control, SystemClock};
use hil_bench::inquire::inquire;
use hil_emulator::elf::Image;
use hil_emulator::host::{Attendant, Board, Mode, Pace};
use hil_emulator::machine::Machine;
use hil_emulator::soc::ResetCause;
use hil_emulator::uart::pty::Ptys;
use hil_probe::board::error::BoardError;
use hil_probe::board::uart::Uart;
use hil_probe::order::{Door, Link, Reach};

use crate::BAUD;
use crate::bench::{BOARDS, EmulatedBench};

struct Keeper(Ptys);

impl Attendant for Keeper {
    fn attend(&mut self, machine: &mut Machine) {
        self.0.exchange(&mut machine.cpu).unwrap();
    }
}

#[test]
fn the_same_agent_answers_over_a_port_without_a_probe() {
    for (board, port) in BOARDS.into_iter().zip(["usart2", "uarte0"]) {
        let Some(path) = board.image() else { return };
        let mut machine = hil_emulator::board::build(board.name, 1).unwrap();
        Image::parse(&std::fs::read(path).unwrap()).unwrap().load(&mut machine).unwrap();
        machine.cpu.reset(ResetCause::PowerOn);
        let ptys = Ptys::open(&machine.cpu).unwrap();
        let paths = ptys.paths();
        let (_, terminal) = paths.iter().find(|(name, _)| *name == port).unwrap();
        let terminal = terminal.to_str().unwrap().to_owned();
        let _board = Board::start_attended(machine, Mode::Free(Pace::Free), Some(Box::new(Keeper(ptys)))).unwrap();

        let mut order = board.order(Door::InProcess, Link::Rtt).unwrap();
        (order.reach, order.image) = (Reach::SerialOnly, None);
        order.link = Link::Uart { port: Some(terminal.clone()), baud: BAUD };
        let bench = EmulatedBench::of(order);
        let never = AtomicBool::new(false);
        let control = Control { cancel: &never, clock: &SystemClock::start() };
        // One session after the other, as the image on the board is started once.
        for _ in 0..2 {
            let (info, offers) = inquire(&bench, control).unwrap();
            assert_eq!((info.agent, offers.is_empty()), (format!("fw-{}", board.name), false));
        }
        let told = bench.told.lock().unwrap().concat();
        assert!(told.iter().all(|line| line.contains("no probe")), "{told:?}");
        let held = Uart::open(&terminal, BAUD).unwrap();
        let error = Uart::open(&terminal, BAUD).map(|_| ()).unwrap_err();
        assert!(matches!(error, BoardError::Busy { .. }), "{error}");
        drop(held);
    }
}
