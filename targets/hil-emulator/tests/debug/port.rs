//! The debug port and the AHB access port, as transactions and as bits on the wire.

use std::sync::atomic::Ordering;

use crate::common::{FLASH, HOLE, PORT_IDR, RAM, REGISTER, cpu};
use hil_emulator::cpu::Cpu;
use hil_emulator::debug::ap::{BASE, CSW, DRW, IDR, TAR};
use hil_emulator::debug::dp::{DPIDR, Dap, DapFault, Port};
use hil_emulator::debug::swd::Wire;
use hil_emulator::soc::Width;
use proptest::prelude::*;

const CTRL: u8 = 4;
const SELECT: u8 = 8;
const RDBUFF: u8 = 0xC;
const STICKYORUN: u32 = 1 << 1;
const STICKYCMP: u32 = 1 << 4;
const STICKYERR: u32 = 1 << 5;
const WDATAERR: u32 = 1 << 7;
const POWER: u32 = 0x5000_0000;

fn powered() -> (Dap, Cpu) {
    let (mut cpu, _) = cpu(&[]);
    let mut dap = Dap::default();
    dap.write(&mut cpu, Port::Debug, CTRL, POWER).unwrap();
    (dap, cpu)
}

#[test]
fn power_up_is_acknowledged_and_access_ports_need_it() {
    let (mut cpu, _) = cpu(&[]);
    let mut dap = Dap::default();
    assert_eq!(dap.read(&mut cpu, Port::Debug, 0), Ok(DPIDR));
    assert_eq!(dap.read_access_port(&mut cpu, 0, IDR), Err(DapFault), "no power");
    assert_eq!(dap.read(&mut cpu, Port::Debug, CTRL), Ok(STICKYERR));
    assert_eq!(dap.write(&mut cpu, Port::Debug, CTRL, POWER), Err(DapFault), "a sticky flag stands");
    dap.write(&mut cpu, Port::Debug, 0, 0x1E).unwrap();
    dap.write(&mut cpu, Port::Debug, CTRL, 0x5000_0F00).unwrap();
    assert_eq!(dap.read(&mut cpu, Port::Debug, CTRL), Ok(0xF000_0F00));
    assert_eq!(dap.read_access_port(&mut cpu, 0, IDR), Ok(0x2477_0011));
    assert_eq!(dap.read_access_port(&mut cpu, 0, BASE), Ok(0xE00F_F003));
    assert_eq!(dap.read_access_port(&mut cpu, 0, CSW), Ok(0x2300_0040));
}

#[test]
fn reads_of_access_ports_are_posted() {
    let (mut dap, mut cpu) = powered();
    dap.write(&mut cpu, Port::Debug, SELECT, 0xF0).unwrap();
    dap.read(&mut cpu, Port::Access, 0xC).unwrap();
    assert_eq!(dap.read(&mut cpu, Port::Access, 0x8), Ok(0x2477_0011), "the result of the one before");
    assert_eq!(dap.read(&mut cpu, Port::Debug, RDBUFF), Ok(0xE00F_F003));
    assert_eq!(dap.read(&mut cpu, Port::Debug, 8), Ok(0xE00F_F003), "RESEND");
    assert_eq!(dap.read(&mut cpu, Port::Debug, CTRL), Ok(0xF000_0040), "READOK");
}

#[test]
fn a_bus_error_sticks_until_it_is_cleared() {
    let (mut dap, mut cpu) = powered();
    dap.write_access_port(&mut cpu, 0, CSW, 2).unwrap();
    dap.write_access_port(&mut cpu, 0, TAR, HOLE).unwrap();
    assert_eq!(dap.read_access_port(&mut cpu, 0, DRW), Err(DapFault));
    assert_eq!(dap.read(&mut cpu, Port::Debug, CTRL).unwrap() & STICKYERR, STICKYERR);
    assert_eq!(dap.read_access_port(&mut cpu, 0, CSW), Err(DapFault), "harmless accesses are refused, too");
    assert_eq!(dap.read(&mut cpu, Port::Debug, 0), Ok(DPIDR), "the identification can always be read");
    dap.write(&mut cpu, Port::Debug, 0, 1 << 3).unwrap();
    assert_eq!(dap.read_access_port(&mut cpu, 0, CSW), Err(DapFault), "that was another flag");
    dap.write(&mut cpu, Port::Debug, 0, 1 << 2).unwrap();
    assert_eq!(dap.read_access_port(&mut cpu, 0, TAR), Ok(HOLE));
    assert_eq!(dap.write_access_port(&mut cpu, 0, DRW, 1), Err(DapFault));
}

#[test]
fn with_overrun_detection_an_answer_other_than_ok_is_an_overrun() {
    let (mut dap, mut cpu) = powered();
    dap.write(&mut cpu, Port::Debug, CTRL, POWER | 1).unwrap();
    assert!(dap.read_memory(&mut cpu, 0, HOLE, &mut [0; 4]).is_err());
    assert_eq!(dap.read(&mut cpu, Port::Debug, CTRL).unwrap() & STICKYORUN, 0);
    assert!(dap.read_access_port(&mut cpu, 0, CSW).is_err());
    assert_eq!(dap.read(&mut cpu, Port::Debug, CTRL).unwrap() & STICKYORUN, STICKYORUN);
    dap.write(&mut cpu, Port::Debug, 0, 1 << 2 | 1 << 4).unwrap();
    assert!(dap.read_access_port(&mut cpu, 0, CSW).is_ok());
}

#[test]
fn pushed_verify_and_compare_set_the_compare_flag() {
    let (mut dap, mut cpu) = powered();
    dap.write_memory(&mut cpu, 0, RAM, Width::Word, &0x1234_5678u32.to_le_bytes()).unwrap();
    dap.write_access_port(&mut cpu, 0, CSW, 2).unwrap();
    dap.write_access_port(&mut cpu, 0, TAR, RAM).unwrap();
    // Mode, lanes, value, whether the flag is set.
    for (mode, lanes, value, set) in [
        (1, 0xF, 0x1234_5678, false),
        (1, 0xF, 0x1234_5679, true),
        (1, 0xE, 0x1234_5679, false),
        (2, 0xF, 0x1234_5678, true),
        (2, 0xF, 0x1234_5679, false),
    ] {
        dap.write(&mut cpu, Port::Debug, CTRL, POWER | mode << 2 | lanes << 8).unwrap();
        dap.write(&mut cpu, Port::Access, DRW, value).unwrap();
        let found = dap.read(&mut cpu, Port::Debug, CTRL).unwrap() & STICKYCMP != 0;
        assert_eq!(found, set, "mode {mode}, lanes {lanes:x}, value {value:x}");
        dap.write(&mut cpu, Port::Debug, 0, 1 << 1).unwrap();
    }
    let mut word = [0; 4];
    dap.read_memory(&mut cpu, 0, RAM, &mut word).unwrap();
    assert_eq!(u32::from_le_bytes(word), 0x1234_5678, "nothing was written");
}

#[test]
fn the_transaction_counter_repeats_a_write() {
    let (mut dap, mut cpu) = powered();
    dap.write_access_port(&mut cpu, 0, CSW, 0x12).unwrap();
    dap.write_access_port(&mut cpu, 0, TAR, RAM).unwrap();
    dap.write(&mut cpu, Port::Debug, CTRL, POWER | 3 << 12).unwrap();
    dap.write(&mut cpu, Port::Access, DRW, 0xA5A5_5A5A).unwrap();
    let mut words = [0; 20];
    dap.read_memory(&mut cpu, 0, RAM, &mut words).unwrap();
    assert_eq!(words[..16], [0x5A, 0x5A, 0xA5, 0xA5].repeat(4));
    assert_eq!(words[16..], [0; 4]);
    assert_eq!(dap.read(&mut cpu, Port::Debug, CTRL).unwrap() >> 12 & 0xFFF, 0);
}

#[test]
fn narrow_data_travels_in_the_lanes_of_its_address() {
    let (mut dap, mut cpu) = powered();
    dap.write_memory(&mut cpu, 0, RAM, Width::Word, &0x4433_2211u32.to_le_bytes()).unwrap();
    for (size, offset, found) in [
        (0, 0, 0x11),
        (0, 1, 0x2200),
        (0, 2, 0x33_0000),
        (0, 3, 0x4400_0000),
        (1, 0, 0x2211),
        (1, 2, 0x4433_0000),
        (2, 0, 0x4433_2211),
    ] {
        dap.write_access_port(&mut cpu, 0, CSW, size).unwrap();
        dap.write_access_port(&mut cpu, 0, TAR, RAM + offset).unwrap();
        assert_eq!(dap.read_access_port(&mut cpu, 0, DRW), Ok(found), "size {size}, offset {offset}");
        dap.write_access_port(&mut cpu, 0, TAR, RAM + 16 + offset).unwrap();
        dap.write_access_port(&mut cpu, 0, DRW, 0xDDCC_BBAA).unwrap();
    }
    let mut copy = [0; 4];
    dap.read_memory(&mut cpu, 0, RAM + 16, &mut copy).unwrap();
    assert_eq!(copy, [0xAA, 0xBB, 0xCC, 0xDD], "every write took its own lanes");
}

#[test]
fn packed_transfers_fill_a_word() {
    let (mut dap, mut cpu) = powered();
    dap.write_memory(&mut cpu, 0, RAM, Width::Byte, &[1, 2, 3, 4, 5, 6, 7, 8]).unwrap();
    for size in [0, 1] {
        dap.write_access_port(&mut cpu, 0, CSW, 0x20 | size).unwrap();
        dap.write_access_port(&mut cpu, 0, TAR, RAM).unwrap();
        assert_eq!(dap.read_access_port(&mut cpu, 0, DRW), Ok(0x0403_0201));
        assert_eq!(dap.read_access_port(&mut cpu, 0, DRW), Ok(0x0807_0605));
        assert_eq!(dap.read_access_port(&mut cpu, 0, TAR), Ok(RAM + 8));
    }
}

#[test]
fn the_address_increments_within_a_kibibyte() {
    let (mut dap, mut cpu) = powered();
    dap.write_access_port(&mut cpu, 0, CSW, 0x12).unwrap();
    dap.write_access_port(&mut cpu, 0, TAR, RAM + 0x3FC).unwrap();
    dap.read_access_port(&mut cpu, 0, DRW).unwrap();
    assert_eq!(dap.read_access_port(&mut cpu, 0, TAR), Ok(RAM));
    dap.write_access_port(&mut cpu, 0, CSW, 0x02).unwrap();
    dap.read_access_port(&mut cpu, 0, DRW).unwrap();
    assert_eq!(dap.read_access_port(&mut cpu, 0, TAR), Ok(RAM), "the increment is off");
    dap.write_access_port(&mut cpu, 0, 0x18, 7).unwrap();
    let mut word = [0; 4];
    dap.read_memory(&mut cpu, 0, RAM + 8, &mut word).unwrap();
    assert_eq!(word, [7, 0, 0, 0], "the third banked register");
}

#[test]
fn other_access_ports_belong_to_the_chip() {
    let (mut dap, mut cpu) = powered();
    assert_eq!(dap.read_access_port(&mut cpu, 1, IDR), Ok(PORT_IDR));
    dap.write_access_port(&mut cpu, 1, 4, 99).unwrap();
    assert_eq!(dap.read_access_port(&mut cpu, 1, 0), Ok(99));
    assert_eq!(dap.read_access_port(&mut cpu, 2, IDR), Ok(0), "absent, and no fault");
    assert!(dap.read_memory(&mut cpu, 1, RAM, &mut [0; 4]).is_err(), "it does not lead to memory");
}

#[test]
fn a_protected_chip_refuses_memory_and_says_so() {
    let (mut cpu, switches) = cpu(&[]);
    let mut dap = Dap::default();
    dap.write(&mut cpu, Port::Debug, CTRL, POWER).unwrap();
    switches.locked.store(true, Ordering::SeqCst);
    assert_eq!(dap.read_access_port(&mut cpu, 0, CSW), Ok(0x2300_0000), "DbgStatus is clear");
    assert!(dap.read_memory(&mut cpu, 0, RAM, &mut [0; 4]).is_err());
    dap.clear_sticky();
    assert!(dap.write_memory(&mut cpu, 0, RAM, Width::Word, &[1; 4]).is_err());
    dap.clear_sticky();
    assert_eq!(dap.read_access_port(&mut cpu, 1, IDR), Ok(PORT_IDR), "the chip's own port answers");
    switches.locked.store(false, Ordering::SeqCst);
    let mut word = [9; 4];
    dap.read_memory(&mut cpu, 0, RAM, &mut word).unwrap();
    assert_eq!(word, [0; 4], "nothing was written");
}

#[test]
fn flash_and_registers_answer_as_the_bus_does() {
    let (mut dap, mut cpu) = powered();
    assert!(dap.write_memory(&mut cpu, 0, FLASH, Width::Word, &[0; 4]).is_err(), "the flash controller refuses");
    dap.clear_sticky();
    dap.write_memory(&mut cpu, 0, REGISTER, Width::Word, &[1, 2, 3, 4]).unwrap();
    let mut word = [0; 4];
    dap.read_memory(&mut cpu, 0, REGISTER, &mut word).unwrap();
    assert_eq!(word, [1, 2, 3, 4]);
}

/// One transaction as a probe clocks it. Gives the acknowledgement, and the data of a read that was answered.
struct Probe {
    wire: Wire,
    dap: Dap,
    cpu: Cpu,
}

impl Probe {
    fn new() -> Self {
        let (cpu, _) = cpu(&[]);
        Self { wire: Wire::default(), dap: Dap::default(), cpu }
    }

    fn drive(&mut self, bits: u64, count: u8) {
        self.wire.drive(&mut self.dap, &mut self.cpu, bits, count);
    }

    fn reset(&mut self) {
        self.drive(u64::MAX, 51);
        self.drive(0, 3);
    }

    fn header(access_port: bool, read: bool, address: u8) -> u64 {
        let bits = u64::from(access_port) | u64::from(read) << 1 | u64::from(address & 0xC);
        1 | bits << 1 | u64::from(bits.count_ones() % 2) << 5 | 1 << 7
    }

    fn read(&mut self, access_port: bool, address: u8) -> (u64, u32) {
        self.drive(Self::header(access_port, true, address), 8);
        let ack = self.wire.sample(3);
        if ack != 1 {
            return (ack, 0);
        }
        let data = self.wire.sample(33);
        assert_eq!(data.count_ones() % 2, 0, "parity");
        (ack, data as u32)
    }

    fn write(&mut self, access_port: bool, address: u8, value: u32) -> u64 {
        self.drive(Self::header(access_port, false, address), 8);
        let ack = self.wire.sample(3);
        if ack == 1 {
            self.drive(u64::from(value) | u64::from(value.count_ones() % 2) << 32, 33);
        }
        ack
    }
}

#[test]
fn the_wire_speaks_swd() {
    let mut probe = Probe::new();
    assert_eq!(Probe::header(false, true, 0), 0xA5);
    assert_eq!(probe.read(false, 0).0, 7, "silent before the first line reset");
    probe.reset();
    // The switch from JTAG is noise to it; the line reset behind it is not.
    probe.drive(0xE79E, 16);
    probe.reset();
    assert_eq!(probe.read(false, 0), (1, DPIDR));
    assert_eq!(probe.write(false, 0, 0x1E), 1);
    assert_eq!(probe.write(false, CTRL, POWER), 1);
    assert_eq!(probe.read(false, CTRL), (1, 0xF000_0000));
    assert_eq!(probe.write(false, SELECT, 0xF0), 1);
    assert_eq!(probe.read(true, 0xC), (1, 0), "posted");
    assert_eq!(probe.read(false, RDBUFF), (1, 0x2477_0011));
}

#[test]
fn behind_a_line_reset_only_the_identification_is_read() {
    let mut probe = Probe::new();
    probe.reset();
    assert_eq!(probe.read(false, CTRL).0, 7, "no answer");
    assert_eq!(probe.read(false, 0).0, 7, "and then none until the next line reset");
    probe.reset();
    assert_eq!(probe.read(false, 0), (1, DPIDR));
}

#[test]
fn a_bad_request_silences_the_line_and_bad_data_are_not_written() {
    let mut probe = Probe::new();
    probe.reset();
    probe.read(false, 0);
    probe.drive(0xA5 ^ 1 << 5, 8);
    assert_eq!(probe.wire.sample(3), 7, "parity of the request");
    probe.reset();
    probe.read(false, 0);
    probe.drive(Probe::header(false, false, CTRL), 8);
    assert_eq!(probe.wire.sample(3), 1);
    probe.drive(u64::from(POWER) | 1 << 32, 33);
    assert_eq!(probe.read(false, CTRL), (1, WDATAERR));
    assert_eq!(probe.write(false, CTRL, POWER), 4, "FAULT");
    assert_eq!(probe.write(false, 0, 1 << 3), 1);
    assert_eq!(probe.write(false, CTRL, POWER), 1);
    assert_eq!(probe.read(false, CTRL), (1, 0xF000_0000));
}

#[test]
fn with_overrun_detection_data_follow_a_fault() {
    let mut probe = Probe::new();
    probe.reset();
    probe.read(false, 0);
    probe.write(false, CTRL, POWER | 1);
    probe.write(true, TAR, HOLE);
    probe.write(true, DRW, 1);
    probe.drive(Probe::header(true, true, 0), 8);
    assert_eq!(probe.wire.sample(3), 4);
    probe.wire.sample(33);
    probe.drive(Probe::header(true, false, 0), 8);
    assert_eq!(probe.wire.sample(3), 4);
    probe.drive(0, 33);
    assert_eq!(probe.read(false, CTRL), (1, 0xF000_0023), "and the line is in step");
}

proptest! {
    /// Whatever is clocked, a line reset brings the port back.
    #[test]
    fn any_bits_do_no_harm(steps in prop::collection::vec((any::<u64>(), 0u8..70, any::<bool>()), 0..200)) {
        let mut probe = Probe::new();
        for (bits, count, drive) in steps {
            if drive {
                probe.drive(bits, count);
            } else {
                probe.wire.sample(count);
            }
        }
        probe.reset();
        prop_assert_eq!(probe.read(false, 0), (1, DPIDR));
        prop_assert_eq!(probe.write(false, 0, 0x1E), 1);
        prop_assert_eq!(probe.write(false, SELECT, 0), 1);
        prop_assert_eq!(probe.write(false, CTRL, POWER), 1);
    }

    /// Any sequence of transactions behaves, and memory is what was written last.
    #[test]
    fn any_transactions_do_no_harm(steps in prop::collection::vec((any::<bool>(), any::<bool>(), 0u8..16, any::<u32>()), 0..300)) {
        let (mut dap, mut cpu) = powered();
        for (access_port, read, address, value) in steps {
            let port = if access_port { Port::Access } else { Port::Debug };
            // Addresses near the RAM, so that some accesses hit.
            let value = if access_port && address & 0xC == TAR { RAM | value & 0xFFFF } else { value };
            let _ = if read { dap.read(&mut cpu, port, address) } else { dap.write(&mut cpu, port, address, value).map(|()| 0) };
        }
        dap.clear_sticky();
        dap.write(&mut cpu, Port::Debug, SELECT, 0).unwrap();
        dap.write(&mut cpu, Port::Debug, CTRL, POWER).unwrap();
        dap.write_memory(&mut cpu, 0, RAM + 1, Width::Byte, &[1, 2, 3, 4, 5]).unwrap();
        let mut back = [0; 5];
        dap.read_memory(&mut cpu, 0, RAM + 1, &mut back).unwrap();
        prop_assert_eq!(back, [1, 2, 3, 4, 5]);
    }
}
