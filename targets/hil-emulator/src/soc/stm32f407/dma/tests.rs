//! Streams against a bus of plain memory: widths, increments, FIFO, circular and double buffer, flags, priorities.

use std::collections::BTreeMap;

use super::{Bus, Dma, Line, Port, lines};
use crate::flash_timing::FlashTiming;
use crate::memory::Memory;
use crate::power::Supply;
use crate::soc::bus::Word;
use crate::soc::stm32f407::facts::DmaFacts;
use crate::soc::{BusFault, Io, IrqLines, Master, Requests, Width};
use crate::time::Time;

/// Bytes at addresses; nothing answers from 0xF000_0000 on. A peripheral register gives a new number at every read.
#[derive(Default)]
struct Bytes {
    bytes: BTreeMap<u32, u8>,
    log: Vec<(Port, u32, Width, u32)>,
    next: u32,
}

const REGISTER: u32 = 0x4000_0000;
const NOTHING: u32 = 0xF000_0000;

impl Bus for Bytes {
    fn read(&mut self, port: Port, address: u32, width: Width, _: &mut Io<'_>) -> Result<u32, BusFault> {
        if address >= NOTHING {
            return Err(BusFault);
        }
        if address == REGISTER {
            self.next += 1;
            return Ok(self.next);
        }
        let byte = |at: u32| u32::from(self.bytes.get(&(address + at)).copied().unwrap_or(0));
        let value = (0..width.bytes()).fold(0, |value, at| value | byte(at) << (8 * at));
        self.log.push((port, address, width, value));
        Ok(value)
    }

    fn write(&mut self, port: Port, address: u32, width: Width, value: u32, _: &mut Io<'_>) -> Result<(), BusFault> {
        if address >= NOTHING {
            return Err(BusFault);
        }
        self.log.push((port, address, width, value));
        for at in 0..width.bytes() {
            self.bytes.insert(address + at, (value >> (8 * at)) as u8);
        }
        Ok(())
    }

    fn cycles(&self, _: Port, _: u32) -> u64 {
        2
    }
}

struct Bench {
    dma: Dma,
    bus: Bytes,
    memory: Memory,
    irqs: IrqLines,
    now: Time,
}

impl Bench {
    fn new() -> Self {
        let facts = DmaFacts {
            arbitration_cycles: 2,
            access_cycles: 2,
            burst_beat_cycles: 1,
            apb_cycles: 2,
            source: String::new(),
            unverified: None,
        };
        let dma = Dma::new(&facts, [0, 1, 2, 3, 4, 5, 6, 7]);
        Self {
            dma,
            bus: Bytes::default(),
            memory: Memory::new(Vec::new(), Vec::new()),
            irqs: IrqLines::default(),
            now: Time(0),
        }
    }

    fn with<T>(&mut self, act: impl FnOnce(&mut Dma, &mut Bytes, &mut Io<'_>) -> T) -> T {
        let mut io = Io {
            now: self.now,
            memory: &mut self.memory,
            flash: &mut FlashTiming::default(),
            supply: &mut Supply::default(),
            irqs: &mut self.irqs,
            requests: &mut Requests::default(),
            core_hz: 1_000_000,
            master: Master::Dma,
        };
        act(&mut self.dma, &mut self.bus, &mut io)
    }

    fn write(&mut self, offset: u32, value: u32) {
        self.with(|dma, bus, io| dma.write(offset, Word { value, mask: u32::MAX }, bus, io)).unwrap();
    }

    /// Sets stream 0 up and switches it on: control without EN, FIFO control, items, peripheral, memory.
    fn start(&mut self, control: u32, fifo: u32, items: u32, peripheral: u32, memory: u32) {
        for (offset, value) in [(0x14, items), (0x18, peripheral), (0x1C, memory), (0x24, fifo), (0x10, control | 1)] {
            self.write(offset, value);
        }
    }

    fn flags(&self) -> u32 {
        self.dma.read(0).unwrap() & 0x3D
    }

    /// Works off what streams in `asked` are asked for, `requests` of them. Gives the streams that were served.
    fn work(&mut self, asked: u8, requests: usize) -> Vec<usize> {
        let mut served = Vec::new();
        for _ in 0..10_000 {
            let left = served.len() < requests;
            let now = self.now;
            self.with(|dma, bus, _| dma.take_up(if left { asked } else { 0 }, now, 1_000_000, bus));
            if self.dma.next_event() == Time::NEVER {
                break;
            }
            self.now = self.dma.next_event();
            let done = self.with(|dma, bus, io| dma.step(bus, io)).unwrap().1;
            if done.served {
                served.push(done.stream);
            }
        }
        served
    }

    fn bytes(&self, address: u32, len: u32) -> Vec<u8> {
        (address..address + len).map(|at| self.bus.bytes.get(&at).copied().unwrap_or(0xEE)).collect()
    }
}

const TCIE: u32 = 1 << 4;
const TO_PERIPHERAL: u32 = 1 << 6;
const COPY: u32 = 2 << 6;
const CIRC: u32 = 1 << 8;
const PINC: u32 = 1 << 9;
const MINC: u32 = 1 << 10;
const HALVES: u32 = 1 << 11 | 1 << 13;
const DBM: u32 = 1 << 18;
const DIRECT: u32 = 0x21;

#[test]
fn a_peripheral_fills_memory_item_by_item() {
    let mut bench = Bench::new();
    bench.start(MINC | HALVES | TCIE, DIRECT, 4, REGISTER, 0x100);
    assert_eq!(bench.work(1, 2), [0, 0]);
    assert_eq!((bench.flags(), bench.dma.read(0x14), bench.irqs.levels()[0]), (1 << 4, Some(2), 0));
    bench.work(1, 2);
    assert_eq!(bench.bytes(0x100, 10), [1, 0, 2, 0, 3, 0, 4, 0, 0xEE, 0xEE]);
    assert_eq!((bench.flags(), bench.dma.read(0x10).unwrap() & 1, bench.irqs.levels()[0]), (3 << 4, 0, 1));
    // Each item: 2 cycles of arbitration and two accesses of 2.
    assert_eq!(bench.now, Time(4 * 6 * 1_000_000));
    bench.write(0x08, 0x3D);
    assert_eq!((bench.flags(), bench.irqs.levels()[0]), (0, 0));
    assert_eq!(bench.dma.free().count(), 0);
}

#[test]
fn memory_feeds_a_peripheral_without_and_with_the_fifo() {
    for fifo in [DIRECT, 0x07] {
        let mut bench = Bench::new();
        for (at, byte) in (0x200..).zip(1..=9u8) {
            bench.bus.bytes.insert(at, byte);
        }
        // Bytes to the peripheral; in memory words where there is a FIFO.
        bench.start(MINC | TO_PERIPHERAL | 2 << 13, fifo, 9, 0x300, 0x200);
        assert_eq!(bench.work(1, 9).len(), 9);
        let sent: Vec<u32> =
            bench.bus.log.iter().filter(|(port, ..)| *port == Port::Peripheral).map(|log| log.3).collect();
        assert_eq!(sent, [1, 2, 3, 4, 5, 6, 7, 8, 9], "fifo {fifo:#x}");
        let reads: Vec<Width> =
            bench.bus.log.iter().filter(|(port, ..)| *port == Port::Memory).map(|log| log.2).collect();
        assert_eq!(reads.len(), if fifo == DIRECT { 9 } else { 3 });
        assert_eq!(bench.flags(), 3 << 4);
    }
}

#[test]
fn a_copy_packs_bytes_into_words_and_empties_the_fifo_at_the_end() {
    let mut bench = Bench::new();
    for at in 0..21 {
        bench.bus.bytes.insert(0x400 + at, at as u8 + 1);
    }
    // Bytes at the source, words in bursts of four at the target.
    bench.start(COPY | PINC | MINC | 2 << 13 | 1 << 23, 0x07, 20, 0x400, 0x500);
    bench.work(0, 0);
    assert_eq!(bench.bytes(0x500, 21), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 0xEE]);
    let writes = bench.bus.log.iter().filter(|(port, ..)| *port == Port::Memory).count();
    assert_eq!((writes, bench.flags()), (5, 3 << 4));
}

#[test]
fn a_circular_transfer_starts_again() {
    let mut bench = Bench::new();
    bench.start(MINC | CIRC, DIRECT, 3, REGISTER, 0x100);
    bench.work(1, 4);
    assert_eq!(bench.bytes(0x100, 4), [4, 2, 3, 0xEE]);
    assert_eq!((bench.dma.read(0x14), bench.dma.read(0x10).unwrap() & 1), (Some(2), 1));
}

#[test]
fn two_buffers_take_turns_and_the_idle_one_can_be_changed() {
    let mut bench = Bench::new();
    bench.write(0x20, 0x180);
    bench.start(MINC | DBM, DIRECT, 2, REGISTER, 0x100);
    bench.work(1, 3);
    assert_eq!((bench.bytes(0x100, 2), bench.bytes(0x180, 2)), (vec![1, 2], vec![3, 0xEE]));
    assert_eq!(bench.dma.read(0x10).unwrap() >> 19 & 1, 1, "the second one is in use");
    bench.write(0x1C, 0x140);
    bench.write(0x20, 0x1C0);
    bench.work(1, 3);
    assert_eq!((bench.bytes(0x180, 2), bench.bytes(0x140, 2)), (vec![3, 4], vec![5, 6]));
    assert_eq!(bench.dma.read(0x20), Some(0x180), "the one in use was not");
}

#[test]
fn an_address_that_does_not_answer_ends_the_transfer() {
    let mut bench = Bench::new();
    bench.start(MINC | 1 << 2, DIRECT, 4, REGISTER, NOTHING);
    let now = bench.now;
    bench.with(|dma, bus, _| dma.take_up(1, now, 1_000_000, bus));
    bench.now = bench.dma.next_event();
    let done = bench.with(|dma, bus, io| dma.step(bus, io)).unwrap().1;
    assert_eq!((done.fault, done.last), (Some(NOTHING), false));
    assert_eq!((bench.flags(), bench.dma.read(0x10).unwrap() & 1, bench.irqs.levels()[0]), (1 << 3, 0, 1));
}

#[test]
fn a_threshold_that_no_burst_fits_is_an_error() {
    let mut bench = Bench::new();
    // A burst of four words needs the whole FIFO, the threshold is three quarters.
    bench.start(MINC | 2 << 13 | 1 << 23, 0x06, 16, REGISTER, 0x100);
    assert_eq!((bench.flags(), bench.dma.free().count()), (1, 0));
}

#[test]
fn a_stream_that_is_switched_off_delivers_what_its_fifo_holds() {
    let mut bench = Bench::new();
    bench.start(MINC, 0x07, 16, REGISTER, 0x100);
    bench.work(1, 3);
    assert_eq!(bench.bytes(0x100, 3), [0xEE; 3], "the FIFO keeps them");
    let control = bench.dma.read(0x10).unwrap();
    bench.write(0x10, control & !1);
    assert_eq!((bench.bytes(0x100, 3), bench.flags() >> 5 & 1, bench.dma.read(0x14)), (vec![1, 2, 3], 1, Some(13)));
}

#[test]
fn the_urgent_stream_goes_first_then_the_lower_number() {
    let mut bench = Bench::new();
    for (stream, priority) in [(0, 0), (3, 2), (5, 2)] {
        let base = 0x10 + 0x18 * stream;
        for (offset, value) in [(4, 2), (8, REGISTER), (12, 0x100), (20, DIRECT), (0, MINC | priority << 16 | 1)] {
            bench.write(base + offset, value);
        }
    }
    assert_eq!(bench.work(0b10_1001, 6), [3, 3, 5, 5, 0, 0]);
}

#[test]
fn running_streams_refuse_changes_and_an_empty_one_reloads() {
    let mut bench = Bench::new();
    bench.start(MINC, DIRECT, 2, REGISTER, 0x100);
    bench.write(0x14, 9);
    bench.write(0x18, 0x40);
    assert_eq!((bench.dma.read(0x14), bench.dma.read(0x18)), (Some(2), Some(REGISTER)));
    bench.work(1, 2);
    bench.write(0x10, MINC | 1);
    assert_eq!(bench.dma.read(0x14), Some(2), "as it was programmed");
}

#[test]
fn every_line_is_on_some_stream() {
    let found = |wanted: Line| {
        let all =
            (0..2).flat_map(|dma| (0..8).flat_map(move |stream| (0..8).map(move |channel| (dma, stream, channel))));
        all.filter(|(dma, stream, channel)| lines(*dma, *stream, *channel).contains(&wanted)).count()
    };
    for port in 0..6 {
        assert!(found(Line::Receive(port)) > 0 && found(Line::Transmit(port)) > 0, "serial port {port}");
    }
    for adc in 0..3 {
        assert_eq!(found(Line::Convert(adc)), 2, "converter {adc}");
    }
    for timer in 0..8 {
        assert!(found(Line::Update(timer)) > 0, "timer {timer}");
    }
}
