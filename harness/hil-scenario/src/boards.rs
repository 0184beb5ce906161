//! Board files: facts about kinds of machines, from `targets/boards/<platform>.toml`.
//!
//! They are read with the same care as scenarios and are part of the program, so that an installed `hil` knows them.

use hil_model::lab::{Board, Reach};

use crate::context::{Context, Known, Lost};
use crate::fields::Fields;
use crate::grammar::BOARD;
use crate::inherit::top_of;
use crate::problem::{Problem, Severity};
use crate::source::Sources;
use crate::syntax;

/// Ways to reach a machine as they are written.
pub(crate) const REACHES: [(&str, Reach); 3] =
    [("process", Reach::Process), ("probe", Reach::Probe), ("phone", Reach::Phone)];

/// Every board's file in `targets/boards/` (the chips' files are for the emulator): its path in the repository and its text.
pub const BOARDS: &[(&str, &str)] = &[
    ("targets/boards/desktop-cpu.toml", include_str!("../../../targets/boards/desktop-cpu.toml")),
    ("targets/boards/edge-gpu.toml", include_str!("../../../targets/boards/edge-gpu.toml")),
    ("targets/boards/esp32s3.toml", include_str!("../../../targets/boards/esp32s3.toml")),
    ("targets/boards/nrf52840.toml", include_str!("../../../targets/boards/nrf52840.toml")),
    ("targets/boards/phone.toml", include_str!("../../../targets/boards/phone.toml")),
    ("targets/boards/stm32f4.toml", include_str!("../../../targets/boards/stm32f4.toml")),
];

/// Reads a board file; `file` is what problems call it.
///
/// # Errors
/// All problems of the file at once, and the texts to show them with.
pub fn board(text: &str, file: &str) -> Result<Board, (Vec<Problem>, Sources)> {
    let mut sources = Sources::default();
    let (id, draft) = sources.add(file, text.as_bytes());
    let parsed = syntax::parse(sources.text_of(id), id);
    let lost = Lost { names: parsed.lost, everything: parsed.table.is_none() };
    let known = Known::default();
    let mut cx = Context::new(&known, &sources, &lost, &crate::embedded::Embedded);
    cx.drafts.extend(draft.into_iter().chain(parsed.mistakes));
    let board = parsed.table.and_then(|table| {
        let fields = Fields::open(&mut cx, &table, top_of(id), &BOARD);
        let word = fields.text("reach");
        Some(Board {
            platform: fields.name("platform")?,
            title: fields.text("title")?.to_owned(),
            reach: REACHES.into_iter().find(|(name, _)| Some(*name) == word)?.1,
            chip: fields.text("chip").map(str::to_owned),
            attach: fields.text("attach").map(str::to_owned),
        })
    });
    let mut drafts = cx.drafts;
    drafts.sort_by_key(|draft| (draft.at, draft.severity));
    match board {
        Some(board) if drafts.iter().all(|draft| draft.severity != Severity::Error) => Ok(board),
        _ => {
            let problems = drafts.into_iter().map(|draft| draft.finish(&sources)).collect();
            Err((problems, sources))
        }
    }
}
