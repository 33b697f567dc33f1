//! Calls with a deadline of their own.

use super::bound::Binding;
use super::{Bound, Plugin};
use crate::error::{CallError, Error};
use plugix_abi::interface::Contract;
use std::cell::Cell;
use std::time::Duration;

/// A plugin, with a limit for each call that is tighter than the policy's. See [`Plugin::within`].
#[derive(Clone, Copy, Debug)]
pub struct Within<'a> {
    pub(super) plugin: &'a Plugin,
    pub(super) limit: Duration,
}

impl<'a> Within<'a> {
    /// Does the same as [`Plugin::bind`]. Each call through this client has the limit.
    ///
    /// # Errors
    /// The errors of [`Plugin::bind`].
    pub fn bind<I: Contract + ?Sized>(self) -> Result<I::Client<Bound<&'a Plugin>>, Error> {
        I::bind(&Binding { plugin: Cell::new(Some(self.plugin)), limit: Some(self.limit) })
    }

    /// Does the same as [`Plugin::call_bytes`], with the limit.
    ///
    /// # Errors
    /// [`CallError::Returned`] with the bytes of the method's own error. [`CallError::Failed`] if the call failed.
    pub fn call_bytes(self, method: &str, args: &[u8]) -> Result<Vec<u8>, CallError<Vec<u8>>> {
        let _deadline = self.plugin.deadline(self.limit);
        self.plugin.call_bytes(method, args)
    }
}
