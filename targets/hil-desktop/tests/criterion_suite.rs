//! The criterion suite: it has one benchmark for each kernel of the registry, under its name, and nothing else.

use std::path::Path;
use std::process::Command;

use hil_desktop::kernels::shared_kernels;

#[test]
fn every_registered_kernel_has_a_benchmark_of_its_name() {
    // Beside this test's own files, so that nothing is built twice; Cargo holds no lock while tests run.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let listed = Command::new(env!("CARGO"))
        .args(["bench", "--locked", "--bench", "kernels", "--", "--list"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("CARGO_TARGET_DIR", target)
        .output()
        .unwrap();
    assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
    let text = String::from_utf8(listed.stdout).unwrap();
    let mut ids: Vec<&str> = text.lines().filter_map(|line| line.strip_suffix(": benchmark")).collect();
    let kernels = shared_kernels();
    let mut names: Vec<&str> = kernels.iter().map(|kernel| kernel.name()).collect();
    ids.sort_unstable();
    names.sort_unstable();
    assert_eq!(ids, names);
}
