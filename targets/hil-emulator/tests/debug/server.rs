//! The Black Magic server: what it answers, and that nothing a client does harms it or the next client.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};

use crate::common::{HOLE, RAM, machine};
use hil_emulator::debug::blackmagic::session::Session;
use hil_emulator::debug::blackmagic::{Options, Server, ServerError};
use hil_emulator::host::{Board, Mode};
use proptest::prelude::*;

fn board() -> Board {
    Board::start(machine(&[]).0, Mode::LockStep { cycles_per_access: 0 }).unwrap()
}

fn ask(session: &mut Session, board: &Board, request: &str) -> String {
    let mut out = Vec::new();
    session.feed(request.as_bytes(), board, &mut out);
    String::from_utf8(out).unwrap()
}

/// Requests and answers of a session: opening, the wire, power-up, access ports, memory, a fault and behind it.
const TALK: &[(&str, &str)] = &[
    ("!HC#", "&K1#"),
    ("!GZ0#", "&K0#"),
    (" !GV#", "&K3.3V#"),
    ("!GF003d0900#", "&K0#"),
    ("!Gf#", "&Kfa0#"),
    ("!GE1#", "&K0#"),
    ("!GP1#", "&K0#"),
    ("!HA#", "&K1#"),
    ("!SS#", "&K0#"),
    ("!So20ffffffff#", "&K0#"),
    ("!So137ffff#", "&K0#"),
    ("!So10e79e#", "&K0#"),
    ("!So20ffffffff#", "&K0#"),
    ("!So167ffff#", "&K0#"),
    ("!So08a5#", "&K0#"),
    // Acknowledgement OK (001), the first 29 bits of DPIDR above it, then the rest and its parity.
    ("!Si20#", "&K5d00a3b9#"),
    ("!Si04#", "&K1#"),
    ("!HL000000000000001e#", "&K0#"),
    ("!HL0000000450000f00#", "&K0#"),
    ("!Hd00ff0004#", "&K000f00f0#"),
    ("!Ha000001fc#", "&K11007724#"),
    ("!Ha000101fc#", "&K00008802#"),
    ("!Ha000201fc#", "&K00000000#"),
    ("!HA0000010020000000#", "&K0#"),
    ("!Aa00000100#", "&K40000021#"),
    ("!AA0000010412345678#", "&K0#"),
    ("!Ha00000104#", "&K12345678#"),
    ("!Hm0000eb0000500220000000000000080102030405060708#", "&K0#"),
    ("!HM0000eb0000502000000000000008#", "&K0102030405060708#"),
    ("!HM0000eb0000502000000100000003#", "&K020304#"),
    ("!Am0000eb00005000000000200000030000000 2#", "&P0#"),
    ("!Am0000eb000050000000002000000300000002#", "&K0405#"),
    ("!AM0000eb0000500000000000200000010000 0001ff#", "&P0#"),
    ("!AM0000eb00005000000000002000000100000001ff#", "&K0#"),
    ("!AM0000eb0000500120000002000000 02aabb#", "&P0#"),
    ("!AM0000eb000050012000000200000002aabb#", "&K0#"),
    ("!HM0000eb0000502000000000000004#", "&K01ffaabb#"),
    ("!HM0000eb0000506000000000000004#", "&E403#"),
    ("!Hd00ff0004#", "&K400f00f0#"),
    ("!HM0000eb0000502000000000000001#", "&K01#"),
    ("!HM0000eb000050200000000000ffff#", "&P0#"),
    ("!JS#", "&N0#"),
    ("!A6a00#", "&N0#"),
    ("!Q#", "&N0#"),
    ("!#", "&N0#"),
    ("!Si00#", "&P0#"),
    ("!Si21#", "&P0#"),
    ("!GZ1#", "&K0#"),
    ("!Gz#", "&K1#"),
    ("!GZ0#", "&K0#"),
];

#[test]
fn every_request_has_its_answer() {
    let board = board();
    let mut session = Session::new(1);
    let identity = ask(&mut session, &board, "+#!GA#");
    assert!(identity.starts_with("&KBlack Magic Probe, emulated by Hilbench"), "{identity}");
    for (request, answer) in TALK {
        assert_eq!(ask(&mut session, &board, request), *answer, "{request}");
    }
    assert_eq!(ask(&mut Session::new(4), &board, "!HC#"), "&K4#");
}

#[test]
fn requests_may_come_in_pieces_or_together() {
    let board = board();
    let text: String = TALK.iter().map(|(request, _)| *request).collect();
    let answers: String = TALK.iter().map(|(_, answer)| *answer).collect();
    assert_eq!(ask(&mut Session::new(1), &board, &text), answers);
    let (board, mut session) = (self::board(), Session::new(1));
    let bytewise: String = text.chars().map(|c| ask(&mut session, &board, &c.to_string())).collect();
    assert_eq!(bytewise, answers);
}

#[test]
fn the_wire_checks_parity_itself_when_asked() {
    let board = board();
    let mut session = Session::new(1);
    ask(&mut session, &board, "!SS#!So20ffffffff#!So167ffff#!So08a5#");
    assert_eq!(ask(&mut session, &board, "!Si03#"), "&K1#");
    assert_eq!(ask(&mut session, &board, "!SI20#"), "&K2ba01477#");
    // A line that nobody drives reads 1: with 32 ones and a 1 the parity is odd.
    assert_eq!(ask(&mut session, &board, "!SI20#"), "&E403#");
    ask(&mut session, &board, "!So0881#!Si03#!SO200000001e#");
    assert_eq!(ask(&mut session, &board, "!So088d#!Si03#!SI20#"), "&K0#&K1#&K0#", "and the line is in step");
}

#[test]
fn a_packet_without_end_is_swallowed_whole() {
    let board = board();
    let mut session = Session::new(1);
    assert_eq!(ask(&mut session, &board, &format!("!HM{}", "0".repeat(1 << 20))), "");
    assert_eq!(ask(&mut session, &board, "#!HC#"), "&P0#&K1#");
    assert_eq!(ask(&mut session, &board, &format!("!HM{}!HC#", "0".repeat(5000))), "&K1#", "a new one begins");
}

proptest! {
    #[test]
    fn any_bytes_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..4000)) {
        let board = board();
        let mut session = Session::new(1);
        let mut out = Vec::new();
        session.feed(&bytes, &board, &mut out);
        prop_assert!(ask(&mut session, &board, "#!HC#").ends_with("&K1#"));
    }

    /// Requests that look like requests reach further.
    #[test]
    fn any_requests_do_no_harm(requests in prop::collection::vec("!([GHSA][A-Za-z])?[0-9a-f#]{0,40}#", 0..100)) {
        let board = board();
        let mut session = Session::new(1);
        let answers = ask(&mut session, &board, &requests.concat());
        prop_assert!(answers.is_empty() || answers.ends_with('#'));
        prop_assert!(ask(&mut session, &board, "#!HC#").ends_with("&K1#"));
    }
}

/// Asks over TCP and reads as many bytes as are expected.
fn expect(stream: &mut TcpStream, request: &str, answer: &str) {
    stream.write_all(request.as_bytes()).unwrap();
    let mut found = vec![0; answer.len()];
    stream.read_exact(&mut found).unwrap();
    assert_eq!(String::from_utf8(found).unwrap(), answer, "{request}");
}

fn server() -> Server {
    Server::start(board(), Options::loopback()).unwrap()
}

#[test]
fn a_session_over_tcp() {
    let server = server();
    let mut stream = TcpStream::connect(server.address()).unwrap();
    for (request, answer) in TALK {
        expect(&mut stream, request, answer);
    }
    assert_eq!(server.selector(), format!("1d50:6018:127.0.0.1:{}", server.address().port()));
}

#[test]
fn a_client_may_go_at_any_byte() {
    let server = server();
    let talk: Vec<u8> = TALK.iter().flat_map(|(request, _)| request.bytes()).collect();
    for end in 0..=talk.len() {
        let mut stream = TcpStream::connect(server.address()).unwrap();
        stream.write_all(&talk[..end]).unwrap();
        // With and without waiting for the answers: the close then finds unread data and resets the connection.
        if end % 2 == 0 {
            stream.shutdown(Shutdown::Write).unwrap();
            let _ = stream.read_to_end(&mut Vec::new());
        }
    }
    expect(&mut TcpStream::connect(server.address()).unwrap(), "!HC#", "&K1#");
}

#[test]
fn a_flood_without_reading_only_blocks_itself() {
    let server = server();
    let mut flood = TcpStream::connect(server.address()).unwrap();
    flood.set_nonblocking(true).unwrap();
    let requests = "!HM0000eb00005020000000000001f0#".repeat(64);
    // Until both directions are full: the server must stop reading instead of keeping answers.
    let mut sent = 0usize;
    let mut refused = 0;
    while refused < 1000 {
        match flood.write(requests.as_bytes()) {
            Ok(count) => sent += count,
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
                refused += 1;
                std::thread::yield_now();
            }
            Err(error) => panic!("{error}"),
        }
        assert!(sent < 256 << 20, "the server takes whatever comes");
    }
    drop(flood);
    expect(&mut TcpStream::connect(server.address()).unwrap(), "!HC#", "&K1#");
}

#[test]
fn a_second_client_waits_for_the_first_to_go() {
    let server = server();
    let mut first = TcpStream::connect(server.address()).unwrap();
    expect(&mut first, "!HC#", "&K1#");
    let mut second = TcpStream::connect(server.address()).unwrap();
    second.write_all(b"!GZ1#").unwrap();
    expect(&mut first, "!Gz#", "&K0#");
    drop(first);
    expect(&mut second, "!Gz#", "&K0#&K1#");
}

#[test]
fn a_server_that_is_dropped_leaves_nothing() {
    let server = server();
    let address = server.address();
    let mut idle = TcpStream::connect(address).unwrap();
    expect(&mut idle, "!HC#", "&K1#");
    let mut waiting = TcpStream::connect(address).unwrap();
    waiting.write_all(b"!HC#").unwrap();
    drop(server);
    assert!(matches!(idle.read(&mut [0]), Ok(0) | Err(_)), "the connection is cut");
    assert!(TcpStream::connect(address).is_err(), "nobody listens");
}

#[test]
fn other_machines_are_kept_out_unless_they_are_let_in() {
    let listen: SocketAddr = "0.0.0.0:0".parse().unwrap();
    let refused = Server::start(board(), Options { listen, ..Options::loopback() });
    assert!(matches!(refused, Err(ServerError::Remote(address)) if address == listen));
    let allowed = Server::start(board(), Options { listen, allow_remote: true, level: 1 }).unwrap();
    assert!(allowed.selector().starts_with("1d50:6018:127.0.0.1:"), "{}", allowed.selector());
    let taken = Server::start(board(), Options { listen: allowed.address(), allow_remote: true, level: 1 });
    assert!(matches!(taken, Err(ServerError::Listen { .. })));
}

#[test]
fn memory_beyond_the_end_is_a_fault_and_no_more() {
    let board = board();
    let mut session = Session::new(1);
    ask(&mut session, &board, "!HL0000000450000f00#");
    let end = RAM + 0x1_0000;
    for address in [end - 4, HOLE, u32::MAX - 3] {
        let answer = ask(&mut session, &board, &format!("!HM0000eb000050{address:08x}00000008#"));
        assert_eq!(answer, "&E403#", "{address:#x}");
    }
}
