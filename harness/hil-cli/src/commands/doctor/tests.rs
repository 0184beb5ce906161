//! The diagnosis of four computers that are not here, word by word: a bare laptop, a full bench, a container of a CI
//! service without permissions, and a Mac.

use std::path::PathBuf;

use hil_data::Presence;
use hil_model::id::DatasetName;
use hil_model::lab::{Evidence, Reach};
use hil_model::run::{Environment, Noise};

use crate::commands::doctor::system::{By, Clock, Folder, Known, Need, Os, Place, Port, Probe, System, Tools, User};
use crate::commands::doctor::{finding::State, render, rules};

/// Linux with nothing attached and nothing asked.
pub(super) fn bare_laptop() -> System {
    let text = str::to_owned;
    let board = |platform: &str, title: &str, chip: Option<&str>| Known {
        platform: text(platform),
        title: text(title),
        reach: if chip.is_some() { Reach::Probe } else { Reach::Process },
        emulated: chip.map(text),
    };
    System {
        os: Os::Linux,
        environment: Environment {
            hil: text("0.1.0"),
            os: text("Linux (Debian 13), kernel 6.12"),
            arch: text("x86_64"),
            cpu: text("Example CPU 1000"),
            cores: 4,
            memory_bytes: 8 << 30,
            rustc: text("rustc 1.95.0"),
            clocks: Vec::new(),
            builds: Vec::new(),
        },
        memory_available: Some(6 << 30),
        clock: Some(Clock { source: text("tsc"), is_invariant: Some(true) }),
        noise: Noise {
            load: Some(0.1),
            governor: Some(text("powersave")),
            steal: Some(0.0),
            busy: Some(0.01),
            warnings: Vec::new(),
        },
        in_container: false,
        user: User { groups: vec![text("me")] },
        tools: Tools::default(),
        probes: Vec::new(),
        ports: Vec::new(),
        boards: vec![
            board("desktop-cpu", "This computer", None),
            board("stm32f4", "STM32F4 Discovery", Some("STM32F407VGTx")),
        ],
        seats: vec![
            seat("this computer", "desktop-cpu", Evidence::Host, By::Process(4)),
            seat("emulated stm32f4", "stm32f4", Evidence::Emulated, By::Emulation),
        ],
        has_lab: false,
        data: vec![
            set("keywords-selfmade", Presence::Embedded),
            set("keywords-test", Presence::Absent { origin: text("https://example.org/speech"), how: text("ask") }),
        ],
        folder: Folder::Nothing,
    }
}

fn seat(name: &str, platform: &str, evidence: Evidence, by: By) -> Place {
    Place { name: name.to_owned(), platform: platform.to_owned(), evidence, by }
}

fn set(name: &str, presence: Presence) -> hil_data::Status {
    let title = "Spoken words".to_owned();
    hil_data::Status {
        name: DatasetName::new(name).unwrap(),
        title,
        items: 12,
        licence: "CC-BY-4.0".to_owned(),
        presence,
    }
}

pub(super) fn probe(serial: &str) -> Probe {
    Probe {
        name: "ST-Link V2-1".to_owned(),
        selector: format!("0483:374b:{serial}"),
        is_accessible: true,
        node: Some(PathBuf::from("/dev/bus/usb/001/004")),
        holders: Vec::new(),
    }
}

fn port(path: &str, name: Option<&str>) -> Port {
    Port {
        path: PathBuf::from(path),
        name: name.map(str::to_owned),
        is_accessible: true,
        group: Some("dialout".to_owned()),
        holders: Vec::new(),
    }
}

/// Linux with everything there is, a probe and a port in use by others, and a phone among the boards.
pub(super) fn full_bench() -> System {
    let mut system = bare_laptop();
    let version = |text: &str| Some(text.to_owned());
    system.noise.governor = version("performance");
    system.user.groups = ["me", "plugdev", "dialout"].map(str::to_owned).to_vec();
    system.tools = Tools {
        rustc: version("rustc 1.95.0"),
        cargo: version("cargo 1.95.0"),
        rustup: version("rustup 1.29.0"),
        targets: ["x86_64-unknown-linux-gnu", "thumbv7em-none-eabihf", "aarch64-linux-android"]
            .map(str::to_owned)
            .to_vec(),
        has_library_sources: false,
        qemu: version("QEMU emulator version 10.0.2"),
        valgrind: version("valgrind-3.19.0"),
        adb: version("Android Debug Bridge version 1.0.41"),
        ndk: Some(PathBuf::from("/opt/android-ndk")),
    };
    system.probes = vec![probe("066AFF"), Probe { holders: vec!["openocd (4711)".to_owned()], ..probe("066BFF") }];
    system.ports = vec![
        port("/dev/ttyACM0", Some("usb-STMicroelectronics_STM32_STLink_066AFF-if02")),
        Port { holders: vec!["picocom (815)".to_owned()], ..port("/dev/ttyUSB0", None) },
    ];
    system.boards.push(Known {
        platform: "pixel".to_owned(),
        title: "A phone".to_owned(),
        reach: Reach::Phone,
        emulated: None,
    });
    let probe_of = |serial: &str| By::Probe(format!("0483:374B:{serial}"), None);
    system.has_lab = true;
    system.seats.truncate(1);
    system.seats.extend([
        seat("bench-1", "stm32f4", Evidence::Hardware, probe_of("066aff")),
        seat("bench-2", "stm32f4", Evidence::Hardware, probe_of("066CFF")),
        seat("bench-3", "stm32f4", Evidence::Hardware, By::Port("/dev/ttyUSB0".to_owned())),
        seat("bench-4", "stm32f4", Evidence::Hardware, By::Port("/dev/ttyUSB7".to_owned())),
        seat("bench-5", "stm32f4", Evidence::Emulated, By::Probe("1d50:6018:127.0.0.1:4242".to_owned(), None)),
    ]);
    system.data[1].presence = Presence::Here(PathBuf::from("/data/speech"));
    system.folder = Folder::Scenarios { count: 3, needs: Vec::new() };
    system
}

/// A container that sees devices and may open none, on a busy virtual machine, whose folder asks for what is not there.
fn ci_container() -> System {
    let mut system = bare_laptop();
    let need = |scenario: &str, says: &str, next: &str| Need {
        scenario: scenario.to_owned(),
        says: says.to_owned(),
        next: vec![next.to_owned()],
    };
    system.in_container = true;
    system.memory_available = Some(500 << 20);
    system.clock = Some(Clock { source: "hpet".to_owned(), is_invariant: Some(true) });
    system.noise = Noise { load: Some(3.5), governor: None, steal: Some(0.05), busy: Some(0.4), warnings: Vec::new() };
    system.probes = vec![Probe { is_accessible: false, ..probe("066AFF") }];
    system.ports = vec![Port { is_accessible: false, ..port("/dev/ttyACM0", None) }];
    system.folder = Folder::Scenarios {
        count: 2,
        needs: vec![
            need("my-board", "needs a bench of platform stm32f4; none is attached", "attach one"),
            need("my-program", "the program ./prog cannot be started", "build or install ./prog"),
        ],
    };
    system
}

/// A Mac, which tells less about itself.
fn mac() -> System {
    let mut system = bare_laptop();
    system.os = Os::Mac;
    system.environment.os = "macOS 15.6, kernel 24.6.0".to_owned();
    system.environment.arch = "aarch64".to_owned();
    system.environment.cpu = "Apple M4".to_owned();
    system.clock = None;
    system.noise = Noise { load: Some(0.8), governor: None, steal: None, busy: None, warnings: Vec::new() };
    system.user.groups.clear();
    system.ports = vec![Port { group: None, ..port("/dev/cu.usbmodem1103", None) }];
    system.probes = vec![Probe { is_accessible: false, node: None, ..probe("066AFF") }];
    system
}

fn shown(system: &System) -> String {
    render::text(&rules::findings(system))
}

#[test]
fn four_computers() {
    insta::assert_snapshot!("bare-laptop", shown(&bare_laptop()));
    insta::assert_snapshot!("full-bench", shown(&full_bench()));
    insta::assert_snapshot!("ci-container", shown(&ci_container()));
    insta::assert_snapshot!("mac", shown(&mac()));
}

#[test]
fn who_may_not_open_a_probe_or_a_port_is_told_what_to_type() {
    let mut system = bare_laptop();
    system.probes = vec![Probe { is_accessible: false, ..probe("066AFF") }];
    system.ports = vec![Port { is_accessible: false, ..port("/dev/ttyACM0", None) }];
    let findings = rules::findings(&system);
    let next = |what: &str| findings.iter().find(|finding| finding.what == what).unwrap().next.clone();
    insta::assert_snapshot!("permissions", next("0483:374b:066AFF").join("\n"));
    assert_eq!(next("/dev/ttyACM0"), ["sudo usermod -aG dialout \"$USER\"", "log in again"]);
    // Who is in the groups already is not told to join them.
    system.user.groups = vec!["plugdev".to_owned(), "dialout".to_owned()];
    assert!(!shown(&system).contains("usermod"), "{}", shown(&system));
}

#[test]
fn only_what_the_folder_needs_is_missing() {
    let missing = |system: &System| render::count(&rules::findings(system), State::Missing);
    assert_eq!([bare_laptop(), full_bench(), mac()].map(|system| missing(&system)), [0, 0, 0]);
    assert_eq!(missing(&ci_container()), 2);
    let mistaken = System { folder: Folder::Mistaken { error: "2 problems".to_owned() }, ..bare_laptop() };
    assert_eq!(missing(&mistaken), 1);
}

#[test]
fn phones_are_not_spoken_of_where_no_board_is_one() {
    assert!(!shown(&bare_laptop()).contains("adb") && shown(&full_bench()).contains("adb"));
}

#[test]
fn scripts_get_the_same_and_no_device_moves_the_cursor() {
    let mut system = bare_laptop();
    system.has_lab = true;
    system.probes = vec![Probe { name: "evil\u{1b}[2J\nprobe".to_owned(), ..probe("1") }];
    let findings = rules::findings(&system);
    let values: Vec<serde_json::Value> = findings.iter().map(render::json).collect();
    let of_probe = values.iter().find(|value| value["section"] == "Debug probes").unwrap();
    assert_eq!(
        *of_probe,
        serde_json::json!({
            "section": "Debug probes", "what": "0483:374b:1", "state": "ok", "says": "evil [2J probe; no board of the lab is behind it", "next": []
        })
    );
    assert!(!shown(&system).contains('\u{1b}'));
}
