//! What Linux tells in `/proc`, `/sys` and `/dev`. On other systems the files are not there and the answers are empty.
//!
//! proc(5) and sysfs(5) describe the formats; reading is apart from understanding, which is tested on texts.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::commands::doctor::system::{Clock, Port};

/// The clock that the kernel counts with.
pub fn clock() -> Option<Clock> {
    let source = fs::read_to_string("/sys/devices/system/clocksource/clocksource0/current_clocksource").ok()?;
    let invariant = fs::read_to_string("/proc/cpuinfo").ok().as_deref().and_then(is_invariant);
    Some(Clock { source: source.trim().to_owned(), is_invariant: invariant })
}

/// x86 says so with two flags: the counter keeps its rate when the frequency changes, and runs on in deep sleep.
fn is_invariant(cpuinfo: &str) -> Option<bool> {
    let flags = cpuinfo.lines().find_map(|line| line.strip_prefix("flags")?.trim_start().strip_prefix(':'))?;
    let has = |wanted: &str| flags.split_ascii_whitespace().any(|flag| flag == wanted);
    Some(has("constant_tsc") && has("nonstop_tsc"))
}

/// Whether this is a container: Docker and Podman leave a file, others a word among the first process's groups.
pub fn in_container() -> bool {
    let files = ["/.dockerenv", "/run/.containerenv"].iter().any(|file| Path::new(file).exists());
    files || fs::read_to_string("/proc/1/cgroup").is_ok_and(|text| names_container(&text))
}

fn names_container(cgroup: &str) -> bool {
    ["docker", "kubepods", "containerd", "lxc"].iter().any(|word| cgroup.contains(word))
}

/// The groups of this process by name.
pub fn groups() -> Vec<String> {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let names = group_names();
    group_ids(&status).into_iter().filter_map(|id| names.get(&id).cloned()).collect()
}

/// The effective group and the supplementary ones.
fn group_ids(status: &str) -> Vec<u32> {
    let field = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    let effective = field("Gid:").split_ascii_whitespace().nth(1);
    effective.into_iter().chain(field("Groups:").split_ascii_whitespace()).filter_map(|id| id.parse().ok()).collect()
}

fn group_names() -> BTreeMap<u32, String> {
    parse_groups(&fs::read_to_string("/etc/group").unwrap_or_default())
}

/// Lines `name:password:id:members`.
fn parse_groups(text: &str) -> BTreeMap<u32, String> {
    let group = |line: &str| {
        let mut fields = line.split(':');
        let name = fields.next()?.to_owned();
        Some((fields.nth(1)?.parse().ok()?, name))
    };
    text.lines().filter_map(group).collect()
}

/// Serial ports on USB: those with a driver for modems, as debug probes are, and with one for converters.
pub fn ports() -> Vec<Port> {
    let Ok(entries) = fs::read_dir("/dev") else { return Vec::new() };
    let is_port = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        ["ttyACM", "ttyUSB", "cu.usb"].iter().any(|kind| name.starts_with(kind))
    };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).filter(is_port).collect();
    paths.sort();
    let names = steady_names(Path::new("/dev/serial/by-id"));
    paths.into_iter().map(|path| port(path, &names)).collect()
}

fn port(path: PathBuf, names: &BTreeMap<PathBuf, String>) -> Port {
    Port {
        name: names.get(&path).cloned(),
        is_accessible: may_open(&path),
        group: group_of(&path),
        holders: holders(&path),
        path,
    }
}

/// The links in a folder of udev's, by what they lead to.
fn steady_names(folder: &Path) -> BTreeMap<PathBuf, String> {
    let Ok(entries) = fs::read_dir(folder) else { return BTreeMap::new() };
    let link =
        |entry: fs::DirEntry| Some((fs::canonicalize(entry.path()).ok()?, entry.file_name().into_string().ok()?));
    entries.filter_map(|entry| link(entry.ok()?)).collect()
}

#[cfg(unix)]
fn may_open(path: &Path) -> bool {
    use nix::unistd::{AccessFlags, access};
    access(path, AccessFlags::R_OK | AccessFlags::W_OK).is_ok()
}

#[cfg(not(unix))]
fn may_open(_path: &Path) -> bool {
    true
}

#[cfg(unix)]
fn group_of(path: &Path) -> Option<String> {
    use std::os::unix::fs::MetadataExt as _;
    group_names().remove(&fs::metadata(path).ok()?.gid())
}

#[cfg(not(unix))]
fn group_of(_path: &Path) -> Option<String> {
    None
}

/// The device file of the USB device that a probe-rs selector means.
pub fn usb_node(selector: &str) -> Option<PathBuf> {
    usb_node_below(Path::new("/sys/bus/usb/devices"), selector)
}

fn usb_node_below(devices: &Path, selector: &str) -> Option<PathBuf> {
    let mut parts = selector.splitn(3, ':');
    let (vendor, product, serial) = (parts.next()?, parts.next()?, parts.next());
    let is_meant = |device: &Path| {
        let says = |attribute: &str, wanted: &str| attribute_of(device, attribute).is_some_and(|value| value == wanted);
        says("idVendor", vendor) && says("idProduct", product) && serial.is_none_or(|serial| says("serial", serial))
    };
    let device =
        fs::read_dir(devices).ok()?.filter_map(|entry| Some(entry.ok()?.path())).find(|path| is_meant(path))?;
    let number = |attribute: &str| attribute_of(&device, attribute)?.parse::<u32>().ok();
    Some(PathBuf::from(format!("/dev/bus/usb/{:03}/{:03}", number("busnum")?, number("devnum")?)))
}

fn attribute_of(device: &Path, attribute: &str) -> Option<String> {
    fs::read_to_string(device.join(attribute)).ok().map(|text| text.trim().to_owned())
}

/// The programs that have a device file open, as far as this user may see: `name (process id)`.
pub fn holders(node: &Path) -> Vec<String> {
    let Ok(processes) = fs::read_dir("/proc") else { return Vec::new() };
    let own = std::process::id().to_string();
    let holds = |process: &Path| {
        let files = fs::read_dir(process.join("fd")).into_iter().flatten().filter_map(Result::ok);
        files.into_iter().any(|file| fs::read_link(file.path()).is_ok_and(|target| target == node))
    };
    let holder = |process: PathBuf| {
        let id = process.file_name()?.to_str()?.to_owned();
        let is_other = id != own && id.bytes().all(|byte| byte.is_ascii_digit());
        (is_other && holds(&process)).then(|| {
            let name = fs::read_to_string(process.join("comm")).unwrap_or_default();
            format!("{} ({id})", name.trim())
        })
    };
    processes.filter_map(|entry| holder(entry.ok()?.path())).collect()
}

#[cfg(test)]
mod tests {
    use super::{group_ids, is_invariant, names_container, parse_groups, usb_node_below};
    use std::path::{Path, PathBuf};

    #[test]
    fn the_counter_is_invariant_only_with_both_flags() {
        assert_eq!(is_invariant("processor\t: 0\nflags\t\t: fpu tsc constant_tsc nonstop_tsc\n"), Some(true));
        assert_eq!(is_invariant("flags\t\t: fpu tsc constant_tsc nonstop_tscx\n"), Some(false));
        assert_eq!(is_invariant("processor\t: 0\nFeatures\t: fp asimd\n"), None, "other processors do not say");
    }

    #[test]
    fn groups_are_numbers_in_one_file_and_names_in_another() {
        let status = "Name:\thil\nUid:\t1000\t1000\t1000\t1000\nGid:\t1000\t1001\t1000\t1000\nGroups:\t20 46 \n";
        assert_eq!(group_ids(status), [1001, 20, 46]);
        assert!(group_ids("").is_empty());
        let names = parse_groups("root:x:0:\ndialout:x:20:me\nbroken\nplugdev:x:46:\n");
        assert_eq!((names.get(&20).map(String::as_str), names.len()), (Some("dialout"), 3));
    }

    #[test]
    fn containers_are_told_by_their_groups() {
        assert!(names_container("0::/docker/4f1c\n") && !names_container("0::/init.scope\n"));
    }

    #[test]
    fn a_probe_is_found_among_usb_devices_by_its_selector() {
        let folder = tempfile::tempdir().unwrap();
        let device = |name: &str, attributes: &[(&str, &str)]| {
            let path = folder.path().join(name);
            std::fs::create_dir(&path).unwrap();
            attributes.iter().for_each(|(file, text)| std::fs::write(path.join(file), format!("{text}\n")).unwrap());
        };
        let ids = [("idVendor", "0483"), ("idProduct", "374b"), ("busnum", "1")];
        device("1-1", &[&ids[..], &[("serial", "AAA"), ("devnum", "4")]].concat());
        device("1-2", &[&ids[..], &[("serial", "B:B"), ("devnum", "5")]].concat());
        let node = |selector: &str| usb_node_below(folder.path(), selector);
        assert_eq!(node("0483:374b:B:B"), Some(PathBuf::from("/dev/bus/usb/001/005")));
        assert!(node("0483:374b").is_some());
        assert_eq!(node("0483:374b:CCC"), None);
        assert_eq!(usb_node_below(Path::new("/nowhere"), "0483:374b"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_program_that_has_a_file_open_holds_it() {
        let folder = tempfile::tempdir().unwrap();
        // The link in /proc leads to the real path.
        let path = std::fs::canonicalize(folder.path()).unwrap().join("device");
        let file = std::fs::File::create(&path).unwrap();
        // Other tests start programs at the same time, which have every file of this one open for a moment.
        let held_by = |id: u32| super::holders(&path).iter().any(|holder| holder.ends_with(&format!("({id})")));
        assert!(!held_by(std::process::id()), "this program does not count");
        let mut child = std::process::Command::new("cat")
            .stdin(std::process::Stdio::piped())
            .stdout(file.try_clone().unwrap())
            .spawn()
            .unwrap();
        // The redirection is in place when the program has been started.
        assert!(super::holders(&path).contains(&format!("cat ({})", child.id())), "{:?}", super::holders(&path));
        drop(child.stdin.take());
        child.wait().unwrap();
        assert!(!held_by(child.id()));
    }
}
