//! What is typed to compare two builds: `gate`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use hil_model::metric::Metric;

use crate::args::{Amount, ArchiveArg, DataDir, Files, Format, LabArg, RunArgs};

/// `hil gate`.
#[derive(Debug, Args)]
#[command(
    after_help = "Without a form the baseline is the commit where this branch left the default branch of its upstream. \
    Exit codes, the first that applies: 2 usage; 1 internal error; 130 interrupted; 5 something could not be judged; \
    3 a regression is proved or a declared limit is missed; 6 there is no baseline; 4 inconclusive under --strict; \
    0 otherwise."
)]
pub struct GateArgs {
    /// What is measured.
    #[command(flatten)]
    pub files: Files,
    /// Compare with this commit (a hash, branch or tag), which is built and measured in turns, or with this stored run
    #[arg(long, value_name = "REF|RUN", conflicts_with = "limits_only")]
    pub baseline: Option<String>,
    /// The stored run that is compared with the stored run --baseline [default: the latest]
    #[arg(long, value_name = "RUN", requires = "baseline")]
    pub candidate: Option<PathBuf>,
    /// Compare with what is built in this folder, instead of a commit; nothing is built
    #[arg(long, value_name = "DIR", conflicts_with_all = ["baseline", "limits_only", "build"])]
    pub baseline_dir: Option<PathBuf>,
    /// Folder of the candidate [default: this one]
    #[arg(long, value_name = "DIR", requires = "baseline_dir")]
    pub candidate_dir: Option<PathBuf>,
    /// Compare with nothing: hold the declared limits only
    #[arg(long)]
    pub limits_only: bool,
    /// How each tree is built, without a shell [default: cargo build --release, where there is a Cargo.toml]
    #[arg(long, value_name = "COMMAND", conflicts_with = "limits_only")]
    pub build: Option<String>,
    /// Agent with your own kernels, taken from each tree: a program, or an ELF file for a board
    #[arg(long, value_name = "PROGRAM|ELF")]
    pub image: Option<PathBuf>,
    /// The baseline's agent, where it has another name
    #[arg(long, value_name = "PROGRAM|ELF", requires = "image", conflicts_with = "limits_only")]
    pub baseline_image: Option<PathBuf>,
    /// How much worse counts as a regression; as in memory=0.5% of one metric alone. May be repeated
    #[arg(long, value_name = "[METRIC=]PERCENT", default_value = "2 %", value_parser = parse_margin)]
    pub margin: Vec<Margin>,
    /// Chance of a false regression, over all figures of the gate together
    #[arg(long, value_name = "PERCENT", default_value = "5 %", value_parser = parse_level)]
    pub level: f64,
    /// Regressions that somebody answers for [default: ./hil-acknowledged.toml, if there is one]
    #[arg(long, value_name = "FILE")]
    pub acknowledged: Option<PathBuf>,
    /// How much.
    #[command(flatten)]
    pub amount: Amount,
    /// With which data.
    #[command(flatten)]
    pub data: DataDir,
    /// On which boards.
    #[command(flatten)]
    pub lab: LabArg,
    /// Folder that run folders are written into, each with its verdict.json
    #[arg(long, value_name = "DIR", default_value = "hil-runs")]
    pub out: PathBuf,
    /// Where figures are remembered.
    #[command(flatten)]
    pub archive: ArchiveArg,
    /// Run folders to keep there; older ones are removed
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..))]
    pub keep: u16,
    /// Write verdict.json and all reports of it into this folder, too; what an earlier gate left there is removed first
    #[arg(long, value_name = "DIR")]
    pub artefacts: Option<PathBuf>,
    /// Something that is not decided ends in exit code 4
    #[arg(long)]
    pub strict: bool,
    /// Fail at once when another run holds this host, instead of waiting for it
    #[arg(long)]
    pub no_wait: bool,
    /// What to print on standard output
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// More about what is being done; repeat for the agent's messages
    #[arg(short, long, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

/// How much worse counts as a regression.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Margin {
    /// Of which metric; of all that are not named where it is none.
    pub metric: Option<Metric>,
    /// 0.01 is 1 %.
    pub share: f64,
}

/// The margin of every metric where only others were typed.
const MARGIN: f64 = 0.02;

impl GateArgs {
    /// How much worse counts as a regression where no metric is named.
    #[must_use]
    pub fn margin_of_all(&self) -> f64 {
        self.last_margin(None).unwrap_or(MARGIN)
    }

    /// How much worse counts as a regression of `metric`.
    #[must_use]
    pub fn margin_of(&self, metric: Metric) -> f64 {
        self.last_margin(Some(metric)).unwrap_or_else(|| self.margin_of_all())
    }

    /// The metrics that have a margin of their own.
    #[must_use]
    pub fn own_margins(&self) -> BTreeMap<Metric, f64> {
        self.margin.iter().filter_map(|margin| Some((margin.metric?, margin.share))).collect()
    }

    fn last_margin(&self, metric: Option<Metric>) -> Option<f64> {
        self.margin.iter().rfind(|margin| margin.metric == metric).map(|margin| margin.share)
    }

    /// The same wish as a run of the candidate alone.
    #[must_use]
    pub fn as_run(&self) -> RunArgs {
        let Amount { quick, budget, seed } = self.amount;
        RunArgs {
            files: Files { files: self.files.files.clone(), only: self.files.only.clone() },
            amount: Amount { quick, budget, seed },
            data: DataDir { data: self.data.data.clone() },
            lab: LabArg { lab: self.lab.lab.clone() },
            out: self.out.clone(),
            archive: self.archive.clone(),
            keep: self.keep,
            image: self.image.clone(),
            fault: None,
            allow_erase: false,
            require: Vec::new(),
            strict: self.strict,
            no_wait: self.no_wait,
            format: self.format,
            verbose: self.verbose,
        }
    }
}

/// Reads `2 %`, `0.5%`.
fn parse_share(text: &str) -> Result<f64, String> {
    let hint = "give a percentage such as 2%";
    let number = text.trim().strip_suffix('%').ok_or(hint)?;
    let percent: f64 = number.trim().parse().map_err(|_| hint)?;
    if (0.0..=100.0).contains(&percent) { Ok(percent / 100.0) } else { Err("it must be from 0 % to 100 %".to_owned()) }
}

/// Reads `2 %`, `memory=0.5%`.
fn parse_margin(text: &str) -> Result<Margin, String> {
    let Some((name, share)) = text.split_once('=') else {
        return Ok(Margin { metric: None, share: parse_share(text)? });
    };
    let metric = Metric::find(name.trim()).ok_or_else(|| {
        format!("no metric is called `{}`; there are {}", name.trim(), Metric::ALL.map(Metric::name).join(", "))
    })?;
    Ok(Margin { metric: Some(metric), share: parse_share(share)? })
}

fn parse_level(text: &str) -> Result<f64, String> {
    match parse_share(text)? {
        level if level > 0.0 && level <= 0.5 => Ok(level),
        _ => Err("it must be above 0 % and at most 50 %".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;
    use hil_model::metric::Metric;

    use super::{GateArgs, parse_level, parse_margin, parse_share};

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        gate: GateArgs,
    }

    #[test]
    fn a_metric_has_its_own_margin_or_that_of_all_and_the_last_word_counts() {
        let margins = |words: &[&str]| {
            let gate = Line::try_parse_from([&["gate"], words].concat()).unwrap().gate;
            (gate.margin_of_all(), gate.margin_of(Metric::Memory), gate.margin_of(Metric::Latency))
        };
        assert_eq!(margins(&[]), (0.02, 0.02, 0.02));
        assert_eq!(margins(&["--margin", "5%"]), (0.05, 0.05, 0.05));
        assert_eq!(margins(&["--margin", "memory=0.5%"]), (0.02, 0.005, 0.02));
        let several = ["--margin", "memory=1%", "--margin", "5%", "--margin", "memory = 0 %"];
        assert_eq!(margins(&several), (0.05, 0.0, 0.05));
        for wrong in ["memory", "memory=", "memory=2", "=2%", "speed=2%"] {
            assert!(parse_margin(wrong).is_err(), "{wrong}");
        }
        assert!(parse_margin("speed=2%").unwrap_err().contains("latency, cpu_time"));
    }

    #[test]
    fn percentages_read_as_people_type_them() {
        for (text, share) in [("2%", 0.02), ("0.5 %", 0.005), ("0 %", 0.0)] {
            assert_eq!(parse_share(text), Ok(share), "{text}");
        }
        for text in ["2", "x %", "-1 %", "101 %", "nan %", "%"] {
            assert!(parse_share(text).is_err(), "{text}");
        }
        assert!(parse_level("0 %").is_err() && parse_level("51 %").is_err() && parse_level("5 %").is_ok());
    }
}
