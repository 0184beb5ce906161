//! Writes the self-made sounds to `fixtures/sounds/`: `cargo run --release -p hil-data --example make_sounds`.
//!
//! Run it after a change of the recipes in `recipes.rs`, then give the new hash to
//! `fixtures/datasets/keywords-selfmade.toml`; the tests say which one it is.

mod recipes;
mod voice;

fn main() -> std::io::Result<()> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/sounds");
    for (name, file) in recipes::files() {
        std::fs::write(folder.join(name), file)?;
    }
    Ok(())
}
