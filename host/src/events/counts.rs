//! Counts of what a plugin has done. They are counted where it happens, far from whoever asks for them.

use std::sync::atomic::{AtomicU64, Ordering};

/// A number that only grows.
#[derive(Debug, Default)]
pub(crate) struct Count(AtomicU64);

impl Count {
    pub(crate) fn add(&self, more: u64) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The counts of one plugin.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) denials: Count,
    /// Bytes of output that nobody took in time.
    pub(crate) output_dropped: Count,
}
