//! `hil run`: the pipeline, with Ctrl-C turned into a wish to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::args::RunArgs;
use crate::error::CliError;
use crate::exit::Exit;
use crate::pipeline;
use crate::show::{Show, print_err};
use crate::surroundings::Surroundings;

/// Set by the first Ctrl-C; the second ends the process at once.
pub fn wish_to_stop(show: &mut Show) -> Arc<AtomicBool> {
    let cancel = Arc::new(AtomicBool::new(false));
    let wish = Arc::clone(&cancel);
    let installed = ctrlc::set_handler(move || {
        if wish.swap(true, Ordering::Relaxed) {
            std::process::exit(i32::from(Exit::Interrupted.code()));
        }
        print_err("stopping; what was measured is kept. Press Ctrl-C again to end at once.");
    });
    if let Err(error) = installed {
        show.warn(&format!("Ctrl-C will lose what was measured: {error}"));
    }
    cancel
}

/// Runs scenarios. The first Ctrl-C ends measuring and keeps what there is; the second ends at once.
pub fn run(args: &RunArgs, around: &Surroundings) -> Result<Exit, CliError> {
    let mut show = Show::new(args.format, args.verbose);
    let cancel = wish_to_stop(&mut show);
    pipeline::run(args, around, &cancel, &mut show)
}
