//! Who signed a module, and who must have: minisign keys and signatures. Nothing here knows where a module lies.

mod policy;

pub use policy::{PolicyError, Rule, SignatureError, SignaturePolicy};

use minisign_verify::{Error, PublicKey};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use thiserror::Error as ThisError;

/// The public half of a minisign key. As text it is what stands in the second line of a `minisign.pub`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Key {
    text: String,
    key: PublicKey,
}

/// A text is no public minisign key.
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
#[error("{text:?} is no public key: it is the last line of what `plugix keygen` or `minisign -G` writes, `RW…`")]
pub struct KeyError {
    /// The text, or its beginning.
    pub text: String,
}

/// Signatures that came with a module. They are allegations until [`SignaturePolicy::check`] or [`Signatures::by`] has
/// compared them with a module and a key.
#[derive(Clone, Default)]
pub struct Signatures(Vec<(String, minisign_verify::Signature)>);

/// A text holds no minisign signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ThisError)]
#[error("no minisign signatures: each has four lines, and there are {SIGNATURES_MAX} at most; sign the module anew")]
pub struct SignaturesError;

/// What a key has to do with a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// The key signed the module.
    Signed,
    /// There is no signature by the key.
    NotSigned,
    /// There is a signature that names the key, and it is of another file or was made with another key.
    OtherFile,
    /// The signature is of an old form that isn't taken.
    Legacy,
}

/// How many signatures a module comes with at most.
pub(crate) const SIGNATURES_MAX: usize = 16;

/// How long the text of signatures is at most, in bytes.
pub(crate) const TEXT_MAX: u64 = 64 << 10;

impl Signatures {
    /// Reads signatures: one after the other, each as a `.minisig` file has it.
    ///
    /// # Errors
    /// [`SignaturesError`] if the text is anything else.
    pub fn parse(text: &str) -> Result<Self, SignaturesError> {
        let lines: Vec<_> = text.lines().filter(|line| !line.trim().is_empty()).collect();
        if lines.len() > 4 * SIGNATURES_MAX || !lines.len().is_multiple_of(4) {
            return Err(SignaturesError);
        }
        // A line that is longer than any can be is not decoded.
        let parse = |lines: &[&str]| {
            let text = lines.join("\n") + "\n";
            match text.len() <= 32 << 10 {
                true => minisign_verify::Signature::decode(&text).map(|it| (text, it)).map_err(|_| SignaturesError),
                false => Err(SignaturesError),
            }
        };
        lines.chunks(4).map(parse).collect::<Result<_, _>>().map(Self)
    }

    /// Adds the signatures of another text.
    ///
    /// # Errors
    /// [`SignaturesError`] if they are too many together.
    pub fn extend(&mut self, others: Self) -> Result<(), SignaturesError> {
        self.0.extend(others.0);
        if self.0.len() > SIGNATURES_MAX { Err(SignaturesError) } else { Ok(()) }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each as a `.minisig` file has it.
    pub fn texts(&self) -> Vec<String> {
        self.0.iter().map(|(text, _)| text.clone()).collect()
    }

    /// What a key has to do with a module.
    pub fn by(&self, key: &Key, module: &[u8]) -> Verdict {
        let mut verdict = Verdict::NotSigned;
        for (_, signature) in &self.0 {
            match key.key.verify(module, signature, false) {
                Ok(()) => return Verdict::Signed,
                Err(Error::UnexpectedKeyId) => {}
                Err(Error::UnexpectedAlgorithm | Error::UnsupportedLegacyMode) => verdict = Verdict::Legacy,
                Err(_) => verdict = Verdict::OtherFile,
            }
        }
        verdict
    }
}

impl FromStr for Key {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let line = text.trim().lines().last().unwrap_or_default().trim();
        match PublicKey::from_base64(line) {
            Ok(key) => Ok(Self { text: line.to_owned(), key }),
            Err(_) => Err(KeyError { text: text.chars().take(80).collect() }),
        }
    }
}

impl TryFrom<String> for Key {
    type Error = KeyError;

    fn try_from(text: String) -> Result<Self, KeyError> {
        text.parse()
    }
}

impl From<Key> for String {
    fn from(key: Key) -> Self {
        key.text
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Signatures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} signatures", self.0.len())
    }
}
