//! The memory through which the host stops a plugin's code.

use super::quota::{Quota, Stores};
use crate::stop::Target;
use plugix_module::CONTROL_PAGES;
use region::Protection;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use wasmer::{MemoryError, MemoryType};

/// A memory that a plugin's code reads every so often. Only the host can name it (see `plugix_module::stoppable`).
pub(crate) struct Control {
    /// Keeps the memory alive.
    _quota: Quota,
    base: *const u8,
    len: usize,
    stopped: AtomicBool,
}

// SAFETY: the address is that of a mapping, and `_quota` keeps the mapping alive. Through the address, only the
// mapping's access rights are changed.
unsafe impl Send for Control {}
// SAFETY: as above. Changing the rights of a mapping is one system call, and threads may make it at the same time.
unsafe impl Sync for Control {}

impl Control {
    /// Makes the control memory of the plugin that has this quota. `stores` belong to the quota.
    pub(super) fn new(stores: &Stores, quota: Quota) -> Result<Self, MemoryError> {
        let mut store = stores.new_store();
        let memory = quota.control_memory(&mut store, Self::ty())?;
        let view = memory.view(&store);
        let (base, len) = (view.data_ptr().cast_const(), view.data_size() as usize);
        Ok(Self { _quota: quota, base, len, stopped: AtomicBool::new(false) })
    }

    fn ty() -> MemoryType {
        MemoryType::new(CONTROL_PAGES, Some(CONTROL_PAGES), true)
    }
}

impl Target for Control {
    /// Makes all code of the plugin trap at its next check. There is no way back.
    fn kill(&self) {
        if self.stopped.swap(true, Ordering::Relaxed) {
            return;
        }
        // SAFETY: the range is the mapping of the control memory. Only the checks in guest code read it, and a fault in
        // guest code is a trap.
        let protected = unsafe { region::protect(self.base, self.len, Protection::NONE) };
        if let Err(error) = protected {
            tracing::error!(%error, "the plugin's code can't be stopped");
        }
    }
}

impl fmt::Debug for Control {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Control").finish_non_exhaustive()
    }
}
