//! What an image takes of a chip: its sections, and their sums in flash and in RAM, as its ELF file states them.
//!
//! What is not written at run time lies in flash. What is written lies in RAM, and takes flash as well where it has initial
//! values; code that is copied to RAM takes both, too. A stack and a heap are no sections, so they are not in the sums.

use object::elf::{PT_LOAD, SHF_ALLOC, SHF_WRITE, SHT_NOBITS};
use object::read::elf::{ElfFile32, FileHeader as _, ProgramHeader as _, SectionHeader as _};
use object::{LittleEndian, read};

/// A section that takes memory of the chip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Its name, such as `.text`.
    pub name: String,
    /// Where it is while the program runs.
    pub address: u32,
    /// Its length in bytes.
    pub bytes: u32,
    /// Whether it takes as many bytes of flash.
    pub in_flash: bool,
    /// Whether it takes as many bytes of RAM.
    pub in_ram: bool,
}

/// The sums over all sections, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    /// Of flash.
    pub flash: u64,
    /// Of RAM, without stack and heap.
    pub ram: u64,
}

/// Why an image cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no sections can be read: {0}")]
pub struct ImageError(read::Error);

/// The sections of `elf`, a 32-bit little-endian ELF file, that take memory, by address.
///
/// # Errors
/// When its headers are incomplete or contradict themselves.
pub fn sections(elf: &[u8]) -> Result<Vec<Section>, ImageError> {
    let file = ElfFile32::<LittleEndian>::parse(elf).map_err(ImageError)?;
    let table = file.elf_header().sections(LittleEndian, elf).map_err(ImageError)?;
    // A segment with another address to be stored at holds what is copied when the program starts.
    let is_copied = |address: u32| {
        file.elf_program_headers().iter().any(|segment| {
            let (start, len) = (segment.p_vaddr(LittleEndian), segment.p_memsz(LittleEndian));
            let holds = address.checked_sub(start).is_some_and(|offset| offset < len);
            segment.p_type(LittleEndian) == PT_LOAD && holds && start != segment.p_paddr(LittleEndian)
        })
    };
    let mut found = Vec::new();
    for header in table.iter() {
        let (flags, bytes) = (header.sh_flags(LittleEndian), header.sh_size(LittleEndian));
        if flags & SHF_ALLOC == 0 || bytes == 0 {
            continue;
        }
        let name = table.section_name(LittleEndian, header).map_err(ImageError)?;
        let address = header.sh_addr(LittleEndian);
        found.push(Section {
            name: String::from_utf8_lossy(name).into_owned(),
            address,
            bytes,
            in_flash: header.sh_type(LittleEndian) != SHT_NOBITS,
            in_ram: flags & SHF_WRITE != 0 || is_copied(address),
        });
    }
    found.sort_by_key(|section| section.address);
    Ok(found)
}

/// The sums over `sections`.
#[must_use]
pub fn totals(sections: &[Section]) -> Totals {
    let sum = |takes: fn(&Section) -> bool| {
        sections.iter().filter(|section| takes(section)).map(|section| u64::from(section.bytes)).sum()
    };
    Totals { flash: sum(|section| section.in_flash), ram: sum(|section| section.in_ram) }
}

#[cfg(test)]
mod tests {
    use super::{Section, Totals, sections, totals};

    const HELLO: &[u8] = include_bytes!("../../../fixtures/elf/hello-stm32f407.elf");
    const FIR: &[u8] = include_bytes!("../../../fixtures/elf/bench-fir.elf");

    fn section(name: &str) -> Section {
        sections(HELLO).unwrap().into_iter().find(|section| section.name == name).unwrap()
    }

    #[test]
    fn code_is_in_flash_and_zeroed_data_in_ram() {
        let (table, code) = (section(".vector_table"), section(".text"));
        assert_eq!((table.address, table.in_flash, table.in_ram), (0x0800_0000, true, false));
        assert_eq!((code.address, code.in_flash, code.in_ram), (table.address + table.bytes, true, false));
        let zeroed = section(".bss");
        assert!(zeroed.address >= 0x2000_0000 && zeroed.bytes > 0, "{zeroed:?}");
        assert_eq!((zeroed.in_flash, zeroed.in_ram), (false, true));
    }

    #[test]
    fn the_sums_are_those_of_the_sections() {
        for elf in [HELLO, FIR] {
            let found = sections(elf).unwrap();
            let by_hand = |low: u32, high: u32| -> u64 {
                let inside = found.iter().filter(|section| (low..high).contains(&section.address));
                inside.map(|section| u64::from(section.bytes)).sum()
            };
            let copied: u64 =
                found.iter().filter(|section| section.name == ".data").map(|section| u64::from(section.bytes)).sum();
            let ram = by_hand(0x2000_0000, 0x3000_0000);
            assert_eq!(totals(&found), Totals { flash: by_hand(0x0800_0000, 0x0900_0000) + copied, ram });
            assert!(found.iter().all(|section| section.name != ".symtab"), "what takes no memory is left out");
        }
    }

    #[test]
    fn no_damage_is_worse_than_an_error() {
        for len in 0..HELLO.len().min(2000) {
            let _ = sections(&HELLO[..len]);
        }
        for at in 0..HELLO.len().min(400) {
            let mut damaged = HELLO.to_vec();
            damaged[at] ^= 0xFF;
            let _ = sections(&damaged);
        }
        assert!(sections(b"no image").is_err());
        assert!(sections(&HELLO[..60]).is_err());
    }
}
