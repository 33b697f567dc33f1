//! Where plugins come from, and how they are kept. Modules are bytes here: this crate knows no engine.
//!
//! ```
//! use plugix_store::{Source, Store};
//!
//! # let folder = tempfile::tempdir()?;
//! # let file = folder.path().join("words.wasm");
//! # std::fs::write(&file, wat::parse_str("(module)")?)?;
//! # let home = folder.path().join("plugins");
//! let mut store = Store::open(&home)?; // no other program has it
//! let (name, plugin) = store.add(None, Source::file(&file)?, &mut |progress| println!("{progress:?}"))?;
//! assert_eq!(name.as_str(), "words");
//! let module = store.module(&plugin.hash)?; // these bytes have this hash
//! # assert_eq!(module, std::fs::read(&file)?);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The rooms, and what each knows nothing of:
//!
//! | room | has | knows nothing of |
//! |---|---|---|
//! | `hash`, `name`, `reference`, `source`, `lock` | texts that are read and written | disks and networks |
//! | `signature` | who signed, and who must have | where a module lies |
//! | `module` | what a module says of itself | files |
//! | `disk` | changes of files that are whole or not made | what is in them |
//! | `credentials` | who the user is to registries | registries |
//! | `fetch`, `registry` | bytes from elsewhere | what is kept |
//! | `grants` | what a plugin was granted, and who is asked | where modules lie |
//! | `folder`, `watch` | modules in a folder of anybody's | what is kept |
//! | `home` | the folder of kept plugins | where modules come from |
//! | `store` | all of it together | engines |

mod credentials;
mod disk;
mod error;
mod fetch;
mod folder;
pub mod grants;
pub mod hash;
mod home;
mod lock;
mod module;
mod name;
mod reference;
mod registry;
mod signature;
mod source;
mod store;
mod watch;

pub use credentials::{Credentials, Login};
pub use disk::{Disk, DiskError, Readers};
pub use error::{FileProblem, StoreError};
pub use fetch::{FetchError, Fetched, Fetcher, Limits, OnProgress, Progress, Refused};
pub use folder::{Folder, Found};
pub use hash::ContentHash;
pub use lock::{FORMAT, Interface, Lock, LockError, Plugin};
pub use module::{About, Module};
pub use name::{NameError, PluginName};
pub use reference::{Reference, ReferenceError};
pub use registry::Annotations;
pub use signature::{
    Key, KeyError, PolicyError, Rule, SignatureError, SignaturePolicy, Signatures, SignaturesError, Verdict,
};
pub use source::{Source, SourceError};
pub use store::{Delivery, Fetching, Newer, Restored, Store, Updated};
pub use watch::{Arrived, Change, Patience, Watch};

/// The examples of the page that the package has.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
