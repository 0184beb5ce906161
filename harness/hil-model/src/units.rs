//! Quantities whose unit is part of the value.
//!
//! Two layers. [`Quantity`] carries its dimension as a type, so adding a power to a time does not compile.
//! [`AnyQuantity`] carries a [`Unit`] picked at run time, for what was read from a file; it becomes a
//! `Quantity` only if the dimension is the right one. Inside, every value is in the base unit of its
//! dimension (seconds, bytes, watts, ...), so no scale factor can be applied twice.
//!
//! ```compile_fail
//! use hil_model::units::{MILLISECOND, MILLIWATT, Quantity};
//! let wrong = Quantity::new(1.0, MILLISECOND) + Quantity::new(1.0, MILLIWATT);
//! ```

use std::fmt;
use std::marker::PhantomData;
use std::ops::{Add, Sub};
use std::time::Duration;

/// What kind of thing a value counts. The comment of each is its base unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dimension {
    /// Seconds.
    Time,
    /// Bytes.
    Information,
    /// Watts.
    Power,
    /// Joules.
    Energy,
    /// Hertz of a clock.
    Frequency,
    /// Finished things per second.
    Rate,
    /// A share of a whole, 1.0 being all of it.
    Proportion,
    /// How many times as much.
    Ratio,
    /// Shares of a whole per second, as batteries drain.
    Drain,
    /// Degrees Celsius.
    Temperature,
    /// Processor cycles.
    Cycles,
    /// Instructions of a processor.
    Instructions,
    /// Things.
    Count,
    /// An error relative to the largest reference value.
    RelativeError,
}

impl fmt::Display for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Time => "time",
            Self::Information => "memory size",
            Self::Power => "power",
            Self::Energy => "energy",
            Self::Frequency => "frequency",
            Self::Rate => "rate",
            Self::Proportion => "proportion",
            Self::Ratio => "ratio",
            Self::Drain => "drain",
            Self::Temperature => "temperature",
            Self::Cycles => "cycles",
            Self::Instructions => "instructions",
            Self::Count => "count",
            Self::RelativeError => "relative error",
        })
    }
}

/// A unit: its symbol, its dimension, and how many base units one of it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unit {
    /// As written in a scenario and shown in a report.
    pub symbol: &'static str,
    /// What it counts.
    pub dimension: Dimension,
    /// Base units per one of this unit.
    pub scale: f64,
}

const fn unit(symbol: &'static str, dimension: Dimension, scale: f64) -> Unit {
    Unit { symbol, dimension, scale }
}

/// Every unit that a scenario may use, the base unit of each dimension first.
///
/// KB, MB and GB are powers of 1000 and KiB, MiB, GiB of 1024 (IEC 80000-13).
pub const UNITS: &[Unit] = &[
    unit("s", Dimension::Time, 1.0),
    unit("ns", Dimension::Time, 1e-9),
    unit("us", Dimension::Time, 1e-6),
    unit("ms", Dimension::Time, 1e-3),
    unit("min", Dimension::Time, 60.0),
    unit("m", Dimension::Time, 60.0),
    unit("h", Dimension::Time, 3600.0),
    unit("B", Dimension::Information, 1.0),
    unit("KB", Dimension::Information, 1e3),
    unit("MB", Dimension::Information, 1e6),
    unit("GB", Dimension::Information, 1e9),
    unit("KiB", Dimension::Information, 1024.0),
    unit("MiB", Dimension::Information, 1_048_576.0),
    unit("GiB", Dimension::Information, 1_073_741_824.0),
    unit("W", Dimension::Power, 1.0),
    unit("mW", Dimension::Power, 1e-3),
    unit("uW", Dimension::Power, 1e-6),
    unit("J", Dimension::Energy, 1.0),
    unit("mJ", Dimension::Energy, 1e-3),
    unit("uJ", Dimension::Energy, 1e-6),
    unit("mWh", Dimension::Energy, 3.6),
    unit("Wh", Dimension::Energy, 3600.0),
    unit("Hz", Dimension::Frequency, 1.0),
    unit("kHz", Dimension::Frequency, 1e3),
    unit("MHz", Dimension::Frequency, 1e6),
    unit("GHz", Dimension::Frequency, 1e9),
    unit("/s", Dimension::Rate, 1.0),
    unit("req/s", Dimension::Rate, 1.0),
    unit("samples/s", Dimension::Rate, 1.0),
    unit("sentences/s", Dimension::Rate, 1.0),
    unit("texts/s", Dimension::Rate, 1.0),
    unit("%", Dimension::Proportion, 1e-2),
    unit("x", Dimension::Ratio, 1.0),
    unit("%/h", Dimension::Drain, 1e-2 / 3600.0),
    unit("degC", Dimension::Temperature, 1.0),
    unit("cycles", Dimension::Cycles, 1.0),
    unit("instructions", Dimension::Instructions, 1.0),
    unit("n", Dimension::Count, 1.0),
    unit("samples", Dimension::Count, 1.0),
    unit("turns", Dimension::Count, 1.0),
    unit("cases", Dimension::Count, 1.0),
    unit("rel", Dimension::RelativeError, 1.0),
];

impl Unit {
    /// Looks a unit up by its exact symbol.
    #[must_use]
    pub fn find(symbol: &str) -> Option<Self> {
        UNITS.iter().copied().find(|unit| unit.symbol == symbol)
    }

    /// The symbols of one dimension, for hints: "ns, us, ms, ...".
    #[must_use]
    pub fn symbols(dimension: Dimension) -> Vec<&'static str> {
        UNITS.iter().filter(|unit| unit.dimension == dimension).map(|unit| unit.symbol).collect()
    }

    /// A value in base units, as a number of this unit.
    #[must_use]
    pub fn from_base(self, base: f64) -> f64 {
        base / self.scale
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.symbol)
    }
}

impl serde::Serialize for Unit {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.symbol)
    }
}

impl<'de> serde::Deserialize<'de> for Unit {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let symbol = String::deserialize(deserializer)?;
        Self::find(&symbol).ok_or_else(|| serde::de::Error::custom(format!("unknown unit {symbol:?}")))
    }
}

impl schemars::JsonSchema for Unit {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Unit".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "description": "The symbol of a unit, such as \"ms\"."})
    }
}

/// A dimension as a type.
pub trait Dimensioned: Copy {
    /// The dimension that this type stands for.
    const DIMENSION: Dimension;
}

macro_rules! dimensions {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
        pub enum $name {}
        impl Dimensioned for $name {
            const DIMENSION: Dimension = Dimension::$name;
        }
    )*};
}

dimensions! {
    /// Time, in seconds.
    Time;
    /// Memory size, in bytes.
    Information;
    /// Power, in watts.
    Power;
    /// Energy, in joules.
    Energy;
    /// A share of a whole.
    Proportion;
}

/// A unit whose dimension is known to the compiler.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UnitOf<D>(f64, PhantomData<D>);

/// One second.
pub const SECOND: UnitOf<Time> = UnitOf(1.0, PhantomData);
/// One millisecond.
pub const MILLISECOND: UnitOf<Time> = UnitOf(1e-3, PhantomData);
/// One milliwatt.
pub const MILLIWATT: UnitOf<Power> = UnitOf(1e-3, PhantomData);
/// One joule.
pub const JOULE: UnitOf<Energy> = UnitOf(1.0, PhantomData);
/// One milliwatt hour, 3.6 J.
pub const MILLIWATT_HOUR: UnitOf<Energy> = UnitOf(3.6, PhantomData);
/// One byte.
pub const BYTE: UnitOf<Information> = UnitOf(1.0, PhantomData);

/// A value of one dimension, kept in the base unit.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Quantity<D> {
    base: f64,
    dimension: PhantomData<D>,
}

impl<D: Dimensioned> Quantity<D> {
    /// `value` of `unit`.
    #[must_use]
    pub fn new(value: f64, unit: UnitOf<D>) -> Self {
        Self { base: value * unit.0, dimension: PhantomData }
    }

    /// The value in the base unit of the dimension.
    #[must_use]
    pub fn base(self) -> f64 {
        self.base
    }

    /// The value as a number of `unit`.
    #[must_use]
    pub fn get(self, unit: UnitOf<D>) -> f64 {
        self.base / unit.0
    }
}

impl Quantity<Time> {
    /// The same time as the standard library's type; negative times become zero.
    #[must_use]
    pub fn duration(self) -> Duration {
        Duration::try_from_secs_f64(self.base.max(0.0)).unwrap_or(Duration::MAX)
    }
}

impl<D> Add for Quantity<D> {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self { base: self.base + other.base, dimension: PhantomData }
    }
}

impl<D> Sub for Quantity<D> {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self { base: self.base - other.base, dimension: PhantomData }
    }
}

/// A number with a unit that was picked at run time, as written in a file.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AnyQuantity {
    /// The number as written; finite.
    pub value: f64,
    /// The unit as written.
    pub unit: Unit,
}

/// Why a text is not a quantity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuantityError {
    /// There is no number at the start.
    #[error("{0:?} does not start with a number")]
    NoNumber(String),
    /// There is a number and nothing behind it.
    #[error("{0:?} has no unit")]
    NoUnit(String),
    /// The number is not finite.
    #[error("{0:?} is not a finite number")]
    NotFinite(String),
    /// The unit is not in [`UNITS`].
    #[error("unknown unit {0:?}")]
    UnknownUnit(String),
    /// The unit counts something else.
    #[error("{unit:?} is a unit of {found}, but {wanted} is wanted")]
    WrongDimension {
        /// The symbol as written.
        unit: &'static str,
        /// What that unit counts.
        found: Dimension,
        /// What was wanted here.
        wanted: Dimension,
    },
}

impl AnyQuantity {
    /// Reads `"15 ms"`; the space is optional.
    ///
    /// # Errors
    /// [`QuantityError`] for a missing number or unit, a unit that does not exist, a number that is not finite.
    pub fn parse(text: &str) -> Result<Self, QuantityError> {
        let text = text.trim();
        let end = number_len(text);
        if end == 0 {
            return Err(QuantityError::NoNumber(text.to_owned()));
        }
        let (number, symbol) = (&text[..end], text[end..].trim());
        let value: f64 = number.parse().map_err(|_| QuantityError::NoNumber(text.to_owned()))?;
        if !value.is_finite() {
            return Err(QuantityError::NotFinite(text.to_owned()));
        }
        if symbol.is_empty() {
            return Err(QuantityError::NoUnit(text.to_owned()));
        }
        let unit = Unit::find(symbol).ok_or_else(|| QuantityError::UnknownUnit(symbol.to_owned()))?;
        Ok(Self { value, unit })
    }

    /// The value in the base unit of its dimension.
    #[must_use]
    pub fn base(self) -> f64 {
        self.value * self.unit.scale
    }

    /// The same value with its dimension as a type.
    ///
    /// # Errors
    /// [`QuantityError::WrongDimension`] when the unit counts something else.
    pub fn typed<D: Dimensioned>(self) -> Result<Quantity<D>, QuantityError> {
        self.expect_dimension(D::DIMENSION)?;
        Ok(Quantity { base: self.base(), dimension: PhantomData })
    }

    /// Succeeds when the unit counts `wanted`.
    ///
    /// # Errors
    /// [`QuantityError::WrongDimension`] otherwise.
    pub fn expect_dimension(self, wanted: Dimension) -> Result<(), QuantityError> {
        if self.unit.dimension == wanted {
            return Ok(());
        }
        Err(QuantityError::WrongDimension { unit: self.unit.symbol, found: self.unit.dimension, wanted })
    }
}

impl fmt::Display for AnyQuantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.value, self.unit)
    }
}

/// The length in bytes of the decimal number that `text` starts with: sign, digits, fraction, exponent.
fn number_len(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digits = |from: usize| bytes[from..].iter().take_while(|b| b.is_ascii_digit()).count();
    let mut end = usize::from(matches!(bytes.first(), Some(b'-' | b'+')));
    let whole = digits(end);
    end += whole;
    let mut fraction = 0;
    if bytes.get(end) == Some(&b'.') {
        fraction = digits(end + 1);
        // "40..60" is a range: its first dot is not a decimal point.
        if fraction > 0 {
            end += 1 + fraction;
        }
    }
    if whole + fraction == 0 {
        return 0;
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'-' | b'+')));
        let exponent = bytes.get(end + 1 + sign..).map_or(0, |_| digits(end + 1 + sign));
        if exponent > 0 {
            end += 1 + sign + exponent;
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::{AnyQuantity, Information, MILLIWATT, Power, Quantity, QuantityError, Time, UNITS, Unit};
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    #[test]
    fn quantities_read_as_people_write_them() {
        let cases = [("15 ms", 0.015), ("2.5MB", 2.5e6), ("1e-5 rel", 1e-5), ("64 KiB", 65_536.0), ("96 mWh", 345.6)];
        for (text, base) in cases {
            assert_eq!(AnyQuantity::parse(text).unwrap().base(), base, "{text}");
        }
    }

    #[test]
    fn each_mistake_has_its_own_error() {
        assert!(matches!(AnyQuantity::parse("fast"), Err(QuantityError::NoNumber(_))));
        assert!(matches!(AnyQuantity::parse("15"), Err(QuantityError::NoUnit(_))));
        assert!(matches!(AnyQuantity::parse("1e999 ms"), Err(QuantityError::NotFinite(_))));
        assert!(matches!(AnyQuantity::parse("15 mz"), Err(QuantityError::UnknownUnit(_))));
        assert!(matches!(
            AnyQuantity::parse("15 ms").unwrap().typed::<Information>(),
            Err(QuantityError::WrongDimension { .. })
        ));
    }

    #[test]
    fn milliwatts_are_thousandths_of_a_watt() {
        let power: Quantity<Power> = AnyQuantity::parse("1.2 mW").unwrap().typed().unwrap();
        assert!((power.base() - 0.0012).abs() < 1e-12);
        assert!((power.get(MILLIWATT) - 1.2).abs() < 1e-12);
    }

    #[test]
    fn symbols_are_unique() {
        for (i, unit) in UNITS.iter().enumerate() {
            assert_eq!(UNITS.iter().position(|other| other.symbol == unit.symbol), Some(i), "{unit}");
        }
    }

    proptest! {
        #[test]
        fn printing_and_reading_a_quantity_gives_it_back(value in -1e12f64..1e12, index in 0..UNITS.len()) {
            let quantity = AnyQuantity { value, unit: UNITS[index] };
            prop_assert_eq!(AnyQuantity::parse(&quantity.to_string()).unwrap(), quantity);
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "\\PC*") {
            let _ = AnyQuantity::parse(&text);
        }

        #[test]
        fn durations_never_panic(value in proptest::num::f64::NORMAL) {
            let unit = Unit::find("h").unwrap();
            let time: Quantity<Time> = AnyQuantity { value, unit }.typed().unwrap();
            prop_assert!(time.duration() >= std::time::Duration::ZERO);
        }
    }
}
