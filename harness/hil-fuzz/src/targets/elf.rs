//! Programs for emulated boards: parsed, looked into, loaded.

use hil_emulator::board;
use hil_emulator::elf::Image;

use crate::target::Target;
use crate::targets::{expect, expect_harmless};

pub(crate) const TARGET: Target = Target {
    name: "elf",
    about: "ELF files for an emulated STM32F4 Discovery",
    words: &["\u{7f}ELF", "\u{1}\u{1}\u{1}", "_SEGGER_RTT\0", ".symtab\0", "\u{28}\0"],
    fixtures: &[("fixtures/elf", ".elf")],
    check: |bytes| {
        let told = |text: String| {
            expect(!text.is_empty(), || "an error without words".to_owned())?;
            expect_harmless("an error", &text)
        };
        let image = match Image::parse(bytes) {
            Ok(image) => image,
            Err(error) => return told(error.to_string()),
        };
        let _address = image.symbol("_SEGGER_RTT");
        let total: usize = image.segments().iter().map(|segment| segment.bytes.len()).sum();
        expect(total <= bytes.len(), || format!("{total} bytes of segments in a file of {}", bytes.len()))?;
        let mut machine = board::build("stm32f4", 1).map_err(|error| error.to_string())?;
        match image.load(&mut machine) {
            Ok(()) => Ok(()),
            Err(error) => told(error.to_string()),
        }
    },
};
