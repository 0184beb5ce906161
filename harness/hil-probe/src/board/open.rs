//! Opens a debug probe by its selector, and says why when that is not possible.

use probe_rs::probe::list::{Accessibility, Lister};
use probe_rs::probe::{DebugProbeInfo, DebugProbeSelector, Probe};

use super::error::{BoardError, in_full};

/// What to do where a probe is there and may not be opened.
const PROBE_HINT: &str = "`hil doctor` prints the udev rule that it takes";

/// The probe that `selector` means: `VID:PID:SERIAL` in hexadecimal.
///
/// # Errors
/// [`BoardError::NoProbe`], [`BoardError::NoPermission`], [`BoardError::Busy`].
pub fn by_selector(selector: &str) -> Result<Probe, BoardError> {
    let wrong = |error: &dyn std::error::Error| BoardError::Order {
        detail: format!("\"{selector}\" selects no probe ({}); it is VID:PID:SERIAL", in_full(error)),
    };
    let parsed: DebugProbeSelector = selector.parse().map_err(|error| wrong(&error))?;
    let lister = Lister::new();
    lister.open(parsed.clone()).map_err(|error| why_not(&lister, &parsed, &in_full(&error)))
}

/// Why a probe could not be opened: probe-rs gives one error for many reasons, so what is attached is looked through.
fn why_not(lister: &Lister, selector: &DebugProbeSelector, detail: &str) -> BoardError {
    // A Black Magic server on the network is no device that is listed.
    if let Some(address) = selector.serial_number.as_deref().filter(|serial| is_address(serial)) {
        let detail = format!("nothing serves a board at {address}; start `hil emulate`, or the server of the probe");
        return BoardError::NoProbe { detail };
    }
    let probes = lister.list_all_with_access();
    let Some(found) = probes.iter().find(|item| is_meant(selector, &item.info)) else {
        let names: Vec<String> = probes.iter().map(|item| item.info.to_string()).collect();
        let there = if names.is_empty() { "none is".to_owned() } else { format!("there is {}", names.join(", ")) };
        let detail = format!("no probe {selector} is attached; {there}; is it plugged in?");
        return BoardError::NoProbe { detail };
    };
    let name = format!("the probe {selector}");
    match found.accessibility {
        Accessibility::PermissionDenied => BoardError::NoPermission { name, hint: PROBE_HINT },
        Accessibility::Accessible => BoardError::Busy { name, detail: detail.to_owned() },
    }
}

fn is_meant(selector: &DebugProbeSelector, info: &DebugProbeInfo) -> bool {
    let serial = info.serial_number.as_deref().unwrap_or("");
    // Old ST-Links have serials of bytes that are no text; they are written in hexadecimal.
    let in_hex: String = serial.chars().map(|c| format!("{:02X}", u32::from(c))).collect();
    let same = |wanted: &String| wanted.eq_ignore_ascii_case(serial) || wanted.eq_ignore_ascii_case(&in_hex);
    (selector.vendor_id, selector.product_id) == (info.vendor_id, info.product_id)
        && selector.serial_number.as_ref().is_none_or(same)
}

fn is_address(serial: &str) -> bool {
    serial.parse::<std::net::SocketAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::{BoardError, by_selector};

    #[test]
    fn what_is_not_there_is_told_from_what_makes_no_sense() {
        let said = |selector: &str| by_selector(selector).map(|_| ()).unwrap_err();
        let error = said("0483:3748:00000000000000000000000F");
        assert!(matches!(&error, BoardError::NoProbe { detail } if detail.contains("is attached")), "{error}");
        // Port 1 of the loopback interface: nothing listens there.
        let error = said("1d50:6018:127.0.0.1:1");
        assert!(matches!(&error, BoardError::NoProbe { detail } if detail.contains("nothing serves")), "{error}");
        let error = said("a probe");
        assert!(matches!(&error, BoardError::Order { detail } if detail.contains("VID:PID:SERIAL")), "{error}");
    }
}
