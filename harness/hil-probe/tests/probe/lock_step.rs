//! In lock-step, the same program of debug accesses finds the same states in every run.

use std::time::Duration;

use hil_emulator::host::Mode;
use hil_probe::board::attach::patient;
use probe_rs::MemoryInterface as _;
use probe_rs::rtt::Rtt;

use crate::flash::flash;
use crate::rig::{ALL, Chip, Front, Rig};

/// Everything that a host can see of a run: when the control block appeared, what came, and the counter at each look.
fn look(chip: Chip, front: Front) -> (usize, Vec<u8>, Vec<u32>) {
    let rig = Rig::on(chip.start(Mode::LockStep { cycles_per_access: 500 }), front);
    let mut session = rig.attach(patient(chip.name));
    flash(&mut session, chip, "hello");
    let mut core = session.core(0).unwrap();
    let elf = std::fs::read(chip.elf("hello")).unwrap();
    let address = probe_rs::rtt::find_rtt_control_block_in_raw_file(&elf).unwrap().unwrap();
    core.write_word_32(address, 0).unwrap();
    core.run().unwrap();
    let polls = (0..100_000).position(|_| Rtt::attach_at(&mut core, address).is_ok()).expect("a control block");
    let mut rtt = Rtt::attach_at(&mut core, address).unwrap();
    let (mut text, mut counters, mut buffer) = (Vec::new(), Vec::new(), [0; 64]);
    for _ in 0..200 {
        let count = rtt.up_channel(0).unwrap().read(&mut core, &mut buffer).unwrap();
        text.extend_from_slice(&buffer[..count]);
        counters.push(core.read_word_32(0xE000_1004).unwrap());
    }
    core.halt(Duration::from_secs(1)).unwrap();
    (polls, text, counters)
}

#[test]
fn two_runs_look_the_same() {
    for (chip, front) in ALL {
        let (first, second) = (look(chip, front), look(chip, front));
        assert!(first.1.starts_with(b"hello from"), "{chip:?} {front:?}: {:?}", String::from_utf8_lossy(&first.1));
        assert!(first.2.windows(2).all(|pair| pair[0] < pair[1]), "the counter moves between looks");
        assert!(first == second, "{chip:?} {front:?}: {} and {} polls", first.0, second.0);
    }
}
