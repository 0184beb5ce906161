//! docs/your-own-kernel.md is true: its blocks are the files of this example, and its commands do what it says.

#![expect(clippy::unwrap_used, reason = "a panic of a test is its failure")]

use std::path::{Path, PathBuf};
use std::process::Command;

/// A block of code, and the line before it that is not empty.
struct Block {
    before: String,
    language: String,
    text: String,
}

fn example() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn blocks() -> Vec<Block> {
    let guide = std::fs::read_to_string(example().join("../../docs/your-own-kernel.md")).unwrap();
    let (mut blocks, mut before, mut open) = (Vec::new(), String::new(), None::<Block>);
    for line in guide.lines() {
        match (line.strip_prefix("```"), open.take()) {
            (Some(_), Some(block)) => blocks.push(block),
            (Some(language), None) => {
                open = Some(Block { before: before.clone(), language: language.to_owned(), text: String::new() });
            }
            (None, Some(mut block)) => {
                block.text += line;
                block.text += "\n";
                open = Some(block);
            }
            (None, None) if !line.is_empty() => before = line.to_owned(),
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block that does not end");
    blocks
}

/// The block that stands behind the line "`own-kernel/name`:".
fn file(name: &str) -> String {
    let mut found = blocks().into_iter().filter(|block| block.before == format!("`own-kernel/{name}`:"));
    let block = found.next().unwrap();
    assert!(found.next().is_none(), "{name} stands twice in the guide");
    block.text
}

#[test]
fn the_files_of_the_guide_are_those_of_the_example() {
    for name in ["src/main.rs", "scenario.toml"] {
        assert_eq!(file(name), std::fs::read_to_string(example().join(name)).unwrap(), "{name}");
    }
}

#[test]
fn the_manifest_of_the_guide_names_what_the_example_uses_and_where_it_is() {
    let manifest = file("Cargo.toml");
    let (_, guided) = manifest.split_once("[dependencies]\n").unwrap();
    let own = std::fs::read_to_string(example().join("Cargo.toml")).unwrap();
    let (_, own) = own.split_once("[dependencies]\n").unwrap();
    let own = own.lines().take_while(|line| !line.is_empty()).map(|line| line.split_once('.').unwrap().0);
    let mut names = Vec::new();
    for line in guided.lines() {
        let (name, rest) = line.split_once(" = { path = \"../hilbench/").unwrap();
        let folder = example().join("../..").join(rest.strip_suffix("\" }").unwrap());
        let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{line}");
        names.push(name);
    }
    assert_eq!(names, own.collect::<Vec<_>>());
    assert!(manifest.contains("name = \"own-kernel\""), "the commands name the program");
}

#[test]
fn the_commands_of_the_guide_end_as_it_says() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("scenario.toml"), file("scenario.toml")).unwrap();
    let image = Path::new(env!("CARGO_BIN_EXE_own-kernel"));
    let hil = image.with_file_name(format!("hil{}", std::env::consts::EXE_SUFFIX));
    assert!(hil.is_file(), "build hil first: cargo build --release --bin hil");
    let built = folder.path().join("target/release");
    std::fs::create_dir_all(&built).unwrap();
    std::fs::copy(image, built.join(image.file_name().unwrap())).unwrap();

    let consoles: Vec<Block> = blocks().into_iter().filter(|block| block.language == "console").collect();
    let lines: Vec<&str> = consoles.iter().flat_map(|block| block.text.lines()).collect();
    let (first, lines) = lines.split_first().unwrap();
    // Cargo has built the program already.
    assert_eq!(*first, "$ cargo build --release");
    assert!(lines.len() >= 5, "{lines:?}");
    for line in lines {
        let args: Vec<&str> = line.strip_prefix("$ hil ").unwrap().split(' ').collect();
        let mut command = Command::new(&hil);
        command
            .args(&args)
            .current_dir(folder.path())
            .env("HIL_LEASE", folder.path().join("lease"))
            .env_remove("HIL_DATA");
        let output = command.output().unwrap();
        let expected = match (args[0], args.contains(&"--fault")) {
            ("run", true) => &[5][..],
            // How fast and how quiet this machine is decides what is proved.
            ("run", false) => &[0, 3, 5],
            _ => &[0],
        };
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(expected.contains(&output.status.code().unwrap()) && !err.contains("rig fault"), "{line}\n{err}");
    }
}
