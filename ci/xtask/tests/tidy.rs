//! The repository itself is tidy, so that `cargo test` finds what `cargo xtask tidy` finds.

use xtask::cargo::workspace_root;
use xtask::tidy::tidy;

#[test]
fn the_repository_is_tidy() {
    let report = tidy(&workspace_root()).unwrap();
    assert!(report.passed(), "\n{}", report.text("tidy"));
}
