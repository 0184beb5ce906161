//! The Parquet tables of a run: every column with its type, unit and meaning. This file is their documentation.
//!
//! Rule of the format, the same as that of `run.json`: columns and tables may be added (minor version); none is
//! renamed, removed, or given another type or meaning without a new major version. Readers take every minor
//! version of their major, older and newer: unknown columns are ignored, and a column that may be empty may be
//! missing, as may a table that is younger than the run. Nothing is ever written over a newer version, because nothing is ever written over a run.
//! Earlier major versions, from [`TABLES_OLDEST`] on, are read as well; a later one is refused.
//!
//! What differs between major versions: in 1.2 and 1.3 the table `codes` has one row a code, with the columns `start`, `period` and
//! `code` (U32). Since 2.0 it has one row a period with all codes of it, because saying of each code whose it is took nearly all of the time
//! and the memory that it takes to store a run.
//!
//! Each file carries its table name and version as Parquet key-value metadata ([`KEY_TABLE`], [`KEY_FORMAT`]).

use hil_model::run::FormatVersion;

use self::Kind::{Bool, F64, Text, U32, U32List, U64};

/// The version of the tables that this build writes.
pub const TABLES_FORMAT: FormatVersion = FormatVersion { major: 2, minor: 0 };
/// The oldest major version of the tables that this build reads.
pub const TABLES_OLDEST: u16 = 1;
/// Metadata key of the table's name.
pub const KEY_TABLE: &str = "hilbench.table";
/// Metadata key of the version.
pub const KEY_FORMAT: &str = "hilbench.format";

/// The tables, in the order in which they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Table {
    /// What was observed of which workload.
    Workloads,
    /// Lives of agents.
    Starts,
    /// Timed iterations.
    Iterations,
    /// Slices of throughput.
    Slices,
    /// Largest memory use.
    Peaks,
    /// Answers to the items of a data set.
    Answers,
    /// Cases of a table.
    Cases,
    /// Temperatures of the processor; since 1.3.
    Temperatures,
    /// Bytes alive on the heap; since 2.0.
    Heaps,
    /// Instructions of one iteration; since 2.0.
    Counts,
    /// Samples of profiles; since 1.3.
    Shares,
    /// Deviations from a reference; since 1.1.
    Deviations,
    /// Meters: converters with the chain before them; since 1.2.
    Meters,
    /// Periods of duty cycles; since 1.2.
    Periods,
    /// Codes of converters; since 1.2.
    Codes,
    /// Figures of checks.
    Estimates,
    /// Checks and their verdicts.
    Verdicts,
}

impl Table {
    /// The name in the metadata, and of the file without its extension.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Workloads => "workloads",
            Self::Starts => "starts",
            Self::Iterations => "iterations",
            Self::Slices => "slices",
            Self::Peaks => "peaks",
            Self::Answers => "answers",
            Self::Cases => "cases",
            Self::Temperatures => "temperatures",
            Self::Heaps => "heaps",
            Self::Counts => "counts",
            Self::Shares => "shares",
            Self::Deviations => "deviations",
            Self::Meters => "meters",
            Self::Periods => "periods",
            Self::Codes => "codes",
            Self::Estimates => "estimates",
            Self::Verdicts => "verdicts",
        }
    }

    /// The file in the run's folder.
    #[must_use]
    pub fn file_name(self) -> String {
        format!("{}.parquet", self.name())
    }
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// UTF-8 text.
    Text,
    /// 32-bit unsigned integer.
    U32,
    /// List of 32-bit unsigned integers, in an order that means something.
    U32List,
    /// 64-bit unsigned integer.
    U64,
    /// 64-bit floating-point number.
    F64,
    /// True or false.
    Bool,
}

/// One column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColumnSpec {
    /// Name in the file.
    pub name: &'static str,
    /// Type in the file.
    pub kind: Kind,
    /// Whether a value, or the whole column, may be missing.
    pub optional: bool,
    /// Unit of the values; empty where there is none.
    pub unit: &'static str,
    /// What a value means.
    pub meaning: &'static str,
}

/// One table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableSpec {
    /// Which.
    pub table: Table,
    /// What one row is.
    pub row: &'static str,
    /// The columns after [`BASE`], in order.
    pub columns: &'static [ColumnSpec],
}

pub(crate) const fn always(name: &'static str, kind: Kind, unit: &'static str, meaning: &'static str) -> ColumnSpec {
    ColumnSpec { name, kind, optional: false, unit, meaning }
}

pub(crate) const fn maybe(name: &'static str, kind: Kind, unit: &'static str, meaning: &'static str) -> ColumnSpec {
    ColumnSpec { name, kind, optional: true, unit, meaning }
}

/// The first columns of every table.
pub const BASE: &[ColumnSpec] = &[
    always("scenario", Text, "", "id of the scenario"),
    always("workload", Text, "", "id of the workload within it"),
    maybe("platform", Text, "", "kind of machine that was asked about; empty if no check names the scenario"),
    maybe("evidence", Text, "", "where figures come from; empty where there is none"),
];

const START: ColumnSpec = always("start", U32, "", "which life of the agent, from 0");

/// Every table.
pub const TABLES: &[TableSpec] = &[
    TableSpec {
        table: Table::Workloads,
        row: "one workload that was observed, in the order of observation",
        columns: &[
            always("clock", Text, "", "counter that times iterations"),
            always("clock_hz", F64, "Hz", "ticks of it per second of the named time base"),
            maybe("failure", Text, "", "crashed, timed-out, wrong-result or clock-stuck; empty if all went well"),
            maybe("failure_detail", Text, "", "the message, the first difference, or the counter that stood still"),
            maybe("failure_after_ns", U64, "ns", "the limit that one iteration exceeded"),
            maybe("cut", Text, "", "why the plan was not carried out to its end, budget or user; empty if it was"),
            maybe("unobservable", Text, "", "metrics asked for that the machine cannot observe, separated by spaces"),
            always("answers_planned", U64, "", "answers that the plan asks for; fewer are a part of the data set"),
            maybe("weight_bytes", U64, "B", "weights of the model, where the kernel states them; since 1.3"),
        ],
    },
    TableSpec {
        table: Table::Starts,
        row: "one start of an agent, with what reading the counters costs there",
        columns: &[
            START,
            always("ticks", U64, "ticks", "of the clock, for an empty iteration; subtract from raw readings"),
            maybe("cpu_ns", U64, "ns", "of processor time, likewise"),
            maybe("cycles", U64, "cycles", "of the processor, likewise"),
        ],
    },
    TableSpec {
        table: Table::Iterations,
        row: "one timed iteration, raw, own cost included, in the order in which they ran",
        columns: &[
            START,
            always("block", U32, "", "which block of a comparison; 0 without one"),
            always("slot", U32, "", "place within the block"),
            always("index", U32, "", "position among all iterations of this workload in this start"),
            always("warmup", Bool, "", "run and kept, but not counted"),
            always("ticks", U64, "ticks", "of the clock of the workload"),
            maybe("cpu_ns", U64, "ns", "of processor time"),
            maybe("cycles", U64, "cycles", "of the processor"),
        ],
    },
    TableSpec {
        table: Table::Slices,
        row: "what all workers together finished in one slice of time",
        columns: &[
            START,
            always("index", U32, "", "position in time"),
            always("workers", U32, "", "agents that ran side by side"),
            always("finished", U64, "", "iterations finished by all of them"),
            always("seconds", F64, "s", "length of the slice"),
        ],
    },
    TableSpec {
        table: Table::Peaks,
        row: "the largest memory use of one start",
        columns: &[
            START,
            always("total", U64, "B", "peak of the whole process, or static + stack + heap of a board"),
            always("agent", U64, "B", "the part that the agent needed before the workload ran"),
            always(
                "upper_bound_only",
                Bool,
                "",
                "whether the two cannot be told apart: the workload needs at most total",
            ),
        ],
    },
    TableSpec {
        table: Table::Answers,
        row: "one answer to one item of a data set",
        columns: &[
            always("item", Text, "", "the item, as its manifest names it"),
            always("group", Text, "", "the speaker, student, ... whose items are not independent"),
            always("expected", U32, "", "the right class"),
            always("predicted", U32, "", "the class with the highest score"),
        ],
    },
    TableSpec {
        table: Table::Cases,
        row: "one case of a table",
        columns: &[
            always("table", Text, "", "name of the table"),
            always("name", Text, "", "name of the case"),
            maybe("broken", Text, "", "what was wrong; empty when the case holds"),
        ],
    },
    TableSpec {
        table: Table::Temperatures,
        row: "how warm the processor was when the iterations of one start were over; since 1.3",
        columns: &[
            START,
            always("sensor", Text, "", "name of the sensor"),
            always("celsius", F64, "degC", "its reading"),
        ],
    },
    TableSpec {
        table: Table::Heaps,
        row: "the largest sum of bytes alive on the heap in the iterations of one start; since 2.0",
        columns: &[
            START,
            always("bytes", U64, "B", "as they were asked for, over all threads, without what the agent took before"),
        ],
    },
    TableSpec {
        table: Table::Counts,
        row: "the instructions of one iteration in one start, or why they could not be counted; since 2.0",
        columns: &[
            START,
            maybe(
                "instructions",
                U64,
                "instructions",
                "of one iteration, over all threads; empty where there is trouble",
            ),
            maybe("counter", Text, "", "what counted them, with its version"),
            maybe("counted_with", Text, "", "widest vector instructions that the agent found where it was counted"),
            maybe("timed_with", Text, "", "widest vector instructions that it finds when it is timed"),
            maybe("trouble", Text, "", "why there is no count; empty where there is one"),
        ],
    },
    TableSpec {
        table: Table::Shares,
        row: "how often samples of a profile fell into one part of the work, in one group of samples; since 1.3",
        columns: &[
            always("part", Text, "", "the part"),
            always("group", U32, "", "samples of one group depend on each other"),
            always("samples", U32, "", "samples of the group in this part"),
            always("of", U32, "", "samples of the group in all parts"),
        ],
    },
    TableSpec {
        table: Table::Deviations,
        row: "one case that the kernel compared with its reference; since 1.1",
        columns: &[
            always("name", Text, "", "name of the case"),
            always("error", F64, "rel", "relative error of the result; infinite where no number expresses it"),
        ],
    },
    TableSpec {
        table: Table::Meters,
        row: "what metered the power of a workload in one start; since 1.2",
        columns: &[
            START,
            always("converter", Text, "", "name of the converter"),
            always("bits", U32, "", "of a code; the input of full scale gives 2^bits"),
            always("full_scale_uv", U32, "uV", "the input of full scale"),
            always("full_scale_ppm", U32, "1e-6", "largest relative error of the full scale"),
            always("offset_uv", U32, "uV", "largest offset at the converter's input"),
            always("supply_uv", U32, "uV", "voltage behind the shunt"),
            always("supply_ppm", U32, "1e-6", "largest relative error of that voltage"),
            always("sample_ticks", U32, "ticks", "of the clock of the workload, from one code to the next"),
            always("sleeps", Text, "", "sleep modes of the machine, separated by spaces"),
            always("shunt_ohms", F64, "ohm", "nominal resistance of the shunt"),
            always("shunt_tolerance", F64, "", "largest relative error of the shunt"),
            always("amplifier", Text, "", "part of the amplifier over the shunt"),
            always("gain", F64, "V/V", "nominal gain of the amplifier"),
            always("gain_error_max", F64, "", "largest relative error of the gain"),
            always("offset_max_volts", F64, "V", "largest offset at the amplifier's input"),
            always("bandwidth_hz", F64, "Hz", "where the gain has fallen by 3 dB"),
            always("high_volts", F64, "V", "highest output of the amplifier"),
            always("source", Text, "", "where the figures of shunt and amplifier come from"),
            maybe("unverified", Text, "", "what of them has not been checked there"),
            always("asked_sleep", Text, "", "sleep mode of the duty cycle that is asked about"),
            always("period_ticks", U64, "ticks", "its period; 0 for no pause"),
            maybe("stated_amperes", F64, "A", "typical current of that mode from a data sheet; not metered"),
            maybe("stated_source", Text, "", "where that is stated"),
            maybe("battery_joules", F64, "J", "capacity that battery life is stated for"),
            maybe("battery_why", Text, "", "where the capacity comes from"),
        ],
    },
    TableSpec {
        table: Table::Periods,
        row: "one period of a duty cycle, with what its codes convert to; since 1.2",
        columns: &[
            START,
            always("index", U32, "", "position among all periods of this workload in this start"),
            always("sleep", Text, "", "sleep mode"),
            always("began", U64, "ticks", "reading of the clock when the iteration began"),
            always("first_code", U64, "ticks", "reading of the clock at the first code"),
            always("slept", U64, "ticks", "reading of the clock when the machine went to sleep"),
            always("ended", U64, "ticks", "reading of the clock when it was ready for the next iteration"),
            always("codes", U32, "", "codes that were taken, all in the table codes"),
            always("awake_codes", U32, "", "how many of them before it went to sleep"),
            always("sleep_seen", Bool, "", "whether the converter went on in its sleep"),
            always("lost", U32, "", "codes that were lost"),
            maybe("crystal_ns", U32, "ns", "until the crystal ran again behind a stop of the clocks; since 1.3"),
            maybe("pll_ns", U32, "ns", "from then until the PLL was locked; since 1.3"),
            maybe("awake_joules", F64, "J", "energy taken awake; empty where the chain gives no currents"),
            maybe("asleep_joules", F64, "J", "energy taken asleep; empty where nobody saw it"),
            maybe("watts", F64, "W", "average power over the period; empty where a part was not seen"),
        ],
    },
    TableSpec {
        table: Table::Codes,
        row: "the raw codes of one period, in the order of the table periods; since 2.0, another form of it since 1.2",
        columns: &[
            START,
            always("period", U32, "", "index of the period"),
            always("codes", U32List, "", "as the converter gave them, in the order in which they were taken"),
        ],
    },
    TableSpec {
        table: Table::Estimates,
        row: "the figure of one check; checks without one have no row",
        columns: &[
            always("check", U32, "", "position of the check in run.json and in verdicts"),
            always("value", F64, "", "point estimate, in the unit of the check"),
            maybe("lower", F64, "", "lower end of the interval"),
            maybe("upper", F64, "", "upper end of the interval"),
            always("confidence", F64, "", "probability that the interval covers the truth"),
            always("effective_samples", F64, "", "independent observations that the samples are worth"),
            always("method", Text, "", "how it was computed"),
            maybe("remark", Text, "", "something that the reader should know"),
        ],
    },
    TableSpec {
        table: Table::Verdicts,
        row: "one check, in the order of run.json",
        columns: &[
            always("check", U32, "", "position of the check in run.json and in estimates"),
            maybe("target", Text, "", "row of the catalogue"),
            always("title", Text, "", "title of the scenario"),
            maybe("versus", Text, "", "the other workload of a ratio"),
            maybe("part", Text, "", "the part of the work that a share is about; since 1.3"),
            always("metric", Text, "", "what was observed"),
            always("statistic", Text, "", "how observations became a figure"),
            always("unit", Text, "", "symbol of the unit of the figures"),
            maybe("limit", Text, "", "the limit as written"),
            maybe("acceptable", Text, "", "the second tier as written"),
            always("verdict", Text, "", "what is proved"),
            maybe("reason", Text, "", "why, in words"),
            maybe("reason_code", Text, "", "why, as a stable word"),
            always("samples", U64, "", "observations behind the figure"),
            maybe("note", Text, "", "a remark from the scenario"),
            always("file", Text, "", "scenario file, as the user named it"),
            always("line", U32, "", "line of the check in it, from 1"),
        ],
    },
];

impl TableSpec {
    /// All columns in the order of the file.
    pub fn all_columns(&self) -> impl Iterator<Item = &'static ColumnSpec> + use<> {
        BASE.iter().chain(self.columns)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::TABLES;

    #[test]
    fn names_of_tables_and_of_columns_within_one_are_unique() {
        let tables: BTreeSet<_> = TABLES.iter().map(|spec| spec.table.name()).collect();
        assert_eq!(tables.len(), TABLES.len());
        for spec in TABLES {
            let columns: BTreeSet<_> = spec.all_columns().map(|column| column.name).collect();
            assert_eq!(columns.len(), spec.all_columns().count(), "{:?}", spec.table);
        }
    }
}
