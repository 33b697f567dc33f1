//! Who calls. A caller with a key signs its calls, and a host that names its callers takes no others.

use super::request::Request;
use nkeys::{KeyPair, KeyPairType};
use sha2::{Digest, Sha256};
use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use thiserror::Error as ThisError;

/// How far the clocks of a caller and a host may be apart, and how long a signed message may be on its way.
pub(crate) const TOLERANCE: Duration = Duration::from_secs(30);

/// A caller's own key: the seed of an nkey of a user, as `nk -gen user` and NATS's other tools make it.
pub struct Identity(KeyPair);

/// A text that is no seed, or no public key, of a user.
#[derive(Clone, Debug, ThisError)]
#[error("not the {what} of a user's nkey: {problem}")]
pub struct IdentityError {
    what: &'static str,
    problem: String,
}

/// Who a host takes calls from: the public key of a caller.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Caller(String);

impl Identity {
    /// Reads a seed, which begins with `SU`.
    ///
    /// # Errors
    /// If the text is no seed of a user.
    pub fn from_seed(seed: &str) -> Result<Self, IdentityError> {
        let wrong = |problem: String| IdentityError { what: "seed", problem };
        let pair = KeyPair::from_seed(seed.trim()).map_err(|error| wrong(error.to_string()))?;
        match pair.key_pair_type() {
            KeyPairType::User => Ok(Self(pair)),
            other => Err(wrong(format!("it is one of another kind, {other:?}"))),
        }
    }

    /// Makes a new key.
    pub fn generate() -> Self {
        Self(KeyPair::new_user())
    }

    /// The seed, for a file that nobody else can read.
    pub fn seed(&self) -> String {
        self.0.seed().unwrap_or_default()
    }

    /// The public key.
    pub fn caller(&self) -> Caller {
        Caller(self.0.public_key())
    }

    pub(crate) fn sign(&self, request: &Request<'_>) -> Vec<u8> {
        self.0.sign(&signed(request)).unwrap_or_default()
    }
}

impl Caller {
    /// Reads a public key, which begins with `U`.
    ///
    /// # Errors
    /// If the text is no public key of a user.
    pub fn from_public_key(key: &str) -> Result<Self, IdentityError> {
        let wrong = |problem: String| IdentityError { what: "public key", problem };
        let pair = KeyPair::from_public_key(key.trim()).map_err(|error| wrong(error.to_string()))?;
        match pair.key_pair_type() {
            KeyPairType::User => Ok(Self(pair.public_key())),
            other => Err(wrong(format!("it is one of another kind, {other:?}"))),
        }
    }

    /// The text of the key.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this caller has signed the request.
    pub(crate) fn has_signed(&self, request: &Request<'_>, signature: &[u8]) -> bool {
        KeyPair::from_public_key(&self.0).is_ok_and(|pair| pair.verify(&signed(request), signature).is_ok())
    }
}

/// What is signed: all that changes what a host does. Each part has its length in front, so that no two requests are one.
fn signed(request: &Request<'_>) -> Vec<u8> {
    let mut hash = Sha256::new();
    let deadline = (request.deadline.as_millis() as u64).to_le_bytes();
    let time = request.signed.to_le_bytes();
    let form = request.form.to_le_bytes();
    for part in
        [request.subject.as_bytes(), request.call.as_bytes(), &form, &deadline, &time, request.object, request.body]
    {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().to_vec()
}

/// Milliseconds since 1970.
pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_millis() as u64)
}

impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Identity").field(&self.caller()).finish()
    }
}
