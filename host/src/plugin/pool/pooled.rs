//! An instance of a pool, in the hands of a caller.

use super::instance::Instance;
use super::shared::Shared;
use crate::error::LoadError;
use crate::plugin::Plugin;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// An instance that one caller has to itself. Dropping this gives the instance back.
#[derive(Debug)]
pub struct Pooled<P: Instance = Plugin>(Slot<P>);

impl<P: Instance> Pooled<P> {
    /// The slot has an instance.
    pub(super) fn new(slot: Slot<P>) -> Self {
        assert!(slot.plugin.is_some(), "a slot was filled before it is given to a caller");
        Self(slot)
    }

    /// Unloads the instance, because the caller has no more use for it.
    pub fn discard(mut self) {
        self.0.unfit = true;
    }
}

impl<P: Instance> Deref for Pooled<P> {
    type Target = P;

    fn deref(&self) -> &P {
        self.0.plugin.as_ref().expect("a caller's slot has an instance")
    }
}

/// The right to one of the pool's instances. The slot may not have the instance yet.
pub(super) struct Slot<P: Instance> {
    pool: Arc<Shared<P>>,
    plugin: Option<P>,
    /// Whether nobody else may have the instance.
    unfit: bool,
}

impl<P: Instance> Slot<P> {
    pub(super) fn new(pool: &Arc<Shared<P>>, plugin: Option<P>) -> Self {
        Self { pool: pool.clone(), plugin, unfit: false }
    }

    /// Whether the slot has an instance that can be called.
    pub(super) fn is_ready(&self) -> bool {
        self.plugin.as_ref().is_some_and(P::is_fit)
    }

    /// Makes an instance if the slot has none, or has one that can't be called any more.
    pub(super) fn fill(mut self) -> Result<Self, LoadError> {
        if !self.is_ready() {
            if let Some(unfit) = self.plugin.take() {
                self.pool.retire(unfit);
            }
            self.plugin = Some(self.pool.make()?);
        }
        Ok(self)
    }
}

impl<P: Instance> Drop for Slot<P> {
    fn drop(&mut self) {
        match self.plugin.take() {
            Some(plugin) if !self.unfit && self.pool.is_reusable(&plugin) => self.pool.put_back(plugin),
            Some(unfit) => {
                self.pool.give_up();
                self.pool.remake();
                // Unloading may take a while. Another instance is made meanwhile.
                self.pool.retire(unfit);
            }
            // There was none because it couldn't be made. The next caller tries again.
            None => self.pool.give_up(),
        }
    }
}

impl<P: Instance> fmt::Debug for Slot<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slot").field("is_filled", &self.plugin.is_some()).finish_non_exhaustive()
    }
}
