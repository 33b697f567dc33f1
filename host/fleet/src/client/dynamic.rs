//! Calls of a method that the caller knows at run time only.

use super::Calls;
use super::forms::{Target, malformed};
use super::retry::{Next, Tries};
use crate::error::Error;
use crate::wire::failure::{Failure, FailureKind};
use crate::wire::subject::Address;
use plugix_abi::CallError;
use plugix_abi::interface::descriptor::Descriptor;
use tokio::time::Instant;

impl Calls {
    /// What a host says of an interface: the interfaces of its plugin, this one among them.
    ///
    /// # Errors
    /// The errors of [`Calls::bind`].
    ///
    /// # Panics
    /// As [`Calls::bind`] does.
    pub fn describe(&self, interface: &str, major: u32) -> Result<Descriptor, Error> {
        let address = Address::new(interface, major, self.plugin.as_deref())?;
        let there = self.fleet.block_on(self.fleet.interfaces(&address))?;
        let found = there.into_iter().find(|it| it.name == interface && it.version.major == major);
        found.ok_or_else(|| malformed(&format!("`{interface}` {major} is not what it describes")))
    }

    /// Calls a method of an interface as a host has described it, with arguments as the interface encodes them.
    ///
    /// # Errors
    /// [`CallError::Returned`] with the bytes of the method's own error. [`CallError::Failed`] if the call failed.
    ///
    /// # Panics
    /// As [`Calls::bind`] does.
    pub fn call_bytes(
        &self,
        interface: &Descriptor,
        method: &str,
        args: &[u8],
    ) -> Result<Vec<u8>, CallError<Vec<u8>, Error>> {
        let address = Address::new(&interface.name, interface.version.major, self.plugin.as_deref())?;
        let found = interface.methods.iter().find(|it| it.name == method);
        let found =
            found.ok_or_else(|| Error::from(Failure::new(FailureKind::NoSuchMethod, no_method(interface, method))))?;
        let target = Target { name: found.name.clone(), hash: found.hash, rewrites: None };
        let args = args.to_vec().into();
        let answer = self.fleet.block_on(async {
            let end = Instant::now() + self.deadline;
            let mut tries = Tries::default();
            loop {
                let error = match self.attempt(&address, &target, &args, end).await {
                    Ok(answer) => return Ok(answer),
                    Err(error) => error,
                };
                match tries.after(&error, false) {
                    Next::Again(pause) if Instant::now() + pause < end => tokio::time::sleep(pause).await,
                    _ => return Err(error),
                }
            }
        })?;
        match answer.is_error {
            false => Ok(answer.body.to_vec()),
            true => Err(CallError::Returned(answer.body.to_vec())),
        }
    }
}

fn no_method(interface: &Descriptor, method: &str) -> String {
    let names: Vec<_> = interface.methods.iter().map(|it| format!("`{}`", it.name)).collect();
    format!("`{}` has no method `{method}`; it has {}", interface.name, names.join(", "))
}
