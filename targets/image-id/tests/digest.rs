//! What changes the identity of an image, and what does not.

#![expect(clippy::unwrap_used, reason = "a panic in a test's helper is the failure of the test")]

use std::fs;
use std::path::Path;

use hil_image_id::{INPUTS, digest};

/// A repository with one small file per input; folders get theirs below another folder.
fn repository() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    for input in INPUTS {
        write(root.path(), &file_of(input), input);
    }
    root
}

/// A file that the input is or holds.
fn file_of(input: &str) -> String {
    if input.rsplit('/').next().is_some_and(|last| last.starts_with("Cargo")) {
        input.to_owned()
    } else {
        format!("{input}/deep/file.bin")
    }
}

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

#[test]
fn every_input_matters_and_the_same_contents_give_the_same_digest() {
    let root = repository();
    let first = digest(root.path()).unwrap();
    assert!(first.iter().all(u8::is_ascii_hexdigit));
    for input in INPUTS {
        write(root.path(), &file_of(input), "changed");
        assert_ne!(digest(root.path()).unwrap(), first, "{input}");
        write(root.path(), &file_of(input), input);
        assert_eq!(digest(root.path()).unwrap(), first, "{input}");
    }
}

#[test]
fn names_matter_and_contents_do_not_run_into_each_other() {
    let root = repository();
    let with = |files: &[(&str, &str)]| {
        let folder = root.path().join("targets/hil-agent/src/deep");
        fs::remove_dir_all(&folder).unwrap();
        files.iter().for_each(|(name, text)| write(&folder, name, text));
        digest(root.path()).unwrap()
    };
    let one = with(&[("a.rs", "12"), ("b.rs", "3")]);
    assert_ne!(with(&[("a.rs", "1"), ("b.rs", "23")]), one);
    assert_ne!(with(&[("a.rs", "12"), ("c.rs", "3")]), one);
    assert_ne!(with(&[("a.rs", "12b.rs3")]), one);
    assert_eq!(with(&[("a.rs", "12"), ("b.rs", "3")]), one);
}

#[test]
fn what_no_compiler_reads_does_not_matter() {
    let root = repository();
    let first = digest(root.path()).unwrap();
    write(root.path(), "fixtures/weights/about.md", "for people");
    write(root.path(), "targets/hil-agent/tests/protocol.rs", "a test");
    assert_eq!(digest(root.path()).unwrap(), first);
}

#[test]
fn what_is_missing_is_an_error_that_names_it() {
    let root = repository();
    fs::remove_dir_all(root.path().join("fixtures/weights")).unwrap();
    let error = digest(root.path()).unwrap_err().to_string();
    assert!(error.contains("fixtures/weights"), "{error}");
}

#[test]
fn this_repository_has_every_input() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    assert!(digest(&root).is_ok());
}
