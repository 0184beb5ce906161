//! Tables as text: a header line, then rows with as many fields (RFC 4180).
//!
//! Guarantees: quoted fields, doubled quotes, CRLF and a byte order mark are understood; every fault has its
//! line; nothing panics. Lines are counted as an editor counts them. Left out: other separators, comments.

/// What is wrong with a table, and where. Prints as `line: fault`, to stand behind a file name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{line}: {fault}")]
pub struct CsvError {
    /// From 1.
    pub line: usize,
    /// What is wrong there.
    pub fault: CsvFault,
}

/// What can be wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CsvFault {
    /// The bytes are no text.
    #[error("the line is not UTF-8 text")]
    NotText,
    /// There is not even a header.
    #[error("the table is empty; its first line must name the columns")]
    Empty,
    /// A row is shorter or longer than the header.
    #[error("the row has {found} fields, the header has {wanted}")]
    Fields {
        /// In the row.
        found: usize,
        /// In the header.
        wanted: usize,
    },
    /// A quote is opened and never closed.
    #[error("the quoted field that starts here has no end")]
    OpenQuote,
    /// Something stands between a closing quote and the next comma.
    #[error("{0:?} stands behind a closing quote")]
    AfterQuote(char),
    /// A quote stands in the middle of a field without quotes.
    #[error("a quote stands inside a field that does not start with one")]
    StrayQuote,
    /// A column that is needed is not there, or is there twice.
    #[error("there must be one column {name:?}; there are {found}")]
    Column {
        /// Its name.
        name: String,
        /// How often it is there.
        found: usize,
    },
}

/// A table in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    header: Vec<String>,
    /// Each has as many fields as the header.
    pub rows: Vec<Row>,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Where it starts, from 1.
    pub line: usize,
    /// In the order of the header.
    pub fields: Vec<String>,
}

impl Table {
    /// Reads a table.
    ///
    /// # Errors
    /// [`CsvError`] at the first fault.
    pub fn read(bytes: &[u8]) -> Result<Self, CsvError> {
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let newlines = bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
            CsvError { line: newlines + 1, fault: CsvFault::NotText }
        })?;
        let mut reader = Reader { rest: text.strip_prefix('\u{feff}').unwrap_or(text), line: 1 };
        let header = reader.row()?.ok_or(CsvError { line: 1, fault: CsvFault::Empty })?.fields;
        let mut rows = Vec::new();
        while let Some(row) = reader.row()? {
            if row.fields.len() != header.len() {
                let fault = CsvFault::Fields { found: row.fields.len(), wanted: header.len() };
                return Err(CsvError { line: row.line, fault });
            }
            rows.push(row);
        }
        Ok(Self { header, rows })
    }

    /// The index of the column of that name.
    ///
    /// # Errors
    /// [`CsvFault::Column`] unless there is exactly one.
    pub fn column(&self, name: &str) -> Result<usize, CsvError> {
        let mut matches = self.header.iter().enumerate().filter(|(_, column)| *column == name).map(|(index, _)| index);
        match (matches.next(), matches.count()) {
            (Some(index), 0) => Ok(index),
            (first, more) => {
                let found = usize::from(first.is_some()) + more;
                Err(CsvError { line: 1, fault: CsvFault::Column { name: name.to_owned(), found } })
            }
        }
    }
}

struct Reader<'a> {
    rest: &'a str,
    line: usize,
}

impl Reader<'_> {
    /// The next row; empty lines are skipped.
    fn row(&mut self) -> Result<Option<Row>, CsvError> {
        while self.line_end() {}
        if self.rest.is_empty() {
            return Ok(None);
        }
        let line = self.line;
        let mut fields = Vec::new();
        loop {
            fields.push(if self.eat('"') { self.quoted()? } else { self.plain()? });
            if self.eat(',') {
                continue;
            }
            if self.rest.is_empty() || self.line_end() {
                return Ok(Some(Row { line, fields }));
            }
            let found = self.rest.chars().next().unwrap_or('\r');
            return Err(CsvError { line: self.line, fault: CsvFault::AfterQuote(found) });
        }
    }

    fn eat(&mut self, wanted: char) -> bool {
        match self.rest.strip_prefix(wanted) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn line_end(&mut self) -> bool {
        let Some(rest) = self.rest.strip_prefix("\r\n").or_else(|| self.rest.strip_prefix('\n')) else {
            return false;
        };
        self.rest = rest;
        self.line += 1;
        true
    }

    fn plain(&mut self) -> Result<String, CsvError> {
        let end = self.rest.find([',', '\n']).unwrap_or(self.rest.len());
        // A carriage return belongs to the line end only when the line feed follows.
        let end = if self.rest[..end].ends_with('\r') && self.rest[end..].starts_with('\n') { end - 1 } else { end };
        let (field, rest) = self.rest.split_at(end);
        if field.contains('"') {
            return Err(CsvError { line: self.line, fault: CsvFault::StrayQuote });
        }
        self.rest = rest;
        Ok(field.to_owned())
    }

    /// The rest of a field whose opening quote is read.
    fn quoted(&mut self) -> Result<String, CsvError> {
        let opened_in = self.line;
        let mut field = String::new();
        loop {
            let Some((part, rest)) = self.rest.split_once('"') else {
                return Err(CsvError { line: opened_in, fault: CsvFault::OpenQuote });
            };
            field.push_str(part);
            self.line += part.matches('\n').count();
            self.rest = rest;
            if !self.eat('"') {
                return Ok(field);
            }
            field.push('"');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{CsvError, CsvFault, Table};
    use proptest::prelude::{ProptestConfig, any, prop_assert_eq, proptest};
    use proptest::test_runner::RngSeed;

    fn fault(text: &str) -> CsvError {
        Table::read(text.as_bytes()).unwrap_err()
    }

    #[test]
    fn quotes_line_ends_and_byte_order_marks_are_understood() {
        let table = Table::read("\u{feff}file,class\r\n\"a,\"\"b\"\"\",yes\r\n\nc,\"n\no\"\nd,".as_bytes()).unwrap();
        let rows: Vec<_> = table.rows.iter().map(|row| (row.line, row.fields.join("|"))).collect();
        assert_eq!(rows, [(2, "a,\"b\"|yes".to_owned()), (4, "c|n\no".to_owned()), (6, "d|".to_owned())]);
        assert_eq!(table.column("class"), Ok(1));
    }

    #[test]
    fn faults_have_the_line_that_an_editor_shows() {
        assert_eq!(fault(""), CsvError { line: 1, fault: CsvFault::Empty });
        assert_eq!(fault("a,b\n1,2\n1\n"), CsvError { line: 3, fault: CsvFault::Fields { found: 1, wanted: 2 } });
        assert_eq!(fault("a\n\"x\n\ny"), CsvError { line: 2, fault: CsvFault::OpenQuote });
        assert_eq!(fault("a\n\"x\"y"), CsvError { line: 2, fault: CsvFault::AfterQuote('y') });
        assert_eq!(fault("a\nx\"y\""), CsvError { line: 2, fault: CsvFault::StrayQuote });
        let not_text = Table::read(b"a\nb\n\xff\n").unwrap_err();
        assert_eq!(not_text, CsvError { line: 3, fault: CsvFault::NotText });
    }

    #[test]
    fn a_column_must_be_there_once() {
        let table = Table::read(b"a,b,a\n").unwrap();
        assert_eq!(table.column("b"), Ok(1));
        let found = |name| table.column(name).unwrap_err().to_string();
        assert_eq!(found("a"), "1: there must be one column \"a\"; there are 2");
        assert_eq!(found("c"), "1: there must be one column \"c\"; there are 0");
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

        #[test]
        fn quoted_fields_come_back_as_they_were(
            rows in proptest::collection::vec(proptest::collection::vec("[a,\"\n\r ]{0,5}", 3), 0..5),
        ) {
            let quote = |field: &String| format!("\"{}\"", field.replace('"', "\"\""));
            let mut text = "x,y,z\n".to_owned();
            for row in &rows {
                text += &row.iter().map(quote).collect::<Vec<_>>().join(",");
                text.push('\n');
            }
            let read: Vec<_> = Table::read(text.as_bytes()).unwrap().rows.into_iter().map(|row| row.fields).collect();
            prop_assert_eq!(read, rows);
        }

        #[test]
        fn no_bytes_make_the_reader_panic(text in "[a,\"\r\n]{0,40}", bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let _ = Table::read(text.as_bytes());
            let _ = Table::read(&bytes);
        }
    }
}
