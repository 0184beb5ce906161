//! Names as types: a scenario id cannot be passed where a workload id is meant.
//!
//! Every name is checked when it is made, so a name that exists is safe to print (no control characters,
//! no terminal escapes), to use as part of a file name on any system, and to compare byte by byte.

use std::fmt;

/// The longest name that is accepted, in bytes.
pub const MAX_NAME_LEN: usize = 100;

/// Why a text is not a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a {what}: {why}")]
pub struct NameError {
    /// What the text should have named, such as "scenario id".
    pub what: &'static str,
    /// The text as given; printed with escapes.
    pub text: String,
    /// The rule that it breaks.
    pub why: &'static str,
}

/// Lower-case words joined by `-`, `_`, `.` and `/`, starting with a letter or digit.
fn check_name(text: &str) -> Result<(), &'static str> {
    if text.is_empty() {
        return Err("it is empty");
    }
    if text.len() > MAX_NAME_LEN {
        return Err("it is longer than 100 bytes");
    }
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_./".contains(c);
    if !text.chars().all(allowed) {
        return Err("use lower-case letters, digits, '-', '_', '.' and '/'");
    }
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    if !edge(text.chars().next()) || !edge(text.chars().last()) {
        return Err("it must start and end with a letter or a digit");
    }
    if text.contains("..") || text.contains("//") {
        return Err("'..' and '//' are not allowed");
    }
    Ok(())
}

/// A catalogue id: two to eight capital letters, a hyphen, one to four digits.
fn check_target(text: &str) -> Result<(), &'static str> {
    let rule = "a target looks like LAN-16: capital letters, a hyphen, digits";
    let (letters, digits) = text.split_once('-').ok_or(rule)?;
    let letters_fit = (2..=8).contains(&letters.len()) && letters.chars().all(|c| c.is_ascii_uppercase());
    let digits_fit = (1..=4).contains(&digits.len()) && digits.chars().all(|c| c.is_ascii_digit());
    if letters_fit && digits_fit { Ok(()) } else { Err(rule) }
}

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident, $what:literal, $check:ident;)*) => {$(
        $(#[$doc])*
        #[derive(
            Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize, schemars::JsonSchema,
        )]
        #[serde(try_from = "String", into = "String")]
        #[schemars(with = "String")]
        pub struct $name(String);

        impl $name {
            /// Makes the name from text.
            ///
            /// # Errors
            /// [`NameError`] when the text breaks the rule of this kind of name.
            pub fn new(text: impl Into<String>) -> Result<Self, NameError> {
                let text = text.into();
                match $check(&text) {
                    Ok(()) => Ok(Self(text)),
                    Err(why) => Err(NameError { what: $what, text, why }),
                }
            }

            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = NameError;
            fn try_from(text: String) -> Result<Self, NameError> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> String {
                name.0
            }
        }
    )*};
}

names! {
    /// Names one scenario file; unique among the files of a run.
    ScenarioId, "scenario id", check_name;
    /// Names one thing that a scenario measures; `main` for the plain `[workload]` table.
    WorkloadId, "workload id", check_name;
    /// Names a kind of machine, such as `desktop-cpu` or `stm32f4`.
    PlatformId, "platform", check_name;
    /// Names a kernel of an agent, such as `lan/keyword_i8`.
    KernelName, "kernel name", check_name;
    /// Names a data set that a manifest describes.
    DatasetName, "data set name", check_name;
    /// Names a table of cases that a kernel can be asked to conform to.
    TableName, "table name", check_name;
    /// Names one execution of `hil run`.
    RunId, "run id", check_name;
    /// Names a row of the catalogue of targets, such as `LAN-16`.
    TargetId, "target", check_target;
}

impl WorkloadId {
    /// The id of the plain `[workload]` table.
    #[must_use]
    pub fn main() -> Self {
        Self("main".to_owned())
    }

    /// The id of a copy of this workload that is measured beside it, to see what a comparison mistakes for a difference;
    /// nothing where that would be too long for an id.
    #[must_use]
    pub fn control(&self) -> Option<Self> {
        Self::new(format!("control/{self}")).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::{KernelName, ScenarioId, TargetId};

    #[test]
    fn names_that_people_use_are_names() {
        for name in ["lan-stm32f4-keyword", "a", "lan/keyword_i8", "v1.2"] {
            assert!(KernelName::new(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn control_characters_escapes_and_path_tricks_are_refused_and_printed_escaped() {
        for name in ["", "a\u{1b}[31m", "A", "../up", "a/../b", "a\n", "/root", "ä", &"x".repeat(101)] {
            let error = ScenarioId::new(name).unwrap_err().to_string();
            assert!(!error.contains('\u{1b}') && !error.contains('\n'), "{error}");
        }
    }

    #[test]
    fn targets_have_the_form_of_the_catalogue() {
        assert!(TargetId::new("LAN-16").is_ok());
        for bad in ["lan-16", "LAN16", "LAN-", "L-1", "LAN-16a", "LAN-12345"] {
            assert!(TargetId::new(bad).is_err(), "{bad}");
        }
    }
}
