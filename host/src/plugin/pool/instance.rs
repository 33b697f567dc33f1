//! What a pool has instances of.

use crate::error::CallError;
use crate::plugin::{CancelHandle, Plugin, Usage};
use crate::running::instance::Process;
use std::sync::{Arc, Weak};
use std::time::Duration;

/// A plugin of which a pool has many: a [`Plugin`], or an [`IsolatedPlugin`](crate::isolated::IsolatedPlugin).
pub trait Instance: Sized + Send + 'static {
    /// Whether another caller can have it: it lives, has kept to its limits, and runs no call.
    #[doc(hidden)]
    fn is_fit(&self) -> bool;

    /// Brings it back to what it was after its start. False if that is impossible.
    #[doc(hidden)]
    fn reset(&self) -> bool;

    /// What all its threads share, which knows what they use.
    #[doc(hidden)]
    fn used(&self) -> Weak<dyn Used>;

    /// Calls a method by its name, `interface/method`, with its arguments as the interface encodes them, for so long at the
    /// most.
    ///
    /// # Errors
    /// [`CallError::Returned`] with the bytes of the method's own error. [`CallError::Failed`] if the call failed.
    fn call_bytes_within(&self, limit: Duration, method: &str, args: &[u8]) -> Result<Vec<u8>, CallError<Vec<u8>>>;

    /// A handle that stops it from any other thread.
    fn cancel_handle(&self) -> CancelHandle;

    /// What it uses, and what it has done since its start.
    fn usage(&self) -> Usage;
}

/// Knows what an instance uses.
pub trait Used: Send + Sync {
    /// What it uses, and what it has done since its start.
    fn usage(&self) -> Usage;
}

impl Used for Process {
    fn usage(&self) -> Usage {
        Process::usage(self)
    }
}

impl Instance for Plugin {
    fn is_fit(&self) -> bool {
        self.check().is_ok() && !self.process.stopper.limit_reached() && self.inner.try_take().is_some()
    }

    fn reset(&self) -> bool {
        self.inner.try_take().is_some_and(|mut inner| inner.reset())
    }

    fn used(&self) -> Weak<dyn Used> {
        let process: Arc<dyn Used> = self.process.clone();
        Arc::downgrade(&process)
    }

    fn call_bytes_within(&self, limit: Duration, method: &str, args: &[u8]) -> Result<Vec<u8>, CallError<Vec<u8>>> {
        self.within(limit).call_bytes(method, args)
    }

    fn cancel_handle(&self) -> CancelHandle {
        Plugin::cancel_handle(self)
    }

    fn usage(&self) -> Usage {
        Plugin::usage(self)
    }
}
