//! The tables of a scenario file and of a board file, key by key.
//!
//! This is the one source of truth: the checker, the JSON Schema and the hints are made from it. Rules that tie
//! values together, such as a limit's unit to its metric, are in the files that read the tables.

use hil_model::units::Dimension;

use crate::keys::{Amount, Form, Key, Keys, NameKind, WordKind, optional, required, required_unless};

/// No list of keys.
const NONE: &[&str] = &[];
/// No pairs of keys.
const NO_PAIRS: &[(&str, &str)] = &[];

/// A time that a run may take: a month is longer than any bench is left alone.
static RUN_TIME: Amount = Amount {
    dimension: Dimension::Time,
    least: 1e-9,
    most: 720.0 * 3600.0,
    range: "from 1 ns to 720 h",
    example: "60 s",
};

/// What a battery of this world holds.
static CAPACITY: Amount = Amount {
    dimension: Dimension::Energy,
    least: 1e-6,
    most: 3.6e9,
    range: "from 1 uJ to 1000000 Wh",
    example: "96 mWh",
};

/// The file itself.
pub(crate) static SCENARIO: Keys = Keys {
    name: "the scenario",
    about: "A question to a kind of machine: what to run, where, and what is asked of the figures.",
    keys: &[
        required("id", Form::Name(NameKind::Scenario), "Unique name of the scenario."),
        required("title", Form::Line, "One line for people."),
        optional(
            "extends",
            Form::BasePath,
            "A TOML file to inherit from, relative to this one. Tables are merged key by key, [[check]], [[alert]] and \
             [[side_by_side]] are appended, and what stands in this file wins.",
        ),
        required("on", Form::Table(&ON), "Where it runs."),
        optional("workload", Form::Table(&WORKLOAD), "What runs; its id is \"main\"."),
        optional("workloads", Form::TablesByName(&WORKLOAD), "More that runs, by id, such as [workloads.float]."),
        optional("sampling", Form::Table(&SAMPLING), "How much is run."),
        required("check", Form::Tables(&CHECK), "What is asked of the figures."),
        optional("alert", Form::Tables(&ALERT), "What shall raise an alarm."),
        optional("side_by_side", Form::Tables(&SIDE_BY_SIDE), "Workloads that reports show side by side."),
    ],
    one_of: NONE,
    needs: NO_PAIRS,
    apart: NO_PAIRS,
};

/// `[on]`.
pub(crate) static ON: Keys = Keys {
    name: "[on]",
    about: "The machine that the question is about.",
    keys: &[required("platform", Form::Name(NameKind::Platform), "Kind of machine, such as \"desktop-cpu\".")],
    one_of: NONE,
    needs: NO_PAIRS,
    apart: NO_PAIRS,
};

/// `[workload]` and each of `[workloads.<id>]`.
pub(crate) static WORKLOAD: Keys = Keys {
    name: "[workload]",
    about: "Something to run: a kernel of the platform's agent, a criterion suite or a command.",
    keys: &[
        optional("kernel", Form::Name(NameKind::Kernel), "A kernel that the platform's agent lists."),
        optional("suite", Form::Word(WordKind::Suite), "The kind of benchmark suite."),
        optional(
            "package",
            Form::Line,
            "Folder of the suite's Cargo package, relative to this file, or else to the working folder.",
        ),
        optional("bench", Form::Line, "Bench target of the suite; not needed where the package has only one."),
        optional(
            "benchmark",
            Form::Line,
            "Full id of the benchmark, such as \"filters/fir/16\"; not needed where the suite has only one.",
        ),
        optional(
            "command",
            Form::Lines,
            "A program and its arguments, started anew for every iteration; no shell is involved.",
        ),
        optional(
            "dataset",
            Form::Name(NameKind::Dataset),
            "The kernel's input; without it, the kernel's own known-answer input.",
        ),
        optional("workers", Form::Workers, "Agents side by side when throughput is measured; every core by default."),
        optional("duty_cycle", Form::Table(&DUTY_CYCLE), "Run once a period and sleep in between."),
        optional("battery", Form::Table(&BATTERY), "The battery that battery life is stated for."),
        optional(
            "filter",
            Form::Line,
            "A regular expression of the ids that each process start measures; by default only the benchmark.",
        ),
        optional("features", Form::Lines, "Features of the package to switch on beside its default ones."),
        optional(
            "warm_up_time",
            Form::Amount(&RUN_TIME),
            "Time that criterion warms up for in each start; by default as the suite says.",
        ),
        optional(
            "measurement_time",
            Form::Amount(&RUN_TIME),
            "Time that criterion measures for in each start; by default as the suite says.",
        ),
        optional(
            "sample_size",
            Form::Count { least: 10, most: 100_000 },
            "Samples that criterion takes in each start; by default as the suite says.",
        ),
    ],
    one_of: &["kernel", "suite", "command"],
    needs: &[
        ("suite", "package"),
        ("package", "suite"),
        ("bench", "suite"),
        ("benchmark", "suite"),
        ("filter", "suite"),
        ("features", "suite"),
        ("warm_up_time", "suite"),
        ("measurement_time", "suite"),
        ("sample_size", "suite"),
        ("dataset", "kernel"),
        ("duty_cycle", "kernel"),
    ],
    apart: NO_PAIRS,
};

/// `duty_cycle = { .. }`.
pub(crate) static DUTY_CYCLE: Keys = Keys {
    name: "duty_cycle",
    about: "One iteration, then sleep for the rest of the period.",
    keys: &[
        required("period", Form::Amount(&RUN_TIME), "From the start of one iteration to the start of the next."),
        required("sleep", Form::Line, "The platform's name of the sleep mode."),
    ],
    one_of: NONE,
    needs: NO_PAIRS,
    apart: NO_PAIRS,
};

/// `battery = { .. }`.
pub(crate) static BATTERY: Keys = Keys {
    name: "battery",
    about: "A battery.",
    keys: &[
        required("capacity", Form::Amount(&CAPACITY), "Usable energy, such as \"96 mWh\"."),
        required("why", Form::Line, "Where the figure comes from; shown beside what is computed with it."),
    ],
    one_of: NONE,
    needs: NO_PAIRS,
    apart: NO_PAIRS,
};

/// `[sampling]`.
pub(crate) static SAMPLING: Keys = Keys {
    name: "[sampling]",
    about: "How much is run.",
    keys: &[
        optional(
            "warmup",
            Form::Count { least: 0, most: 1_000_000 },
            "Iterations that are run and kept, but not counted, at the start of every process; 20 by default.",
        ),
        optional(
            "min_samples",
            Form::Count { least: 1, most: 10_000_000 },
            "Counted iterations below which no verdict is given; by default, what the statistics need.",
        ),
        optional(
            "starts",
            Form::Count { least: 1, most: 1_000 },
            "Process starts (boots, on a board) that the iterations are spread over; 5 by default.",
        ),
        optional(
            "looks",
            Form::Count { least: 1, most: 5 },
            "How often it is looked at whether checks of timed iterations are decided; 1 by default. Before each further look, \
             what is still open is measured as often again as before it, as long as the budget lasts. The looks share the level.",
        ),
        optional(
            "pairs",
            Form::Count { least: 10, most: 10_000 },
            "Pairs that a comparison of times takes over all starts; by default 20 in each start, which find 2 %. A quick run takes \
             three fifths of them, at most 60.",
        ),
        optional("budget", Form::Amount(&RUN_TIME), "Time that the whole scenario may take; \"60 s\" by default."),
        optional(
            "timeout",
            Form::Amount(&RUN_TIME),
            "Longest time for one iteration; by default \"10 s\", or the budget if that is shorter. Of a suite: longest \
             time for one process start; by default the budget.",
        ),
    ],
    one_of: NONE,
    needs: NO_PAIRS,
    apart: NO_PAIRS,
};

/// `[[check]]`.
pub(crate) static CHECK: Keys = Keys {
    name: "[[check]]",
    about: "One metric, one statistic, one rule: a limit, an order, a table of cases, or only a report.",
    keys: &[
        TARGET,
        required_unless("metric", &["conforms"], Form::Word(WordKind::Metric), "What is observed."),
        required_unless(
            "statistic",
            &["versus", "conforms"],
            Form::Word(WordKind::Statistic),
            "How observations become a figure; \"ratio\" beside versus, \"exact\" beside conforms.",
        ),
        optional(
            "limit",
            Form::Limit,
            "What the figure must meet: \"< 15 ms\", \">= 2 x\", \"40..60 %\" or \"2.5 MB +- 25 %\".",
        ),
        optional("acceptable", Form::Limit, "A looser second tier of the limit."),
        optional(
            "order",
            Form::WorkloadNames { least: 2 },
            "Workloads of which each must have a smaller figure than the next.",
        ),
        optional("conforms", Form::Name(NameKind::CaseTable), "A table of cases that must all hold."),
        optional("report", Form::True, "Only show the figure."),
        WORKLOAD_OF_FIGURE,
        optional(
            "versus",
            Form::Name(NameKind::Workload),
            "The workload to compare with; 2 x says that this workload is twice as good as that one.",
        ),
        optional("part", Form::Line, "The part of the work that a share is about; the kernel names its parts."),
        optional("needs", Form::Table(&NEEDS), "What it takes for the check to be asked."),
        optional("note", Form::Line, "A remark shown beside the figure."),
    ],
    one_of: &["limit", "order", "conforms", "report"],
    needs: &[("acceptable", "limit")],
    apart: &[("order", "workload"), ("order", "versus"), ("conforms", "versus")],
};

/// `needs = { .. }`.
pub(crate) static NEEDS: Keys = Keys {
    name: "needs",
    about: "What it takes for a check to be asked.",
    keys: &[
        optional(
            "cores",
            Form::Count { least: 1, most: 4_096 },
            "Processor cores; where there are fewer, the check is not applicable.",
        ),
        optional("full_run", Form::True, "Time: quick runs leave the check out."),
    ],
    one_of: NONE,
    needs: NO_PAIRS,
    apart: NO_PAIRS,
};

/// `[[alert]]`.
pub(crate) static ALERT: Keys = Keys {
    name: "[[alert]]",
    about: "A condition that shall raise an alarm.",
    keys: &[
        TARGET,
        required("metric", Form::Word(WordKind::Metric), "What is observed."),
        required("statistic", Form::Word(WordKind::Statistic), "How observations become a figure."),
        required("limit", Form::Limit, "The alarm is raised for figures that meet this, such as \"> 50 ms\"."),
        required("severity", Form::Word(WordKind::Severity), "How bad it is."),
        optional("drift", Form::True, "The figure is how much worse it is than in earlier runs."),
        WORKLOAD_OF_FIGURE,
    ],
    one_of: NONE,
    needs: NO_PAIRS,
    apart: NO_PAIRS,
};

/// `[[side_by_side]]`.
pub(crate) static SIDE_BY_SIDE: Keys = Keys {
    name: "[[side_by_side]]",
    about: "Workloads that reports show side by side: throughput, latency, memory, and how many times better than the baseline.",
    keys: &[
        required("title", Form::Line, "One line for people."),
        required("baseline", Form::Name(NameKind::Workload), "What the others are compared with."),
        required("workloads", Form::WorkloadNames { least: 1 }, "The others, in the order in which they are shown."),
    ],
    one_of: NONE,
    needs: NO_PAIRS,
    apart: NO_PAIRS,
};

const TARGET: Key =
    optional("target", Form::Name(NameKind::Target), "The row of the catalogue that it answers, such as \"LAN-16\".");

const WORKLOAD_OF_FIGURE: Key = optional(
    "workload",
    Form::Name(NameKind::Workload),
    "Whose figure; by default \"main\", or the only workload there is.",
);

/// Facts that only the emulator needs: it reads and checks them itself.
static SUPPLY: Keys = Keys {
    name: "[supply]",
    about: "How the board feeds its chip.",
    keys: &[],
    one_of: NONE,
    needs: NO_PAIRS,
    apart: NO_PAIRS,
};

/// A file of `targets/boards/`.
pub(crate) static BOARD: Keys = Keys {
    name: "the board file",
    about: "Facts about a kind of machine.",
    keys: &[
        required("platform", Form::Name(NameKind::NewPlatform), "The name that scenarios use in [on] platform."),
        required("title", Form::Line, "One line for people."),
        required("reach", Form::Word(WordKind::Reach), "How it is reached."),
        optional("chip", Form::Line, "The chip on it, whose facts are in targets/boards/chips/<chip>.toml."),
        optional("attach", Form::Line, "What it takes to have one; shown where none is there."),
        optional("supply", Form::Table(&SUPPLY), "How it feeds the chip; the emulator reads and checks it."),
    ],
    one_of: NONE,
    needs: NO_PAIRS,
    apart: NO_PAIRS,
};
