//! Tries inputs in this process and says so, one line at a time, so that whoever started it knows how far it came.

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use crate::mutate;
use crate::random::Random;
use crate::target::Target;

/// Stack of the thread that tries: that of a main thread where it is smallest (Windows).
const STACK: usize = 1 << 20;

/// What is said on a line of its own.
pub const TRYING: &str = "trying ";
/// Said behind a broken promise or a panic, with the words.
pub const BROKEN: &str = "broken ";
/// Said last.
pub const DONE: &str = "done";

/// The input `index` of `seed`.
#[must_use]
pub fn input(target: &Target, seeds: &[Vec<u8>], seed: u64, index: u64) -> Vec<u8> {
    mutate::input(&mut Random::of(seed, target.name, index), seeds, target.words)
}

/// Tries one input; the error says which promise was broken, on one line.
///
/// # Errors
/// What the target's check says, or the message of a panic with its place.
pub fn attempt(target: &Target, bytes: &[u8]) -> Result<(), String> {
    match catch_unwind(AssertUnwindSafe(|| (target.check)(bytes))) {
        Ok(held) => held.map_err(|why| one_line(&why)),
        Err(cause) => {
            let text = cause.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| cause.downcast_ref::<&str>().copied()).unwrap_or("a panic without words");
            Err(one_line(&format!("panic: {text}")))
        }
    }
}

fn one_line(text: &str) -> String {
    text.chars().take(500).flat_map(char::escape_debug).collect()
}

/// Tries `inputs` (their numbers and how each is made) on a thread with little stack, telling `out` before each one.
///
/// # Errors
/// When nothing can be written or no thread can be started.
pub fn work(
    target: Target,
    inputs: impl Iterator<Item = u64> + Send + 'static,
    make: impl Fn(u64) -> Vec<u8> + Send + 'static,
    out: impl Write + Send + 'static,
) -> std::io::Result<()> {
    // The place of a panic is only known to the hook.
    let place = Arc::new(Mutex::new(String::new()));
    let noted = Arc::clone(&place);
    std::panic::set_hook(Box::new(move |panic| {
        let at = panic.location().map_or_else(String::new, |at| format!(" at {}:{}", at.file(), at.line()));
        *noted.lock().unwrap_or_else(PoisonError::into_inner) = at;
    }));
    let tried = move || {
        let mut out = out;
        for index in inputs {
            out.write_all(format!("{TRYING}{index}\n").as_bytes())?;
            let bytes = make(index);
            if let Err(why) = attempt(&target, &bytes) {
                let at = std::mem::take(&mut *place.lock().unwrap_or_else(PoisonError::into_inner));
                out.write_all(format!("{BROKEN}{why}{}\n", one_line(&at)).as_bytes())?;
            }
        }
        out.write_all(format!("{DONE}\n").as_bytes())
    };
    let thread = std::thread::Builder::new().name("worker".to_owned()).stack_size(STACK).spawn(tried)?;
    thread.join().unwrap_or_else(|_| Err(std::io::Error::other("the worker itself panicked")))
}
