//! What several descriptors may share: an open object, and how it is read and written.

use crate::FdFlags;
use crate::object::Object;
use std::sync::atomic::{AtomicU16, Ordering};

/// An open object. All descriptors that were made of one by `dup` share it, and whoever waits for it keeps it open.
#[derive(Debug)]
pub(crate) struct Description {
    pub(crate) object: Object,
    flags: AtomicU16,
}

impl Description {
    pub(crate) fn new(object: Object, flags: FdFlags) -> Self {
        Self { object, flags: AtomicU16::new(flags.bits()) }
    }

    pub(crate) fn flags(&self) -> FdFlags {
        FdFlags::truncated(self.flags.load(Ordering::Relaxed))
    }

    pub(crate) fn set_flags(&self, flags: FdFlags) {
        self.flags.store(flags.bits(), Ordering::Relaxed);
    }

    /// Whether a call waits for what isn't there yet.
    pub(crate) fn waits(&self) -> bool {
        !self.flags().contains(FdFlags::NONBLOCK)
    }
}
