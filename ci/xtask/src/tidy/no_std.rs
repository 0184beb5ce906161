//! The crates that run on devices must not use the standard library.

use crate::cargo::Member;
use crate::code::{code_only, lines_with};
use crate::finding::Finding;
use crate::repo::File;
use crate::tidy::file;

/// The crates that boards are built from.
const NO_STD: [&str; 3] = ["hil-wire", "hil-kernels", "hil-agent"];

/// Finds device crates that do not say `#![no_std]`, without conditions, in their root file.
pub fn check(files: &[File], members: &[Member]) -> Vec<Finding> {
    members
        .iter()
        .filter(|member| NO_STD.contains(&member.name.as_str()))
        .map(|member| format!("{}/src/lib.rs", member.folder))
        .filter(|root| file(files, root).is_none_or(|file| !says_no_std(&file.text)))
        .map(|root| {
            Finding::new(
                root,
                None,
                "a device crate without `#![no_std]`",
                "write it below the module header; tests may say `extern crate std`",
            )
        })
        .collect()
}

fn says_no_std(text: &str) -> bool {
    !lines_with(&code_only(text), "#![no_std]").is_empty()
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::cargo::Member;
    use crate::repo::File;

    fn n_findings(name: &str, text: &str) -> usize {
        let member = Member { name: name.to_owned(), folder: "targets/a".to_owned(), dependencies: Vec::new() };
        check(&[File::new("targets/a/src/lib.rs", text)], &[member]).len()
    }

    #[test]
    fn device_crates_must_say_it_in_code() {
        assert_eq!(n_findings("hil-wire", "//! Header.\n#![no_std]\n"), 0);
        assert_eq!(n_findings("hil-wire", "//! It is `#![no_std]`.\n"), 1);
        assert_eq!(n_findings("hil-wire", "#![cfg_attr(not(test), no_std)]\n"), 1);
        assert_eq!(n_findings("hil-bench", "//! Header.\n"), 0);
    }
}
