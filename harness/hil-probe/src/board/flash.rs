//! Writes an image to the chip's flash and verifies it.

use std::io::Cursor;

use probe_rs::Session;
use probe_rs::flashing::{DownloadOptions, ElfLoader, ElfOptions};

use super::error::{BoardError, Step, in_full};

/// Writes `elf` unless flash holds exactly that already, and reads it back. True when something was written.
///
/// # Errors
/// [`BoardError::Image`] for a file that is no image of this chip, otherwise what the probe reports.
pub fn flash(session: &mut Session, elf: &[u8]) -> Result<bool, BoardError> {
    let image = |error: &dyn std::error::Error| BoardError::Image { step: Step::Flash, detail: in_full(error) };
    let mut loader = session.target().flash_loader();
    let format = ElfLoader(ElfOptions::default());
    loader.load_image(session, &mut Cursor::new(elf), format, None).map_err(|error| image(&error))?;
    if loader.verify(session, &mut probe_rs::flashing::FlashProgress::empty()).is_ok() {
        return Ok(false);
    }
    let mut options = DownloadOptions::default();
    options.verify = true;
    let failed =
        |error: probe_rs::flashing::FlashError| BoardError::Other { step: Step::Flash, detail: in_full(&error) };
    loader.commit(session, options).map_err(failed)?;
    Ok(true)
}
