//! The plugin's stop.

use crate::thread::{Shared, Thread};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

/// Ends all waits of a plugin, those that are under way and those to come. Clones are the same stop.
///
/// Each thread waits for a word and a descriptor of its own besides what it waits for (see [`Thread`]), so that one
/// thing in each wait serves both for the stop and for a signal.
///
/// [`Thread`]: crate::Thread
#[derive(Clone, Debug, Default)]
pub struct Halt(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    stopped: AtomicBool,
    threads: Mutex<Vec<Weak<Shared>>>,
}

impl Halt {
    /// A plugin that isn't stopped.
    pub fn new() -> Self {
        Self::default()
    }

    /// Stops the plugin, for good.
    pub fn stop(&self) {
        let threads = {
            let threads = self.threads();
            self.0.stopped.store(true, Ordering::SeqCst);
            threads.clone()
        };
        threads.iter().filter_map(Weak::upgrade).for_each(|thread| thread.stop());
    }

    /// Whether the plugin is stopped.
    pub fn is_stopped(&self) -> bool {
        self.0.stopped.load(Ordering::SeqCst)
    }

    /// Makes the stop reach a thread; it is reached at once if it comes too late.
    pub(crate) fn add(&self, thread: &Arc<Shared>) {
        let mut threads = self.threads();
        // Some room for those that are gone, so that adding one doesn't look at all of them each time.
        if threads.len() == threads.capacity() {
            threads.retain(|thread| thread.strong_count() > 0);
        }
        threads.push(Arc::downgrade(thread));
        drop(threads);
        if self.is_stopped() {
            thread.stop();
        }
    }

    /// The first of the threads that fits, oldest first.
    pub(crate) fn find_thread(&self, fits: impl Fn(&Thread) -> bool) -> Option<Thread> {
        let threads = self.threads();
        threads.iter().filter_map(Weak::upgrade).map(Thread::from).find(fits)
    }

    fn threads(&self) -> MutexGuard<'_, Vec<Weak<Shared>>> {
        // Nothing panics while it holds the lock.
        self.0.threads.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
