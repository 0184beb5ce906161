//! The tables of a lab file, key by key.

use hil_model::units::Dimension;

use crate::keys::{Amount, Form, Keys, NameKind, WordKind, optional, required};

const NONE: &[&str] = &[];
const NO_PAIRS: &[(&str, &str)] = &[];

/// What a debug probe can drive: SWD is specified to 50 MHz and beyond, and below 1 kHz nothing answers in time.
static SPEED: Amount =
    Amount { dimension: Dimension::Frequency, least: 1e3, most: 50e6, range: "from 1 kHz to 50 MHz", example: "4 MHz" };

/// The file itself.
pub(crate) static LAB: Keys = Keys {
    name: "the lab file",
    about: "What is attached to this computer. A lab is of one desk: it belongs into no repository.",
    keys: &[
        optional("host", Form::Table(&HOST), "This computer as a bench."),
        optional(
            "emulated_boards",
            Form::Flag,
            "Whether boards of kinds that this file does not name are emulated; true by default.",
        ),
        optional("board", Form::Tables(&BOARD), "A board. Of several of one kind the first that works is used."),
    ],
    one_of: NONE,
    needs: NO_PAIRS,
    apart: NO_PAIRS,
};

/// `[host]`.
pub(crate) static HOST: Keys = Keys {
    name: "[host]",
    about: "This computer as a bench.",
    keys: &[optional("enabled", Form::Flag, "Whether it answers scenarios of its kind; true by default.")],
    one_of: NONE,
    needs: NO_PAIRS,
    apart: NO_PAIRS,
};

/// `[[board]]`.
pub(crate) static BOARD: Keys = Keys {
    name: "[[board]]",
    about: "A board and how it is reached: through a debug probe, over a serial port alone, or emulated.",
    keys: &[
        required("name", Form::Name(NameKind::Board), "What messages call it; no other board has this name."),
        required("platform", Form::Name(NameKind::Platform), "Its kind, such as \"stm32f4\"; `hil list boards`."),
        optional(
            "probe",
            Form::Line,
            "Its debug probe, as probe-rs selects it: \"VID:PID:SERIAL\" in hexadecimal, such as \"0483:374b:066AFF\".",
        ),
        optional("emulated", Form::True, "It is emulated."),
        optional("port", Form::Line, "Its serial port, such as \"/dev/serial/by-id/usb-...\" or \"COM3\"."),
        optional(
            "link",
            Form::Word(WordKind::Link),
            "How bytes get to the agent: \"rtt\" by the debug probe, or \"uart\" over the serial port; \"rtt\" by default, \
             \"uart\" where there is no probe.",
        ),
        optional(
            "baud",
            Form::Count { least: 300, most: 12_000_000 },
            "Bits per second of the port; 1000000 by default.",
        ),
        optional("speed", Form::Amount(&SPEED), "Clock of the debug wire; by default what the probe likes."),
        optional(
            "chip_id",
            Form::Line,
            "Unique number of the chip in hexadecimal, as `hil doctor` shows it; another chip is refused.",
        ),
        optional("image", Form::Line, "ELF file to run, instead of the firmware of this repository."),
        optional(
            "door",
            Form::Word(WordKind::Door),
            "How probe-rs gets to an emulated board; \"black-magic\" by default.",
        ),
        optional("hub", Form::Table(&HUB), "Port of a USB hub that can switch the board's power, the last resort."),
        optional("supply", Form::Table(&SUPPLY), "What differs from the supply that the file of its kind describes."),
    ],
    one_of: NONE,
    needs: &[("speed", "probe"), ("chip_id", "probe"), ("door", "emulated"), ("baud", "port")],
    apart: &[("probe", "emulated"), ("emulated", "port"), ("emulated", "hub")],
};

/// `hub = { .. }`.
pub(crate) static HUB: Keys = Keys {
    name: "hub",
    about: "A port of a USB hub with power switches.",
    keys: &[
        required("location", Form::Line, "The hub as the system numbers it, such as \"1-2\"."),
        required("port", Form::Count { least: 1, most: 255 }, "The port, from 1."),
    ],
    one_of: NONE,
    needs: NO_PAIRS,
    apart: NO_PAIRS,
};

/// `[board.supply]`.
pub(crate) static SUPPLY: Keys = Keys {
    name: "[board.supply]",
    about: "What differs from the supply that the file of the board's kind describes.",
    keys: &[
        optional("volts", Form::Number { least: 0.5, most: 20.0 }, "What feeds the chip, in volts."),
        optional("shunt_ohms", Form::Number { least: 1e-4, most: 1e4 }, "The shunt, in ohms."),
        optional(
            "shunt_tolerance",
            Form::Number { least: 0.0, most: 0.5 },
            "How far the shunt may be off, as a share: 0.01 for 1 %.",
        ),
        optional("gain", Form::Number { least: 1e-3, most: 1e6 }, "How many times the amplifier amplifies."),
        optional(
            "gain_error_max",
            Form::Number { least: 0.0, most: 0.5 },
            "How far the gain may be off, as a share: 0.01 for 1 %.",
        ),
    ],
    one_of: NONE,
    needs: NO_PAIRS,
    apart: NO_PAIRS,
};
