//! Tells everything that waits for a plugin's sake that the plugin is being stopped.

use super::Target;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::Notify;

/// Is set once, when a plugin is stopped. Clones are cheap, and all clones are one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Halt(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    stopped: AtomicBool,
    wakers: Notify,
}

impl Halt {
    /// Ends all waits: those under way and those to come.
    pub(crate) fn stop(&self) {
        self.0.stopped.store(true, Ordering::SeqCst);
        self.0.wakers.notify_waiters();
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.0.stopped.load(Ordering::SeqCst)
    }

    /// Waits until the plugin is stopped.
    pub(crate) async fn stopped(&self) {
        let mut woken = std::pin::pin!(self.0.wakers.notified());
        // The wait is registered before the flag is read, so no stop falls between the two.
        woken.as_mut().enable();
        if !self.is_stopped() {
            woken.await;
        }
    }
}

impl Target for Halt {
    fn kill(&self) {
        self.stop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;
    use futures::executor::block_on;

    #[test]
    fn a_stop_ends_waits_before_and_after_it() {
        let halt = Halt::default();
        assert!(halt.stopped().now_or_never().is_none());
        let other = halt.clone();
        let waiting = std::thread::spawn(move || block_on(other.stopped()));
        halt.stop();
        waiting.join().unwrap();
        block_on(halt.stopped());
        assert!(halt.is_stopped());
    }
}
