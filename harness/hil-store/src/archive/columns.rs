//! The columns of the archive's Parquet files: this file is their documentation.
//!
//! The rule of the format is that of [`schema`](crate::schema): columns may be added with a minor version, each optional;
//! none is renamed, removed or given another type or meaning without a new major version. Files of a newer version are read
//! (same major) or refused (newer major), and never rewritten, merged or removed, because that would lose what is unknown.

use hil_model::run::FormatVersion;

use crate::frame::Head;
use crate::schema::ColumnSpec;
use crate::schema::Kind::{Bool, F64, Text, U64};
use crate::schema::{always, maybe};

/// The version of the archive that this build writes.
pub const ARCHIVE_FORMAT: FormatVersion = FormatVersion { major: 1, minor: 0 };

/// What a file of the archive says it holds.
pub(crate) const HEAD: Head = Head { table: "figures", format: ARCHIVE_FORMAT, oldest: ARCHIVE_FORMAT.major };

/// The columns, in order: one row a figure of a run. Amounts are in base units: seconds, bytes, watts, joules, per second.
pub const COLUMNS: &[ColumnSpec] = &[
    always("run", Text, "", "the run"),
    always("started", Text, "", "its start, RFC 3339 in UTC"),
    maybe("commit", Text, "", "id of the commit at which the code stood; empty where nobody knew"),
    maybe("dirty", Bool, "", "whether something tracked was not committed; empty where nobody looked"),
    always("quick", Bool, "", "whether --quick cut the samples"),
    always("interrupted", Bool, "", "whether the user stopped the run"),
    always("injected", Bool, "", "whether a fault was injected on purpose"),
    always("platform", Text, "", "kind of machine that was asked about"),
    always("scenario", Text, "", "the scenario"),
    always("workload", Text, "", "the workload within it"),
    maybe("versus", Text, "", "the other workload of a ratio"),
    always("metric", Text, "", "what was observed"),
    always("statistic", Text, "", "how observations became a figure"),
    maybe("rule", Text, "", "the order or the table of cases that the figure is about"),
    maybe("target", Text, "", "row of the catalogue"),
    always("unit", Text, "", "symbol of the unit in which the run showed the figure"),
    maybe("value", F64, "base", "point estimate; empty where there is none"),
    maybe("lower", F64, "base", "lower end of the interval"),
    maybe("upper", F64, "base", "upper end of the interval"),
    maybe("confidence", F64, "", "probability that the interval covers the truth; empty without a value"),
    maybe("effective_samples", F64, "", "independent observations that the samples are worth; empty without a value"),
    maybe("method", Text, "", "how the value was computed; empty without a value"),
    always("samples", U64, "", "observations behind the figure"),
    always("verdict", Text, "", "what was proved"),
    maybe("reason_code", Text, "", "why, as a stable word"),
    maybe("evidence", Text, "", "where the figure comes from; empty where there is none"),
    always("fingerprint", Text, "", "short name of the conditions"),
    always("conditions", Text, "", "the conditions of the figure, as a JSON object of names and values"),
];
