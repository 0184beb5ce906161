//! Programs as ELF files: loads one into a machine's memories and finds its symbols.
//!
//! Segments go where they are stored (their physical address), as a flash programmer puts them; what a program
//! sets up itself, such as zeroed RAM, is left to it. An image is checked as a whole before the first byte of memory
//! changes. No file, however broken, does more harm than an error.

use object::LittleEndian;
use object::elf::{EM_ARM, ET_EXEC};
use object::read::elf::{ElfFile32, FileHeader, ProgramHeader};
use object::read::{Object, ObjectSymbol};

use crate::machine::Machine;
use crate::memory::{Kind, Memory};

/// Why a file cannot be loaded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It is no ELF file of 32 bits and little-endian order, or its headers are incomplete or contradict themselves.
    #[error("not a 32-bit little-endian ELF file: {0}")]
    Malformed(object::read::Error),
    /// The bytes of a segment lie behind the end of the file.
    #[error("the file is cut off: the bytes for {address:#010x} are missing")]
    Truncated {
        /// First address of the segment.
        address: u32,
    },
    /// It is for another processor.
    #[error("the file is for ELF machine {0}, not for Arm ({EM_ARM})")]
    NotArm(u16),
    /// It is a library or an object file.
    #[error("the file is of ELF type {0}, not an executable ({ET_EXEC}); link it first")]
    NotExecutable(u16),
    /// It has no bytes to load.
    #[error("the file has no bytes to load")]
    Empty,
    /// A segment lies where the chip has no memory, or across the end of one.
    #[error("the chip has no memory for the {len} bytes at {address:#010x}")]
    NoMemory {
        /// First address of the segment.
        address: u32,
        /// Its length in bytes.
        len: usize,
    },
    /// Two segments claim the same place.
    #[error("two segments lie at {address:#010x}")]
    Overlap {
        /// First address that both claim.
        address: u32,
    },
    /// The chip starts from the vector table at its first address, and the file has none there.
    #[error("the file has no vector table at {address:#010x}, where the chip starts")]
    NoVectorTable {
        /// Where the table is expected, free of aliases.
        address: u32,
    },
    /// The initial stack pointer does not point into RAM or just behind it.
    #[error("the vector table's stack pointer {0:#010x} is not in RAM")]
    StackPointer(u32),
    /// The reset vector does not point to Thumb code that the file brings.
    #[error("the reset vector {0:#010x} does not point to Thumb code of the file")]
    ResetVector(u32),
}

/// An executable for an Arm core, read but not loaded.
#[derive(Debug)]
pub struct Image<'a> {
    file: ElfFile32<'a, LittleEndian>,
    segments: Vec<Segment<'a>>,
}

/// Bytes of a file and where they are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment<'a> {
    /// The first address.
    pub address: u32,
    /// The bytes, at least one.
    pub bytes: &'a [u8],
}

impl Segment<'_> {
    fn end(&self) -> u64 {
        u64::from(self.address) + self.bytes.len() as u64
    }

    fn word(&self, address: u32) -> Option<u32> {
        let offset = address.checked_sub(self.address)? as usize;
        self.bytes.get(offset..)?.first_chunk().copied().map(u32::from_le_bytes)
    }
}

impl<'a> Image<'a> {
    /// Reads the headers of `bytes`, an ELF file.
    ///
    /// # Errors
    /// When it is not an executable for an Arm core, is incomplete, has nothing to load or overlapping segments.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        let file = ElfFile32::<LittleEndian>::parse(bytes).map_err(Error::Malformed)?;
        let header = file.elf_header();
        let (machine, kind) = (header.e_machine(LittleEndian), header.e_type(LittleEndian));
        if machine != EM_ARM {
            return Err(Error::NotArm(machine));
        }
        if kind != ET_EXEC {
            return Err(Error::NotExecutable(kind));
        }
        let mut segments = Vec::new();
        for header in file.elf_program_headers() {
            if header.p_type(LittleEndian) == object::elf::PT_LOAD && header.p_filesz(LittleEndian) != 0 {
                let address = header.p_paddr(LittleEndian);
                let bytes = header.data(LittleEndian, bytes).map_err(|()| Error::Truncated { address })?;
                segments.push(Segment { address, bytes });
            }
        }
        segments.sort_by_key(|segment| segment.address);
        if segments.is_empty() {
            return Err(Error::Empty);
        }
        let overlap = segments.windows(2).find(|pair| pair[0].end() > u64::from(pair[1].address));
        if let Some(pair) = overlap {
            return Err(Error::Overlap { address: pair[1].address });
        }
        Ok(Self { file, segments })
    }

    /// What is to be loaded, by address.
    #[must_use]
    pub fn segments(&self) -> &[Segment<'a>] {
        &self.segments
    }

    /// The value of a symbol, as it stands in the file: the address of a function has bit 0 set.
    #[must_use]
    pub fn symbol(&self, name: &str) -> Option<u32> {
        let symbol = self.file.symbol_by_name(name).filter(|symbol| !symbol.is_undefined())?;
        u32::try_from(symbol.address()).ok()
    }

    /// Loads the program into the memories of `machine` and makes it forget decoded code. The program starts
    /// with the next reset.
    ///
    /// # Errors
    /// When a segment lies outside of the chip's memories, or the chip would not start from this program; then
    /// nothing has changed.
    pub fn load(&self, machine: &mut Machine) -> Result<(), Error> {
        let memory = &mut machine.cpu.memory;
        for Segment { address, bytes } in &self.segments {
            if memory.slice(*address, bytes.len()).is_none() {
                return Err(Error::NoMemory { address: *address, len: bytes.len() });
            }
        }
        self.check_vectors(memory)?;
        for Segment { address, bytes } in &self.segments {
            if let Some(place) = memory.slice_mut(*address, bytes.len()) {
                place.copy_from_slice(bytes);
            }
        }
        machine.forget_code();
        Ok(())
    }

    /// DDI 0403E, B1.5.3: the word at the table's start is the stack pointer, the next one the first address with
    /// the Thumb bit. After reset the table is at address 0, which some chips show as an alias of their flash.
    fn check_vectors(&self, memory: &Memory) -> Result<(), Error> {
        let table = memory.resolve(0);
        let word = |address| self.segments.iter().find_map(|segment| segment.word(address));
        let (Some(stack), Some(reset)) = (word(table), word(table.wrapping_add(4))) else {
            return Err(Error::NoVectorTable { address: table });
        };
        let is_ram = |address| memory.find(address).is_some_and(|(region, _)| region.kind == Kind::Ram);
        if stack % 4 != 0 || !is_ram(stack.wrapping_sub(4)) {
            return Err(Error::StackPointer(stack));
        }
        let code = memory.resolve(reset & !1);
        let is_code = memory.fetch(code).is_some()
            && self.segments.iter().any(|segment| segment.address <= code && u64::from(code) + 1 < segment.end());
        if reset & 1 == 0 || !is_code { Err(Error::ResetVector(reset)) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{Just, any, prop_assert_eq, prop_oneof, proptest};
    use proptest::strategy::Strategy;

    use super::{Error, Image};
    use crate::cpu::Cpu;
    use crate::cycles::{Model, Timing};
    use crate::machine::Machine;
    use crate::memory::{Alias, Kind, Memory, Region};
    use crate::soc::Bare;
    use crate::system::System;

    const HELLO: &[u8] = include_bytes!("../../../fixtures/elf/hello-stm32f407.elf");
    const NRF: &[u8] = include_bytes!("../../../fixtures/elf/hello-nrf52840.elf");
    const FLASH: u32 = 0x0800_0000;
    /// Offset of the first program header in an ELF file without surprises.
    const HEADER: usize = 0x34;

    fn machine() -> Machine {
        let regions = vec![
            Region::new("flash", Kind::Flash, FLASH, 1 << 20, true, 0xff),
            Region::new("sram", Kind::Ram, 0x2000_0000, 0x2_0000, true, 0),
        ];
        let memory = Memory::new(regions, vec![Alias { from: 0, to: FLASH, len: 1 << 20 }]);
        Machine::new(
            Cpu::new(memory, Box::new(Bare), System::default(), Timing::default(), 16_000_000),
            Model::default(),
        )
    }

    fn load(file: &[u8]) -> Result<(), Error> {
        Image::parse(file)?.load(&mut machine())
    }

    /// The file with the bytes at `offset` replaced.
    fn patched(offset: usize, bytes: &[u8]) -> Vec<u8> {
        let mut file = HELLO.to_vec();
        file[offset..offset + bytes.len()].copy_from_slice(bytes);
        file
    }

    /// Where in the file the vector table is.
    fn table() -> usize {
        u32::from_le_bytes(*HELLO[HEADER + 4..].first_chunk().unwrap()) as usize
    }

    #[test]
    fn every_segment_arrives_and_symbols_are_found() {
        let image = Image::parse(HELLO).unwrap();
        let mut machine = machine();
        image.load(&mut machine).unwrap();
        assert!(image.segments().len() >= 3);
        for segment in image.segments() {
            assert_eq!(machine.cpu.memory.slice(segment.address, segment.bytes.len()), Some(segment.bytes));
        }
        let end = image.segments().last().unwrap().end() as u32;
        assert_eq!(machine.cpu.memory.slice(end, 4), Some([0xff; 4].as_slice()), "behind the program");
        assert!(matches!(image.symbol("_SEGGER_RTT"), Some(0x2000_0000..0x2002_0000)));
        assert_eq!(image.symbol("main").map(|address| address & 1), Some(1), "the Thumb bit stays");
        assert_eq!(image.symbol("no such symbol"), None);
    }

    #[test]
    fn the_program_of_another_chip_is_refused() {
        assert_eq!(load(NRF), Err(Error::NoVectorTable { address: FLASH }));
        let regions = vec![Region::new("ram", Kind::Ram, 0x2000_0000, 0x2_0000, true, 0)];
        let mut machine = machine();
        machine.cpu.memory = Memory::new(regions, Vec::new());
        let error = Image::parse(HELLO).unwrap().load(&mut machine).unwrap_err();
        assert_eq!(error, Error::NoMemory { address: FLASH, len: 0x400 });
    }

    #[test]
    fn what_is_wrong_is_told() {
        assert!(matches!(load(&[]), Err(Error::Malformed(_))));
        assert!(matches!(load(&patched(4, &[2])), Err(Error::Malformed(_))), "64 bits");
        assert!(matches!(load(&patched(5, &[2])), Err(Error::Malformed(_))), "big-endian");
        assert_eq!(load(&patched(0x12, &[62, 0])), Err(Error::NotArm(62)));
        assert_eq!(load(&patched(0x10, &[3, 0])), Err(Error::NotExecutable(3)));
        assert_eq!(load(&patched(HEADER + 16, &[0xff; 4])), Err(Error::Truncated { address: FLASH }));
        assert_eq!(load(&patched(HEADER + 32 + 12, &FLASH.to_le_bytes())), Err(Error::Overlap { address: FLASH }));
        let beyond = load(&patched(HEADER + 12, &0x080f_ff00_u32.to_le_bytes()));
        assert_eq!(beyond, Err(Error::NoMemory { address: 0x080f_ff00, len: 0x400 }));
        let moved = load(&patched(HEADER + 12, &0x080f_0000_u32.to_le_bytes()));
        assert_eq!(moved, Err(Error::NoVectorTable { address: FLASH }));
        let stack = FLASH + 0x100;
        assert_eq!(load(&patched(table(), &stack.to_le_bytes())), Err(Error::StackPointer(stack)));
        for reset in [FLASH + 0x500, FLASH + 0x000f_fff1] {
            assert_eq!(load(&patched(table() + 4, &reset.to_le_bytes())), Err(Error::ResetVector(reset)));
        }
    }

    #[test]
    fn a_refused_program_changes_nothing() {
        let file = patched(table(), &[0xff; 4]);
        let (mut touched, untouched) = (machine(), machine());
        Image::parse(&file).unwrap().load(&mut touched).unwrap_err();
        for (touched, untouched) in touched.cpu.memory.regions().iter().zip(untouched.cpu.memory.regions()) {
            assert_eq!(touched.bytes, untouched.bytes);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_give_an_answer(file in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = load(&file);
        }

        #[test]
        fn a_damaged_file_gives_an_answer(
            damage in proptest::collection::vec(
                (prop_oneof![0..0x200_usize, 0..HELLO.len()], prop_oneof![any::<u8>(), Just(0xff), Just(0)]),
                1..8,
            ),
            length in prop_oneof![Just(HELLO.len()), 0..=HELLO.len()].boxed(),
        ) {
            let mut file = HELLO.to_vec();
            for (offset, byte) in damage {
                file[offset] = byte;
            }
            file.truncate(length);
            let _ = load(&file);
            if let Ok(image) = Image::parse(&file) {
                let _ = image.symbol("_SEGGER_RTT");
            }
        }

        #[test]
        fn a_file_cut_off_within_its_segments_is_refused(length in 0..table() + 0x400) {
            let is_ok = load(&HELLO[..length]).is_ok();
            prop_assert_eq!(is_ok, false);
        }
    }
}
