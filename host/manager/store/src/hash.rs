//! What a module is known by.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use thiserror::Error as ThisError;

/// The BLAKE3 hash of a portable module's bytes. As text it is `blake3:` and 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ContentHash([u8; 32]);

/// A text is no content hash.
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
#[error("{text:?} is no hash of a module: write `blake3:` and 64 hexadecimal digits")]
pub struct ContentHashError {
    /// The text.
    pub text: String,
}

impl ContentHash {
    /// The hash of a module's bytes.
    pub fn of(module: &[u8]) -> Self {
        Self(*blake3::hash(module).as_bytes())
    }

    /// The 64 digits alone, for names of files.
    pub fn hex(&self) -> String {
        blake3::Hash::from_bytes(self.0).to_hex().to_string()
    }
}

impl From<blake3::Hash> for ContentHash {
    fn from(hash: blake3::Hash) -> Self {
        Self(*hash.as_bytes())
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "blake3:{}", self.hex())
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for ContentHash {
    type Err = ContentHashError;

    fn from_str(text: &str) -> Result<Self, ContentHashError> {
        let wrong = || ContentHashError { text: text.to_owned() };
        let digits = text.strip_prefix("blake3:").ok_or_else(wrong)?;
        Ok(Self(*blake3::Hash::from_hex(digits).map_err(|_| wrong())?.as_bytes()))
    }
}

impl TryFrom<String> for ContentHash {
    type Error = ContentHashError;

    fn try_from(text: String) -> Result<Self, ContentHashError> {
        text.parse()
    }
}

impl From<ContentHash> for String {
    fn from(hash: ContentHash) -> Self {
        hash.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::ContentHash;

    #[test]
    fn a_hash_is_read_as_it_is_written() {
        let hash = ContentHash::of(b"a module");
        assert_eq!(hash.to_string().parse(), Ok(hash));
    }

    #[test]
    fn other_texts_are_refused() {
        for wrong in ["", "blake3:", "blake3:12", "sha256:00", &"0".repeat(64)] {
            assert!(wrong.parse::<ContentHash>().is_err(), "{wrong}");
        }
    }
}
