//! What goes wrong and what it is called.

use hil_emulator::debug::blackmagic::{Options, Server};
use hil_emulator::host::{Board, Mode, Pace};
use hil_probe::board::bridge::Ended;
use hil_probe::board::error::{BoardError, Step};
use hil_probe::order::{Door, Link, Reach};

use crate::bench::Outcome;
use crate::{hello, hello_elf, tried};

const DOORS: [Door; 2] = [Door::InProcess, Door::BlackMagic];

fn error((result, _): Outcome) -> BoardError {
    match result {
        Ok(ended) => panic!("it worked: {ended:?}"),
        Err(error) => error,
    }
}

#[test]
fn a_sound_order_goes_through_all_phases_by_both_doors() {
    for platform in ["stm32f4", "nrf52840"] {
        for door in DOORS {
            let (ended, told) = tried(&hello(platform, door));
            assert_eq!(ended.unwrap(), Ended::ByHost, "{platform} {door:?}: {told:?}");
            assert!(told.iter().any(|line| line == "flash: write 100 %"), "{told:?}");
            assert!(told.iter().any(|line| line.starts_with("clock: not checked")), "{told:?}");
            assert!(told.last().unwrap().ends_with("is as it was before"), "{told:?}");
        }
    }
}

#[test]
fn under_reset_it_goes_through_as_well() {
    for platform in ["stm32f4", "nrf52840"] {
        let mut order = hello(platform, Door::InProcess);
        order.under_reset = true;
        let (ended, told) = tried(&order);
        assert_eq!(ended.unwrap(), Ended::ByHost, "{platform}: {told:?}");
        assert!(told[0].contains("while the reset pin is held"), "{told:?}");
    }
}

#[test]
fn another_board_of_the_same_kind_is_refused_by_its_number() {
    for platform in ["stm32f4", "nrf52840"] {
        let mut order = hello(platform, Door::InProcess);
        let (_, told) = tried(&order);
        let number = |told: &[String]| {
            let line = told.iter().find(|line| line.starts_with("identify: ")).unwrap();
            line.rsplit(' ').next().unwrap().to_owned()
        };
        let own = number(&told);
        assert!(own.len() >= 16 && own.chars().all(|digit| digit.is_ascii_hexdigit()), "{own}");
        order.chip_id = Some(own.clone());
        assert_eq!(tried(&order).0.unwrap(), Ended::ByHost, "its own number");
        order.reach = Reach::Emulated { door: Door::InProcess, seed: 2, loaded: false, fault: None };
        let error = error(tried(&order));
        assert!(matches!(&error, BoardError::OtherBoard { wanted, .. } if *wanted == own), "{error}");
    }
}

#[test]
fn an_image_of_another_chip_is_no_image_for_this_one() {
    // The emulated nRF52840 has no flash at the addresses of an STM32F4.
    let mut order = hello("nrf52840", Door::InProcess);
    order.image = Some(hello_elf("stm32f4"));
    let error = error(tried(&order));
    assert!(matches!(&error, BoardError::Image { step: Step::Flash, .. }), "{error}");
}

#[test]
fn orders_that_cannot_be_carried_out_say_why() {
    let mut order = hello("stm32f4", Door::InProcess);
    order.image = None;
    assert!(matches!(error(tried(&order)), BoardError::Order { detail } if detail.contains("image")));
    let mut order = hello("stm32f4", Door::InProcess);
    order.reach =
        Reach::Emulated { door: Door::InProcess, seed: 1, loaded: false, fault: Some("no-such-fault".to_owned()) };
    assert!(matches!(error(tried(&order)), BoardError::Order { detail } if detail.contains("no-such-fault")));
    let mut order = hello("desktop-cpu", Door::InProcess);
    order.image = Some(hello_elf("stm32f4"));
    assert!(matches!(error(tried(&order)), BoardError::Order { .. }));
    let mut order = hello("stm32f4", Door::InProcess);
    order.reach = Reach::Probe { selector: "0483:374b:NOT-THERE".to_owned(), speed_khz: None };
    assert!(matches!(error(tried(&order)), BoardError::NoProbe { detail } if detail.contains("NOT-THERE")));
    order.reach = Reach::SerialOnly;
    assert!(matches!(error(tried(&order)), BoardError::Order { .. }), "over RTT there must be a probe");
    order.link = Link::Uart { port: Some("/no/such/port".to_owned()), baud: 1_000_000 };
    assert!(matches!(error(tried(&order)), BoardError::NoProbe { .. }));
}

#[test]
fn a_board_that_another_process_serves_is_identified_and_used_by_its_selector() {
    for platform in ["stm32f4", "nrf52840"] {
        let machine = hil_emulator::board::build(platform, 1).unwrap();
        let board = Board::start(machine, Mode::Free(Pace::Free)).unwrap();
        let server = Server::start(board, Options::loopback()).unwrap();
        let identity = hil_probe::identify(&server.selector()).unwrap();
        let mut order = hello(platform, Door::InProcess);
        order.reach = Reach::Probe { selector: server.selector(), speed_khz: Some(1000) };
        order.chip_id = identity.chip_id;
        assert!(order.chip_id.is_some());
        let (ended, told) = tried(&order);
        assert_eq!(ended.unwrap(), Ended::ByHost, "{told:?}");
    }
}
