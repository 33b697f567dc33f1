//! Who may call. Each message is an allegation until its signature was checked.

use crate::wire::failure::{Failure, FailureKind};
use crate::wire::identity::{Caller, TOLERANCE, now};
use crate::wire::request::Received;
use std::collections::BTreeSet;

/// The callers of a host.
pub(super) struct Callers(Option<BTreeSet<Caller>>);

impl Callers {
    /// `None` are all that the servers let in.
    pub(super) fn new(callers: Option<BTreeSet<Caller>>) -> Self {
        Self(callers)
    }

    /// Returns who calls, if this host asks for that.
    ///
    /// # Errors
    /// [`FailureKind::Refused`] with the reason.
    pub(super) fn check(&self, received: &Received<'_>) -> Result<Option<Caller>, Failure> {
        let Some(callers) = &self.0 else { return Ok(None) };
        let refused = |problem: String| Err(Failure::new(FailureKind::Refused, problem));
        let Some((caller, signature)) = &received.caller else {
            return refused("this host takes signed calls alone: connect with an identity".to_owned());
        };
        if !callers.contains(caller) {
            return refused(format!("this host takes no calls from {caller}"));
        }
        if !caller.has_signed(&received.request, signature) {
            return refused(format!("{caller} has not signed this call"));
        }
        let apart = now().abs_diff(received.request.signed);
        match u128::from(apart) <= TOLERANCE.as_millis() {
            true => Ok(Some(caller.clone())),
            false => refused(format!(
                "the call was signed {} s before or after this host's time, of {} at the most: set the clocks",
                apart / 1000,
                TOLERANCE.as_secs()
            )),
        }
    }
}
