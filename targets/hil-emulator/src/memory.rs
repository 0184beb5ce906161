//! Flash and RAM: bytes at addresses, with the RAM fast path, aliases, and a note of which words hold decoded code.

/// What a memory is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Written by stores.
    Ram,
    /// Written by a flash controller only.
    Flash,
}

/// One memory.
#[derive(Debug, Clone)]
pub struct Region {
    /// Its name in the chip's documentation.
    pub name: String,
    /// Its first address.
    pub base: u32,
    /// Its contents.
    pub bytes: Vec<u8>,
    /// What it is made of.
    pub kind: Kind,
    /// Whether instructions can be fetched from it.
    pub execute: bool,
    /// For each word, whether a decoded block covers it.
    code: Vec<bool>,
}

impl Region {
    /// A memory of `size` bytes (a multiple of 4), each with the value `fill`.
    #[must_use]
    pub fn new(name: &str, kind: Kind, base: u32, size: u32, execute: bool, fill: u8) -> Self {
        let size = size as usize & !3;
        Self { name: name.to_owned(), base, bytes: vec![fill; size], kind, execute, code: vec![false; size / 4] }
    }

    fn offset(&self, address: u32) -> Option<usize> {
        let offset = address.wrapping_sub(self.base) as usize;
        (offset < self.bytes.len()).then_some(offset)
    }
}

/// A range of addresses that shows another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alias {
    /// The first address of the range.
    pub from: u32,
    /// What its first address shows.
    pub to: u32,
    /// Its length in bytes.
    pub len: u32,
}

/// All memories of a chip. The first RAM is the main one, which has the fast path.
#[derive(Debug, Clone)]
pub struct Memory {
    /// The memories; at least one RAM, which is the first.
    regions: Vec<Region>,
    aliases: Vec<Alias>,
    /// The place of the first flash among the memories.
    flash: Option<usize>,
    /// Length of the fast path: the size of the main RAM, or 0 while every access needs a look.
    fast: u32,
    /// Set when a word with decoded code changed, or when flash changed; whoever holds decoded code clears it.
    pub code_changed: bool,
    /// Whether any word is marked as decoded.
    marked: bool,
    /// Bits of flash that programming cannot clear: the address of their word, and the bits.
    worn: Option<(u32, u32)>,
}

impl Memory {
    /// The memories of a chip. The main RAM is the first RAM of `regions`.
    #[must_use]
    pub fn new(mut regions: Vec<Region>, aliases: Vec<Alias>) -> Self {
        let main = regions.iter().position(|region| region.kind == Kind::Ram);
        match main {
            Some(index) => regions.swap(0, index),
            None => regions.insert(0, Region::new("none", Kind::Ram, 0x2000_0000, 0, false, 0)),
        }
        let fast = regions.first().map_or(0, |ram| ram.bytes.len() as u32);
        let flash = regions.iter().position(|region| region.kind == Kind::Flash);
        Self { regions, aliases, flash, fast, code_changed: false, marked: false, worn: None }
    }

    /// Wears out `bits` of the word at `address` in flash: programming cannot clear them any more.
    pub fn wear_out(&mut self, address: u32, bits: u32) {
        self.worn = Some((self.resolve(address) & !3, bits));
    }

    /// What the cells at `address` take of `value`: worn ones stay set.
    #[must_use]
    pub fn programmable(&self, address: u32, value: u32) -> u32 {
        match self.worn {
            Some((word, bits)) if address & !3 == word => value | bits >> (8 * (address & 3)),
            _ => value,
        }
    }

    /// Every memory.
    #[must_use]
    pub fn regions(&self) -> &[Region] {
        &self.regions
    }

    /// Every memory, to be changed by a flash controller or a reset; decoded code is forgotten afterwards.
    pub fn regions_mut(&mut self) -> &mut [Region] {
        self.code_changed = true;
        &mut self.regions
    }

    /// Turns the fast path on or off: off while the MPU or a watchpoint must see every access.
    pub fn set_fast(&mut self, on: bool) {
        self.fast = if on { self.regions[0].bytes.len() as u32 } else { 0 };
    }

    /// The address behind an alias, or the address itself.
    #[must_use]
    pub fn resolve(&self, address: u32) -> u32 {
        let hit = self.aliases.iter().find(|alias| address.wrapping_sub(alias.from) < alias.len);
        hit.map_or(address, |alias| address.wrapping_sub(alias.from).wrapping_add(alias.to))
    }

    /// The memory that holds `address` (or what it is an alias of), and the offset into it.
    #[must_use]
    pub fn find(&self, address: u32) -> Option<(&Region, usize)> {
        let address = self.resolve(address);
        self.regions.iter().find_map(|region| region.offset(address).map(|offset| (region, offset)))
    }

    /// Whether `address` lies in flash.
    #[must_use]
    pub fn is_flash(&self, address: u32) -> bool {
        self.find(address).is_some_and(|(region, _)| region.kind == Kind::Flash)
    }

    fn find_mut(&mut self, address: u32) -> Option<(&mut Region, usize)> {
        let address = self.resolve(address);
        self.regions.iter_mut().find_map(|region| region.offset(address).map(|offset| (region, offset)))
    }

    /// The memory that holds all of `address..address + len`, to be changed by DMA, a debugger or a loader, and the
    /// offset into it. Decoded code is forgotten afterwards.
    pub fn slice_mut(&mut self, address: u32, len: usize) -> Option<&mut [u8]> {
        let (region, offset) = self.find_mut(address)?;
        let end = offset.checked_add(len).filter(|end| *end <= region.bytes.len())?;
        let words = offset / 4..end.div_ceil(4);
        let held_code = region.kind == Kind::Flash || region.code[words].contains(&true);
        // Found a second time, so that the flag can be set before the slice is lent.
        self.code_changed |= held_code;
        let (region, offset) = self.find_mut(address)?;
        region.bytes.get_mut(offset..end)
    }

    /// The bytes of `address..address + len`, if one memory holds them all.
    #[must_use]
    pub fn slice(&self, address: u32, len: usize) -> Option<&[u8]> {
        let (region, offset) = self.find(address)?;
        region.bytes.get(offset..offset.checked_add(len)?)
    }

    /// The halfword at `address` for the instruction fetch; `None` where nothing can be fetched.
    #[must_use]
    pub fn fetch(&self, address: u32) -> Option<u16> {
        let (region, offset) = self.find(address)?;
        let bytes = region.bytes.get(offset..offset + 2).filter(|_| region.execute)?;
        Some(u16::from_le_bytes([bytes[0], bytes[1]]))
    }

    /// Notes that the word at `address` is decoded, so that a store to it is noticed.
    pub fn mark_code(&mut self, address: u32) {
        self.marked = true;
        if let Some((region, offset)) = self.find_mut(address) {
            region.code[offset / 4] = true;
        }
    }

    /// Forgets what is decoded.
    pub fn clear_code_marks(&mut self) {
        if std::mem::take(&mut self.marked) {
            self.regions.iter_mut().for_each(|region| region.code.fill(false));
        }
        self.code_changed = false;
    }

    /// An aligned word of the main RAM; `None` when the address is elsewhere or unaligned or the fast path is off.
    #[inline(always)]
    #[must_use]
    pub fn fast_read<const N: usize>(&self, address: u32) -> Option<[u8; N]> {
        let ram = &self.regions[0];
        let offset = address.wrapping_sub(ram.base);
        if offset >= self.fast || address & (N as u32 - 1) != 0 {
            return None;
        }
        ram.bytes.get(offset as usize..)?.first_chunk::<N>().copied()
    }

    /// An aligned value of the first flash; `None` when the address is elsewhere or unaligned or the fast path is off.
    #[inline]
    #[must_use]
    pub fn fast_flash(&self, address: u32, bytes: u32) -> Option<u32> {
        let flash = self.regions.get(self.flash?)?;
        let offset = address.wrapping_sub(flash.base) as usize;
        if self.fast == 0 || address & (bytes - 1) != 0 {
            return None;
        }
        let value = flash.bytes.get(offset & !3..)?.first_chunk().map(|word| u32::from_le_bytes(*word))?;
        // Of a narrower value the word around it is read.
        Some(value >> (8 * (address & 3)) & (u32::MAX >> (32 - 8 * bytes)))
    }

    /// Stores to the main RAM; false when nothing was stored, for the reasons of [`Memory::fast_read`] or because
    /// the word holds decoded code.
    #[inline(always)]
    #[must_use]
    pub fn fast_write<const N: usize>(&mut self, address: u32, value: [u8; N]) -> bool {
        let fast = self.fast;
        let ram = &mut self.regions[0];
        let offset = address.wrapping_sub(ram.base);
        if offset >= fast || address & (N as u32 - 1) != 0 || ram.code[offset as usize / 4] {
            return false;
        }
        match ram.bytes.get_mut(offset as usize..).and_then(|rest| rest.first_chunk_mut::<N>()) {
            Some(place) => {
                *place = value;
                true
            }
            None => false,
        }
    }
}
