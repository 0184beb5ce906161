//! Writes the sample runs and gates in every format into a folder, to be looked at: `cargo run --example render -- FOLDER`.

#![expect(clippy::unwrap_used, reason = "a tool for the people who work on the renderers, fed with fixed samples")]

#[path = "../tests/samples/mod.rs"]
mod samples;
#[path = "../tests/gate/verdicts.rs"]
mod verdicts;

use std::path::PathBuf;

use hil_report::gate;
use hil_report::render::terminal::Options;
use hil_report::render::{html, json, junit, markdown, terminal};
use hil_report::view::View;

fn main() -> std::io::Result<()> {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| "target/report-samples".to_owned()));
    std::fs::create_dir_all(&folder)?;
    for samples::Sample { name, run, distributions } in samples::all() {
        let view = View::new(&run, &distributions);
        let write = |extension: &str, text: String| std::fs::write(folder.join(format!("{name}.{extension}")), text);
        write("html", html::render(&view).unwrap())?;
        write("md", markdown::render(&view))?;
        write("xml", junit::render(&view))?;
        write("json", json::render(&view).unwrap())?;
        for width in [80, 140] {
            let options = Options { width, color: true, unicode: true };
            write(&format!("{width}.txt"), terminal::render(&view, options))?;
        }
    }
    for verdicts::Sample { name, verdict } in verdicts::all() {
        let view = gate::View::new(&verdict);
        let of_gate = folder.join(format!("gate-{name}"));
        std::fs::create_dir_all(&of_gate)?;
        for artefact in gate::artefacts(&verdict).unwrap() {
            std::fs::write(of_gate.join(artefact.name), artefact.text)?;
        }
        for width in [80, 140] {
            let options = Options { width, color: true, unicode: true };
            std::fs::write(of_gate.join(format!("{width}.txt")), gate::terminal::render(&view, options))?;
        }
    }
    Ok(())
}
