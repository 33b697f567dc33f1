//! In which lane the calling thread reaches the host.

use plugix_shared::Talk;
use std::cell::Cell;
use std::ptr::{from_ref, null};

thread_local! {
    /// The lane whose call the thread runs. Null if it runs none of the host's.
    static TALK: Cell<*const Talk> = const { Cell::new(null()) };
}

/// Runs a call of the host's that has come in this lane.
pub(super) fn within<R>(talk: &Talk, run: impl FnOnce() -> R) -> R {
    struct Restore(*const Talk);

    impl Drop for Restore {
        fn drop(&mut self) {
            TALK.set(self.0);
        }
    }

    let _restore = Restore(TALK.replace(from_ref(talk)));
    run()
}

/// Uses the lane whose call the thread runs, if it runs one.
pub(super) fn current<R>(with: impl FnOnce(&Talk) -> R) -> Option<R> {
    let talk = TALK.get();
    // SAFETY: the pointer is null, or `within` has it from a reference that it holds until it puts the old pointer back.
    unsafe { talk.as_ref() }.map(with)
}
