//! What a person says to the requests of a version.

use crate::error::ConsoleError;
use plugix_manager::store::grants::requests::{Item, Request, Requests};
use plugix_manager::store::grants::{Allowed, Coverage, Decision, Grant};
use serde::Deserialize;
use std::path::PathBuf;

/// What a person says to one request.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Answer {
    pub(crate) allow: bool,
    /// The host's folder, if the request is for one.
    #[serde(default)]
    pub(crate) folder: Option<PathBuf>,
}

/// What answers make of the requests: one for each, in their order.
pub(crate) fn grant(requests: &Requests, answers: &[Answer]) -> Result<Grant, ConsoleError> {
    let (asked, answered) = (requests.len(), answers.len());
    if asked != answered {
        return Err(ConsoleError::Answers { asked, answered });
    }
    let mut grant = Grant::new();
    for (Request { item, .. }, answer) in requests.iter().zip(answers) {
        if matches!(item, Item::Unknown { .. }) {
            continue;
        }
        let decision = match answer.allow {
            true => Allowed::as_asked(item, answer.folder.as_deref()).map(Decision::Allowed),
            false => Ok(Decision::Refused),
        };
        let decided = decision.and_then(|decision| grant.decide(item.clone(), decision));
        decided.map_err(ConsoleError::Grant)?;
    }
    Ok(grant)
}

/// What was granted, whether or not that suffices.
pub(crate) fn granted(coverage: &Coverage) -> &Grant {
    match coverage {
        Coverage::Covered { grant, .. } => grant,
        Coverage::Asks { granted, .. } | Coverage::Refused { granted, .. } => granted,
    }
}
