//! Which calls go out again. The table of all reasons is [`after`].

use crate::error::Error;
use crate::wire::failure::FailureKind;
use std::time::Duration;

/// How often other hosts are asked. With the pauses it takes about half a second. The servers choose a host each time: where one of two
/// is full, one call in a million finds that one alone.
const ATTEMPTS: u32 = 19;

/// The longest pause is so many milliseconds, as a power of two.
const LONGEST: u32 = 5;

/// How often a call learns the form of its interface anew.
const FORMS: u32 = 4;

/// How often a call is sent again that may have run.
const REPEATS: u32 = 3;

/// What follows an attempt without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// The caller gets the error.
    GiveUp,
    /// The same again, after a pause.
    Again(Duration),
    /// The same again, at the host that has said so, in the form that the method has there.
    AskForm,
}

/// What a call has tried so far.
#[derive(Debug, Default)]
pub(super) struct Tries {
    elsewhere: u32,
    forms: u32,
    repeats: u32,
}

impl Tries {
    /// What follows an attempt that ended with this error. A call that may have run goes out again only if it may run
    /// twice.
    pub(super) fn after(&mut self, error: &Error, repeatable: bool) -> Next {
        match error {
            // A method may have another name there.
            Error::Failed(failure) if matches!(failure.kind, FailureKind::OtherForm | FailureKind::NoSuchMethod) => {
                match count(&mut self.forms, FORMS) {
                    Some(_) => Next::AskForm,
                    None => Next::GiveUp,
                }
            }
            Error::Failed(failure) if failure.kind.goes_elsewhere() => self.elsewhere(),
            Error::NobodyServes { .. } => self.elsewhere(),
            Error::Lost if repeatable => match count(&mut self.repeats, REPEATS) {
                Some(_) => Next::Again(Duration::ZERO),
                None => Next::GiveUp,
            },
            _ => Next::GiveUp,
        }
    }

    fn elsewhere(&mut self) -> Next {
        match count(&mut self.elsewhere, ATTEMPTS) {
            Some(before) => Next::Again(Duration::from_millis(1 << before.min(LONGEST))),
            None => Next::GiveUp,
        }
    }
}

/// Counts one more, up to a limit. Returns how many there were before.
fn count(so_far: &mut u32, limit: u32) -> Option<u32> {
    let before = *so_far;
    *so_far += 1;
    (before < limit).then_some(before)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::failure::{Failure, TABLE};

    #[test]
    fn only_what_did_not_run_goes_out_again() {
        for (kind, ..) in TABLE {
            for repeatable in [false, true] {
                let next = Tries::default().after(&Failure::new(kind, "").into(), repeatable);
                assert!(next == Next::GiveUp || !kind.may_have_run(), "{kind:?}");
            }
        }
        let deadline = Error::Deadline { limit: Duration::ZERO };
        assert_eq!(Tries::default().after(&deadline, true), Next::GiveUp);
        assert_eq!(Tries::default().after(&Error::Lost, false), Next::GiveUp);
        assert_eq!(Tries::default().after(&Error::Lost, true), Next::Again(Duration::ZERO));
    }

    #[test]
    fn attempts_end() {
        for kind in [FailureKind::Full, FailureKind::OtherForm] {
            let mut tries = Tries::default();
            let error = Failure::new(kind, "").into();
            let again = (0..100).take_while(|_| tries.after(&error, true) != Next::GiveUp).count();
            assert!((1..20).contains(&again), "{again}");
        }
    }
}
