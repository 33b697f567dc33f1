//! The end of a call that nobody waits for any more, or whose host leaves.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio_util::sync::CancellationToken;

/// Says that a call is to end. Clones are of the same call.
#[derive(Clone, Default)]
pub struct Ending(Arc<State>);

#[derive(Default)]
struct State {
    ended: CancellationToken,
    then: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

impl Ending {
    /// Has this run when the call is to end, on the thread that learns of it: for a call that blocks its thread. It runs at once
    /// if the call is to end already. It takes the place of what was to run before.
    pub fn then(&self, end: impl FnOnce() + Send + 'static) {
        *self.lock() = Some(Box::new(end));
        if self.has_come() {
            self.run();
        }
    }

    /// Whether the call is to end.
    pub fn has_come(&self) -> bool {
        self.0.ended.is_cancelled()
    }

    /// Waits until the call is to end.
    pub async fn wait(&self) {
        self.0.ended.cancelled().await;
    }

    pub(super) fn end(&self) {
        self.0.ended.cancel();
        self.run();
    }

    fn run(&self) {
        let then = self.lock().take();
        if let Some(then) = then {
            then();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Box<dyn FnOnce() + Send>>> {
        self.0.then.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ending").field("has_come", &self.has_come()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn it_runs_once_before_or_after() {
        let count = Arc::<AtomicUsize>::default();
        let counting = || {
            let count = count.clone();
            move || {
                count.fetch_add(1, Ordering::SeqCst);
            }
        };
        let ending = Ending::default();
        ending.then(counting());
        assert_eq!(count.load(Ordering::SeqCst), 0);
        ending.end();
        ending.end();
        assert_eq!(count.load(Ordering::SeqCst), 1);
        ending.then(counting());
        assert_eq!(count.load(Ordering::SeqCst), 2);
    }
}
