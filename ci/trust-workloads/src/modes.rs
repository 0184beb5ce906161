//! What the program does when it is no agent.

use std::io::{self, BufWriter, Read, Write};
use std::path::Path;
use std::time::Instant;

use crate::amount::{permille, scaled};
use crate::disturb;
use crate::work::{self, Work};

/// Does what `words` ask for; nothing when they ask for an agent.
pub fn run(words: &[&str]) -> Option<Result<(), String>> {
    Some(match words {
        ["times", name, warmup, n] => times(name, warmup, n),
        ["serve", name] => serve(name),
        ["once", name, n] => once(name, n),
        ["amounts"] => amounts(),
        ["burn"] => disturb::burn(),
        ["write", file] => disturb::write(Path::new(file)),
        _ => return None,
    })
}

/// The workload of that name and the steps of its iteration, known to do its work.
fn find(name: &str) -> Result<(Box<dyn Work>, u64), String> {
    let works = work::all().map_err(|error| format!("the file of a workload could not be made: {error}"))?;
    let names: Vec<&str> = works.iter().map(|work| work.name()).collect();
    let unknown = format!("there is no workload `{name}`; there are {}", names.join(", "));
    let mut work = works.into_iter().find(|work| work.name() == name).ok_or(unknown)?;
    if permille() == 0 {
        return Err("this file is made to crash".to_owned());
    }
    work.check()?;
    let steps = scaled(work.base());
    Ok((work, steps))
}

fn number(word: &str) -> Result<u64, String> {
    word.parse().map_err(|_| format!("`{word}` is no number"))
}

/// Nanoseconds of one iteration.
fn timed(work: &mut dyn Work, steps: u64) -> u128 {
    let begin = Instant::now();
    work.run(steps);
    begin.elapsed().as_nanos()
}

fn times(name: &str, warmup: &str, n: &str) -> Result<(), String> {
    let (mut work, steps) = find(name)?;
    for _ in 0..number(warmup)? {
        work.run(steps);
    }
    // Printed behind the last iteration, so that writing disturbs none.
    let times: Vec<u128> = (0..number(n)?).map(|_| timed(&mut *work, steps)).collect();
    let mut out = BufWriter::new(io::stdout().lock());
    times.iter().try_for_each(|time| writeln!(out, "{time}")).and_then(|()| out.flush()).map_err(closed)
}

fn serve(name: &str) -> Result<(), String> {
    let (mut work, steps) = find(name)?;
    let mut out = io::stdout().lock();
    for byte in io::stdin().lock().bytes() {
        byte.map_err(|error| format!("standard input cannot be read: {error}"))?;
        let time = timed(&mut *work, steps);
        out.write_all(format!("{time}\n").as_bytes()).and_then(|()| out.flush()).map_err(closed)?;
    }
    Ok(())
}

fn once(name: &str, n: &str) -> Result<(), String> {
    let (mut work, steps) = find(name)?;
    (0..number(n)?).for_each(|_| work.run(steps));
    Ok(())
}

fn amounts() -> Result<(), String> {
    let works = work::all().map_err(|error| format!("the file of a workload could not be made: {error}"))?;
    let mut out = io::stdout().lock();
    works.iter().try_for_each(|work| writeln!(out, "{} {}", work.name(), scaled(work.base()))).map_err(closed)
}

fn closed(error: io::Error) -> String {
    format!("standard output cannot be written: {error}")
}

#[cfg(test)]
mod tests {
    use super::run;

    #[test]
    fn agents_are_told_from_other_uses_and_mistakes_are_named() {
        for agent in [&[][..], &["agent"], &["agent", "--fault", "hang"]] {
            assert_eq!(run(agent), None, "{agent:?}");
        }
        assert_eq!(run(&["once", "integer", "1"]), Some(Ok(())));
        for (wrong, why) in [
            (&["once", "integer", "x"][..], "`x` is no number"),
            (
                &["once", "float", "1"],
                "there is no workload `float`; there are integer, pointers, allocation, files, sleep",
            ),
        ] {
            assert_eq!(run(wrong), Some(Err(why.to_owned())));
        }
    }
}
