//! A validator for the part of XML Schema that `fixtures/junit/junit.xsd` is written in. It reads both documents with one
//! small reader of XML, and knows elements by name or reference, sequences, choices, how often each occurs, attributes,
//! and simple types with a pattern or a least length.

use std::collections::HashMap;

/// One element.
#[derive(Debug, Clone, PartialEq)]
pub struct Element {
    pub name: String,
    pub attributes: HashMap<String, String>,
    pub children: Vec<Element>,
    /// Text between the children, without white space at its ends.
    pub text: String,
}

impl Element {
    fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }

    fn children_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// All elements of that name below this one, in order.
    pub fn all<'a>(&'a self, name: &str, into: &mut Vec<&'a Element>) {
        for child in &self.children {
            if child.name == name {
                into.push(child);
            }
            child.all(name, into);
        }
    }
}

/// Reads a document; anything that is not well-formed panics with what is left.
pub fn read(text: &str) -> Element {
    let mut rest = text.trim_start();
    for (open, close) in [("<?", "?>"), ("<!--", "-->")] {
        if let Some(behind) = rest.strip_prefix(open) {
            rest = behind.split_once(close).unwrap().1.trim_start();
        }
    }
    let (element, rest) = element(rest);
    assert_eq!(rest.trim(), "", "behind the root element");
    element
}

fn element(text: &str) -> (Element, &str) {
    let inside = text.strip_prefix('<').unwrap_or_else(|| panic!("no element: {text:.60}"));
    let end = inside.find(|c: char| c.is_whitespace() || "/>".contains(c)).unwrap();
    let mut found = Element {
        name: inside[..end].to_owned(),
        attributes: HashMap::new(),
        children: Vec::new(),
        text: String::new(),
    };
    let mut rest = inside[end..].trim_start();
    while !rest.starts_with(['/', '>']) {
        let (name, behind) = rest.split_once("=\"").unwrap_or_else(|| panic!("no attribute: {rest:.60}"));
        let (value, behind) = behind.split_once('"').unwrap();
        assert!(!value.contains('<'), "a bare < in {name}");
        let again = found.attributes.insert(name.to_owned(), unescape(value));
        assert_eq!(again, None, "{name} twice in {}", found.name);
        rest = behind.trim_start();
    }
    if let Some(rest) = rest.strip_prefix("/>") {
        return (found, rest);
    }
    rest = rest.strip_prefix('>').unwrap();
    loop {
        let (text, _) = rest.split_once('<').unwrap_or_else(|| panic!("{} is not closed", found.name));
        found.text.push_str(unescape(text).trim());
        rest = &rest[text.len()..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = comment.split_once("-->").unwrap().1;
        } else if let Some(behind) = rest.strip_prefix("</") {
            let behind =
                behind.strip_prefix(found.name.as_str()).unwrap_or_else(|| panic!("{} is not closed", found.name));
            return (found, behind.trim_start().strip_prefix('>').unwrap());
        } else {
            let (child, behind) = element(rest);
            found.children.push(child);
            rest = behind;
        }
    }
}

fn unescape(text: &str) -> String {
    let mut plain = String::new();
    let mut parts = text.split('&');
    plain.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (name, behind) = part.split_once(';').unwrap_or_else(|| panic!("a bare & before {part:.20}"));
        plain.push_str(match name {
            "amp" => "&",
            "lt" => "<",
            "gt" => ">",
            "quot" => "\"",
            "apos" => "'",
            other => panic!("&{other}; is not predefined"),
        });
        plain.push_str(behind);
    }
    plain
}

/// What is wrong with a document, or nothing.
pub fn validate(schema: &Element, document: &Element) -> Result<(), String> {
    let declared = schema.children_named("xs:element").find(|found| found.attribute("name") == Some(&document.name));
    let declared = declared.ok_or_else(|| format!("<{}> is not declared", document.name))?;
    let complex = declared.children.first().unwrap();
    for attribute in complex.children_named("xs:attribute") {
        let name = attribute.attribute("name").unwrap();
        match document.attribute(name) {
            Some(value) => simple(schema, attribute.attribute("type").unwrap(), value)
                .map_err(|why| format!("{name} of <{}> {why}: {value:?}", document.name))?,
            None if attribute.attribute("use") == Some("required") => {
                return Err(format!("<{}> has no {name}", document.name));
            }
            None => {}
        }
    }
    for name in document.attributes.keys() {
        if !complex.children_named("xs:attribute").any(|attribute| attribute.attribute("name") == Some(name)) {
            return Err(format!("<{}> may have no {name}", document.name));
        }
    }
    if !document.text.is_empty() {
        return Err(format!("text in <{}>: {:?}", document.name, document.text));
    }
    let mut rest: &[Element] = &document.children;
    for sequence in complex.children_named("xs:sequence") {
        for particle in &sequence.children {
            rest = consume(particle, rest).map_err(|why| format!("in <{}>: {why}", document.name))?;
        }
    }
    if let Some(odd) = rest.first() {
        return Err(format!("<{}> has no place in <{}>", odd.name, document.name));
    }
    document.children.iter().try_for_each(|child| validate(schema, child))
}

/// Takes as many elements from the front as the particle allows, and at least as many as it asks for.
fn consume<'a>(particle: &Element, mut rest: &'a [Element]) -> Result<&'a [Element], String> {
    let names: Vec<&str> = match particle.name.as_str() {
        "xs:element" => particle.attribute("ref").into_iter().collect(),
        "xs:choice" => particle.children.iter().filter_map(|child| child.attribute("ref")).collect(),
        other => panic!("the validator does not know {other}"),
    };
    let least: usize = particle.attribute("minOccurs").unwrap_or("1").parse().unwrap();
    let most = match particle.attribute("maxOccurs").unwrap_or("1") {
        "unbounded" => usize::MAX,
        number => number.parse().unwrap(),
    };
    let mut n = 0;
    while n < most && rest.first().is_some_and(|first| names.contains(&first.name.as_str())) {
        rest = &rest[1..];
        n += 1;
    }
    if n < least { Err(format!("{names:?} is missing")) } else { Ok(rest) }
}

fn simple(schema: &Element, name: &str, value: &str) -> Result<(), &'static str> {
    if name == "xs:string" {
        return Ok(());
    }
    let declared = schema.children_named("xs:simpleType").find(|found| found.attribute("name") == Some(name)).unwrap();
    let facet = &declared.children[0].children[0];
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let (fits, why) = match (facet.name.as_str(), facet.attribute("value").unwrap()) {
        ("xs:minLength", least) => (value.chars().count() >= least.parse().unwrap(), "is too short"),
        ("xs:pattern", "[0-9]+") => (is_digits(value), "is no count"),
        ("xs:pattern", "[0-9]+\\.[0-9]{3}") => {
            let parts = value.split_once('.');
            (parts.is_some_and(|(whole, part)| is_digits(whole) && is_digits(part) && part.len() == 3), "is no time")
        }
        other => panic!("the validator does not know {other:?}"),
    };
    if fits { Ok(()) } else { Err(why) }
}

#[cfg(test)]
mod tests {
    use super::{read, validate};

    const SCHEMA: &str = include_str!("../../../fixtures/junit/junit.xsd");

    #[test]
    fn what_is_wrong_is_found() {
        let good = "<testsuites name=\"a\" tests=\"1\" failures=\"0\" errors=\"0\" time=\"1.000\"><testsuite name=\"s\" \
                    tests=\"1\" failures=\"0\" errors=\"0\" skipped=\"1\"><testcase classname=\"s\" name=\"c\"><properties>\
                    <property name=\"p\" value=\"\"/></properties><skipped message=\"m\"/></testcase></testsuite>\
                    </testsuites>";
        let schema = read(SCHEMA);
        let check = |text: &str| validate(&schema, &read(text));
        assert_eq!(check(good), Ok(()));
        for (from, to, why) in [
            ("tests=\"1\" failures=\"0\" errors=\"0\" time", "failures=\"0\" errors=\"0\" time", "has no tests"),
            ("time=\"1.000\"", "time=\"1\"", "is no time"),
            ("skipped=\"1\"", "skipped=\"one\"", "is no count"),
            ("name=\"c\"", "name=\"\"", "is too short"),
            ("name=\"c\"", "name=\"c\" file=\"f\"", "may have no file"),
            ("<skipped message=\"m\"/>", "<skipped message=\"m\"/><error type=\"t\" message=\"m\"/>", "no place"),
            ("<property name=\"p\" value=\"\"/>", "", "is missing"),
            ("<skipped message=\"m\"/>", "words", "text in"),
            ("<skipped message=\"m\"/>", "<odd/>", "no place"),
        ] {
            let bad = good.replace(from, to);
            assert_ne!(bad, good, "{from}");
            let found = check(&bad).unwrap_err();
            assert!(found.contains(why), "{why}: {found}");
        }
    }
}
