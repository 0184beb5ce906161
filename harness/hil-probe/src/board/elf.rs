//! What the host wants to know from an image file: where its symbols are and what it put there.

use object::{Object as _, ObjectSection as _, ObjectSymbol as _};

use super::error::{BoardError, Step, in_full};

/// The symbol of RTT's control block.
pub const RTT: &str = "_SEGGER_RTT";
/// The symbol of the image's identity, 16 bytes.
pub const IMAGE_ID: &str = "HIL_IMAGE_ID";
/// The symbol of the core clock in hertz as the firmware set it up: a `u32` in RAM, 0 until its clocks run.
pub const CORE_HZ: &str = "HIL_CORE_HZ";

/// An image file.
pub struct Elf<'f> {
    /// The file's bytes.
    pub bytes: &'f [u8],
    file: object::File<'f>,
}

impl<'f> Elf<'f> {
    /// Reads the tables of an image.
    ///
    /// # Errors
    /// [`BoardError::Image`] for a file that is none.
    pub fn parse(bytes: &'f [u8]) -> Result<Self, BoardError> {
        let file = object::File::parse(bytes).map_err(|error| BoardError::Image {
            step: Step::Flash,
            detail: format!("the image is no ELF file that can be read ({})", in_full(&error)),
        })?;
        Ok(Self { bytes, file })
    }

    /// Where a symbol is.
    #[must_use]
    pub fn address_of(&self, name: &str) -> Option<u64> {
        self.file.symbols().find(|symbol| symbol.name() == Ok(name)).map(|symbol| symbol.address())
    }

    /// What the image holds at `address`; nothing where it is not all in one section with contents.
    #[must_use]
    pub fn contents(&self, address: u64, len: u64) -> Option<&'f [u8]> {
        self.file.sections().find_map(|section| section.data_range(address, len).ok().flatten())
    }

    /// The tables by name, for readers of debug information.
    pub(super) fn section(&self, name: &str) -> &'f [u8] {
        self.file.section_by_name(name).and_then(|section| section.data().ok()).unwrap_or(&[])
    }

    /// The name of the function that `address` is in, by the table of symbols.
    pub(super) fn function_at(&self, address: u64) -> Option<&'f str> {
        let is_code = |symbol: &object::Symbol<'_, '_>| symbol.kind() == object::SymbolKind::Text;
        let holds = |symbol: &object::Symbol<'_, '_>| {
            // Functions in Thumb code have an odd address.
            let start = symbol.address() & !1;
            (start..start.saturating_add(symbol.size())).contains(&address)
        };
        self.file.symbols().find(|symbol| is_code(symbol) && holds(symbol)).and_then(|symbol| symbol.name().ok())
    }
}

#[cfg(test)]
mod tests {
    use super::{BoardError, Elf, RTT};

    #[test]
    fn symbols_and_contents_are_found_and_nothing_is_made_up() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/elf/hello-stm32f407.elf");
        let bytes = std::fs::read(path).unwrap();
        let elf = Elf::parse(&bytes).unwrap();
        assert!(elf.address_of(RTT).is_some_and(|address| address >= 0x2000_0000));
        assert_eq!(elf.address_of("no such symbol"), None);
        // The initial stack pointer, the first word of every image.
        let first = elf.contents(0x0800_0000, 4).unwrap();
        assert!(u32::from_le_bytes(first.try_into().unwrap()) > 0x2000_0000);
        assert_eq!(elf.contents(0x4000_0000, 4), None);
        assert!(matches!(Elf::parse(b"\x7fELF"), Err(BoardError::Image { .. })));
    }
}
