//! Facts about boards and chips.

use hil_emulator::board::chip::Chip;
use hil_emulator::board::{BoardError, BoardFacts, parse};
use hil_scenario::render;

use crate::target::Target;
use crate::targets::{expect, expect_harmless};

const FILE: &str = "damaged.toml";

pub(crate) const TARGET: Target = Target {
    name: "board",
    about: "files of boards and chips",
    words: &[
        "platform = \"a\"\n",
        "reach = \"probe\"\n",
        "chip = \"a\"\n",
        "[core]\n",
        "[[memory]]\n",
        "size_bytes = 1\n",
        "[clocks.a]\n",
        "a.b.c.",
    ],
    fixtures: &[("targets/boards", ".toml")],
    check: |bytes| {
        let text = String::from_utf8_lossy(bytes);
        if let Err((problems, sources)) = hil_scenario::board(&text, FILE) {
            expect(!problems.is_empty(), || "refused without a problem".to_owned())?;
            let has_place = problems.iter().all(|problem| problem.line > 0 && problem.column > 0);
            expect(has_place, || "a problem without a place".to_owned())?;
            expect_harmless("the rendered problems", &render(&problems, &sources, false))?;
        }
        told(parse::<BoardFacts>(FILE, &text))?;
        told(parse::<Chip>(FILE, &text))
    },
};

fn told<T>(read: Result<T, BoardError>) -> Result<(), String> {
    let Err(error) = read else { return Ok(()) };
    let text = error.to_string();
    expect(text.contains(FILE), || format!("not told: {text:?}"))
}
