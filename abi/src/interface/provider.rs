//! An implementation of an interface that all its callers share.

use alloc::sync::Arc;
use core::fmt;

/// An implementation of the interface `I` that any thread may call. Clones share it.
///
/// Made by `<dyn Trait>::provider(implementation)`.
pub struct Provider<I: ?Sized>(Arc<dyn Provide<I>>);

/// Holds an implementation of `I`. Only the macro implements it.
pub trait Provide<I: ?Sized>: Send + Sync {
    /// The implementation.
    fn get(&self) -> &I;
}

impl<I: ?Sized> Provider<I> {
    /// Shares an implementation.
    pub fn new(implementation: impl Provide<I> + 'static) -> Self {
        Self(Arc::new(implementation))
    }

    /// The implementation.
    #[inline]
    pub fn get(&self) -> &I {
        self.0.get()
    }
}

impl<I: ?Sized> Clone for Provider<I> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<I: ?Sized> fmt::Debug for Provider<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Provider<{}>", core::any::type_name::<I>())
    }
}
