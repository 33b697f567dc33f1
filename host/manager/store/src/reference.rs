//! The address of a plugin in an OCI registry. It is text: nothing here knows of a network.

use std::fmt;
use std::str::FromStr;
use thiserror::Error as ThisError;
use url::Url;

/// The address of a plugin in an OCI registry: `host[:port]/repository[:tag][@sha256:digest]`. Without tag and digest,
/// the tag is `latest`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reference {
    registry: String,
    repository: String,
    tag: Option<String>,
    digest: Option<String>,
}

/// A text is no address in an OCI registry.
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
#[error("{text:?} is no address in a registry: {what} (as in `oci://registry.example/tools/words:1.2`)")]
pub struct ReferenceError {
    /// The text.
    pub text: String,
    /// What is wrong with it.
    pub what: &'static str,
}

impl Reference {
    /// The registry: its host in lower case, and its port if the text names one.
    pub fn registry(&self) -> &str {
        &self.registry
    }

    /// The repository's name within the registry.
    pub fn repository(&self) -> &str {
        &self.repository
    }

    /// The tag, if there is one.
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// The digest that the manifest must have, if the address names one: `sha256:` and 64 digits.
    pub fn digest(&self) -> Option<&str> {
        self.digest.as_deref()
    }

    /// What the registry knows the manifest by: the digest, or else the tag.
    pub(crate) fn version(&self) -> &str {
        self.digest.as_deref().or(self.tag.as_deref()).unwrap_or("latest")
    }
}

impl FromStr for Reference {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        let wrong = |what| ReferenceError { text: text.to_owned(), what };
        let (registry, rest) = text.split_once('/').ok_or_else(|| wrong("it has no `/` after the registry"))?;
        let (rest, digest) = match rest.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest)),
            None => (rest, None),
        };
        let (repository, tag) = match rest.split_once(':') {
            Some((repository, tag)) => (repository, Some(tag)),
            None => (rest, None),
        };
        let registry =
            parse_registry(registry).ok_or_else(|| wrong("the registry is no host with or without a port"))?;
        if repository.len() > 255 || !repository.split('/').all(is_component) {
            return Err(wrong("the repository is lower-case words, joined by `/`, `-`, `_` or `.`"));
        }
        if !tag.is_none_or(is_tag) {
            return Err(wrong("the tag is letters, digits, `_`, `.` and `-`, 128 at most"));
        }
        if !digest.is_none_or(is_digest) {
            return Err(wrong("the digest is `sha256:` and 64 lower-case hexadecimal digits"));
        }
        let tag = tag.or_else(|| digest.is_none().then_some("latest")).map(str::to_owned);
        Ok(Self { registry, repository: repository.to_owned(), tag, digest: digest.map(str::to_owned) })
    }
}

/// A host as URLs have it, so that there is one way to write each.
fn parse_registry(text: &str) -> Option<String> {
    if text.contains(['@', '?', '#', '\\', '%']) || text.trim() != text {
        return None;
    }
    let url = Url::parse(&format!("https://{text}/")).ok()?;
    let host = url.host_str()?.to_owned();
    Some(match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host,
    })
}

fn is_component(text: &str) -> bool {
    let alphanumeric = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit();
    let ends = text.starts_with(alphanumeric) && text.ends_with(alphanumeric);
    let is_separator =
        |separator: &str| matches!(separator, "" | "." | "_" | "__") || separator.bytes().all(|byte| byte == b'-');
    ends && text.split(alphanumeric).all(is_separator)
}

fn is_tag(text: &str) -> bool {
    let word = |char: char| char.is_ascii_alphanumeric() || char == '_';
    (1..=128).contains(&text.len()) && text.starts_with(word) && text.chars().all(|c| word(c) || c == '.' || c == '-')
}

/// Whether a text is a digest of the only kind that is taken.
pub(crate) fn is_digest(text: &str) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    text.strip_prefix("sha256:").is_some_and(|digits| digits.len() == 64 && digits.bytes().all(is_digit))
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { registry, repository, tag, digest } = self;
        write!(f, "{registry}/{repository}")?;
        tag.iter().try_for_each(|tag| write!(f, ":{tag}"))?;
        digest.iter().try_for_each(|digest| write!(f, "@{digest}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Reference, ReferenceError> {
        text.parse()
    }

    #[test]
    fn an_address_has_parts() {
        let reference = parse("Localhost:5000/tools/word-count:1.2").unwrap();
        assert_eq!((reference.registry(), reference.repository()), ("localhost:5000", "tools/word-count"));
        assert_eq!((reference.tag(), reference.digest()), (Some("1.2"), None));
        assert_eq!(parse("a.example/b").unwrap().to_string(), "a.example/b:latest");
        assert_eq!(parse("a.example:443/b:x").unwrap().to_string(), "a.example/b:x");
        let digest = format!("sha256:{}", "0".repeat(64));
        let reference = parse(&format!("[::1]:5000/b@{digest}")).unwrap();
        assert_eq!((reference.registry(), reference.version()), ("[::1]:5000", digest.as_str()));
    }

    #[test]
    fn other_texts_are_refused() {
        let long = format!("a.example/b:{}", "x".repeat(129));
        for wrong in [
            "",
            "a",
            "a/",
            "/b",
            "a.example/../b",
            "a.example/b/../c",
            "a.example/B",
            "a.example/b:",
            "a.example/b:x y",
            "a.example/b:..",
            "a.example/b@sha256:12",
            "user@a.example/b",
            "a.example?x/b",
            "a.example/b//c",
            "a.example/b#x",
            "a.example/b:-x",
            &long,
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
