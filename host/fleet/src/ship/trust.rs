//! Whose releases a host runs.

use super::release::Signed;
use plugix_store::Key;

/// Whose releases a host runs. Without a word of that it runs none.
#[derive(Clone, Debug, Default)]
pub enum Trust {
    /// Nobody's.
    #[default]
    Nobody,
    /// Those that at least so many of the keys have signed.
    Keys {
        /// How many.
        need: usize,
        /// The keys.
        keys: Vec<Key>,
    },
    /// Those of anybody who may write the bucket, signed or not.
    Anybody,
}

impl Trust {
    /// Those that this key has signed.
    pub fn key(key: Key) -> Self {
        Self::Keys { need: 1, keys: vec![key] }
    }

    /// Checks who has signed a release.
    pub(super) fn check(&self, signed: &Signed) -> Result<(), String> {
        let (need, keys) = match self {
            Self::Anybody => return Ok(()),
            Self::Nobody => return Err("this host trusts no key: give it one".to_owned()),
            Self::Keys { need, keys } => ((*need).max(1), keys),
        };
        let have = signed.signed_by(keys).map_err(|error| error.to_string())?;
        match have >= need {
            true => Ok(()),
            false => Err(format!(
                "{have} of the {} keys that this host trusts have signed the release, and {need} must have",
                keys.len()
            )),
        }
    }
}
