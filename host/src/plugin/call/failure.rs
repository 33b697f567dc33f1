//! Calls that fail: what the plugin says about it, and what ends the plugin.

use super::CallPath;
use crate::error::{Error, MethodRef, Panic, ProtocolError, Site};
use crate::running::instance::Instance;
use crate::running::memory::GuestMemory;
use plugix_abi::interface::{DecodeError, Payload};
use plugix_abi::{PanicReport, Status, UnknownStatus};

/// Why a result can't be read.
#[derive(Debug)]
pub(crate) enum ReadError {
    /// The plugin broke the protocol.
    Broken(ProtocolError),
    /// The result is valid, but not what the caller asked for.
    Refused(Error),
}

impl From<ProtocolError> for ReadError {
    fn from(error: ProtocolError) -> Self {
        Self::Broken(error)
    }
}

impl CallPath {
    /// Reads why a method failed.
    #[cold]
    pub(super) fn failure(&mut self, instance: &mut Instance, name: &MethodRef<'_>, status: Status) -> Error {
        instance.calls.fail();
        let panics = self.panics.clone();
        let site = Site::new(&instance.process.name).with_method(name);
        let read = self.decode(instance, name, |payload| {
            payload.read(|bytes| match status {
                Status::Panic => match panic_report(bytes) {
                    Ok(report) => Ok(Error::Panic(Box::new(Panic { report, frames: panics.take(), site }))),
                    Err(problem) => {
                        Err(ProtocolError::Undecodable { what: "a panic report", problem: problem.to_string() }.into())
                    }
                },
                Status::BadArguments => Ok(Error::BadArguments {
                    method: name.method.to_owned(),
                    message: String::from_utf8_lossy(bytes).into_owned(),
                }),
                // Only a host answers with the other status codes.
                Status::Ok | Status::Error | Status::NotProvided | Status::Deadlock | Status::Failed => {
                    Err(ProtocolError::from(UnknownStatus(status as u32)).into())
                }
            })?
        });
        let (Ok(error) | Err(error)) = read;
        error
    }
}

fn panic_report(bytes: &[u8]) -> Result<PanicReport, DecodeError> {
    match postcard::take_from_bytes(bytes)? {
        (report, []) => Ok(report),
        (_, rest) => Err(DecodeError::Trailing(rest.len())),
    }
}

/// Runs a check. If the plugin fails it, the plugin is dead.
#[inline]
pub(super) fn guard<T>(
    instance: &mut Instance,
    name: &MethodRef<'_>,
    check: impl FnOnce(&mut GuestMemory, &wasmer::Store) -> Result<T, ProtocolError>,
) -> Result<T, Error> {
    check(&mut instance.memory, &instance.store).map_err(|error| broken(instance, name, error))
}

/// Ends a plugin that broke the protocol.
#[cold]
pub(super) fn broken(instance: &Instance, name: &MethodRef<'_>, error: ProtocolError) -> Error {
    let error = Error::from_breach(error, Site::new(&instance.process.name).with_method(name));
    instance.kill(error.clone());
    error
}
