//! The base scenarios as part of the program, so that an installed `hil` has questions to ask.

use crate::source::{Input, ReadError, Source};

/// Every file of `scenarios/`: its path in the repository and its text.
pub const EMBEDDED: &[(&str, &str)] = &[
    ("scenarios/_base/checklist-board.toml", include_str!("../../../scenarios/_base/checklist-board.toml")),
    ("scenarios/_base/keyword-board.toml", include_str!("../../../scenarios/_base/keyword-board.toml")),
    ("scenarios/_base/keyword-desktop.toml", include_str!("../../../scenarios/_base/keyword-desktop.toml")),
    (
        "scenarios/liquid-audio-nets/checklist/memory.toml",
        include_str!("../../../scenarios/liquid-audio-nets/checklist/memory.toml"),
    ),
    (
        "scenarios/liquid-audio-nets/checklist/optimised.toml",
        include_str!("../../../scenarios/liquid-audio-nets/checklist/optimised.toml"),
    ),
    (
        "scenarios/liquid-audio-nets/checklist/power.toml",
        include_str!("../../../scenarios/liquid-audio-nets/checklist/power.toml"),
    ),
    (
        "scenarios/liquid-audio-nets/checklist/quantised.toml",
        include_str!("../../../scenarios/liquid-audio-nets/checklist/quantised.toml"),
    ),
    (
        "scenarios/liquid-audio-nets/checklist/sparse.toml",
        include_str!("../../../scenarios/liquid-audio-nets/checklist/sparse.toml"),
    ),
    (
        "scenarios/liquid-audio-nets/desktop-cpu-accuracy.toml",
        include_str!("../../../scenarios/liquid-audio-nets/desktop-cpu-accuracy.toml"),
    ),
    (
        "scenarios/liquid-audio-nets/desktop-cpu-criterion.toml",
        include_str!("../../../scenarios/liquid-audio-nets/desktop-cpu-criterion.toml"),
    ),
    (
        "scenarios/liquid-audio-nets/desktop-cpu-float.toml",
        include_str!("../../../scenarios/liquid-audio-nets/desktop-cpu-float.toml"),
    ),
    (
        "scenarios/liquid-audio-nets/desktop-cpu-keyword.toml",
        include_str!("../../../scenarios/liquid-audio-nets/desktop-cpu-keyword.toml"),
    ),
    (
        "scenarios/liquid-audio-nets/desktop-cpu-liquid.toml",
        include_str!("../../../scenarios/liquid-audio-nets/desktop-cpu-liquid.toml"),
    ),
    ("scenarios/liquid-audio-nets/edge-gpu.toml", include_str!("../../../scenarios/liquid-audio-nets/edge-gpu.toml")),
    ("scenarios/liquid-audio-nets/esp32s3.toml", include_str!("../../../scenarios/liquid-audio-nets/esp32s3.toml")),
    (
        "scenarios/liquid-audio-nets/nrf52840-accuracy.toml",
        include_str!("../../../scenarios/liquid-audio-nets/nrf52840-accuracy.toml"),
    ),
    (
        "scenarios/liquid-audio-nets/nrf52840-keyword.toml",
        include_str!("../../../scenarios/liquid-audio-nets/nrf52840-keyword.toml"),
    ),
    (
        "scenarios/liquid-audio-nets/nrf52840-liquid.toml",
        include_str!("../../../scenarios/liquid-audio-nets/nrf52840-liquid.toml"),
    ),
    (
        "scenarios/liquid-audio-nets/nrf52840-power.toml",
        include_str!("../../../scenarios/liquid-audio-nets/nrf52840-power.toml"),
    ),
    (
        "scenarios/liquid-audio-nets/nrf52840-stages.toml",
        include_str!("../../../scenarios/liquid-audio-nets/nrf52840-stages.toml"),
    ),
    ("scenarios/liquid-audio-nets/phone.toml", include_str!("../../../scenarios/liquid-audio-nets/phone.toml")),
    (
        "scenarios/liquid-audio-nets/stm32f4-accuracy.toml",
        include_str!("../../../scenarios/liquid-audio-nets/stm32f4-accuracy.toml"),
    ),
    (
        "scenarios/liquid-audio-nets/stm32f4-keyword.toml",
        include_str!("../../../scenarios/liquid-audio-nets/stm32f4-keyword.toml"),
    ),
    (
        "scenarios/liquid-audio-nets/stm32f4-liquid.toml",
        include_str!("../../../scenarios/liquid-audio-nets/stm32f4-liquid.toml"),
    ),
    (
        "scenarios/liquid-audio-nets/stm32f4-power.toml",
        include_str!("../../../scenarios/liquid-audio-nets/stm32f4-power.toml"),
    ),
    (
        "scenarios/liquid-audio-nets/stm32f4-stages.toml",
        include_str!("../../../scenarios/liquid-audio-nets/stm32f4-stages.toml"),
    ),
    (
        "scenarios/neuro-divergent/desktop-cpu-gemm.toml",
        include_str!("../../../scenarios/neuro-divergent/desktop-cpu-gemm.toml"),
    ),
    (
        "scenarios/neuro-divergent/desktop-cpu-kernels.toml",
        include_str!("../../../scenarios/neuro-divergent/desktop-cpu-kernels.toml"),
    ),
    (
        "scenarios/neuro-divergent/desktop-cpu-training.toml",
        include_str!("../../../scenarios/neuro-divergent/desktop-cpu-training.toml"),
    ),
];

/// A [`Source`] that knows the embedded files only.
#[derive(Debug, Clone, Copy, Default)]
pub struct Embedded;

impl Source for Embedded {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        let file = EMBEDDED.iter().find(|(name, _)| *name == path);
        file.map(|(_, text)| text.as_bytes().to_vec()).ok_or(ReadError::NotFound)
    }
}

/// The embedded scenarios, ready to be loaded with [`Embedded`] as the source of their bases.
#[must_use]
pub fn embedded_inputs() -> Vec<Input> {
    EMBEDDED.iter().filter(|(path, _)| !is_fragment(path)).map(|(path, text)| Input::new(*path, *text)).collect()
}

/// Whether a path lies in a folder whose name starts with `_`: its files are to be inherited from and are no scenarios.
#[must_use]
pub fn is_fragment(path: &str) -> bool {
    path.split(['/', '\\']).rev().skip(1).any(|folder| folder.starts_with('_'))
}
