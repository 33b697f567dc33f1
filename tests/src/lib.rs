//! What the end-to-end tests share: fixtures that are built once, and processes of their own for tests that count.

pub mod bench;
pub mod bombs;
mod footprint;
mod guests;
mod isolated;
mod process;
mod random;
mod sections;
mod snapshot;
mod soak;

pub use footprint::Footprint;
pub use guests::{OPTIMIZED, OPTIMIZER, engine, guest, guest_path, module, plugin};
pub use isolated::{isolated, isolated_under};
pub use process::{
    descriptors, happens, images_kib, mapped_kib, peak_kib, private_kib_of, resident_kib, thread_states, threads,
    wait_until,
};
pub use random::Random;
pub use sections::{with_invalid_code, with_requests, with_section};
pub use snapshot::snapshot;
pub use soak::{installed, manager, panics, soak, wake};

use anyhow::{Result, anyhow, bail};
use plugix_host::error::CallError;
use plugix_host::{Error, Plugin};

/// Calls a method that answers with text. A failed call's error can be downcast to [`Error`].
///
/// # Errors
/// The error that the method returned, as text, or the reason why the call failed.
pub fn call(plugin: &Plugin, method: &str, args: impl AsRef<[u8]>) -> Result<String> {
    match plugin.call_bytes(method, args.as_ref()) {
        Ok(bytes) => Ok(String::from_utf8(bytes)?),
        Err(CallError::Returned(message)) => Err(anyhow!("returned: {}", String::from_utf8_lossy(&message))),
        Err(CallError::Failed(error)) => Err(error.into()),
    }
}

/// Calls a method that can't succeed, and returns why.
///
/// # Errors
/// If the method returns, well or not.
pub fn failure(plugin: &Plugin, method: &str, args: impl AsRef<[u8]>) -> Result<Error> {
    match plugin.call_bytes(method, args.as_ref()) {
        Err(CallError::Failed(error)) => Ok(error),
        returned => bail!("`{method}` returned {returned:?}"),
    }
}

/// An error and its causes in one line.
pub fn told(error: &Error) -> String {
    format!("{:#}", anyhow::Error::new(error.clone()))
}

/// Fails the test unless a value matches a pattern; shows the value.
#[macro_export]
macro_rules! assert_matches {
    ($value:expr, $($pattern:tt)+) => {
        match &$value {
            $($pattern)+ => {}
            value => panic!("{value:?} is not {}", stringify!($($pattern)+)),
        }
    };
}
