//! Whether a grant says something to each request.

use super::{Decision, Grant, Grants, Origin};
use crate::ContentHash;
use plugix_requests::{Item, Request, Requests};

/// What the grants say to a module's requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// All requests are answered, and the plugin can start.
    Covered {
        /// What it may do.
        grant: Grant,
        /// Whether it is not kept yet: the module is a new version, or asks for less than was kept for it.
        is_new: bool,
    },
    /// Some requests were never answered.
    Asks {
        /// What was answered.
        granted: Grant,
        /// What was not.
        additional: Requests,
        /// Whether a module of this origin was answered before.
        is_known: bool,
    },
    /// The plugin needs what was refused, or what nobody can grant.
    Refused {
        /// What was answered.
        granted: Grant,
        /// What it needs.
        needed: Requests,
    },
}

impl Grants {
    /// What the grants say to a module's requests. A module that was never answered has what the last one of its origin has:
    /// as much of it as it asks for, and what was added. Nothing counts for another origin.
    pub fn check(&self, origin: &Origin, hash: &ContentHash, requests: &Requests) -> Coverage {
        let kept = self.get(origin, hash);
        let before = kept.or_else(|| self.last(origin));
        let mut granted = Grant::new();
        if let Some(before) = before {
            before.added().iter().for_each(|added| granted.add(added.clone()));
        }
        let mut open = Vec::new();
        for request in requests {
            let answer = before.and_then(|before| before.answer(&request.item));
            // An answer is never more than what is asked for.
            if answer.is_none_or(|decision| granted.decide(request.item.clone(), decision).is_err()) {
                open.push(&request.item);
            }
        }
        let needed = requests.filter(|request| !request.optional && is_refused(&granted, &request.item));
        let additional = requests.filter(|request| request.item.kind().is_some() && open.contains(&&request.item));
        if !needed.is_empty() {
            Coverage::Refused { granted, needed }
        } else if !additional.is_empty() {
            Coverage::Asks { granted, additional, is_known: before.is_some() }
        } else {
            let is_new = kept.map_or(!granted.is_empty(), |kept| *kept != granted);
            Coverage::Covered { grant: granted, is_new }
        }
    }
}

impl Grant {
    /// What was said to a request for this, or to one for more.
    fn answer(&self, asked: &Item) -> Option<Decision> {
        if let Some(allowed) = self.allowed().find(|allowed| allowed.item().covers(asked)) {
            return allowed.within(asked).map(Decision::Allowed);
        }
        let decided = || self.decided().iter().filter(|decided| decided.asked().covers(asked));
        let less = decided().find_map(|decided| match decided.decision() {
            Decision::Allowed(allowed) => allowed.within(asked).map(Decision::Allowed),
            Decision::Refused => None,
        });
        less.or_else(|| decided().any(|decided| *decided.decision() == Decision::Refused).then_some(Decision::Refused))
    }

    /// The requests that the plugin needs, and that are refused.
    pub(super) fn refuses(&self, requests: &Requests) -> Requests {
        requests.filter(|request: &Request| !request.optional && is_refused(self, &request.item))
    }
}

fn is_refused(grant: &Grant, item: &Item) -> bool {
    let refused = |decided: &super::Decided| decided.asked() == item && *decided.decision() == Decision::Refused;
    item.kind().is_none() || grant.decided().iter().any(refused)
}
