//! `emulator-soak`: compares the emulated core with QEMU for as long as one likes. `cargo xtask emulator-soak` calls it.
//!
//! Exit status: 0 when both machines agreed, 1 when they differed, 2 for wrong usage or when one of them did not run.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "this is a command-line tool: printing is its output")]

use std::process::ExitCode;
use std::time::{Duration, Instant};

use hil_emulator_differential::classes::CLASSES;
use hil_emulator_differential::qemu;
use hil_emulator_differential::soak::{Options, soak};

const USAGE: &str = "\
Compares random instructions on the emulated core with qemu-system-arm.

Options:
  --instructions N   How many, at least (10000000)
  --seconds N        Stop after this time
  --seed N           Everything follows from it (1)
  --class TEXT       Only the first class whose name contains this
  --findings N       Stop after so many differences (20)
  --list             List the classes
  --help             Print this
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments == ["--list"] {
        for class in CLASSES {
            println!("{}", class.name);
        }
        return ExitCode::SUCCESS;
    }
    if arguments == ["--help"] {
        print!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    let options = match parse(&arguments) {
        Ok(options) => options,
        Err(problem) => {
            eprintln!("error: {problem}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let start = Instant::now();
    let version = qemu::version();
    let result = version.and_then(|version| {
        println!("{version}, seed {}", options.seed);
        soak(options, || start.elapsed(), |report| eprint!("\r{} instructions", report.instructions()))
    });
    eprintln!();
    match result {
        Ok(report) => {
            for finding in &report.findings {
                println!("{}", finding.show());
            }
            print!("{}", report.table());
            if report.agreed() { ExitCode::SUCCESS } else { ExitCode::from(1) }
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn parse(arguments: &[String]) -> Result<Options, String> {
    let mut options = Options { seed: 1, instructions: 10_000_000, time: None, class: None, findings: 20 };
    for pair in arguments.chunks(2) {
        let [name, value] = pair else { return Err(format!("`{}` is unknown or needs a value", pair.join(" "))) };
        let number = || value.parse::<u64>().map_err(|_| format!("{name} needs a number, not `{value}`"));
        match name.as_str() {
            "--instructions" => options.instructions = number()?,
            "--seconds" => options.time = Some(Duration::from_secs(number()?)),
            "--seed" => options.seed = number()?,
            "--findings" => options.findings = number()? as usize,
            "--class" => {
                let class = CLASSES.iter().position(|class| class.name.contains(value.as_str()));
                options.class = Some(class.ok_or_else(|| format!("no class contains `{value}`; see --list"))?);
            }
            _ => return Err(format!("unknown option `{name}`")),
        }
    }
    Ok(options)
}
