//! Tests of a plugin in plain `cargo test`, without a sandbox: calls through its interfaces, and a host of fakes.
//!
//! Arguments and results are encoded, checked and decoded as they are on their way into a plugin, so that what works here
//! crosses the boundary as well. Nothing is limited here, and the plugin has the files and the network of the test.
//!
//! ```
//! use plugix_guest::testing::{self, Host};
//! use plugix_guest::{Plugin, host, plugin};
//!
//! // In a crate of its own, which the host depends on too.
//! #[plugix_abi::interface(version = "1.0")]
//! pub trait Greets {
//!     fn greet(&self, who: &str) -> String;
//! }
//!
//! // Likewise: what the plugin calls of its host.
//! #[plugix_abi::interface(version = "1.0")]
//! pub trait Clock {
//!     fn hour(&self) -> u8;
//! }
//!
//! struct Greeter {
//!     name: String,
//! }
//!
//! #[plugin(description = "Greets")]
//! impl Plugin for Greeter {
//!     type Config = String;
//!
//!     fn new(name: String) -> Result<Self, Box<dyn std::error::Error>> {
//!         Ok(Self { name })
//!     }
//! }
//!
//! #[plugin]
//! impl Greets for Greeter {
//!     fn greet(&self, who: &str) -> String {
//!         match host::<dyn Clock>().hour() {
//!             Ok(hour) if hour < 12 => format!("Good morning, {who}, says {}", self.name),
//!             _ => format!("Hello, {who}, says {}", self.name),
//!         }
//!     }
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let greeter: Greeter = testing::start("Ada")?;
//! let greets = testing::client(<dyn Greets>::provider(greeter));
//! // No host provides anything here.
//! assert_eq!(greets.greet("Bob")?, "Hello, Bob, says Ada");
//! // This one has a fake: each method answers by a closure, which may return an error or panic as well.
//! let clock = ClockFake::new().on_hour(|| 8);
//! let calls = clock.calls();
//! let _host = Host::new().provide(<dyn Clock>::provider(clock)).install();
//! assert_eq!(greets.greet("Bob")?, "Good morning, Bob, says Ada");
//! assert_eq!(calls.of("hour"), 1);
//! # Ok(())
//! # }
//! ```

mod host;
mod loopback;

pub use host::{Host, Installed};
pub(crate) use host::{call, provides};
pub use loopback::Loopback;

use crate::{Plugin, panic, plugin};
use plugix_abi::PanicReport;
use plugix_abi::interface::{BadArguments, DecodeError, EncodeError, Interface, Provider};
use serde::Serialize;
use thiserror::Error;

/// Makes the plugin from its configuration, which is encoded and decoded as a host's is. Unlike a host, a test may make
/// many.
///
/// # Errors
/// [`TestError::Configuration`] if the configuration has another type, [`TestError::Refused`] if the plugin refuses it.
pub fn start<P: Plugin>(config: &(impl Serialize + ?Sized)) -> Result<P, TestError> {
    let config = postcard::to_allocvec(config).map_err(|error| TestError::Configuration(error.to_string()))?;
    let config = plugin::config(&config).map_err(|error| TestError::Configuration(error.to_string()))?;
    P::new(config).map_err(|error| TestError::Refused(plugin::with_sources(&*error)))
}

/// A client of an interface that the plugin implements: `client(<dyn Trait>::provider(plugin))`.
pub fn client<I: Interface + ?Sized>(plugin: Provider<I>) -> I::Client<Loopback<I>> {
    panic::install_hook();
    I::client(Loopback(plugin))
}

/// Why a call has no result, beside the method's own errors.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TestError {
    /// The method panicked.
    #[error("the method panicked: {}", .0.message)]
    Panicked(PanicReport),
    /// The arguments can't be encoded.
    #[error(transparent)]
    Arguments(#[from] EncodeError),
    /// The arguments can't be decoded again: the `Serialize` and `Deserialize` of a type don't fit each other.
    #[error("{0}")]
    BadArguments(String),
    /// The result can't be decoded.
    #[error("the result can't be decoded: {0}")]
    Result(DecodeError),
    /// The configuration has another type than the plugin's.
    #[error("the configuration doesn't fit the plugin: {0}")]
    Configuration(String),
    /// The plugin refused its configuration.
    #[error("the plugin refused to start: {0}")]
    Refused(String),
}

impl From<DecodeError> for TestError {
    fn from(error: DecodeError) -> Self {
        Self::Result(error)
    }
}

impl From<BadArguments> for TestError {
    fn from(error: BadArguments) -> Self {
        Self::BadArguments(error.to_string())
    }
}
