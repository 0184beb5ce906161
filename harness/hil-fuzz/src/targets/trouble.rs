//! Readers that go wrong on purpose: with them a test proves that each kind of trouble is noticed.

use crate::target::Target;

/// Panic, broken promise, stack overflow, hang, loss of memory, each for every input that is not empty.
pub(crate) const TARGETS: [Target; 5] = [
    trouble("trouble-panic", |bytes| {
        let last = bytes.len().wrapping_sub(1);
        // Behind the end of every input.
        let beyond = bytes[last.wrapping_add(1)..][0];
        Err(format!("{beyond}"))
    }),
    trouble("trouble-promise", |_| Err("a promise was broken".to_owned())),
    trouble("trouble-stack", |_| Err(format!("{}", deeper(1)))),
    trouble("trouble-hang", |_| {
        loop {
            std::thread::park();
        }
    }),
    trouble("trouble-memory", |bytes| {
        let filled = vec![bytes.len() as u8 | 1; 4 << 30];
        Err(format!("{}", filled.iter().map(|byte| u64::from(*byte)).sum::<u64>()))
    }),
];

const fn trouble(name: &'static str, check: fn(&[u8]) -> Result<(), String>) -> Target {
    Target { name, about: "goes wrong on purpose", words: &["a"], fixtures: &[], check }
}

/// Takes more stack for every level than any worker has.
fn deeper(level: usize) -> usize {
    let own = [level; 64];
    if std::hint::black_box(level) == 0 {
        return own.len();
    }
    deeper(level + 1) + std::hint::black_box(own)[level % 64]
}
