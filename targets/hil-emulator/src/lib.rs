//! Emulated boards: a Cortex-M4F core, its debug port, its cycle model and the chips around it.

pub mod access;
pub mod block;
pub mod board;
pub mod cpu;
pub mod cycles;
pub mod debug;
pub mod decode;
mod disassemble;
pub mod elf;
pub mod exec;
pub mod fault;
pub mod flash_timing;
pub mod float;
pub mod host;
pub mod instr;
pub mod machine;
pub mod memory;
pub mod micro;
pub mod power;
pub mod soc;
pub mod system;
pub mod time;
pub mod uart;
