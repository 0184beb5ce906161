//! What the image of a board takes of its chip, in words for the run and, section by section, for `-v`.

use std::path::Path;

use hil_probe::image::{Section, sections, totals};

use crate::lab::{ImageSource, Seat};
use crate::show::Show;

/// Adds what the image on `seat` takes to `told`, in words, and says it, unless it was told before or this is no board.
pub fn tell(seat: Option<&Seat>, told: &mut Vec<String>, show: &mut Show) {
    let Some(board) = seat.and_then(Seat::as_board) else { return };
    let ImageSource::File(path) = &board.image else { return };
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    let found = match read(path) {
        Ok(found) => found,
        // Whether the image could be flashed is for the probe to say.
        Err(why) => return show.warn(&format!("what {name} takes of its chip is not known: {why}")),
    };
    let words = in_words(&name, board.platform.as_str(), &found);
    if told.contains(&words) {
        return;
    }
    show.detail(1, &words);
    for section in &found {
        show.detail(1, &row(section));
    }
    told.push(words);
}

fn read(path: &Path) -> Result<Vec<Section>, String> {
    let elf = std::fs::read(path).map_err(|error| error.to_string())?;
    sections(&elf).map_err(|error| error.to_string())
}

/// The sums, and where each section is.
fn in_words(name: &str, platform: &str, found: &[Section]) -> String {
    let sums = totals(found);
    let places: Vec<String> = found
        .iter()
        .map(|section| format!("{} {} at {:#010x}", section.name, section.bytes, section.address))
        .collect();
    format!(
        "{name} for {platform}: {} bytes of flash, {} of RAM without stack and heap; {}",
        sums.flash,
        sums.ram,
        places.join(", ")
    )
}

/// A line of the table: section, address, bytes, and what they are taken of.
fn row(section: &Section) -> String {
    let of = match (section.in_flash, section.in_ram) {
        (true, true) => "flash and RAM",
        (true, false) => "flash",
        (false, _) => "RAM",
    };
    format!("  {:<16} {:#010x} {:>8} bytes of {of}", section.name, section.address, section.bytes)
}

#[cfg(test)]
mod tests {
    use super::{in_words, row};
    use hil_probe::image::sections;

    const FIR: &[u8] = include_bytes!("../../../../fixtures/elf/bench-fir.elf");

    #[test]
    fn sums_and_places_are_told() {
        let found = sections(FIR).unwrap();
        let words = in_words("fir.elf", "stm32f4", &found);
        assert!(words.starts_with("fir.elf for stm32f4: "), "{words}");
        assert!(words.contains(".vector_table 1024 at 0x08000000, .text "), "{words}");
        assert_eq!(row(&found[0]), "  .vector_table    0x08000000     1024 bytes of flash");
    }
}
