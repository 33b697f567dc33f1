//! Where a module is from.

use crate::{PluginName, Source};
use std::fmt;
use std::str::FromStr;
use thiserror::Error as ThisError;

/// The longest origin, in bytes.
const MAX_LEN: usize = 4096;

/// Where a module is from, as text: `oci://example.com/plugins/words`, `file:/plugins/words.wasm`. Versions of one plugin have
/// one origin. So an origin has no version in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Origin(String);

/// A text is no origin.
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
#[error("{text:?} is no origin: it has 1 to {MAX_LEN} bytes, and no control characters")]
pub struct OriginError {
    /// The text.
    pub text: String,
}

impl Origin {
    /// Where a plugin is from, without its version.
    ///
    /// # Errors
    /// [`OriginError`] if the source's text is too long.
    pub fn of(name: &PluginName, source: &Source) -> Result<Self, OriginError> {
        let place = match source {
            Source::Url { url, .. } => url.to_string(),
            Source::Oci(reference) => format!("oci://{}/{}", reference.registry(), reference.repository()),
            // A folder has several plugins, and what one was granted is no other's.
            Source::Folder(_) => format!("{source} {name}"),
            Source::File(_) => source.to_string(),
        };
        place.parse()
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Origin {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<Self, OriginError> {
        match (1..=MAX_LEN).contains(&text.len()) && !text.contains(char::is_control) {
            true => Ok(Self(text.to_owned())),
            false => Err(OriginError { text: text.to_owned() }),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
