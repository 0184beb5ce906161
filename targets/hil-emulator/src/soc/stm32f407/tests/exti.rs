//! External interrupts and the pins behind them.

use crate::soc::Master;
use crate::soc::testing::Rig;

const EXTI: u32 = 0x4001_3C00;
const PR: u32 = EXTI + 0x14;
const GPIOB: u32 = 0x4002_0400;

fn drive(rig: &mut Rig, name: &str, level: Option<bool>) {
    rig.machine.cpu.with_soc(Master::Debugger, |soc, io| assert!(soc.drive_pin(name, level, io)));
}

/// Line 9 is PB9, with rising edges.
fn listening() -> Rig {
    let mut rig = Rig::new("stm32f4");
    rig.set(0x4002_3844, 1 << 14);
    rig.set(0x4002_3830, 1 << 1);
    rig.write(0x4001_3810, 1 << 4);
    rig.write(EXTI, 1 << 9);
    rig.write(EXTI + 8, 1 << 9);
    rig
}

#[test]
fn the_chosen_edge_of_the_chosen_port_is_pending_until_it_is_cleared() {
    let mut rig = listening();
    drive(&mut rig, "PA9", Some(true));
    assert_eq!(rig.read(PR), 0);
    drive(&mut rig, "PB9", Some(true));
    assert_eq!(rig.read(PR), 1 << 9);
    assert!(rig.irq(23));
    rig.write(PR, 1 << 9);
    assert!(!rig.irq(23));
    drive(&mut rig, "PB9", Some(false));
    assert_eq!(rig.read(PR), 0, "falling edges are not asked for");
    rig.write(EXTI + 0xC, 1 << 9);
    drive(&mut rig, "PB9", Some(true));
    rig.write(PR, 1 << 9);
    drive(&mut rig, "PB9", None);
    assert_eq!(rig.read(PR), 1 << 9, "a pin that floats is low");
}

#[test]
fn a_level_from_before_is_no_edge() {
    let mut rig = listening();
    rig.write(EXTI + 8, 0);
    drive(&mut rig, "PB9", Some(true));
    rig.write(EXTI + 8, 1 << 9);
    assert_eq!(rig.read(PR), 0);
}

#[test]
fn pulls_and_outputs_make_edges() {
    let mut rig = listening();
    rig.write(GPIOB + 0x0C, 1 << 18);
    assert_eq!(rig.read(PR), 1 << 9, "the pull-up");
    rig.write(GPIOB + 0x0C, 0);
    rig.write(PR, 1 << 9);
    rig.write(GPIOB, 1 << 18);
    assert_eq!(rig.read(PR), 0);
    rig.write(GPIOB + 0x18, 1 << 9);
    assert_eq!(rig.read(PR), 1 << 9, "the output");
    // An analog pin is low whatever drives it.
    drive(&mut rig, "PB9", Some(true));
    rig.write(GPIOB, 3 << 18);
    assert_eq!(rig.read(GPIOB + 0x10) & 1 << 9, 0);
}

#[test]
fn an_open_drain_pin_is_as_high_as_others_let_it_be() {
    let mut rig = listening();
    rig.write(GPIOB, 1 << 18);
    rig.write(GPIOB + 4, 1 << 9);
    rig.write(GPIOB + 0x18, 1 << 9);
    let level = |rig: &mut Rig| rig.read(GPIOB + 0x10) >> 9 & 1;
    assert_eq!(level(&mut rig), 0);
    drive(&mut rig, "PB9", Some(true));
    assert_eq!(level(&mut rig), 1);
    assert_eq!(rig.machine.cpu.soc.pin_level("PB9"), None);
    rig.write(GPIOB + 0x18, 1 << 25);
    assert_eq!((level(&mut rig), rig.machine.cpu.soc.pin_level("PB9")), (0, Some(false)));
}

#[test]
fn software_makes_interrupts_and_events() {
    let mut rig = Rig::new("stm32f4");
    rig.write(EXTI + 0x10, 1 << 3);
    assert_eq!((rig.read(PR), rig.read(EXTI + 0x10)), (0, 1 << 3), "IMR holds it back");
    rig.write(EXTI, 3 << 3);
    rig.write(EXTI + 0x10, 1 << 4);
    assert_eq!(rig.read(PR), 1 << 4);
    assert!(rig.irq(10) && !rig.irq(9));
    assert!(!rig.machine.cpu.requests.event);
    rig.write(PR, 1 << 4);
    assert_eq!(rig.read(EXTI + 0x10), 1 << 3);
    rig.write(EXTI + 4, 1 << 5);
    rig.write(EXTI + 0x10, 1 << 5);
    assert!(rig.machine.cpu.requests.event);
    assert_eq!(rig.read(PR), 0);
}
