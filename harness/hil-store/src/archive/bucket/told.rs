//! What an object store's answer means: the few cases that the archive acts on, and what people are told of the rest.
//!
//! Servers repeat in the body of an error who asked and what was signed, so nothing of a body is shown but its code, and of a broken
//! connection only the innermost cause.

use std::error::Error as _;

use object_store::Error;
use object_store::client::HttpError;

use crate::trouble::Trouble;

/// The address at which a machine of Amazon's is asked for credentials when nothing else has any.
const INSTANCE_METADATA: &str = "169.254.169.254";

/// What became of a request that did not succeed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// There is no such object.
    Missing,
    /// There is one of that name already, or somebody is just writing or removing it.
    Exists,
    /// The object is no longer the one that was seen.
    Changed,
    /// Nobody knows whether it happened: asking again is right.
    Broken(Trouble),
    /// Asking again would not help.
    Trouble(Trouble),
}

impl Told {
    /// What is said of it where it was not expected.
    pub(super) fn trouble(self) -> Trouble {
        let code = |code: &str| Trouble::Server { code: code.to_owned() };
        match self {
            Self::Missing => code("404 Not Found"),
            Self::Exists => code("409 Conflict"),
            Self::Changed => code("412 Precondition Failed"),
            Self::Broken(trouble) | Self::Trouble(trouble) => trouble,
        }
    }
}

/// Sorts an error by what it means.
pub(super) fn told(error: &Error) -> Told {
    let (all, is_broken) = chain(error);
    let text = all.join("\n");
    let code = between(&text, "<Code>", "</Code>");
    let region = || between(&text, "<Region>", "</Region>").map(str::to_owned);
    let denied = |otherwise: &str| {
        Told::Trouble(Trouble::Denied { code: code.filter(|code| is_word(code)).unwrap_or(otherwise).to_owned() })
    };
    match (error, code) {
        (_, Some("NoSuchBucket")) => Told::Trouble(Trouble::NoBucket),
        (_, Some("AuthorizationHeaderMalformed" | "PermanentRedirect" | "IllegalLocationConstraintException")) => {
            Told::Trouble(Trouble::Region { region: region().filter(|region| is_word(region)) })
        }
        (_, Some("NotImplemented")) | (Error::NotImplemented { .. } | Error::NotSupported { .. }, _) => {
            Told::Trouble(Trouble::Unconditional)
        }
        (
            _,
            Some("InvalidAccessKeyId" | "SignatureDoesNotMatch" | "ExpiredToken" | "InvalidToken" | "AccessDenied"),
        ) => denied("denied"),
        (Error::PermissionDenied { .. }, _) => denied("403 Forbidden"),
        (Error::Unauthenticated { .. }, _) => denied("401 Unauthorized"),
        (Error::NotFound { .. }, _) => Told::Missing,
        (Error::AlreadyExists { .. }, _) => Told::Exists,
        (Error::Precondition { .. } | Error::NotModified { .. }, _) => Told::Changed,
        _ if text.contains(INSTANCE_METADATA) => Told::Trouble(Trouble::NoCredentials),
        _ if text.contains("Received redirect without LOCATION") => Told::Trouble(Trouble::Region { region: None }),
        (_, Some(code)) if is_word(code) => Told::Trouble(Trouble::Server { code: code.to_owned() }),
        _ => match between(&text, "non-2xx status code: ", ":") {
            Some(status) if status.starts_with("401") || status.starts_with("403") => denied(status),
            Some(status) => Told::Trouble(Trouble::Server { code: status.to_owned() }),
            None if is_broken => Told::Broken(Trouble::Unreachable { cause: innermost(&all) }),
            None => Told::Trouble(Trouble::Answer { why: innermost(&all) }),
        },
    }
}

/// An error and everything behind it, in words, and whether the connection is among it.
fn chain(error: &Error) -> (Vec<String>, bool) {
    let mut all = vec![error.to_string()];
    let mut next = error.source();
    let mut is_broken = false;
    while let Some(error) = next {
        all.push(error.to_string());
        is_broken |= error.is::<HttpError>();
        next = error.source();
    }
    (all, is_broken)
}

/// The innermost cause, as one line without control characters.
fn innermost(all: &[String]) -> String {
    all.last().map_or("", String::as_str).chars().filter(|c| !c.is_control()).take(200).collect()
}

fn between<'a>(text: &'a str, before: &str, behind: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    Some(rest.split_once(behind)?.0)
}

/// Whether it is a code such as `NoSuchKey` or `eu-central-1`, which cannot hide anything.
fn is_word(text: &str) -> bool {
    !text.is_empty() && text.len() <= 64 && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

#[cfg(test)]
mod tests {
    use object_store::Error;
    use object_store::client::{HttpError, HttpErrorKind};

    use super::{Told, told};
    use crate::trouble::Trouble;

    #[derive(Debug, thiserror::Error)]
    #[error("connection reset")]
    struct Reset;

    fn answer(status: &str, body: &str) -> Error {
        let source = format!("Server returned non-2xx status code: {status}: {body}").into();
        let path = String::new();
        match &status[..3] {
            "403" => Error::PermissionDenied { path, source },
            "404" => Error::NotFound { path, source },
            _ => Error::Generic { store: "S3", source },
        }
    }

    #[test]
    fn answers_are_sorted_by_what_to_do_about_them() {
        let trouble = |status: &str, body: &str| match told(&answer(status, body)) {
            Told::Trouble(trouble) => trouble,
            other => panic!("{other:?}"),
        };
        assert_eq!(trouble("404 Not Found", "<Error><Code>NoSuchBucket</Code></Error>"), Trouble::NoBucket);
        let wrong = "<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-west-3</Region></Error>";
        assert_eq!(trouble("400 Bad Request", wrong), Trouble::Region { region: Some("eu-west-3".to_owned()) });
        assert_eq!(trouble("501 Not Implemented", "<Code>NotImplemented</Code>"), Trouble::Unconditional);
        assert_eq!(
            trouble("503 Service Unavailable", "busy"),
            Trouble::Server { code: "503 Service Unavailable".to_owned() }
        );
        assert_eq!(told(&answer("404 Not Found", "<Code>NoSuchKey</Code>")), Told::Missing);
        let reset = Error::Generic { store: "S3", source: Box::new(HttpError::new(HttpErrorKind::Unknown, Reset)) };
        assert_eq!(told(&reset), Told::Broken(Trouble::Unreachable { cause: "connection reset".to_owned() }));
        let page = Error::Generic { store: "S3", source: "no such element".into() };
        assert_eq!(told(&page), Told::Trouble(Trouble::Answer { why: "no such element".to_owned() }));
    }

    #[test]
    fn nothing_that_a_server_repeats_of_the_credentials_is_shown() {
        let body = "<Code>SignatureDoesNotMatch</Code><AWSAccessKeyId>KEY</AWSAccessKeyId><StringToSign>KEY/2026</StringToSign>";
        let shown = told(&answer("403 Forbidden", body)).trouble().to_string();
        assert!(
            shown.contains("SignatureDoesNotMatch") && !shown.contains("KEY/") && !shown.contains(">KEY"),
            "{shown}"
        );
        let shown = told(&answer("403 Forbidden", "<Code>KEY/2026</Code>")).trouble().to_string();
        assert!(!shown.contains("KEY/2026"), "{shown}");
    }
}
