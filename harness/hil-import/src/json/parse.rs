//! The grammar of JSON (RFC 8259), plus the words `NaN`, `Infinity` and `-Infinity`, minus duplicate keys.
//!
//! Recursion is bounded by [`MAX_DEPTH`], so no file exhausts the stack.

use crate::error::ErrorKind;
use crate::json::{Kind, Value};

/// Lists and objects within each other; no format here needs more than eight.
const MAX_DEPTH: usize = 64;

/// An error, with the offset of the byte where it is.
type Fault = (usize, ErrorKind);

/// Reads the value that `text` is from the byte `start` on.
pub(super) fn parse(text: &str, start: usize) -> Result<Value, Fault> {
    let mut parser = Parser { text, at: start };
    let value = parser.value(0)?;
    parser.skip_space();
    match parser.peek() {
        None => Ok(value),
        Some(_) => Err(parser.fault("something stands behind the value")),
    }
}

struct Parser<'t> {
    text: &'t str,
    /// Always at the beginning of a character.
    at: usize,
}

impl<'t> Parser<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn take(&mut self, word: &str) -> bool {
        let found = self.rest().starts_with(word);
        if found {
            self.at += word.len();
        }
        found
    }

    fn skip_space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
    }

    /// A break of the grammar here; at the end of the text that means that something was cut off.
    fn fault(&self, what: &str) -> Fault {
        let kind = if self.rest().is_empty() { ErrorKind::Truncated } else { ErrorKind::Syntax(what.to_owned()) };
        (self.at, kind)
    }

    fn value(&mut self, depth: usize) -> Result<Value, Fault> {
        self.skip_space();
        let at = self.at;
        if depth > MAX_DEPTH {
            return Err(self.fault("lists and objects stand too deep within each other"));
        }
        let kind = match self.peek() {
            Some('{') => self.object(depth)?,
            Some('[') => self.list(depth)?,
            Some('"') => Kind::Text(self.string()?),
            _ => self.word_or_number()?,
        };
        Ok(Value { at, kind })
    }

    fn word_or_number(&mut self) -> Result<Kind, Fault> {
        let words = [
            ("null", Kind::Null),
            ("true", Kind::Bool(true)),
            ("false", Kind::Bool(false)),
            ("NaN", Kind::Number(f64::NAN)),
            ("-NaN", Kind::Number(f64::NAN)),
            ("Infinity", Kind::Number(f64::INFINITY)),
            ("-Infinity", Kind::Number(f64::NEG_INFINITY)),
        ];
        for (word, kind) in words {
            if self.take(word) {
                return Ok(kind);
            }
            // A word that is cut off at the end of the file.
            if !self.rest().is_empty() && word.starts_with(self.rest()) {
                return Err((self.text.len(), ErrorKind::Truncated));
            }
        }
        self.number()
    }

    fn number(&mut self) -> Result<Kind, Fault> {
        let start = self.at;
        self.take("-");
        if !self.take("0") {
            self.digits("a value is wanted")?;
        }
        if self.take(".") {
            self.digits("a digit is wanted behind the point")?;
        }
        if self.take("e") || self.take("E") {
            if !self.take("-") {
                self.take("+");
            }
            self.digits("a digit is wanted in the exponent")?;
        }
        // What the grammar of JSON takes, Rust takes; a number that is too large reads as infinite.
        let number = self.text[start..self.at].parse().map_err(|_| (start, not_a_number()))?;
        Ok(Kind::Number(number))
    }

    fn digits(&mut self, wanted: &str) -> Result<(), Fault> {
        let rest = self.rest();
        let n_digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        if n_digits == 0 {
            return Err(self.fault(wanted));
        }
        self.at += n_digits;
        Ok(())
    }

    fn list(&mut self, depth: usize) -> Result<Kind, Fault> {
        self.next();
        let mut items = Vec::new();
        self.skip_space();
        if self.take("]") {
            return Ok(Kind::List(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.skip_space();
            if self.take("]") {
                return Ok(Kind::List(items));
            }
            if !self.take(",") {
                return Err(self.fault("a comma or the end of the list is wanted"));
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Kind, Fault> {
        self.next();
        let mut entries: Vec<(String, Value)> = Vec::new();
        let mut names = std::collections::BTreeSet::new();
        self.skip_space();
        if self.take("}") {
            return Ok(Kind::Object(entries));
        }
        loop {
            self.skip_space();
            let at = self.at;
            if self.peek() != Some('"') {
                return Err(self.fault("a key in quotes is wanted"));
            }
            let name = self.string()?;
            if !names.insert(name.clone()) {
                return Err((at, ErrorKind::Duplicate(name)));
            }
            self.skip_space();
            if !self.take(":") {
                return Err(self.fault("a colon is wanted behind the key"));
            }
            let value = self.value(depth + 1)?;
            entries.push((name, value));
            self.skip_space();
            if self.take("}") {
                return Ok(Kind::Object(entries));
            }
            if !self.take(",") {
                return Err(self.fault("a comma or the end of the object is wanted"));
            }
        }
    }

    fn string(&mut self) -> Result<String, Fault> {
        self.next();
        let mut text = String::new();
        loop {
            let before = self.at;
            match self.next() {
                None => return Err(self.fault("")),
                Some('"') => return Ok(text),
                Some('\\') => text.push(self.escape()?),
                Some(c) if c < ' ' => {
                    return Err((before, ErrorKind::Syntax("a control character stands in a text".to_owned())));
                }
                Some(c) => text.push(c),
            }
        }
    }

    /// The character that an escape stands for; the backslash has been read.
    fn escape(&mut self) -> Result<char, Fault> {
        let before = self.at;
        let c = match self.next() {
            Some(c @ ('"' | '\\' | '/')) => c,
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('u') => return self.unicode(before),
            None => return Err(self.fault("")),
            Some(_) => return Err((before, ErrorKind::Syntax("unknown escape in a text".to_owned()))),
        };
        Ok(c)
    }

    /// `\uXXXX`, or two of them that make one character.
    fn unicode(&mut self, before: usize) -> Result<char, Fault> {
        let half = || (before, ErrorKind::Syntax("half of a surrogate pair in a text".to_owned()));
        let first = self.hex4()?;
        if !(0xd800..0xe000).contains(&first) {
            return char::from_u32(first).ok_or_else(half);
        }
        if first < 0xdc00 && matches!(self.rest(), "" | "\\") {
            return Err((self.text.len(), ErrorKind::Truncated));
        }
        if first >= 0xdc00 || !self.take("\\u") {
            return Err(half());
        }
        let second = self.hex4()?;
        if !(0xdc00..0xe000).contains(&second) {
            return Err(half());
        }
        char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00)).ok_or_else(half)
    }

    fn hex4(&mut self) -> Result<u32, Fault> {
        let mut number = 0;
        for _ in 0..4 {
            let Some(digit) = self.peek().and_then(|c| c.to_digit(16)) else {
                return Err(self.fault("four hexadecimal digits are wanted"));
            };
            self.next();
            number = number * 16 + digit;
        }
        Ok(number)
    }
}

fn not_a_number() -> ErrorKind {
    ErrorKind::Syntax("not a number".to_owned())
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::error::ErrorKind;
    use crate::json::{Kind, Value};
    use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};

    /// The value as serde_json would have read it.
    fn plain(value: &Value) -> serde_json::Value {
        match &value.kind {
            Kind::Null => serde_json::Value::Null,
            Kind::Bool(value) => (*value).into(),
            Kind::Number(number) => (*number).into(),
            Kind::Text(text) => text.as_str().into(),
            Kind::List(items) => items.iter().map(plain).collect(),
            Kind::Object(entries) => entries.iter().map(|(name, value)| (name.clone(), plain(value))).collect(),
        }
    }

    fn json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<f64>().prop_map(|x| if x.is_finite() { x } else { 0.0 }.into()),
            any::<String>().prop_map(Into::into),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
                proptest::collection::vec((any::<String>(), inner), 0..6)
                    .prop_map(|entries| entries.into_iter().collect()),
            ]
        })
    }

    #[test]
    fn what_is_cut_off_is_truncated_wherever_the_cut_is() {
        let whole = r#"{"a": [1.5e-3, "x\u00e4\ud83d\ude00\n", null, -Infinity, NaN], "b": {}}"#;
        parse(whole, 0).unwrap();
        for end in 0..whole.len() {
            let (_, kind) = parse(&whole[..end], 0).unwrap_err();
            assert_eq!(kind, ErrorKind::Truncated, "{}", &whole[..end]);
        }
    }

    #[test]
    fn what_is_no_json_is_refused_at_its_place() {
        let cases = [
            ("[1,]", 3),
            ("[01]", 2),
            ("[.5]", 1),
            ("[1 2]", 3),
            ("{a:1}", 1),
            ("{\"a\" 1}", 5),
            ("{\"a\":1,\"a\":2}", 7),
            ("[\"\\x\"]", 3),
            ("[\"\\ud800x\"]", 3),
            ("[\"\u{1}\"]", 2),
            ("[] []", 3),
            ("[+1]", 1),
            ("[nan]", 1),
        ];
        for (text, place) in cases {
            assert_eq!(parse(text, 0).map_err(|(at, _)| at), Err(place), "{text}");
        }
        assert!(parse(&"[".repeat(100_000), 0).is_err(), "the stack is not the limit");
    }

    proptest! {
        #[test]
        fn good_json_reads_as_serde_json_reads_it(value in json()) {
            let text = value.to_string();
            let ours = plain(&parse(&text, 0).unwrap());
            // Both go through text once more, so that 1 and 1.0 and the last bit of a number are the same.
            assert_eq!(ours.to_string().replace(".0", ""), value.to_string().replace(".0", ""));
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "[\\[\\]{}\",:0-9.eE+\\-\\\\untrfalsNIiy é]*") {
            let ours = parse(&text, 0);
            // What serde_json takes is taken, but for keys that stand twice.
            if serde_json::from_str::<serde_json::Value>(&text).is_ok() {
                assert!(matches!(ours, Ok(_) | Err((_, ErrorKind::Duplicate(_)))), "{text}: {ours:?}");
            }
        }
    }
}
