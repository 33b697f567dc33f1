//! Whether a plugin is alive, and what ended it.

use crate::error::Error;
use std::sync::OnceLock;

/// The first thing that ended a plugin, on whichever of its threads.
#[derive(Debug, Default)]
pub(crate) struct Health(OnceLock<Error>);

impl Health {
    /// Records what ended the plugin. False if something else had ended it before.
    pub(crate) fn die(&self, cause: Error) -> bool {
        self.0.set(cause).is_ok()
    }

    /// Fails when the plugin is dead.
    #[inline]
    pub(crate) fn check(&self) -> Result<(), Error> {
        match self.0.get() {
            None => Ok(()),
            Some(cause) => Err(Error::Dead(Box::new(cause.clone()))),
        }
    }

    /// What ended the plugin, if anything has.
    #[inline]
    pub(crate) fn cause(&self) -> Option<&Error> {
        self.0.get()
    }
}
