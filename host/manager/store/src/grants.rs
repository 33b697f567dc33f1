//! What each plugin may do, and what was refused: kept by content hash and origin.
//!
//! A module says what it would like. A [`Grant`] says what a host or a person makes of that: each thing is allowed, refused,
//! or allowed in part. [`Grants`] keeps the grants in a file. A new version of a plugin has what the version before had,
//! as far as it asks for it; what it asks for beyond that is asked of a [`Prompt`].
//!
//! ```
//! use plugix_requests::Requests;
//! use plugix_store::ContentHash;
//! use plugix_store::grants::{Allowed, Decision, Fixed, GrantError, Grants, GrantsError, Subject};
//!
//! let requests = Requests::from_toml("[[limits]]\nthreads = 8\nreason = \"computes\"", None)?;
//! let origin = "file:/plugins/words.wasm".parse()?;
//! let hash = ContentHash::of(b"the module");
//! let subject = Subject { name: "words", version: "1.0.0", origin: &origin, hash: &hash, requests: &requests };
//!
//! let mut grants = Grants::in_memory();
//! // Nobody is there to be asked: it does not start.
//! assert!(matches!(grants.decide(&subject, &mut Fixed::refuse()), Err(GrantsError::Refused { .. })));
//! grants.forget(&origin)?;
//! let grant = grants.decide(&subject, &mut Fixed::new(|request| Ok(Decision::Allowed(Allowed::new(request.item.clone())?))))?;
//! assert_eq!(grant.allowed().count(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod check;
mod decide;
mod error;
mod file;
mod grant;
mod origin;
mod prepared;
mod prompt;
mod terminal;
mod text;

pub use check::Coverage;
pub use error::{GrantError, GrantsError, GrantsTextError};
pub use file::Grants;
pub use grant::{Allowed, Decided, Decision, Grant};
pub use origin::{Origin, OriginError};
pub use prepared::Prepared;
pub use prompt::{Answer, Fixed, Prompt, PromptError, Question};
pub use terminal::Terminal;

pub use plugix_requests as requests;

use crate::ContentHash;
use plugix_requests::Requests;

/// A module that is to start. Its words are allegations.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'s> {
    /// The plugin's name.
    pub name: &'s str,
    /// The plugin's version.
    pub version: &'s str,
    /// Where it is from.
    pub origin: &'s Origin,
    /// What it is.
    pub hash: &'s ContentHash,
    /// What it asks for.
    pub requests: &'s Requests,
}

#[cfg(test)]
mod tests;
