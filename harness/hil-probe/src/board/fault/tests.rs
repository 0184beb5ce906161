//! Every fault does what its name says, and at a moment that its number decides.

use hil_wire::decode::{Decoder, FrameError};
use hil_wire::frame::{Encoder, MAX_FRAME};
use hil_wire::message::{Clock, Request, Response};
use hil_wire::version::{WIRE_VERSION, version_of_hello};

use super::{Chosen, Fault, Injected, Struck};
use hil_emulator::board;
use hil_emulator::elf::Image;
use hil_emulator::host::{Board, Mode};
use hil_emulator::soc::Width;

fn up(injected: &mut Injected, mut bytes: Vec<u8>) -> Vec<u8> {
    injected.on_the_way_up(&mut bytes);
    bytes
}

fn down(injected: &mut Injected, mut bytes: Vec<u8>) -> Vec<u8> {
    injected.on_the_way_down(&mut bytes);
    bytes
}

fn injection(text: &str) -> Injected {
    Injected::new(Some(Chosen::parse(text).unwrap()))
}

#[test]
fn names_and_numbers_read_back() {
    for fault in Fault::all() {
        assert_eq!(Fault::find(fault.name()), Some(fault));
        for number in [0, 7] {
            let chosen = Chosen { fault, number };
            assert_eq!(Chosen::parse(&chosen.to_string()), Some(chosen));
        }
    }
    for text in ["", "panic", "brown-out:", "brown-out:x", "brown-out:-1", ":1"] {
        assert_eq!(Chosen::parse(text), None, "{text}");
    }
}

#[test]
fn only_one_kind_of_board_can_be_locked() {
    for fault in Fault::all() {
        assert!(fault.works_on("nrf52840"));
        assert_eq!(fault.works_on("stm32f4"), fault != Fault::ChipLocked, "{fault:?}");
    }
}

/// A stream of frames as an agent sends it, cut into pieces.
fn stream() -> Vec<Vec<u8>> {
    let mut encoder = Encoder::new();
    let hello = Response::Hello {
        version: WIRE_VERSION,
        agent: "test",
        image: "0123456789abcdef",
        clock: Clock { name: "cyccnt", hz: 64e6 },
        cpu: None,
        cycles: None,
        max_body: 1024,
        max_input: 640,
        now: 5,
    };
    let mut bytes = Vec::new();
    let mut out = [0; MAX_FRAME];
    bytes.extend(encoder.encode(&hello, &mut out).unwrap());
    for now in 0..60 {
        bytes.extend(encoder.encode(&Response::Now { now }, &mut out).unwrap());
    }
    bytes.chunks(7).map(<[u8]>::to_vec).collect()
}

/// How many frames arrive whole and in order, and whether anything else was noticed.
fn noticed(bytes: &[u8]) -> (usize, bool) {
    let (mut decoder, mut bytes, mut whole, mut trouble) = (Decoder::new(), bytes, 0, false);
    while let Some(frame) = decoder.feed(&mut bytes) {
        match frame {
            Ok(frame) if frame.lost.is_none() => whole += 1,
            Ok(_) | Err(FrameError::Corrupt | FrameError::TooLong) => trouble = true,
        }
    }
    (whole, trouble)
}

#[test]
fn every_damage_of_the_link_is_one_byte_and_is_noticed() {
    for name in ["link-byte-lost", "link-byte-doubled", "link-byte-corrupted"] {
        let mut directions = [0, 0];
        for number in 0..200 {
            let mut injection = injection(&format!("{name}:{number}"));
            let sent: Vec<u8> = stream().concat();
            let up: Vec<u8> = stream().into_iter().flat_map(|piece| up(&mut injection, piece)).collect();
            let down: Vec<u8> = stream().into_iter().flat_map(|piece| down(&mut injection, piece)).collect();
            for (direction, got) in [up, down].into_iter().enumerate() {
                if got == sent {
                    continue;
                }
                directions[direction] += 1;
                assert!(got.len().abs_diff(sent.len()) <= 1);
                let (whole, trouble) = noticed(&got);
                assert!(trouble && whole < 61, "{name}:{number}: {whole} frames");
            }
        }
        assert_eq!(directions[0] + directions[1], 200, "each strikes once");
        assert!(directions.iter().all(|count| *count > 50), "both directions: {directions:?}");
    }
}

#[test]
fn the_greeting_of_another_version_is_whole_and_nothing_else_changes() {
    let mut injection = injection("wire-version");
    let got: Vec<u8> = stream().into_iter().flat_map(|piece| up(&mut injection, piece)).collect();
    assert_eq!(noticed(&got), (61, false));
    let (mut decoder, mut bytes) = (Decoder::new(), got.as_slice());
    let body = decoder.feed(&mut bytes).unwrap().unwrap().body.to_vec();
    assert_eq!(version_of_hello(&body), Some(WIRE_VERSION + 1));
}

const PROGRAM: &[u8] = include_bytes!("../../../../../fixtures/elf/hello-stm32f407.elf");

fn lock_step(injection: &Injected) -> Board {
    let machine = injection.machine("stm32f4", 1, PROGRAM).unwrap();
    Board::start(machine, Mode::LockStep { cycles_per_access: 0 }).unwrap()
}

#[test]
fn it_happens_when_the_second_request_to_run_has_arrived_and_once() {
    let mut requests = Encoder::new();
    let mut out = [0; MAX_FRAME];
    let mut run = |injection: &mut Injected, board: &Board| {
        let frame = requests.encode(&Request::Run { kernel: "a", iterations: 1 }, &mut out).unwrap().to_vec();
        let mut struck = Vec::new();
        for byte in frame {
            injection.on_the_way_down(&mut vec![byte]);
            struck.push(injection.arrived(board));
        }
        // Only the frame's last byte completes it.
        assert!(struck.iter().rev().skip(1).all(|struck| *struck == Struck::Nothing));
        struck.pop().unwrap()
    };
    let mut injection = injection("probe-gone");
    let board = lock_step(&injection);
    let struck: Vec<Struck> = (0..4).map(|_| run(&mut injection, &board)).collect();
    assert_eq!(struck, [Struck::Nothing, Struck::ProbeGone, Struck::Nothing, Struck::Nothing]);
}

#[test]
fn a_number_moves_the_moment_and_the_same_number_never_does() {
    let cycles = |text: &str| injection(text).cycles;
    assert_eq!(cycles("hard-fault:3"), cycles("hard-fault:3"));
    assert_ne!(cycles("hard-fault:3"), cycles("hard-fault:4"));
    assert_ne!(cycles("hard-fault:3"), cycles("target-reset:3"));
}

#[test]
fn the_bit_of_flash_that_fails_is_one_that_the_image_needs() {
    for number in 0..50 {
        let injection = injection(&format!("flash-verify:{number}"));
        let board = lock_step(&injection);
        let image = Image::parse(PROGRAM).unwrap();
        let spoilt = board.access(|target| {
            let words = image.segments().iter().flat_map(|segment| {
                let words = segment.bytes.chunks_exact(4).zip((segment.address..).step_by(4));
                words.map(|(word, at)| (at, u32::from_le_bytes(word.try_into().unwrap())))
            });
            words.filter(|(at, word)| target.machine.cpu.memory.programmable(*at, *word) != *word).count()
        });
        assert_eq!(spoilt, 1, "{number}");
    }
}

#[test]
fn stale_blocks_lie_in_ram_where_the_image_has_its_own_and_elsewhere() {
    let board = lock_step(&injection("stale-rtt"));
    let own = Image::parse(PROGRAM).unwrap().symbol("_SEGGER_RTT").unwrap();
    board.access(|target| {
        let found: Vec<u32> = (own & !3..own + 0x2000)
            .step_by(4)
            .filter(|at| target.machine.cpu.memory.slice(*at, 10) == Some(&b"SEGGER RTT"[..]))
            .collect();
        assert_eq!(found, [own, own + 0x1000]);
        let channels = target.machine.cpu.bus_read(own + 16, Width::Word).unwrap();
        assert_eq!(channels, 1);
    });
}

#[test]
fn another_chip_is_really_another_one() {
    let (wrong, right) = (injection("wrong-chip"), Injected::new(None));
    let flash =
        |injection: &Injected| lock_step(injection).access(|target| target.machine.cpu.memory.is_flash(0x0800_0000));
    assert!(flash(&right) && !flash(&wrong));
    assert!(board::find("nrf52840").is_ok());
}

#[test]
fn a_clock_that_stops_ran_before() {
    let injected = injection("clock-stopped");
    let board = lock_step(&injected);
    let count = || {
        board.access(|target| {
            target.machine.cpu.bus_write(0xE000_EDFC, Width::Word, 1 << 24).unwrap();
            target.machine.cpu.bus_write(0xE000_1000, Width::Word, 1).unwrap();
            target.machine.cpu.cycles += 100;
            target.machine.cpu.bus_read(0xE000_1004, Width::Word).unwrap()
        })
    };
    assert!(count() < count());
    injected.after_boot(&board);
    assert_eq!(count(), count());
}
