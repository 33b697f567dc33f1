//! What any host can give to a plugin: a log, progress reports, and a flag that ends long work.
//!
//! The records of the `log` crate go to the host by themselves (feature `log`, which is on by default). The events of
//! the `tracing` crate do the same with the feature `tracing`. On a host that gives none of this, nothing happens.
//!
//! ```
//! use plugix_guest::services;
//!
//! /// Adds up numbers, as far as the host lets it come.
//! fn sum(numbers: &[u64]) -> Option<u64> {
//!     let mut sum = 0;
//!     for (done, number) in numbers.iter().enumerate() {
//!         if services::is_cancelled() {
//!             return None;
//!         }
//!         services::progress(done as u64, numbers.len() as u64, "adding up");
//!         sum += number;
//!     }
//!     Some(sum)
//! }
//!
//! // Outside of a plugin nobody cancels, and nobody listens.
//! assert_eq!(sum(&[1, 2, 3]), Some(6));
//! ```

#[cfg(feature = "log")]
mod log;
#[cfg(feature = "tracing")]
mod tracing;

use plugix_abi::services::{MAX_LEN, Services, ServicesClient};

use crate::{HostCaller, host};

/// Bytes of a message that every host takes.
const MAX_MESSAGE: usize = MAX_LEN / 2;

/// Tells the host how far the plugin is; `total` is 0 when nobody knows.
pub fn progress(done: u64, total: u64, message: &str) {
    // A host that can't take it doesn't stop the work.
    let _ = services().progress(done, total, &message[..message.floor_char_boundary(MAX_MESSAGE)]);
}

/// Whether the host wants the plugin to end what it is doing. Long work asks this now and then; asking is as quick as a
/// function call.
pub fn is_cancelled() -> bool {
    services().is_cancelled().unwrap_or(false)
}

/// The trace that the running call belongs to, if the host tells: the value of the header `traceparent` (W3C Trace Context)
/// for requests that the plugin makes. On threads of the plugin's own there is none.
pub fn trace_parent() -> Option<String> {
    services().trace_parent().ok().flatten()
}

/// Makes the host take the plugin's log, as far as it wants it.
pub(crate) fn install() {
    #[cfg(any(feature = "log", feature = "tracing"))]
    if let Ok(level @ 1..) = services().max_level() {
        #[cfg(feature = "log")]
        log::install(level);
        #[cfg(feature = "tracing")]
        tracing::install(level);
    }
}

/// Sends a record of the log to the host.
#[cfg(any(feature = "log", feature = "tracing"))]
fn send(mut record: plugix_abi::services::Record) {
    record.cut();
    // A host that can't take it doesn't stop the plugin.
    let _ = services().log(record);
}

fn services() -> ServicesClient<HostCaller> {
    host::<dyn Services>()
}

/// The calling thread's name.
#[cfg(any(feature = "log", feature = "tracing"))]
fn thread_name() -> Option<String> {
    std::thread::current().name().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use plugix_abi::Interface;

    /// Whoever adds a service adds a function for it, and then its name here.
    #[test]
    fn each_service_has_a_way_to_it() {
        let names: Vec<_> = <dyn Services>::INFO.methods.iter().map(|method| method.name).collect();
        // The loggers call the methods of the log. The functions above call the others.
        assert_eq!(names, ["max_level", "log", "progress", "is_cancelled", "trace_parent"]);
    }
}
