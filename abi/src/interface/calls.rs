//! How often a fake is called.

use super::Interface;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::sync::atomic::{AtomicU64, Ordering};

/// Counts the calls of each method of a fake. Clones share the counts.
#[derive(Clone)]
pub struct Calls(Arc<[(&'static str, AtomicU64)]>);

impl Calls {
    /// No calls yet.
    #[doc(hidden)]
    pub fn new<I: Interface + ?Sized>() -> Self {
        Self(I::METHODS.iter().map(|method| (method.name, AtomicU64::new(0))).collect::<Vec<_>>().into())
    }

    /// Counts a call of a method, by its place in the trait.
    #[doc(hidden)]
    pub fn add(&self, method: usize) {
        self.0[method].1.fetch_add(1, Ordering::Relaxed);
    }

    /// How often this method was called.
    ///
    /// # Panics
    /// When the interface has no method of this name.
    pub fn of(&self, method: &str) -> u64 {
        let counted = self.0.iter().find(|(name, _)| *name == method);
        counted.unwrap_or_else(|| panic!("there is no method `{method}`: {self:?}")).1.load(Ordering::Relaxed)
    }

    /// How often any method was called.
    pub fn total(&self) -> u64 {
        self.0.iter().map(|(_, count)| count.load(Ordering::Relaxed)).sum()
    }
}

impl fmt::Debug for Calls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.0.iter().map(|(name, count)| (name, count))).finish()
    }
}
