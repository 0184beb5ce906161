//! The computer itself: processor, memory, clock, and what disturbs measurements.

use hil_model::units::{Dimension, Unit};

use crate::commands::doctor::finding::{Finding, Section, State};
use crate::commands::doctor::system::{Clock, System};
use crate::noise::{self, Disturbance};

/// Less free memory than this, in bytes, makes a computer swap while it measures: a run with its report takes about a tenth.
const LITTLE_MEMORY: u64 = 1 << 30;

/// Facts about the computer, then what disturbs it.
pub fn findings(system: &System) -> Vec<Finding> {
    let environment = &system.environment;
    let found = |what: &str, state, says: String| Finding::new(Section::Computer, what, state, says);
    let container = if system.in_container { ", in a container" } else { "" };
    let mut all = vec![
        found("system", State::Ok, format!("{}{container}", environment.os)),
        found(
            "processor",
            State::Ok,
            format!("{}, {} cores, {}", environment.cpu, environment.cores, environment.arch),
        ),
        memory(system),
    ];
    all.extend(system.clock.as_ref().map(clock));
    all.push(found("hil", State::Ok, format!("{} built by {}", environment.hil, environment.rustc)));
    all.extend(disturbances(system));
    all
}

fn memory(system: &System) -> Finding {
    let gib = Unit { symbol: "GiB", dimension: Dimension::Information, scale: 1_073_741_824.0 };
    #[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
    let shown = |bytes: u64| format!("{:.1} GiB", gib.from_base(bytes as f64));
    let all = shown(system.environment.memory_bytes);
    match system.memory_available {
        Some(free) if free < LITTLE_MEMORY => {
            Finding::new(Section::Computer, "memory", State::Warning, format!("{all}, only {} free", shown(free)))
                .next(["close what uses it: a computer that swaps measures its disk"])
        }
        Some(free) => Finding::new(Section::Computer, "memory", State::Ok, format!("{all}, {} free", shown(free))),
        None => Finding::new(Section::Computer, "memory", State::Ok, all),
    }
}

/// On x86 the kernel uses the time stamp counter (TSC) when it trusts it. Where it does not, reading the clock is a call
/// into the kernel or to a device, which takes up to microseconds; where the counter's rate varies, time does.
fn clock(clock: &Clock) -> Finding {
    let found = |state, says: String| Finding::new(Section::Computer, "clock", state, says);
    match (clock.source.as_str(), clock.is_invariant) {
        ("tsc", Some(false)) => {
            found(State::Warning, "tsc, whose rate is not said to be invariant: short times may be wrong".to_owned())
                .next(["measure on another computer, or compare only figures of this one"])
        }
        ("hpet" | "acpi_pm" | "jiffies" | "refined-jiffies", _) => {
            found(State::Warning, format!("{}, which is slow to read: short times come out too long", clock.source))
                .next(["sudo dmesg | grep -i -e tsc -e clocksource    # says why the kernel does not use the tsc"])
        }
        (source, Some(true)) => found(State::Ok, format!("{source}, invariant")),
        (source, _) => found(State::Ok, source.to_owned()),
    }
}

fn disturbances(system: &System) -> Vec<Finding> {
    let disturbed = noise::disturbances(&system.noise, system.environment.cores);
    if disturbed.is_empty() {
        let says = format!("{}; quiet enough to measure", noise::in_words(&system.noise));
        return vec![Finding::new(Section::Noise, "now", State::Ok, says)];
    }
    let finding = |found: Disturbance| {
        let next = found.cure.map(|(command, effect)| format!("{command}    # {effect}"));
        Finding::new(Section::Noise, found.what, State::Warning, found.says).next(next)
    };
    disturbed.into_iter().map(finding).collect()
}
