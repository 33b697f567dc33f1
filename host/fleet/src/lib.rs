//! Plugins on many machines, behind the client that `#[interface]` makes. NATS carries the calls.
//!
//! A host offers the interfaces of its plugins ([`serve`]). A client binds one of them ([`Fleet::bind`]) and calls it as it
//! calls a plugin in its own process. What runs where stands in a bucket, and each host takes what is its own ([`ship`]).
//!
//! ```no_run
//! # #[plugix_abi::interface(version = "1.0")]
//! # pub trait WordCount {
//! #     #[repeatable]
//! #     fn count(&self, text: &str) -> u32;
//! # }
//! use plugix_fleet::Fleet;
//!
//! let fleet = Fleet::connect("nats://127.0.0.1:4222")?;
//! let words = fleet.bind::<dyn WordCount>()?;
//! println!("{} words", words.count("a plugin somewhere")?);
//! # Ok::<(), plugix_fleet::Error>(())
//! ```
//!
//! The rooms, and what each knows nothing of:
//!
//! | room | has | knows nothing of |
//! |---|---|---|
//! | `error` | why a call or a change failed | what causes it |
//! | `wire` | subjects, headers, failures and identities, as text and bytes | connections |
//! | `connection` | the servers, and who the program is to them | calls |
//! | `objects` | what is too large for a message | what is in it |
//! | [`client`] | calls of interfaces, and which of them go out again | who answers |
//! | [`serve`] | the answers to calls | plugins and engines |
//! | [`ship`] | releases, what runs where, and the loop of each host | engines |
//! | [`host`] | pools of `plugix-host` as what is served and run | NATS |

pub mod client;
mod connection;
mod error;
#[cfg(feature = "host")]
pub mod host;
mod objects;
pub mod serve;
#[cfg(feature = "ship")]
pub mod ship;
mod wire;

pub use client::Fleet;
pub use connection::{Builder, Login};
pub use error::{ConnectError, Error};
pub use wire::failure::{Failure, FailureKind};
pub use wire::identity::{Caller, Identity, IdentityError};

/// The examples of the page that the package has.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
