//! Dumps of callgrind: a number of instructions that the file holds, or a reason.

use hil_bench::callgrind::parse;

use crate::target::Target;
use crate::targets::{expect, expect_harmless};

pub(crate) const TARGET: Target = Target {
    name: "callgrind",
    about: "dumps of callgrind",
    words: &["version:", "creator:", "events:", "totals:", "summary:", " Ir", "\n", "18446744073709551616", "-1"],
    fixtures: &[],
    check: |bytes| match parse(bytes) {
        Ok(dump) => {
            expect(dump.instructions > 0, || "nothing was executed".to_owned())?;
            let number = dump.instructions.to_string();
            let is_there = bytes.windows(number.len()).any(|window| window == number.as_bytes());
            expect(is_there, || format!("{number} stands nowhere in the dump"))
        }
        Err(error) => expect_harmless("an error", &error.to_string()),
    },
};
