//! `hil emulate`, and words of the command line that are none.

use super::{Case, good};

pub const CASES: &[Case] = &[
    Case {
        input: "an address by name",
        prepare: |_| (),
        args: &["emulate", "stm32f4", "--listen", "localhost:0"],
        told: &["localhost:0", "such as 127.0.0.1:0; names are not looked up"],
        code: 2,
    },
    Case {
        input: "a port that is none",
        prepare: |_| (),
        args: &["emulate", "stm32f4", "--listen", "127.0.0.1:99999"],
        told: &["127.0.0.1:99999", "a port from 0 to 65535"],
        code: 2,
    },
    Case {
        input: "an unknown board, with a terminal escape",
        prepare: |_| (),
        args: &["emulate", "stm\u{1b}[31m"],
        told: &["\"stm [31m\"; there are stm32f4, nrf52840"],
        code: 2,
    },
    Case {
        input: "a program that is not there",
        prepare: |_| (),
        args: &["emulate", "stm32f4", "--elf", "no.elf"],
        told: &["cannot read no.elf"],
        code: 2,
    },
    Case {
        input: "a folder in the place of a program",
        prepare: |_| (),
        args: &["emulate", "stm32f4", "--elf", "."],
        told: &["cannot read .: it is not a regular file"],
        code: 2,
    },
    Case {
        input: "a program of no length",
        prepare: |place| {
            place.write("no.elf", "");
        },
        args: &["emulate", "stm32f4", "--elf", "no.elf"],
        told: &["no.elf: not a 32-bit little-endian ELF file"],
        code: 2,
    },
    Case {
        input: "a program of 3 GB",
        prepare: |place| std::fs::File::create(place.path().join("no.elf")).unwrap().set_len(3_000_000_000).unwrap(),
        args: &["emulate", "stm32f4", "--elf", "no.elf"],
        told: &["no.elf is larger than 256 MiB, the most that is read"],
        code: 2,
    },
    Case {
        input: "a terminal escape in the place of a command",
        prepare: |_| (),
        args: &["ru\u{1b}[31m"],
        told: &["unrecognized subcommand 'ru'"],
        code: 2,
    },
    Case {
        input: "a terminal escape in `--only`",
        prepare: |place| {
            place.write("q.toml", &good());
        },
        args: &["check", "q.toml", "--only", "a\u{1b}[31m\u{202e}"],
        told: &["--only a [31m : no scenario"],
        code: 2,
    },
    Case {
        input: "a data folder that is not there",
        prepare: |_| (),
        args: &["data", "list", "--data", "nowhere"],
        told: &["the data folder nowhere is not a folder"],
        code: 2,
    },
];
