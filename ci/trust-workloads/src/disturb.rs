//! Disturbances: a busy core and a busy disk, for as long as whoever started them keeps their standard input open.
//!
//! They end with their parent however it ends, because its end of the pipe closes then, and after an hour in any case.

use std::fs::{self, OpenOptions};
use std::hint::black_box;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// The longest that a disturbance lasts.
const LONGEST: Duration = Duration::from_secs(3600);
/// Bytes that the disk is written with before it starts at the beginning again.
const MOST: u64 = 64 << 20;
/// Bytes written at a time.
const CHUNK: usize = 1 << 20;

/// Says whether to go on.
struct Wanted {
    closed: Arc<AtomicBool>,
    begin: Instant,
}

impl Wanted {
    /// Until standard input is closed.
    fn start() -> Self {
        let closed = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&closed);
        // It ends with the process, which waits for nobody.
        thread::spawn(move || {
            let _ = io::stdin().lock().read_to_end(&mut Vec::new());
            told.store(true, Ordering::Relaxed);
        });
        Self { closed, begin: Instant::now() }
    }

    fn still(&self) -> bool {
        !self.closed.load(Ordering::Relaxed) && self.begin.elapsed() < LONGEST
    }
}

/// Keeps a core busy.
pub fn burn() -> Result<(), String> {
    let wanted = Wanted::start();
    let mut state = 1u64;
    while wanted.still() {
        for _ in 0..1_000_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        }
        state = black_box(state);
    }
    Ok(())
}

/// Keeps the disk busy: writes `file` and waits until it is on the disk, again and again, and removes it at the end.
pub fn write(file: &Path) -> Result<(), String> {
    let wanted = Wanted::start();
    let outcome = write_while(file, &wanted).map_err(|error| format!("{} cannot be written: {error}", file.display()));
    // It may not even have been made.
    let _ = fs::remove_file(file);
    outcome
}

fn write_while(path: &Path, wanted: &Wanted) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(path)?;
    let chunk = vec![0x5a; CHUNK];
    while wanted.still() {
        file.write_all(&chunk)?;
        if file.stream_position()? >= MOST {
            file.sync_data()?;
            file.seek(SeekFrom::Start(0))?;
        }
    }
    Ok(())
}
