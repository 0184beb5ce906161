//! What can be wrong with a file, as a closed set.
//!
//! Guarantee: the text of a kind never contains control characters from the file; whatever the file says is printed
//! in quotes and with escapes. Codes are stable: scripts may rely on them.

use hil_model::id::NameError;
use hil_model::limit::LimitError;
use hil_model::metric::{Metric, Statistic};
use hil_model::units::QuantityError;

macro_rules! kinds {
    ($(
        $(#[$doc:meta])*
        $code:literal $message:literal
        $name:ident $({ $($(#[$field_doc:meta])* $field:ident: $type:ty,)* })? $(( $($inner:ty),* ))?;
    )*) => {
        /// Everything that can be wrong with a file.
        #[derive(Debug, Clone, PartialEq, thiserror::Error)]
        pub enum ProblemKind {$(
            $(#[$doc])*
            #[error($message)]
            $name $({ $($(#[$field_doc])* $field: $type,)* })? $(( $($inner),* ))?,
        )*}

        impl ProblemKind {
            /// The codes of all kinds.
            pub const CODES: &'static [&'static str] = &[$($code),*];

            /// A stable word for scripts.
            #[must_use]
            pub fn code(&self) -> &'static str {
                match self {$( Self::$name { .. } => $code, )*}
            }
        }
    };
}

kinds! {
    /// The file is larger than is read.
    "too-large" "the file is larger than {most} bytes, the most that is read"
    TooLarge {
        /// Its length, as far as it was read.
        bytes: usize,
        /// The limit.
        most: usize,
    };
    /// The file is not text.
    "not-utf8" "the file is not UTF-8: there is another byte at offset {offset}"
    NotUtf8 {
        /// Offset of the first byte that is not.
        offset: usize,
    };
    /// The file breaks the grammar of TOML.
    "syntax" "{message}"
    Syntax {
        /// The rule that is broken, in words.
        message: String,
    };
    /// There are more problems than are shown.
    "too-many" "too many problems in this file; only the first {shown} are shown"
    TooMany {
        /// How many are shown.
        shown: usize,
    };
    /// A key that the table does not have.
    "unknown-key" "unknown key {key:?} in {table}"
    UnknownKey {
        /// As written.
        key: String,
        /// The table, such as `[workload]`.
        table: &'static str,
    };
    /// A key that the table must have.
    "missing-key" "{table} has no {key:?}"
    MissingKey {
        /// The key.
        key: &'static str,
        /// The table.
        table: &'static str,
    };
    /// A value of another type.
    "wrong-type" "{key:?} is {found}, but {wanted} is wanted"
    WrongType {
        /// The key.
        key: String,
        /// What was written.
        found: &'static str,
        /// What is wanted.
        wanted: &'static str,
    };
    /// A list without content.
    "empty" "{key:?} is empty"
    Empty {
        /// The key.
        key: String,
    };
    /// A list with too little content.
    "too-short" "{key:?} has {have} item, at least {least} are needed"
    TooShort {
        /// The key.
        key: String,
        /// Its length.
        have: usize,
        /// The length that it needs.
        least: usize,
    };
    /// A text that cannot be shown on one line.
    "bad-text" "{key:?} is not one line of text: {why}"
    BadText {
        /// The key.
        key: String,
        /// The rule that it breaks.
        why: &'static str,
    };
    /// A text that is not a name.
    "bad-name" "{0}"
    BadName(NameError);
    /// A word that is not in a closed list.
    "unknown-word" "{word:?} is not a {what}"
    UnknownWord {
        /// What the words name, such as "metric".
        what: &'static str,
        /// As written.
        word: String,
    };
    /// A name of something that does not exist.
    "unknown-name" "there is no {what} {name:?}"
    UnknownName {
        /// What the name should name, such as "kernel".
        what: &'static str,
        /// As written.
        name: String,
    };
    /// A number outside its range.
    "out-of-range" "{key:?} must be from {least} to {most}"
    OutOfRange {
        /// The key.
        key: String,
        /// The smallest that is possible.
        least: u32,
        /// The largest that is possible.
        most: u32,
    };
    /// A number with a fraction outside its range.
    "number-out-of-range" "{key:?} must be from {least} to {most}"
    NumberOutOfRange {
        /// The key.
        key: String,
        /// The smallest that is possible.
        least: f64,
        /// The largest that is possible.
        most: f64,
    };
    /// A value that cannot mean what its key names.
    "bad-form" "{key:?} {why}"
    BadForm {
        /// The key.
        key: &'static str,
        /// What is wrong, as the rest of the sentence.
        why: &'static str,
    };
    /// Two boards of a lab with something that only one can have.
    "twice" "two boards have the {what} {value:?}"
    Twice {
        /// What they share.
        what: &'static str,
        /// Its value.
        value: String,
    };
    /// A quantity with a wrong number or unit.
    "bad-quantity" "{0}"
    BadQuantity(QuantityError);
    /// A quantity outside its range.
    "amount-out-of-range" "{key:?} is {text:?}, but must be {range}"
    AmountOutOfRange {
        /// The key.
        key: String,
        /// As written.
        text: String,
        /// What is possible.
        range: &'static str,
    };
    /// A limit that cannot be read or that its metric cannot have.
    "bad-limit" "{0}"
    BadLimit(LimitError);
    /// None of several keys of which one must be there.
    "none-of" "{table} has none of {keys}"
    NoneOf {
        /// The table.
        table: &'static str,
        /// The keys.
        keys: String,
    };
    /// Two keys that exclude each other.
    "not-together" "{key:?} cannot stand beside {other:?}"
    NotTogether {
        /// The later one.
        key: &'static str,
        /// The earlier one.
        other: &'static str,
    };
    /// A key that makes no sense without another.
    "needs-key" "{key:?} needs {other:?} beside it"
    NeedsKey {
        /// The key that is there.
        key: &'static str,
        /// The key that is not.
        other: &'static str,
    };
    /// A statistic that says nothing about the metric.
    "statistic-unfit" "{statistic} is not a statistic of {metric}"
    StatisticUnfit {
        /// The metric.
        metric: Metric,
        /// The statistic.
        statistic: Statistic,
    };
    /// A ratio with one side only.
    "ratio-without-versus" "a ratio needs \"versus\", the workload that it is compared with"
    RatioWithoutVersus;
    /// Another statistic than `ratio` in a comparison.
    "versus-needs-ratio" "{statistic} cannot stand beside \"versus\", which compares by ratio"
    VersusNeedsRatio {
        /// The statistic as written.
        statistic: Statistic,
    };
    /// A comparison of a workload with itself, or an order that names one twice.
    "same-workload" "workload {name:?} is compared with itself"
    SameWorkload {
        /// The workload.
        name: String,
    };
    /// A second tier that is not looser than the first, or bounds another side.
    "acceptable-unfit" "the second tier {acceptable:?} is not looser than the limit {limit:?}"
    AcceptableUnfit {
        /// The second tier as written.
        acceptable: String,
        /// The limit as written.
        limit: String,
    };
    /// Two files with one id.
    "duplicate-id" "scenario id {id:?} is used twice"
    DuplicateId {
        /// The id.
        id: String,
    };
    /// `[workload]` and `[workloads.main]`.
    "duplicate-workload" "[workload] and [workloads.main] are the same workload"
    DuplicateWorkload;
    /// Several workloads and none named.
    "which-workload" "{table} does not say which workload it is about"
    WhichWorkload {
        /// The table.
        table: &'static str,
    };
    /// A metric that the workload cannot show as it is written.
    "metric-needs" "{metric} needs {needs}"
    MetricNeeds {
        /// The metric.
        metric: Metric,
        /// What it needs.
        needs: &'static str,
    };
    /// A file to inherit from that cannot be read.
    "base-unreadable" "cannot read the base {path:?}: {why}"
    BaseUnreadable {
        /// Its path.
        path: String,
        /// Why.
        why: String,
    };
    /// A file that inherits from itself.
    "base-loop" "the file inherits from itself: {chain}"
    BaseLoop {
        /// The files, in the order of inheritance.
        chain: String,
    };
    /// A chain of files that is too long.
    "base-too-deep" "more than {most} files inherit from each other: {chain}"
    BaseTooDeep {
        /// The limit.
        most: usize,
        /// The files, in the order of inheritance.
        chain: String,
    };
    /// A path that a scenario may not inherit from.
    "base-path" "{path:?} is not a path to inherit from: {why}"
    BasePath {
        /// As written.
        path: String,
        /// The rule that it breaks.
        why: &'static str,
    };
    /// A workload that no check and no alert asks about.
    "unused-workload" "nothing asks about workload {name:?}"
    UnusedWorkload {
        /// Its id.
        name: String,
    };
    /// A limit on the side where no one needs one.
    "odd-direction" "{limit:?} bounds the good side of {metric}"
    OddDirection {
        /// The limit as written.
        limit: String,
        /// The metric, or the ratio of it.
        metric: String,
    };
    /// A folder without a Cargo package.
    "package-missing" "there is no Cargo package in {path:?}"
    PackageMissing {
        /// As written.
        path: String,
    };
    /// A Cargo package that Cargo cannot read.
    "package-broken" "Cargo cannot read the package {path:?}: {why}"
    PackageBroken {
        /// As written.
        path: String,
        /// What Cargo says.
        why: String,
    };
    /// A package with several bench targets, of which none is named.
    "which-bench" "the package {package:?} has {have} bench targets, so one must be named"
    WhichBench {
        /// Its name.
        package: String,
        /// How many it has.
        have: usize,
    };
    /// A package without any bench target.
    "no-bench" "the package {package:?} has no bench target"
    NoBenchTarget {
        /// Its name.
        package: String,
    };
    /// Suites beside other code in one scenario.
    "mixed-suite" "workload {name:?} is no suite, but others of this scenario are"
    MixedSuite {
        /// The workload that is none.
        name: String,
    };
    /// Two checks that ask the same.
    "duplicate-check" "this check asks the same as another one"
    DuplicateCheck;
    /// Battery life of a workload that never sleeps.
    "no-duty-cycle" "battery life without a duty cycle is that of a workload that never pauses"
    NoDutyCycle;
}
