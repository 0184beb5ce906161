//! Under which conditions a figure came about, as far as they decide it, and in what two of them differ.
//!
//! Figures with different fingerprints are never put into one series and never compared. What counts depends on where the
//! figure comes from: a figure of this computer depends on its processor, one of an emulated board does not, because an
//! emulated board gives the same cycles on any host. The platform, and with it the chip, is part of what a figure is about
//! and not repeated here. The image and the builds are left out: they are what is compared.

use std::collections::BTreeMap;
use std::fmt;

use hil_model::lab::Evidence;
use hil_model::run::Environment;

use crate::sums::sum;

/// The conditions of a figure, by name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(BTreeMap<String, String>);

/// One condition that is not the same on both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Which: `cpu`, `cores`, `memory`, `os`, `arch`, `rustc` or `hil`.
    pub what: String,
    /// Of the one side; `not recorded` where it has none.
    pub here: String,
    /// Of the other side, likewise.
    pub there: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {:?} here, {:?} there", self.what, self.here, self.there)
    }
}

impl Fingerprint {
    /// The conditions of figures that come from `evidence`; of none, those of this computer.
    #[must_use]
    pub fn of(environment: &Environment, evidence: Option<Evidence>) -> Self {
        let mut parts = vec![("hil", environment.hil.clone()), ("rustc", environment.rustc.clone())];
        match evidence {
            // Chip and firmware decide, and the chip is the platform.
            Some(Evidence::Emulated | Evidence::Hardware) => {}
            Some(Evidence::Host | Evidence::SoftwareGpu | Evidence::Replayed | Evidence::Imported) | None => {
                parts.extend([
                    ("arch", environment.arch.clone()),
                    ("cores", environment.cores.to_string()),
                    ("cpu", environment.cpu.clone()),
                    ("memory", memory(environment.memory_bytes)),
                    ("os", environment.os.clone()),
                ]);
            }
        }
        Self(parts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    /// A short name, the same for the same conditions on any machine: twelve hexadecimal digits of a SHA-256.
    #[must_use]
    pub fn id(&self) -> String {
        sum(self.to_text().as_bytes()).chars().take(12).collect()
    }

    /// The conditions with their names.
    pub fn parts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// In what it differs from another one, in the order of the names; nothing when both are the same.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Vec<Difference> {
        let names: std::collections::BTreeSet<&String> = self.0.keys().chain(other.0.keys()).collect();
        let value =
            |side: &Self, name: &String| side.0.get(name).map_or_else(|| "not recorded".to_owned(), Clone::clone);
        let sides = names.into_iter().map(|name| (name, value(self, name), value(other, name)));
        sides
            .filter(|(_, here, there)| here != there)
            .map(|(what, here, there)| Difference { what: what.clone(), here, there })
            .collect()
    }

    /// As it is stored: a JSON object with sorted names.
    pub(crate) fn to_text(&self) -> String {
        // A map of texts has no value that JSON lacks.
        serde_json::to_string(&self.0).unwrap_or_default()
    }

    /// Reads what [`to_text`](Self::to_text) wrote.
    pub(crate) fn from_text(text: &str) -> Result<Self, String> {
        serde_json::from_str(text).map(Self).map_err(|error| error.to_string())
    }
}

/// Physical memory as it is built in, in GiB or MiB: systems state slightly less, and not the same after every update.
fn memory(bytes: u64) -> String {
    // Sizes are powers of two or three times one.
    let sizes = (20..60).flat_map(|power| [1u64 << power, 3u64 << (power - 1)]);
    match sizes.into_iter().find(|size| *size >= bytes) {
        Some(size) if size >= 1 << 30 => format!("{} GiB", size as f64 / f64::from(1u32 << 30)),
        Some(size) => format!("{} MiB", size as f64 / f64::from(1u32 << 20)),
        None => format!("{bytes} B"),
    }
}

#[cfg(test)]
mod tests {
    use hil_model::lab::Evidence;
    use hil_model::run::Environment;

    use super::{Fingerprint, memory};

    fn environment() -> Environment {
        Environment {
            hil: "0.1.0".to_owned(),
            os: "Linux, kernel 6.1".to_owned(),
            arch: "x86_64".to_owned(),
            cpu: "Fast 9000".to_owned(),
            cores: 4,
            memory_bytes: 16_600_000_000,
            rustc: "rustc 1.95.0".to_owned(),
            clocks: vec!["desktop-cpu: a".to_owned()],
            builds: vec!["image 1".to_owned()],
        }
    }

    #[test]
    fn what_differs_is_named_with_both_values() {
        let here = Fingerprint::of(&environment(), Some(Evidence::Host));
        let other = Environment { cpu: "Slow 3".to_owned(), cores: 2, ..environment() };
        let there = Fingerprint::of(&other, Some(Evidence::Host));
        let told: Vec<String> = here.differences(&there).iter().map(ToString::to_string).collect();
        assert_eq!(told, [r#"cores: "4" here, "2" there"#, r#"cpu: "Fast 9000" here, "Slow 3" there"#]);
        assert_ne!(here.id(), there.id());
        assert!(here.differences(&here).is_empty());
    }

    #[test]
    fn the_host_of_a_board_and_what_is_compared_do_not_count() {
        let other = Environment { cpu: "Slow 3".to_owned(), builds: Vec::new(), clocks: Vec::new(), ..environment() };
        for evidence in [Evidence::Emulated, Evidence::Hardware] {
            assert_eq!(
                Fingerprint::of(&environment(), Some(evidence)),
                Fingerprint::of(&other, Some(evidence)),
                "{evidence}"
            );
        }
        let newer = Environment { hil: "0.2.0".to_owned(), ..environment() };
        let emulated = |environment| Fingerprint::of(environment, Some(Evidence::Emulated));
        assert_eq!(emulated(&newer).differences(&emulated(&environment()))[0].what, "hil");
        let rebuilt = Environment { builds: Vec::new(), clocks: Vec::new(), ..environment() };
        assert_eq!(Fingerprint::of(&rebuilt, None), Fingerprint::of(&environment(), None));
    }

    #[test]
    fn memory_is_what_is_built_in() {
        for (bytes, size) in [
            (16_600_000_000, "16 GiB"),
            (16_500_000_000, "16 GiB"),
            (25_000_000_000, "24 GiB"),
            (1 << 30, "1 GiB"),
            (400 << 20, "512 MiB"),
            (0, "1 MiB"),
            (u64::MAX, "18446744073709551615 B"),
        ] {
            assert_eq!(memory(bytes), size, "{bytes}");
        }
    }

    #[test]
    fn it_reads_back() {
        let one = Fingerprint::of(&environment(), Some(Evidence::Host));
        assert_eq!(Fingerprint::from_text(&one.to_text()), Ok(one));
        assert!(Fingerprint::from_text("[1]").is_err());
    }
}
