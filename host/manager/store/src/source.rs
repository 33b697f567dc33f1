//! Where a plugin comes from, as text. Nothing here knows of a disk or a network.

use crate::ContentHash;
use crate::reference::{Reference, ReferenceError};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use thiserror::Error as ThisError;
use url::{Host, Url};

/// Where a plugin comes from.
///
/// ```
/// use plugix_store::Source;
///
/// for text in ["file:/opt/words.wasm", "folder:/opt/plugins", "oci://registry.example/tools/words:1.2"] {
///     assert_eq!(text.parse::<Source>()?.to_string(), text);
/// }
/// # Ok::<(), plugix_store::SourceError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[non_exhaustive]
pub enum Source {
    /// `file:PATH`: a module on this machine.
    File(PathBuf),
    /// `folder:PATH`: a folder of modules, in which the plugin is found by its name.
    Folder(PathBuf),
    /// `https://…#blake3:…`: a module behind an address, which must have this hash. The scheme is `http` for this
    /// machine alone.
    Url {
        /// The address, without the hash.
        url: Url,
        /// The hash of the module.
        hash: ContentHash,
    },
    /// `oci://HOST/REPOSITORY:TAG`: a plugin in an OCI registry.
    Oci(Reference),
}

/// A text is no source of plugins.
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
#[non_exhaustive]
pub enum SourceError {
    /// The text begins like none of the sources.
    #[error("{text:?} is no source of plugins: it begins with `file:`, `folder:`, `https://` or `oci://`")]
    Kind {
        /// The text.
        text: String,
    },
    /// The path of a file or folder can't be kept.
    #[error("{path:?} can't be kept as a source: a path is Unicode, without control characters and not empty")]
    Path {
        /// The path.
        path: PathBuf,
    },
    /// An address without the hash of what is there.
    #[error(
        "{url} doesn't say which module is there: add `#blake3:` and the module's hash (`plugix inspect` shows it)"
    )]
    NoHash {
        /// The address.
        url: String,
    },
    /// An address that isn't one, or may not be used.
    #[error("{text:?} can't be used: {what}")]
    Url {
        /// The text.
        text: String,
        /// What is wrong with it.
        what: String,
    },
    /// An address in a registry that isn't one.
    #[error(transparent)]
    Reference(#[from] ReferenceError),
}

impl Source {
    /// A file on this machine. A relative path counts from the current folder.
    ///
    /// # Errors
    /// [`SourceError::Path`] if the path can't be written as text.
    pub fn file(path: impl AsRef<Path>) -> Result<Self, SourceError> {
        absolute(path.as_ref()).map(Self::File)
    }

    /// A folder on this machine. A relative path counts from the current folder.
    ///
    /// # Errors
    /// [`SourceError::Path`] if the path can't be written as text.
    pub fn folder(path: impl AsRef<Path>) -> Result<Self, SourceError> {
        absolute(path.as_ref()).map(Self::Folder)
    }

    /// The same source, whatever the current folder is later.
    pub(crate) fn absolute(self) -> Result<Self, SourceError> {
        match self {
            Self::File(path) => Self::file(path),
            Self::Folder(path) => Self::folder(path),
            other => Ok(other),
        }
    }
}

fn absolute(path: &Path) -> Result<PathBuf, SourceError> {
    checked(&std::path::absolute(path).map_err(|_| SourceError::Path { path: path.to_owned() })?)
}

fn checked(path: &Path) -> Result<PathBuf, SourceError> {
    match path.to_str() {
        Some(text) if !text.is_empty() && !text.contains(char::is_control) => Ok(path.to_owned()),
        _ => Err(SourceError::Path { path: path.to_owned() }),
    }
}

fn parse_url(text: &str) -> Result<Source, SourceError> {
    let wrong = |what: &dyn fmt::Display| SourceError::Url { text: text.to_owned(), what: what.to_string() };
    let mut url = Url::parse(text).map_err(|error| wrong(&error))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong(&"a user's name or password doesn't belong into an address"));
    }
    if url.scheme() == "http" && !is_this_machine(&url) {
        return Err(wrong(&"`http` is for this machine alone; use `https`"));
    }
    let Some(hash) = url.fragment() else {
        return Err(SourceError::NoHash { url: url.to_string() });
    };
    let hash = hash.parse().map_err(|error| wrong(&error))?;
    url.set_fragment(None);
    Ok(Source::Url { url, hash })
}

/// Whether an address names this machine, without asking anybody.
pub(crate) fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

impl FromStr for Source {
    type Err = SourceError;

    fn from_str(text: &str) -> Result<Self, SourceError> {
        match text.split_once(':') {
            Some(("file", path)) => checked(Path::new(path)).map(Self::File),
            Some(("folder", path)) => checked(Path::new(path)).map(Self::Folder),
            Some(("https" | "http", _)) => parse_url(text),
            Some(("oci", rest)) if rest.starts_with("//") => Ok(Self::Oci(rest[2..].parse()?)),
            _ => Err(SourceError::Kind { text: text.to_owned() }),
        }
    }
}

impl TryFrom<String> for Source {
    type Error = SourceError;

    fn try_from(text: String) -> Result<Self, SourceError> {
        text.parse()
    }
}

impl From<Source> for String {
    fn from(source: Source) -> Self {
        source.to_string()
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "file:{}", path.display()),
            Self::Folder(path) => write!(f, "folder:{}", path.display()),
            Self::Url { url, hash } => write!(f, "{url}#{hash}"),
            Self::Oci(reference) => write!(f, "oci://{reference}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(text: &str) -> Result<Source, SourceError> {
        text.parse()
    }

    #[test]
    fn an_address_has_a_hash_and_is_https() {
        let hash = ContentHash::of(b"");
        let text = format!("https://a.example/x.wasm?y=1#{hash}");
        assert_eq!(parse(&text).unwrap().to_string(), text);
        assert!(parse(&format!("http://127.0.0.1:80/x#{hash}")).is_ok());
        assert!(matches!(parse("https://a.example/x"), Err(SourceError::NoHash { .. })));
        for wrong in ["http://a.example/x", "https://u:p@a.example/x", "https://", "https:///"] {
            assert!(matches!(parse(&format!("{wrong}#{hash}")), Err(SourceError::Url { .. })), "{wrong}");
        }
        assert!(matches!(parse("ftp://a.example"), Err(SourceError::Kind { .. })));
        assert!(matches!(parse("file:"), Err(SourceError::Path { .. })));
        assert!(matches!(parse("oci://a"), Err(SourceError::Reference(_))));
    }

    proptest! {
        #[test]
        fn a_source_is_read_as_it_is_written(text in "(file:|folder:|https://|http://|oci://)?[ -~ä]{0,40}(#blake3:[0-9a-f]{64})?") {
            if let Ok(source) = parse(&text) {
                prop_assert_eq!(parse(&source.to_string()), Ok(source));
            }
        }

        #[test]
        fn an_oci_source_is_read_as_it_is_written(
            text in "oci://[a-zA-Z0-9.]{1,9}(:[0-9]{1,5})?/[a-z0-9._/-]{1,20}(:[A-Za-z0-9._-]{1,8})?(@sha256:[0-9a-f]{64})?"
        ) {
            if let Ok(source) = parse(&text) {
                prop_assert_eq!(parse(&source.to_string()), Ok(source));
            }
        }
    }
}
