//! What a plugin is called in an application.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use thiserror::Error as ThisError;

/// The name of a plugin: letters, digits, `-` and `_` of ASCII, 64 at most, with a letter or digit first. A name is
/// never a path.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PluginName(String);

/// A text can't be a plugin's name.
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
#[error(
    "{text:?} can't be a plugin's name: use letters, digits, `-` and `_`, {LEN_MAX} at most, a letter or digit first"
)]
pub struct NameError {
    /// The text, or its beginning.
    pub text: String,
}

/// How many characters a name has at most.
const LEN_MAX: usize = 64;

impl PluginName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PluginName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        let begins = text.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
        match begins && text.len() <= LEN_MAX && text.bytes().all(fits) {
            true => Ok(Self(text.to_owned())),
            false => Err(NameError { text: text.chars().take(LEN_MAX).collect() }),
        }
    }
}

impl TryFrom<String> for PluginName {
    type Error = NameError;

    fn try_from(text: String) -> Result<Self, NameError> {
        text.parse()
    }
}

impl From<PluginName> for String {
    fn from(name: PluginName) -> Self {
        name.0
    }
}

impl fmt::Display for PluginName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::PluginName;

    #[test]
    fn a_name_is_never_a_path() {
        for wrong in ["", ".", "..", "a/b", "a\\b", "-a", "_a", "a.b", "ä", "a\0", "a b", &"a".repeat(65)] {
            assert!(wrong.parse::<PluginName>().is_err(), "{wrong:?}");
        }
        for right in ["a", "word-count", "Log_2", &"a".repeat(64)] {
            assert!(right.parse::<PluginName>().is_ok(), "{right:?}");
        }
    }
}
