//! `hil emulate`: what it prints is what a client can use, and it ends when it is told to.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Stdio};

use crate::common::Place;

/// A board that is served, and what it says.
fn serve(place: &Place, args: &[&str]) -> (Child, BufReader<ChildStdout>) {
    let mut child = place.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap());
    (child, lines)
}

/// The word behind `label` in what the command prints.
fn said(lines: &mut BufReader<ChildStdout>, label: &str) -> String {
    let mut line = String::new();
    while !line.starts_with(label) {
        line.clear();
        assert!(lines.read_line(&mut line).unwrap() > 0, "it never said its {label}");
    }
    line[label.len()..].trim().to_owned()
}

#[test]
fn the_selector_that_is_printed_leads_to_an_emulated_board_until_ctrl_c() {
    let place = Place::new();
    let elf = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/elf/hello-stm32f407.elf");
    let (mut child, mut lines) = serve(&place, &["emulate", "stm32f4", "--elf", elf]);
    let mut first = String::new();
    lines.read_line(&mut first).unwrap();
    assert!(first.contains("emulated"), "{first}");
    let address = said(&mut lines, "debug server");
    let selector = said(&mut lines, "probe");
    assert_eq!(selector, format!("1d50:6018:{address}"));
    assert!(said(&mut lines, "try").contains(&format!("--chip STM32F407VGTx --protocol swd --probe {selector}")));
    // The first request of every Black Magic client, and the answer that tells it what it talks to.
    let mut client = TcpStream::connect(&address).unwrap();
    client.write_all(b"+#!GA#").unwrap();
    let mut answer = [0; 2];
    client.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"&K");
    let id = nix::unistd::Pid::from_raw(i32::try_from(child.id()).unwrap());
    nix::sys::signal::kill(id, nix::sys::signal::Signal::SIGINT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0), "with a client still connected");
}

#[test]
fn what_cannot_be_served_is_said_before_anything_listens() {
    let place = Place::new();
    place.write("no.elf", "this is text");
    for (args, words) in [
        (&["emulate", "stm32"] as &[&str], &["stm32f4", "nrf52840"] as &[&str]),
        (&["emulate", "stm32f4", "--listen", "0.0.0.0:0"], &["other machines", "--allow-remote"]),
        (&["emulate", "stm32f4", "--elf", "no.elf"], &["no.elf", "ELF"]),
        (&["emulate", "stm32f4", "--locked"], &["stm32f4", "read-back protection"]),
        (&["emulate", "stm32f4", "--lock-step", "0"], &["--lock-step", "1..=1000000000"]),
    ] {
        let ended = place.hil(args).expect(2);
        for word in words {
            assert!(ended.err.contains(word), "{args:?} {word}: {}", ended.err);
        }
        assert_eq!(ended.out, "");
    }
}
