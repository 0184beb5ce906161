//! Scenario files: what stands in them, and what stands in their place.

use super::{Case, changed, good};
use crate::common::Place;

const CHECK: &[&str] = &["check", "bad.toml"];

fn link(place: &Place, to: &str, name: &str) {
    #[cfg(unix)]
    std::os::unix::fs::symlink(to, place.path().join(name)).unwrap();
    #[cfg(not(unix))]
    std::os::windows::fs::symlink_dir(to, place.path().join(name)).unwrap();
}

fn with(place: &Place, line: &str) {
    place.write("bad.toml", &format!("{}{line}\n", good()));
}

pub const CASES: &[Case] = &[
    Case {
        input: "unknown key",
        prepare: |place| changed(place, "warmup", "warmpu"),
        args: CHECK,
        told: &["bad.toml:9:1", "warmpu", "did you mean \"warmup\""],
        code: 2,
    },
    Case {
        input: "wrong unit",
        prepare: |place| changed(place, "< 5 s", "< 5 mW"),
        args: CHECK,
        told: &["bad.toml:16:9", "mW"],
        code: 2,
    },
    Case {
        input: "one id in two files",
        prepare: |place| {
            place.write("a.toml", &good());
            place.write("bad.toml", &good());
        },
        args: &["check", "a.toml", "bad.toml"],
        told: &["bad.toml:2:6", "quick", "a.toml:2:6"],
        code: 2,
    },
    Case {
        input: "one key twice in a file",
        prepare: |place| changed(place, "title", "id = \"again\"\ntitle"),
        args: CHECK,
        told: &["bad.toml:3:1", "stands twice"],
        code: 2,
    },
    Case {
        input: "missing kernel",
        prepare: |place| changed(place, "lan/keyword_i8", "lan/nothing"),
        args: CHECK,
        told: &["bad.toml:7:10", "lan/nothing"],
        code: 2,
    },
    Case {
        input: "files that inherit in a loop",
        prepare: |place| {
            place.write("_base.toml", "extends = \"bad.toml\"\n");
            place.write("bad.toml", &format!("extends = \"_base.toml\"\n{}", good()));
        },
        args: CHECK,
        told: &["toml:1:11", "bad.toml"],
        code: 2,
    },
    Case {
        input: "a base that is not there",
        prepare: |place| {
            place.write("bad.toml", &format!("extends = \"_base.toml\"\n{}", good()));
        },
        args: CHECK,
        told: &["bad.toml:1:11", "_base.toml", "no such file"],
        code: 2,
    },
    Case {
        input: "a folder with a link to itself",
        prepare: |place| {
            place.write("folder/a.toml", &good());
            link(place, "../folder", "folder/again");
        },
        args: &["check", "folder"],
        told: &[],
        code: 0,
    },
    Case {
        input: "a link to itself",
        prepare: |place| link(place, "bad.toml", "bad.toml"),
        args: CHECK,
        told: &["cannot read bad.toml"],
        code: 2,
    },
    Case {
        input: "an empty folder",
        prepare: |place| std::fs::create_dir(place.path().join("empty")).unwrap(),
        args: &["check", "empty"],
        told: &["empty holds no scenario file (*.toml)"],
        code: 2,
    },
    Case { input: "no such file", prepare: |_| (), args: CHECK, told: &["cannot read bad.toml"], code: 2 },
    Case {
        input: "a file that cannot be read (a link to nothing in a folder)",
        prepare: |place| {
            place.write("folder/a.toml", &good());
            link(place, "nothing", "folder/b.toml");
        },
        args: &["check", "folder"],
        told: &["cannot read folder", "b.toml"],
        code: 2,
    },
    Case {
        input: "a folder in the place of a file",
        prepare: |place| std::fs::create_dir(place.path().join("bad.toml")).unwrap(),
        args: CHECK,
        told: &["bad.toml holds no scenario file"],
        code: 2,
    },
    Case {
        input: "a file of 100 MB",
        prepare: |place| std::fs::File::create(place.path().join("bad.toml")).unwrap().set_len(100_000_000).unwrap(),
        args: CHECK,
        told: &["bad.toml:1:1", "larger than 1048576 bytes, the most that is read"],
        code: 2,
    },
    Case {
        input: "an empty file",
        prepare: |place| {
            place.write("bad.toml", "");
        },
        args: CHECK,
        told: &["bad.toml:1:1", "has no \"id\"", "5 problems"],
        code: 2,
    },
    Case {
        input: "a file that is not UTF-8",
        prepare: |place| std::fs::write(place.path().join("bad.toml"), b"id = \"caf\xe9\"\n").unwrap(),
        args: CHECK,
        told: &["bad.toml:1:10", "not UTF-8", "offset 9"],
        code: 2,
    },
    Case {
        input: "a byte order mark",
        prepare: |place| {
            place.write("bad.toml", &format!("\u{feff}{}", good()));
        },
        args: CHECK,
        told: &[],
        code: 0,
    },
    Case {
        input: "line ends of Windows",
        prepare: |place| {
            place.write("bad.toml", &good().replace('\n', "\r\n"));
        },
        args: CHECK,
        told: &[],
        code: 0,
    },
    Case {
        input: "lists within lists, 20,000 deep",
        prepare: |place| with(place, &format!("x = {}{}", "[".repeat(20_000), "]".repeat(20_000))),
        args: CHECK,
        told: &["bad.toml:17:13", "nested too deeply"],
        code: 2,
    },
    Case {
        input: "tables within tables, 20,000 deep",
        prepare: |place| with(place, &format!("x = {}1{}", "{a=".repeat(20_000), "}".repeat(20_000))),
        args: CHECK,
        told: &["bad.toml:17:29", "nested too deeply"],
        code: 2,
    },
    Case {
        input: "a dotted key of 20,000 parts",
        prepare: |place| with(place, &format!("{}a = 1", "a.".repeat(20_000))),
        args: CHECK,
        told: &["bad.toml:17:66", "nested too deeply"],
        code: 2,
    },
    Case {
        input: "a limit of NaN",
        prepare: |place| changed(place, "< 5 s", "< nan s"),
        args: CHECK,
        told: &["bad.toml:16:9", "does not start with a number"],
        code: 2,
    },
    Case {
        input: "an infinite limit",
        prepare: |place| changed(place, "< 5 s", "< 1e999 s"),
        args: CHECK,
        told: &["bad.toml:16:9", "not a finite number"],
        code: 2,
    },
    Case {
        input: "a negative limit",
        prepare: |place| changed(place, "< 5 s", "< -1 s"),
        args: CHECK,
        told: &["bad.toml:16:9", "never negative"],
        code: 2,
    },
    Case {
        input: "an integer that overflows",
        prepare: |place| changed(place, "warmup = 2", "warmup = 99999999999999999999"),
        args: CHECK,
        told: &["bad.toml:9:10", "must be from 0 to 1000000"],
        code: 2,
    },
    Case {
        input: "a negative amount",
        prepare: |place| changed(place, "starts = 2", "starts = -2"),
        args: CHECK,
        told: &["bad.toml:10:10", "starts"],
        code: 2,
    },
    Case {
        input: "a very long name",
        prepare: |place| changed(place, "\"quick\"", &format!("\"{}\"", "a".repeat(100_000))),
        args: CHECK,
        told: &["bad.toml:2:6", "longer than 100 bytes"],
        code: 2,
    },
    Case {
        input: "a terminal escape in an id",
        prepare: |place| changed(place, "\"quick\"", "\"a\\u001b[31m\""),
        args: CHECK,
        told: &["bad.toml:2:6", "is not a scenario id"],
        code: 2,
    },
    Case {
        input: "a terminal escape in a title",
        prepare: |place| changed(place, "A quick look", "A \\u009b31m look"),
        args: CHECK,
        told: &["bad.toml:3:9", "not one line of text"],
        code: 2,
    },
    Case {
        input: "a terminal escape in the name of a metric",
        prepare: |place| changed(place, "\"latency\"", "\"late\\u001b[31mncy\""),
        args: CHECK,
        told: &["bad.toml:14:10", "late"],
        code: 2,
    },
    Case {
        input: "a terminal escape in the name of a file",
        prepare: |_| (),
        args: &["check", "a\u{1b}[31m\u{202e}.toml"],
        told: &["cannot read a [31m .toml"],
        code: 2,
    },
];
