//! What a module may do when it starts: what is kept, and what somebody says to the rest.

use super::{Answer, Coverage, Grant, GrantError, Grants, GrantsError, Prompt, Question, Subject};
use std::sync::{Mutex, MutexGuard, PoisonError};

impl Grants {
    /// What a module may do when it starts. Requests that were never answered are asked of the prompt, and what it says is
    /// kept.
    ///
    /// # Errors
    /// [`GrantsError::Refused`] if the plugin needs what was refused, [`GrantsError::Prompt`] if nobody answered,
    /// [`GrantsError::Grant`] if more was allowed than was asked for, and what reading and writing the file gives.
    pub fn decide(&mut self, subject: &Subject<'_>, prompt: &mut dyn Prompt) -> Result<Grant, GrantsError> {
        let seen = self.coverage(subject);
        let answer = ask(subject, &seen, prompt)?;
        self.settle(subject, seen, answer)
    }

    /// Does the same with grants that others use meanwhile. Nobody waits while the prompt is asked: somebody may think for
    /// hours. If what was asked has changed by then, the answer is dropped, and what is open now is asked.
    ///
    /// # Errors
    /// As for [`Grants::decide`].
    pub fn decide_shared(
        grants: &Mutex<Self>,
        subject: &Subject<'_>,
        prompt: &mut dyn Prompt,
    ) -> Result<Grant, GrantsError> {
        let mut seen = lock(grants).coverage(subject);
        loop {
            let answer = ask(subject, &seen, prompt)?;
            let mut grants = lock(grants);
            let now = grants.coverage(subject);
            if now == seen {
                return grants.settle(subject, seen, answer);
            }
            seen = now;
        }
    }

    fn coverage(&self, subject: &Subject<'_>) -> Coverage {
        self.check(subject.origin, subject.hash, subject.requests)
    }

    /// Keeps what was answered to what was seen.
    fn settle(&mut self, subject: &Subject<'_>, seen: Coverage, answer: Answer) -> Result<Grant, GrantsError> {
        let Subject { origin, hash, requests, .. } = *subject;
        let grant = match seen {
            Coverage::Covered { grant, is_new: false } => return Ok(grant),
            Coverage::Covered { grant, is_new: true } => grant,
            Coverage::Refused { needed, .. } => return Err(GrantsError::Refused { origin: origin.clone(), needed }),
            Coverage::Asks { mut granted, additional, .. } => {
                let (asked, answered) = (additional.len(), answer.decisions.len());
                if asked != answered {
                    return Err(GrantError::Answers { asked, answered }.into());
                }
                for (request, decision) in additional.iter().zip(answer.decisions) {
                    granted.decide(request.item.clone(), decision)?;
                }
                answer.added.into_iter().for_each(|added| granted.add(added));
                granted
            }
        };
        self.set(origin, hash, grant.clone())?;
        match grant.refuses(requests) {
            needed if needed.is_empty() => Ok(grant),
            needed => Err(GrantsError::Refused { origin: origin.clone(), needed }),
        }
    }
}

/// What the prompt says to what is open. If nothing is, it isn't asked.
fn ask(subject: &Subject<'_>, seen: &Coverage, prompt: &mut dyn Prompt) -> Result<Answer, GrantsError> {
    match seen {
        Coverage::Asks { granted, additional, is_known } => {
            let question = Question { subject, asked: additional, granted, is_known: *is_known };
            Ok(prompt.ask(&question)?)
        }
        Coverage::Covered { .. } | Coverage::Refused { .. } => Ok(Answer::default()),
    }
}

/// Grants are valid at any time, also when a thread that had them has panicked.
fn lock(grants: &Mutex<Grants>) -> MutexGuard<'_, Grants> {
    grants.lock().unwrap_or_else(PoisonError::into_inner)
}
