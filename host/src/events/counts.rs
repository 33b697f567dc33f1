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

/// A number that goes up and down.
#[derive(Debug, Default)]
pub(crate) struct Gauge(AtomicU64);

impl Gauge {
    pub(crate) fn up(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn down(&self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The counts of one plugin.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) denials: Count,
    pub(crate) files: Gauge,
    pub(crate) sockets: Gauge,
    /// Bytes that were written to mounted folders of the host.
    pub(crate) written_to_mounts: Count,
    /// Bytes that were written to scratch folders.
    pub(crate) written_to_scratch: Count,
    /// Bytes of output that nobody took in time.
    pub(crate) output_dropped: Count,
}
