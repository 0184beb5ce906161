//! The identification registers by which debuggers find the components of the core: 0xFD0 to 0xFFC of each, and the
//! ROM table (DDI 0403E, C1.2; DDI 0480 for what the fields mean).

use super::config::RomTableId;

/// A component on the private peripheral bus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Component {
    /// System control space: NVIC, SysTick, debug.
    Scs,
    /// Data watchpoint and trace.
    Dwt,
    /// Flash patch and breakpoint.
    Fpb,
    /// Instrumentation trace.
    Itm,
    /// Trace port.
    Tpiu,
    /// Embedded trace macrocell: identified, not modelled.
    Etm,
    /// The table that lists the others.
    RomTable,
}

/// Where the ROM table lies.
pub const ROM_TABLE: u32 = 0xE00F_F000;

/// What the table lists, relative to itself, with the present bit and the 32-bit format.
const ENTRIES: [u32; 6] = [0xFFF0_F003, 0xFFF0_2003, 0xFFF0_3003, 0xFFF0_1003, 0xFFF4_1003, 0xFFF4_2003];

impl Component {
    /// Which component answers at `address`, if any.
    #[must_use]
    pub fn at(address: u32) -> Option<Self> {
        match address >> 12 {
            0xE0000 => Some(Self::Itm),
            0xE0001 => Some(Self::Dwt),
            0xE0002 => Some(Self::Fpb),
            0xE000E => Some(Self::Scs),
            0xE0040 => Some(Self::Tpiu),
            0xE0041 => Some(Self::Etm),
            0xE00FF => Some(Self::RomTable),
            _ => None,
        }
    }

    /// The part number that Arm gave it, and its revision (Cortex-M4 r0p1).
    fn part(self) -> (u16, u8) {
        match self {
            Self::Scs => (0x00C, 0),
            Self::Dwt => (0x002, 3),
            Self::Fpb => (0x003, 2),
            Self::Itm => (0x001, 3),
            Self::Tpiu => (0x9A1, 0),
            Self::Etm => (0x925, 0),
            Self::RomTable => (0, 0),
        }
    }

    /// Component class: ROM table 1, CoreSight component 9, generic IP 14.
    fn class(self) -> u32 {
        match self {
            Self::Scs | Self::Dwt | Self::Fpb | Self::Itm => 0xE,
            Self::Tpiu | Self::Etm => 0x9,
            Self::RomTable => 0x1,
        }
    }

    /// The register at `offset` (0xFCC to 0xFFC) of the component; 0 for those that are reserved.
    #[must_use]
    pub fn id_register(self, offset: u32, table: &RomTableId) -> u32 {
        let (continuation, designer, part, revision) = match self {
            Self::RomTable => (table.continuation, table.designer, table.part, table.revision),
            _ => {
                let (part, revision) = self.part();
                // Arm: the identity code 0x3B on the fifth page.
                (4, 0x3B, part, revision)
            }
        };
        let (designer, part) = (u32::from(designer & 0x7F), u32::from(part));
        match offset {
            // DEVTYPE: trace sink, trace port; trace source, processor. The table says that memory is on this bus.
            0xFCC => match self {
                Self::Tpiu => 0x11,
                Self::Etm => 0x13,
                Self::RomTable => 1,
                Self::Scs | Self::Dwt | Self::Fpb | Self::Itm => 0,
            },
            0xFD0 => u32::from(continuation & 15),
            0xFE0 => part & 0xFF,
            0xFE4 => part >> 8 & 15 | (designer & 15) << 4,
            // Bit 3: the designer is given by JEP106.
            0xFE8 => designer >> 4 | 8 | u32::from(revision & 15) << 4,
            0xFF0 => 0x0D,
            0xFF4 => self.class() << 4,
            0xFF8 => 0x05,
            0xFFC => 0xB1,
            _ => 0,
        }
    }
}

/// The entry of the ROM table at `offset`; 0 ends the list.
#[must_use]
pub fn rom_table_entry(offset: u32) -> u32 {
    ENTRIES.get(offset as usize / 4).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{Component, ROM_TABLE, rom_table_entry};
    use crate::system::config::{RomTableId, SystemConfig};

    fn ids(component: Component, table: &RomTableId) -> (u32, u64) {
        let byte = |offset| u64::from(component.id_register(offset, table));
        let cid = [0xFF0, 0xFF4, 0xFF8, 0xFFC].iter().rev().fold(0, |id, offset| id << 8 | byte(*offset));
        let pid = [0xFE0, 0xFE4, 0xFE8, 0xFEC, 0xFD0].iter().rev().fold(0, |id, offset| id << 8 | byte(*offset));
        (cid as u32, pid)
    }

    #[test]
    fn the_table_leads_to_components_with_the_ids_of_a_cortex_m4() {
        let expect = [
            (0xE000_E000, 0xB105_E00D, 0x4_000B_B00C),
            (0xE000_1000, 0xB105_E00D, 0x4_003B_B002),
            (0xE000_2000, 0xB105_E00D, 0x4_002B_B003),
            (0xE000_0000, 0xB105_E00D, 0x4_003B_B001),
            (0xE004_0000, 0xB105_900D, 0x4_000B_B9A1),
            (0xE004_1000, 0xB105_900D, 0x4_000B_B925),
        ];
        let table = SystemConfig::default().rom_table;
        for (index, (address, cid, pid)) in expect.into_iter().enumerate() {
            let entry = rom_table_entry(4 * index as u32);
            assert_eq!(ROM_TABLE.wrapping_add(entry & !0xFFF), address);
            assert_eq!(ids(Component::at(address).unwrap(), &table), (cid, pid), "{address:#x}");
        }
        assert_eq!(rom_table_entry(24), 0);
    }

    #[test]
    fn the_table_names_the_chip() {
        let st = SystemConfig::default().rom_table;
        assert_eq!(ids(Component::RomTable, &st), (0xB105_100D, 0x0_000A_0413), "STM32F407");
        let nordic = RomTableId { continuation: 2, designer: 0x44, part: 0x008, revision: 0 };
        assert_eq!(ids(Component::RomTable, &nordic), (0xB105_100D, 0x2_000C_4008), "nRF52840");
    }
}
