//! The debug probes that are attached to this computer.

use probe_rs::probe::list::{Accessibility, Lister};

/// A debug probe on this computer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attached {
    /// What it calls itself.
    pub name: String,
    /// How probe-rs selects it: `VID:PID:SERIAL` in hexadecimal, without a serial when it has none.
    pub selector: String,
    /// Whether this user may open it.
    pub accessible: bool,
}

/// Every attached probe, in the order in which the system lists them. Opens none of them.
#[must_use]
pub fn attached() -> Vec<Attached> {
    Lister::new().list_all_with_access().into_iter().map(|item| described(&item.info, item.accessibility)).collect()
}

fn described(info: &probe_rs::probe::DebugProbeInfo, access: Accessibility) -> Attached {
    let serial = info.serial_number.as_deref().map(|serial| format!(":{serial}")).unwrap_or_default();
    Attached {
        name: info.identifier.clone(),
        selector: format!("{:04x}:{:04x}{serial}", info.vendor_id, info.product_id),
        accessible: access == Accessibility::Accessible,
    }
}
