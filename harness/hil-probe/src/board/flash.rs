//! Writes an image to the chip's flash and verifies it.

use std::io::Cursor;

use probe_rs::Session;
use probe_rs::flashing::{
    DownloadOptions, ElfLoader, ElfOptions, FlashError, FlashProgress, ProgressEvent, ProgressOperation,
};

use super::error::{BoardError, Step, in_full};

/// Progress is told whenever so many percent more are done.
const TELL_EVERY: u64 = 20;

/// Writes `elf` unless flash holds exactly that already, and reads it back. True when something was written.
///
/// # Errors
/// [`BoardError::Image`] for a file that is no image of this chip, [`BoardError::Flash`] when it cannot be written or
/// reads back differently, otherwise what the probe reports.
pub fn flash(session: &mut Session, elf: &[u8], say: &dyn Fn(&str)) -> Result<bool, BoardError> {
    let image = |error: &dyn std::error::Error| BoardError::Image { step: Step::Flash, detail: in_full(error) };
    let mut loader = session.target().flash_loader();
    let format = ElfLoader(ElfOptions::default());
    loader.load_image(session, &mut Cursor::new(elf), format, None).map_err(|error| image(&error))?;
    match loader.verify(session, &mut FlashProgress::empty()) {
        Ok(()) => {
            say("flash: the image is there already");
            return Ok(false);
        }
        Err(FlashError::Verify) => {}
        Err(error) => return Err(failed(&error)),
    }
    let mut options = DownloadOptions::default();
    options.verify = true;
    let mut told = Told::default();
    options.progress = FlashProgress::new(|event| {
        if let Some(words) = told.of(&event) {
            say(&words);
        }
    });
    loader.commit(session, options).map_err(|error| failed(&error))?;
    say("flash: written and verified");
    Ok(true)
}

fn failed(error: &FlashError) -> BoardError {
    match error {
        FlashError::Verify => BoardError::Flash { detail: "what was written reads back differently".to_owned() },
        FlashError::Core(error)
        | FlashError::ResetAndHalt(error)
        | FlashError::Run(error)
        | FlashError::UnableToReadCoreStatus(error) => BoardError::of(Step::Flash, error),
        other => BoardError::Flash { detail: in_full(other) },
    }
}

/// How far each operation is.
#[derive(Debug, Default)]
struct Told {
    /// Bytes to do and done, and what was told last, in percent.
    erase: (u64, u64, u64),
    program: (u64, u64, u64),
    verify: (u64, u64, u64),
}

impl Told {
    /// What to tell of an event, if anything.
    fn of(&mut self, event: &ProgressEvent) -> Option<String> {
        match event {
            ProgressEvent::AddProgressBar { operation, total } => {
                let (_, all) = self.book(*operation)?;
                all.0 += total.unwrap_or(0);
                None
            }
            ProgressEvent::Progress { operation, size, .. } => {
                let (name, (all, done, told)) = self.book(*operation)?;
                *done += size;
                let percent = (100 * *done).checked_div(*all)?.min(100);
                if percent < *told + TELL_EVERY {
                    return None;
                }
                *told = percent - percent % TELL_EVERY;
                Some(format!("flash: {name} {told} %"))
            }
            ProgressEvent::DiagnosticMessage { message } => Some(format!("flash: the algorithm says {message}")),
            _ => None,
        }
    }

    fn book(&mut self, operation: ProgressOperation) -> Option<(&'static str, &mut (u64, u64, u64))> {
        match operation {
            ProgressOperation::Erase => Some(("erase", &mut self.erase)),
            ProgressOperation::Program => Some(("write", &mut self.program)),
            ProgressOperation::Verify => Some(("verify", &mut self.verify)),
            ProgressOperation::Fill => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{ProgressEvent, ProgressOperation, Told};

    #[test]
    fn progress_is_told_in_steps_that_people_can_follow() {
        let mut told = Told::default();
        let operation = ProgressOperation::Program;
        assert_eq!(told.of(&ProgressEvent::AddProgressBar { operation, total: Some(1000) }), None);
        let page = ProgressEvent::Progress { operation, size: 50, time: Duration::ZERO };
        let said: Vec<String> = (0..20).filter_map(|_| told.of(&page)).collect();
        let steps = [20, 40, 60, 80, 100].map(|percent| format!("flash: write {percent} %"));
        assert_eq!(said, steps);
        // More than was announced, or of nothing that was announced, is no reason to say anything strange.
        assert_eq!(told.of(&page), None);
        let other = ProgressEvent::Progress { operation: ProgressOperation::Erase, size: 50, time: Duration::ZERO };
        assert_eq!(told.of(&other), None);
    }
}
