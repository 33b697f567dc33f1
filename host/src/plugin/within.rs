//! Calls with a deadline of their own.

use super::{Bound, Plugin};
use crate::error::{CallError, Error};
use plugix_abi::interface::Interface;
use std::time::Duration;

/// A plugin each of whose calls has a limit tighter than the policy's; see [`Plugin::within`].
#[derive(Clone, Copy, Debug)]
pub struct Within<'a> {
    pub(super) plugin: &'a Plugin,
    pub(super) limit: Duration,
}

impl<'a> Within<'a> {
    /// As [`Plugin::bind`], with the limit for each call through this client.
    ///
    /// # Errors
    /// Those of [`Plugin::bind`].
    pub fn bind<I: Interface + ?Sized>(self) -> Result<I::Client<Bound<&'a Plugin>>, Error> {
        Ok(I::client(Bound::new::<I>(self.plugin, Some(self.limit))?))
    }

    /// As [`Plugin::call_bytes`], with the limit.
    ///
    /// # Errors
    /// [`CallError::Returned`] with the bytes of the method's own error; [`CallError::Failed`] if the call failed.
    pub fn call_bytes(self, method: &str, args: &[u8]) -> Result<Vec<u8>, CallError<Vec<u8>>> {
        let _deadline = self.plugin.deadline(self.limit);
        self.plugin.call_bytes(method, args)
    }
}
