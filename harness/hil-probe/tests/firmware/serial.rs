//! A session over the boards' serial port, at its line rate.

use hil_probe::board::elf::{Elf, RTT};
use hil_wire::message::Request;

use crate::bench::BOARDS;
use crate::memory_rtt::Probe;
use crate::wired::{Wired, image};

const HOP: &str = "lan/keyword_hop_i8";
const HELLO: Request<'_> = Request::Hello { version: hil_wire::version::WIRE_VERSION };

#[test]
fn a_board_answers_on_the_line_that_it_is_asked_on() {
    for board in BOARDS {
        let Some(mut wired) = Wired::start(board, 1) else { continue };
        let hello = wired.ask(&HELLO);
        assert!(hello.contains(&format!("agent: \"fw-{}\"", board.name)), "{hello}");
        assert_eq!(wired.ask(&Request::Verify { kernel: HOP }), "Verified");
    }
}

#[test]
fn nothing_is_lost_at_line_rate_while_the_ring_wraps() {
    for board in BOARDS {
        let Some(mut wired) = Wired::start(board, 1) else { continue };
        wired.ask(&HELLO);
        let hop: Vec<u8> = (0..640u32).map(|at| (at * 7) as u8).collect();
        for round in 0..12 {
            // All of it is on the line at once, more than the ring holds over the rounds.
            wired.say(&Request::LoadBegin { len: 640 });
            for bytes in hop.chunks(100) {
                wired.say(&Request::LoadChunk { bytes });
            }
            assert_eq!(wired.ask(&Request::LoadEnd { kernel: HOP }), "Loaded", "{} round {round}", board.name);
        }
    }
}

#[test]
fn the_next_host_is_answered_whatever_became_of_the_last_one() {
    for board in BOARDS {
        let Some(mut wired) = Wired::start(board, 1) else { continue };
        wired.ask(&HELLO);
        wired.ask(&Request::Now);
        wired.say(&Request::Bye);
        wired.run(0.01);
        wired.host_again();
        assert!(wired.ask(&HELLO).starts_with("Hello"), "after a session that was ended");
        wired.ask(&Request::Now);
        wired.host_again();
        assert!(wired.ask(&HELLO).starts_with("Hello"), "after one that was not");
        assert!(wired.ask(&Request::Now).starts_with("Now"));
    }
}

#[test]
fn the_side_that_speaks_is_the_side_that_is_answered() {
    for board in BOARDS {
        let Some(mut wired) = Wired::start(board, 1) else { continue };
        let elf = image(board).unwrap();
        let block = Elf::parse(&elf).unwrap().address_of(RTT).unwrap();
        let probe = Probe { block: u32::try_from(block).unwrap() };
        wired.ask(&HELLO);
        assert_eq!(probe.taken(&mut wired), 0, "nothing goes to RTT");
        probe.say(&mut wired, &HELLO);
        wired.run(0.01);
        assert!(probe.taken(&mut wired) > 20, "{} does not answer on RTT", board.name);
        wired.host_again();
        assert!(wired.ask(&HELLO).starts_with("Hello"), "and back again");
        assert_eq!(probe.taken(&mut wired), 0);
    }
}
