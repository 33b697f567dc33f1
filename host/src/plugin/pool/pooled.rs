//! An instance of a pool's that a caller has.

use super::shared::Shared;
use crate::error::LoadError;
use crate::plugin::Plugin;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// An instance that a caller has to itself. Dropping it gives it back.
#[derive(Debug)]
pub struct Pooled(Slot);

impl Pooled {
    /// The slot has an instance.
    pub(super) fn new(slot: Slot) -> Self {
        assert!(slot.plugin.is_some(), "a slot was filled before it is given to a caller");
        Self(slot)
    }

    /// Unloads the instance, which the caller found to be of no more use.
    pub fn discard(mut self) {
        self.0.unfit = true;
    }
}

impl Deref for Pooled {
    type Target = Plugin;

    fn deref(&self) -> &Plugin {
        self.0.plugin.as_ref().expect("a caller's slot has an instance")
    }
}

/// The right to have one of the pool's instances, with the instance or without one yet.
pub(super) struct Slot {
    pool: Arc<Shared>,
    plugin: Option<Plugin>,
    /// Whether the instance isn't to be given to anybody else.
    unfit: bool,
}

impl Slot {
    pub(super) fn new(pool: &Arc<Shared>, plugin: Option<Plugin>) -> Self {
        Self { pool: pool.clone(), plugin, unfit: false }
    }

    /// Whether there is an instance in it that can be called.
    pub(super) fn is_ready(&self) -> bool {
        self.plugin.as_ref().is_some_and(Plugin::is_fit)
    }

    /// Makes an instance if there is none, or none that can be called any more.
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

impl Drop for Slot {
    fn drop(&mut self) {
        match self.plugin.take() {
            Some(plugin) if !self.unfit && self.pool.is_reusable(&plugin) => self.pool.put_back(plugin),
            unfit => {
                self.pool.give_up(unfit.is_some());
                // It may take a while to end. Another is made meanwhile.
                if let Some(unfit) = unfit {
                    self.pool.retire(unfit);
                }
            }
        }
    }
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slot").field("plugin", &self.plugin).finish_non_exhaustive()
    }
}
