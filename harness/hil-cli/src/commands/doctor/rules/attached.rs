//! What is attached: benches, debug probes, serial ports, and how to be allowed to open them.
//!
//! The rule for udev follows the one that probe-rs ships (<https://probe.rs/docs/getting-started/probe-setup/>): its
//! number is below 73, so that `uaccess` takes effect, and it covers the three ways in which probes appear.

use std::path::Path;

use hil_model::lab::Reach;

use crate::commands::doctor::finding::{Finding, Section, State};
use crate::commands::doctor::system::{Known, Os, Port, Probe, System};

/// Where the rule of this program goes.
const RULE_FILE: &str = "/etc/udev/rules.d/69-hilbench.rules";
/// Groups that may open USB devices or serial ports on one distribution or another.
const PLUGDEV: &str = "plugdev";

/// Kinds of machine: attached, emulated or neither.
pub fn benches(system: &System) -> Vec<Finding> {
    system.boards.iter().map(|board| bench(board, system)).collect()
}

fn bench(board: &Known, system: &System) -> Finding {
    let found = |state, says: String| Finding::new(Section::Benches, &board.platform, state, says);
    match (&board.attached, &board.emulated, board.reach) {
        (Some(attached), _, _) => found(State::Ok, attached.clone()),
        (None, Some(chip), _) => found(State::Absent, format!("{}; emulated for probe-rs as {chip}", board.title))
            .next([format!("hil emulate {}", board.platform)]),
        (None, None, Reach::Phone) if system.tools.adb.is_none() => {
            found(State::Absent, format!("{}; phones are reached through adb", board.title))
                .next([install_adb(system.os)])
        }
        (None, None, _) => found(State::Absent, board.title.clone()),
    }
}

fn install_adb(os: Os) -> &'static str {
    match os {
        Os::Linux => "sudo apt-get install adb    # Debian, Ubuntu",
        Os::Mac => "brew install android-platform-tools",
        Os::Windows => "winget install Google.PlatformTools",
        Os::Other => "install Android's platform tools",
    }
}

/// Debug probes: present, allowed, free.
pub fn probes(system: &System) -> Vec<Finding> {
    if system.probes.is_empty() {
        let says = if system.in_container {
            "none that this container was given; emulated boards need none"
        } else {
            "none attached; emulated boards need none"
        };
        return vec![Finding::new(Section::Probes, "probes", State::Absent, says)];
    }
    system.probes.iter().map(|probe| debug_probe(probe, system)).collect()
}

fn debug_probe(probe: &Probe, system: &System) -> Finding {
    let found = |state, says: String| Finding::new(Section::Probes, &probe.selector, state, says);
    if !probe.is_accessible {
        let says = format!("{}: this user may not open it", probe.name);
        return found(State::Warning, says).next(permit_probe(probe, system));
    }
    if probe.holders.is_empty() {
        return found(State::Ok, probe.name.clone());
    }
    let says = format!("{}: in use by {}", probe.name, probe.holders.join(", "));
    found(State::Warning, says).next(["end that program, or wait for it; a probe serves one at a time"])
}

/// What makes a probe accessible.
fn permit_probe(probe: &Probe, system: &System) -> Vec<String> {
    if system.os != Os::Linux {
        return vec!["end other programs that use it, then plug it in again".to_owned()];
    }
    let ids: Vec<&str> = probe.selector.split(':').collect();
    let [vendor, product, ..] = ids[..] else { return Vec::new() };
    let rule = format!(
        r#"SUBSYSTEM=="usb|tty|hidraw", ATTRS{{idVendor}}=="{vendor}", ATTRS{{idProduct}}=="{product}", MODE="0660", GROUP="{PLUGDEV}", TAG+="uaccess""#
    );
    let mut lines = Vec::new();
    if system.in_container {
        lines.push(given(probe.node.as_deref()));
        lines.push("and on the computer around it:".to_owned());
    }
    lines.push(format!("echo '{rule}' | sudo tee -a {RULE_FILE}"));
    lines.push("sudo udevadm control --reload && sudo udevadm trigger".to_owned());
    if !system.in_container && !system.user.groups.iter().any(|group| group == PLUGDEV) {
        lines.push(join_group(PLUGDEV));
        lines.push("log in again, and plug the probe in again".to_owned());
    } else {
        lines.push("plug the probe in again".to_owned());
    }
    lines
}

fn join_group(group: &str) -> String {
    format!("sudo usermod -aG {group} \"$USER\"")
}

/// How a container is given a device.
fn given(node: Option<&Path>) -> String {
    let node = node.unwrap_or(Path::new("/dev/bus/usb"));
    format!("start the container with --device={}", node.display())
}

/// Serial ports: allowed and free.
pub fn ports(system: &System) -> Vec<Finding> {
    if system.ports.is_empty() {
        return vec![Finding::new(Section::Ports, "ports", State::Absent, "none attached")];
    }
    system.ports.iter().map(|port| serial_port(port, system)).collect()
}

fn serial_port(port: &Port, system: &System) -> Finding {
    let name = port.name.as_deref().unwrap_or("a serial port");
    let found = |state, says: String| Finding::new(Section::Ports, &port.path.display().to_string(), state, says);
    if !port.is_accessible {
        let next = match &port.group {
            _ if system.in_container => vec![given(Some(&port.path))],
            Some(group) if system.user.groups.contains(group) => {
                vec![format!("sudo chmod g+rw {}", port.path.display())]
            }
            // A port of root's group has no group that a user should join.
            Some(group) if group != "root" => vec![join_group(group), "log in again".to_owned()],
            _ => vec![format!("sudo chmod o+rw {}", port.path.display())],
        };
        return found(State::Warning, format!("{name}: this user may not open it")).next(next);
    }
    if port.holders.is_empty() {
        return found(State::Ok, name.to_owned());
    }
    let says = format!("{name}: in use by {}", port.holders.join(", "));
    found(State::Warning, says).next(["end that program: two readers of a port each get half of the bytes"])
}
