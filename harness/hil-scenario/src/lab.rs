//! Lab files: what is attached to a computer, and how it is reached. Read with the same care as scenarios.
//!
//! What is written is only brought into shape here; whether a probe or a port is really there is for others to find out.

pub(crate) mod grammar;

use hil_model::id::PlatformId;
use hil_model::units::AnyQuantity;

use crate::context::{Context, Known, Lost};
use crate::fields::Fields;
use crate::inherit::top_of;
use crate::kind::ProblemKind;
use crate::lab::grammar::{BOARD, HUB, LAB, SUPPLY};
use crate::problem::{Problem, Severity};
use crate::raw::Table;
use crate::source::{At, Input, Sources};
use crate::syntax;

/// Bits per second of firmware of this repository.
pub const BAUD: u32 = 1_000_000;

/// What a lab file says.
#[derive(Debug, Clone, PartialEq)]
pub struct LabFile {
    /// Whether this computer answers scenarios of its kind.
    pub host: bool,
    /// Whether boards of kinds that are not named are emulated.
    pub emulated_boards: bool,
    /// In the order of the file.
    pub boards: Vec<LabBoard>,
}

/// A board of a lab.
#[derive(Debug, Clone, PartialEq)]
pub struct LabBoard {
    /// What messages call it.
    pub name: String,
    /// Its kind.
    pub platform: PlatformId,
    /// How it is reached.
    pub way: Way,
    /// How bytes get to the agent.
    pub wire: Wire,
    /// The unique number of its chip, in lower-case hexadecimal.
    pub chip_id: Option<String>,
    /// An own image.
    pub image: Option<String>,
    /// The port of the hub that powers it: the hub's location and the port's number.
    pub hub: Option<(String, u32)>,
    /// What differs in its supply.
    pub supply: Option<SupplyChange>,
}

/// How a board of a lab is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// Through a debug probe.
    Probe {
        /// `VID:PID` or `VID:PID:SERIAL`.
        selector: String,
        /// Clock of the wire, in kilohertz.
        speed_khz: Option<u32>,
    },
    /// Over a serial port alone.
    SerialOnly,
    /// It is emulated.
    Emulated {
        /// Whether probe-rs gets to it within the process, not over a socket.
        in_process: bool,
    },
}

/// How bytes get to the agent on a board of a lab.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wire {
    /// By the debug probe.
    Rtt,
    /// Over a serial port.
    Uart {
        /// Its name; absent on an emulated board.
        port: Option<String>,
        /// Bits per second.
        baud: u32,
    },
}

/// What differs in a board's supply from the file of its kind; what is absent does not.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct SupplyChange {
    /// What feeds the chip, in volts.
    pub volts: Option<f64>,
    /// The shunt, in ohms.
    pub shunt_ohms: Option<f64>,
    /// How far the shunt may be off, as a share of its value.
    pub shunt_tolerance: Option<f64>,
    /// How many times the amplifier amplifies.
    pub gain: Option<f64>,
    /// How far the gain may be off, as a share of it.
    pub gain_error_max: Option<f64>,
}

/// Reads a lab file, whose boards are of the kinds `platforms`.
///
/// # Errors
/// All problems of the file at once, and the texts to show them with.
pub fn lab(input: &Input, platforms: Vec<PlatformId>) -> Result<LabFile, (Vec<Problem>, Sources)> {
    let mut sources = Sources::default();
    let (id, draft) = sources.add(&input.file, &input.bytes);
    let parsed = syntax::parse(sources.text_of(id), id);
    let lost = Lost { names: parsed.lost, everything: parsed.table.is_none() };
    let known = Known { platforms, ..Known::default() };
    let mut cx = Context::new(&known, &sources, &lost, &crate::embedded::Embedded);
    cx.drafts.extend(draft.into_iter().chain(parsed.mistakes));
    let lab = parsed.table.map(|table| whole(&mut cx, &table, top_of(id)));
    let mut drafts = cx.drafts;
    drafts.sort_by_key(|draft| (draft.at, draft.severity));
    match lab {
        Some(lab) if drafts.iter().all(|draft| draft.severity != Severity::Error) => Ok(lab),
        _ => {
            let problems = drafts.into_iter().map(|draft| draft.finish(&sources)).collect();
            Err((problems, sources))
        }
    }
}

fn whole(cx: &mut Context<'_>, table: &Table, at: At) -> LabFile {
    let fields = Fields::open(cx, table, at, &LAB);
    let host = fields.table("host").map(|(table, at)| Fields::open(cx, table, at, &grammar::HOST));
    let mut boards: Vec<(LabBoard, At)> = Vec::new();
    for (table, at) in fields.tables("board") {
        let Some(board) = board(cx, table, at) else { continue };
        refuse_twice(cx, &boards, &board, at);
        boards.push((board, at));
    }
    LabFile {
        host: host.and_then(|host| host.flag("enabled")).unwrap_or(true),
        emulated_boards: fields.flag("emulated_boards").unwrap_or(true),
        boards: boards.into_iter().map(|(board, _)| board).collect(),
    }
}

/// Two boards cannot have one name, one probe or one port: whatever is written about one of them is wrong.
fn refuse_twice(cx: &mut Context<'_>, earlier: &[(LabBoard, At)], board: &LabBoard, at: At) {
    let port = |board: &LabBoard| match &board.wire {
        Wire::Uart { port, .. } => port.clone(),
        Wire::Rtt => None,
    };
    let probe = |board: &LabBoard| match &board.way {
        Way::Probe { selector, .. } => Some(selector.to_ascii_lowercase()),
        Way::SerialOnly | Way::Emulated { .. } => None,
    };
    for (first, first_at) in earlier {
        let shared = [
            ("name", (first.name == board.name).then(|| board.name.clone())),
            ("probe", probe(board).filter(|own| probe(first).as_ref() == Some(own))),
            ("port", port(board).filter(|own| port(first).as_ref() == Some(own))),
        ];
        for (what, value) in shared {
            if let Some(value) = value {
                cx.error(at, ProblemKind::Twice { what, value })
                    .hint(format!("give each board a {what} of its own"))
                    .related(*first_at, "the other one");
            }
        }
    }
}

fn board(cx: &mut Context<'_>, table: &Table, at: At) -> Option<LabBoard> {
    let fields = Fields::open(cx, table, at, &BOARD);
    let hub = fields.table("hub").map(|(table, at)| Fields::open(cx, table, at, &HUB));
    let supply = fields.table("supply").map(|(table, at)| Fields::open(cx, table, at, &SUPPLY));
    let way = way(cx, &fields);
    let wire = wire(cx, &fields);
    let chip_id = chip_id(cx, &fields);
    Some(LabBoard {
        name: fields.text("name")?.to_owned(),
        platform: fields.name("platform")?,
        way: way?,
        wire: wire?,
        chip_id,
        image: fields.text("image").map(str::to_owned),
        hub: match hub {
            Some(hub) => Some((hub.text("location")?.to_owned(), hub.count("port")?)),
            None => None,
        },
        supply: supply.map(|supply| SupplyChange {
            volts: supply.number("volts"),
            shunt_ohms: supply.number("shunt_ohms"),
            shunt_tolerance: supply.number("shunt_tolerance"),
            gain: supply.number("gain"),
            gain_error_max: supply.number("gain_error_max"),
        }),
    })
}

fn way(cx: &mut Context<'_>, fields: &Fields<'_>) -> Option<Way> {
    if fields.has("emulated") {
        return Some(Way::Emulated { in_process: fields.text("door") == Some("in-process") });
    }
    if fields.has("probe") {
        let selector = fields.text("probe")?;
        if !selects_a_probe(selector) {
            let why = "does not select a debug probe";
            cx.error(fields.value_at("probe"), ProblemKind::BadForm { key: "probe", why })
                .hint("write VID:PID:SERIAL as `hil doctor` shows it, such as \"0483:374b:066AFF\"");
            return None;
        }
        let speed = fields.text("speed").and_then(|speed| AnyQuantity::parse(speed).ok());
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 1 to 50000 by its form")]
        let speed_khz = speed.map(|speed| (speed.base() / 1e3).round() as u32);
        return Some(Way::Probe { selector: selector.to_owned(), speed_khz });
    }
    if fields.has("port") {
        if let Some(image) = fields.any_node("image") {
            let why = "cannot be written over a serial port";
            cx.error(image.at, ProblemKind::BadForm { key: "image", why })
                .hint("write the image by other means and remove the key, or name the probe");
        }
        return Some(Way::SerialOnly);
    }
    let is_excused = ["probe", "port", "emulated"].iter().any(|key| cx.lost.may_hold(key));
    if !is_excused {
        let keys = "probe, port, emulated".to_owned();
        cx.error(fields.at, ProblemKind::NoneOf { table: BOARD.name, keys })
            .hint("say how the board is reached: probe = \"VID:PID:SERIAL\", port = \"...\" or emulated = true");
    }
    None
}

fn wire(cx: &mut Context<'_>, fields: &Fields<'_>) -> Option<Wire> {
    let (has_probe, has_port, emulated) = (fields.has("probe"), fields.has("port"), fields.has("emulated"));
    let written = fields.text("link");
    if fields.has("link") && written.is_none() {
        return None;
    }
    let link = written.unwrap_or(if has_probe || emulated { "rtt" } else { "uart" });
    let at = fields.value_at(if fields.has("link") { "link" } else { "port" });
    match link {
        "rtt" if has_port => {
            let why = if has_probe { "makes no use of the port" } else { "needs a debug probe" };
            let advice = "write link = \"uart\", or remove the port";
            cx.error(at, ProblemKind::BadForm { key: "link", why }).hint(advice);
            None
        }
        "rtt" => Some(Wire::Rtt),
        _ if has_probe && !has_port => {
            cx.error(at, ProblemKind::NeedsKey { key: "link", other: "port" })
                .hint("add port: the serial port that the board's UART is wired to");
            None
        }
        _ => Some(Wire::Uart {
            port: fields.text("port").map(str::to_owned),
            baud: fields.count("baud").unwrap_or(BAUD),
        }),
    }
}

/// `VID:PID`, `VID:PID:SERIAL` or, for one of several interfaces, `VID:PID-INTERFACE:SERIAL`, as probe-rs reads it.
fn selects_a_probe(text: &str) -> bool {
    let mut parts = text.splitn(3, ':');
    let is_id = |part: &str| (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let (Some(vendor), Some(product)) = (parts.next(), parts.next()) else { return false };
    let (product, interface) = product.split_once('-').unwrap_or((product, "0"));
    is_id(vendor) && is_id(product) && interface.parse::<u8>().is_ok()
}

fn chip_id(cx: &mut Context<'_>, fields: &Fields<'_>) -> Option<String> {
    let text = fields.text("chip_id")?;
    let digits = text.strip_prefix("0x").unwrap_or(text);
    if (1..=64).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Some(digits.to_ascii_lowercase());
    }
    cx.error(fields.value_at("chip_id"), ProblemKind::BadForm { key: "chip_id", why: "is no hexadecimal number" })
        .hint("write it as `hil doctor` shows it, digits and letters from a to f");
    None
}
