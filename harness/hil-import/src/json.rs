//! Values of a JSON file that know where they stand.
//!
//! What an importer needs and a plain reader drops: every value has its line, column and path, so that an error can say
//! where it is; duplicate keys are errors; `NaN` and `Infinity`, which Python and Google Benchmark write and JSON
//! (RFC 8259) does not know, are values that are refused only where they are used. The grammar is in [`parse`].

mod parse;

use crate::error::{ErrorKind, ImportError, MAX_FILE_LEN};

/// One value of a file.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Value {
    /// Offset of its first byte.
    at: usize,
    kind: Kind,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
enum Kind {
    Null,
    Bool(bool),
    /// Any number, those that are no JSON included.
    Number(f64),
    Text(String),
    List(Vec<Value>),
    Object(Vec<(String, Value)>),
}

/// A whole file.
#[derive(Debug)]
pub(crate) struct Document<'f> {
    file: &'f str,
    text: &'f str,
    root: Value,
}

/// A value, with the way to it.
#[derive(Debug, Clone)]
pub(crate) struct Node<'d> {
    document: &'d Document<'d>,
    path: String,
    value: &'d Value,
}

/// The text of a file: not too long, UTF-8, without a byte order mark.
pub(crate) fn text<'b>(file: &str, bytes: &'b [u8]) -> Result<&'b str, ImportError> {
    let fails = |kind| ImportError::of_file(file, kind);
    if bytes.len() > MAX_FILE_LEN {
        return Err(fails(ErrorKind::TooLarge));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| fails(ErrorKind::NotUtf8 { offset: error.valid_up_to() }))?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

impl<'f> Document<'f> {
    /// Reads a whole file of JSON.
    pub(crate) fn parse(file: &'f str, bytes: &'f [u8]) -> Result<Self, ImportError> {
        Self::parse_part(file, text(file, bytes)?, 0)
    }

    /// Reads the JSON that `text` is from the byte `start` on; places are those in the whole text.
    pub(crate) fn parse_part(file: &'f str, text: &'f str, start: usize) -> Result<Self, ImportError> {
        let root = parse::parse(text, start).map_err(|(offset, kind)| ImportError {
            file: file.to_owned(),
            place: line_and_column(text, offset),
            kind,
        })?;
        Ok(Self { file, text, root })
    }

    /// The outermost value.
    pub(crate) fn root(&self) -> Node<'_> {
        Node { document: self, path: "$".to_owned(), value: &self.root }
    }
}

fn line_and_column(text: &str, offset: usize) -> String {
    let before = &text[..offset];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    format!(":{line}:{column}")
}

impl<'d> Node<'d> {
    /// An error about this value.
    pub(crate) fn error(&self, kind: ErrorKind) -> ImportError {
        let Document { file, text, .. } = self.document;
        let place = format!("{} at {}", line_and_column(text, self.value.at), self.path);
        ImportError { file: (*file).to_owned(), place, kind }
    }

    fn wrong_type(&self, wanted: &'static str) -> ImportError {
        let found = match &self.value.kind {
            Kind::Null => "null",
            Kind::Bool(_) => "true or false",
            Kind::Number(_) => "a number",
            Kind::Text(_) => "a text",
            Kind::List(_) => "a list",
            Kind::Object(_) => "an object",
        };
        self.error(ErrorKind::WrongType { found, wanted })
    }

    fn child(&self, step: &str, value: &'d Value) -> Self {
        Self { document: self.document, path: format!("{}{step}", self.path), value }
    }

    /// Whether it is an object.
    pub(crate) fn is_object(&self) -> bool {
        matches!(self.value.kind, Kind::Object(_))
    }

    /// Whether it is a list.
    pub(crate) fn is_list(&self) -> bool {
        matches!(self.value.kind, Kind::List(_))
    }

    /// Whether it is `false`.
    pub(crate) fn is_false(&self) -> bool {
        self.value.kind == Kind::Bool(false)
    }

    /// The value of a key; absent and `null` are the same. Fails for what is no object.
    pub(crate) fn find(&self, key: &str) -> Result<Option<Self>, ImportError> {
        let Kind::Object(entries) = &self.value.kind else { return Err(self.wrong_type("an object")) };
        let found = entries.iter().find(|(name, value)| name == key && value.kind != Kind::Null);
        Ok(found.map(|(name, value)| self.child(&format!(".{name}"), value)))
    }

    /// The value of a key that must be there.
    pub(crate) fn get(&self, key: &'static str) -> Result<Self, ImportError> {
        self.find(key)?.ok_or_else(|| self.error(ErrorKind::NoKey(key)))
    }

    /// Every entry of an object, in the order of the file.
    pub(crate) fn entries(&self) -> Result<Vec<(&'d str, Self)>, ImportError> {
        let Kind::Object(entries) = &self.value.kind else { return Err(self.wrong_type("an object")) };
        let entry = |(name, value): &'d (String, Value)| (name.as_str(), self.child(&format!("[\"{name}\"]"), value));
        Ok(entries.iter().map(entry).collect())
    }

    /// Every item of a list.
    pub(crate) fn items(&self) -> Result<Vec<Self>, ImportError> {
        let Kind::List(items) = &self.value.kind else { return Err(self.wrong_type("a list")) };
        Ok(items.iter().enumerate().map(|(index, item)| self.child(&format!("[{index}]"), item)).collect())
    }

    /// Every item of a list; nothing for a `null`.
    pub(crate) fn items_or_null(&self) -> Result<Vec<Option<Self>>, ImportError> {
        let items = self.items()?;
        Ok(items.into_iter().map(|item| (item.value.kind != Kind::Null).then_some(item)).collect())
    }

    /// Every item of a list of numbers that all meet `fits`. Makes no path for what is in order: lists are long.
    pub(crate) fn amounts(&self, wanted: &'static str, fits: fn(f64) -> bool) -> Result<Vec<f64>, ImportError> {
        let Kind::List(items) = &self.value.kind else { return Err(self.wrong_type("a list of numbers")) };
        if items.is_empty() {
            return Err(self.error(ErrorKind::Empty));
        }
        let number = |(index, item): (usize, &'d Value)| match item.kind {
            Kind::Number(number) if fits(number) => Ok(number),
            _ => self.child(&format!("[{index}]"), item).amount(wanted, fits),
        };
        items.iter().enumerate().map(number).collect()
    }

    /// A number that meets `fits`.
    pub(crate) fn amount(&self, wanted: &'static str, fits: fn(f64) -> bool) -> Result<f64, ImportError> {
        match self.value.kind {
            Kind::Number(number) if fits(number) => Ok(number),
            Kind::Number(number) => Err(self.error(ErrorKind::NotAnAmount { found: number.to_string(), wanted })),
            _ => Err(self.wrong_type(wanted)),
        }
    }

    /// A text.
    pub(crate) fn text(&self) -> Result<&'d str, ImportError> {
        match &self.value.kind {
            Kind::Text(text) => Ok(text),
            _ => Err(self.wrong_type("a text")),
        }
    }

    /// A text that names something.
    pub(crate) fn name(&self) -> Result<&'d str, ImportError> {
        match self.text()? {
            "" => Err(self.error(ErrorKind::NoName)),
            name => Ok(name),
        }
    }

    /// A number as a text, or a text that is one: what loosely typed tools write.
    pub(crate) fn number_or_text(&self) -> Result<String, ImportError> {
        match &self.value.kind {
            Kind::Number(number) => Ok(number.to_string()),
            Kind::Text(text) => Ok(text.clone()),
            _ => Err(self.wrong_type("a number or a text")),
        }
    }
}

/// Amounts of time.
pub(crate) const NOT_NEGATIVE: &str = "a finite number that is not negative";

/// Whether a number is finite and not negative.
pub(crate) fn not_negative(number: f64) -> bool {
    number.is_finite() && number >= 0.0
}

/// Any amount.
pub(crate) const FINITE: &str = "a finite number";

/// Whether a number is finite.
pub(crate) fn finite(number: f64) -> bool {
    number.is_finite()
}

/// Numbers of iterations.
pub(crate) const COUNT: &str = "a whole number from 1 to 2^53";

/// Whether a number counts something; larger numbers are not exact.
pub(crate) fn count(number: f64) -> bool {
    (1.0..=9_007_199_254_740_992.0).contains(&number) && number.fract() == 0.0
}
