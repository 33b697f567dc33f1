//! Running plugins, and the ways to call them.
//!
//! A [`Plugin`] runs one call at a time. A [`SharedPlugin`] runs several at the same time. A [`pool::Pool`] gives each caller
//! an instance to itself, and a [`raw::RawPlugin`] runs a module that knows nothing of the SDK.
//!
//! ```no_run
//! use plugix_host::error::{CallError, Error};
//! use plugix_host::plugin::{Services, Sharing, Wait};
//! use plugix_host::{Engine, Plugin, Policy};
//! use serde_json::json;
//! use std::time::Duration;
//!
//! # #[plugix_abi::interface(version = "1.0")]
//! # pub trait WordCount {
//! #     fn count(&self, folder: &str, threads: u32) -> u64;
//! # }
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let module = Engine::new()?.load_file("word_count.wasm")?;
//! let plugin = Plugin::builder(&module)
//!     .policy(Policy::new().call_deadline(Duration::from_secs(10)))
//!     .services(Services::new().log(tracing::Level::INFO))
//!     .config_json(&json!({ "ignore_case": true }))
//!     .on_event(|plugin, event| eprintln!("{plugin} {event}"))
//!     .start()?;
//!
//! // With the trait that host and plugin share:
//! println!("{} words", plugin.bind::<dyn WordCount>()?.count("/books", 2)?);
//! // Without the trait, by name:
//! match plugin.call_json("count", &json!({ "folder": "/books", "threads": 2 })) {
//!     Ok(words) => println!("{words} words"),
//!     Err(CallError::Returned(error)) => println!("the method returned {error}"),
//!     Err(CallError::Failed(Error::Stopped(reason))) => println!("{reason}"),
//!     Err(CallError::Failed(error)) => return Err(error.into()),
//! }
//! println!("{:?}", plugin.usage());
//!
//! // For several threads at the same time:
//! let plugin = plugin.into_shared(&Sharing::new().workers(4))?.wait(Wait::AtMost(Duration::from_secs(1)));
//! let counter = plugin.bind::<dyn WordCount>()?;
//! std::thread::scope(|scope| {
//!     scope.spawn(|| counter.count("/books", 1));
//!     scope.spawn(|| counter.count("/articles", 1));
//! });
//! # Ok(())
//! # }
//! ```

pub(crate) mod asynchronous;
mod bound;
mod builder;
pub(crate) mod call;
mod cancel;
#[cfg(test)]
mod causes;
mod config;
pub(crate) mod dynamic;
pub(crate) mod inner;
#[cfg(feature = "json")]
mod json;
pub(crate) mod linked;
mod metadata;
pub mod pool;
#[cfg(feature = "json")]
mod provided;
pub mod raw;
mod replaceable;
pub(crate) mod services;
mod shared;
mod signal;
mod start_state;
pub(crate) mod state;
pub(crate) mod stream;
mod within;

pub use crate::output::{Output, StandardStream};
pub use crate::running::imports::wait_for;
pub use crate::running::{CallUsage, Level, Usage};
pub use asynchronous::Job;
pub use bound::Bound;
pub(crate) use bound::not_provided;
pub use builder::PluginBuilder;
pub(crate) use builder::Prepared;
pub use cancel::CancelHandle;
#[cfg(feature = "json")]
pub use json::JsonMethod;
#[doc(hidden)]
#[cfg(feature = "json")]
pub use json::there_and_back;
pub use metadata::Metadata;
#[cfg(feature = "json")]
pub use provided::{JsonCall, JsonFailure, check_json_answer};
pub use replaceable::{Carry, ReplaceOptions, Replaceable, ReplaceableBound, Replaced, Retiring};
pub use services::{Cancellation, Progress, Services};
pub use shared::{AsyncClient, SharedBound, SharedPlugin, Sharing, Wait, Worker, WorkerBound};
pub use signal::{Signal, SignalHandle};
pub use state::{SavedState, check_carry, is_stateful};
pub use within::Within;

use crate::dump::Dumps;
use crate::error::{CallError, Chain, Error, LoadError, MethodRef};
use crate::module::Module;
use crate::plugin::call::{Encoded, EncodedCall, ReadError};
use crate::policy::Policy;
use crate::profile::{Profile, ProfileError, ProfileGuard};
use crate::running::Wanted;
use crate::running::instance::Process;
use crate::running::memory::GuestPayload;
use crate::stop::{Calls, Deadline, Halt};
use crate::sync::exclusive::{Exclusive, Taken};
use bound::Binding;
use inner::Inner;
use plugix_abi::interface::{Contract, Payload};
use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

/// How long a plugin's unload hook may take. The limit of each call applies as well, if it is tighter.
const UNLOAD_LIMIT: Duration = Duration::from_secs(1);

/// A running plugin. Threads can share it, but it runs one call at a time. A second call at the same time fails with
/// [`Error::Busy`] and doesn't wait. That holds for a call from another thread, and for a call from a host function
/// that the plugin is calling. For several calls at the same time, see [`Plugin::into_shared`].
///
/// Dropping a `Plugin` calls the plugin's unload hook, and ends the plugin's threads.
#[derive(Debug)]
pub struct Plugin {
    metadata: Metadata,
    module: Module,
    process: Arc<Process>,
    /// The calls on the main thread.
    calls: Arc<Calls>,
    inner: Arc<Exclusive<Inner>>,
}

impl Plugin {
    /// Starts a plugin that needs no configuration and no host functions. For other plugins, see [`Plugin::builder`].
    ///
    /// # Errors
    /// The variant of [`LoadError`] that says why the plugin can't start.
    pub fn new(module: &Module, policy: &Policy) -> Result<Self, LoadError> {
        Self::builder(module).policy(policy.clone()).start()
    }

    /// Prepares to start a plugin.
    pub fn builder(module: &Module) -> PluginBuilder {
        PluginBuilder::new(module)
    }

    /// Who the plugin says it is.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// The module that the plugin was made from.
    pub fn module(&self) -> &Module {
        &self.module
    }

    /// A client for an interface that the plugin implements: `bind::<dyn WordCount>()`. Or one for a [`Contract`] of several
    /// major versions. The client borrows the plugin. Several clients can live side by side.
    ///
    /// # Errors
    /// [`Error::Interface`] if plugin and host differ. [`Error::Busy`] if the plugin is running a call.
    pub fn bind<I: Contract + ?Sized>(&self) -> Result<I::Client<Bound<&Self>>, Error> {
        I::bind(&Binding { plugin: Cell::new(Some(self)), limit: None })
    }

    /// A client that owns the plugin.
    ///
    /// # Errors
    /// [`Error::Interface`] if plugin and host differ. [`Error::Busy`] if the plugin is running a call.
    pub fn into_client<I: Contract + ?Sized>(self) -> Result<I::Client<Bound<Self>>, Error> {
        I::bind(&Binding { plugin: Cell::new(Some(self)), limit: None })
    }

    /// Calls a method that was exported with `plugix_guest::export!`. Such a method takes bytes and returns bytes.
    ///
    /// # Errors
    /// [`CallError::Returned`] with the bytes of the method's own error. [`CallError::Failed`] if the call failed.
    pub fn call_bytes(&self, method: &str, args: &[u8]) -> Result<Vec<u8>, CallError<Vec<u8>>> {
        dynamic::call_bytes(self, method, args)
    }

    #[inline]
    fn take(&self) -> Result<Taken<'_, Inner>, Error> {
        match self.inner.try_take() {
            Some(inner) => Ok(inner),
            None => Err(Error::Busy),
        }
    }

    /// The plugin with a tighter limit for each call: `plugin.within(limit).bind::<dyn WordCount>()`.
    pub fn within(&self, limit: Duration) -> Within<'_> {
        Within { plugin: self, limit }
    }

    /// A handle that stops the plugin from any other thread.
    pub fn cancel_handle(&self) -> CancelHandle {
        CancelHandle(self.process.stopper.clone())
    }

    /// Sends the plugin a signal. See [`SignalHandle::send`].
    pub fn signal(&self, signal: Signal) {
        self.signal_handle().send(signal);
    }

    /// A handle that sends the plugin signals from any other thread.
    pub fn signal_handle(&self) -> SignalHandle {
        SignalHandle::new(&self.process)
    }

    /// Stops the plugin after `limit`, unless the deadline is dropped before.
    fn deadline(&self, limit: Duration) -> Option<Deadline> {
        self.module.engine().watchdog().limit(self.calls.clone(), limit)
    }

    /// What all threads of the plugin share.
    pub(crate) fn process(&self) -> &Arc<Process> {
        &self.process
    }

    /// Fails when the plugin is dead.
    fn check(&self) -> Result<(), Error> {
        self.process.stopper.check()
    }

    /// Ends what waits for the plugin's sake, when the plugin is stopped.
    fn halt(&self) -> &Halt {
        self.process.tasks.halt()
    }

    /// Takes what the plugin wrote to its standard output and standard error since this was last called.
    pub fn take_output(&self) -> Output {
        self.process.output.take()
    }

    /// What the plugin uses, and what it has done since its start.
    pub fn usage(&self) -> Usage {
        self.process.usage()
    }

    /// Samples what the plugin does for this long, and waits meanwhile: its own threads, and all threads of the host that
    /// run code of its module. Of two plugins of one module that are called at the same time, both calls are found.
    ///
    /// # Errors
    /// The variant of [`ProfileError`] that says why there is no profile.
    pub fn profile(&self, duration: Duration) -> Result<Profile, ProfileError> {
        let profiling = self.start_profile()?;
        std::thread::sleep(duration);
        Ok(profiling.finish())
    }

    /// Does the same until the guard is told to finish.
    ///
    /// # Errors
    /// The variant of [`ProfileError`] that says why there is no profile.
    pub fn start_profile(&self) -> Result<ProfileGuard, ProfileError> {
        self.module.profile_of(Some(self.process.tasks.owner()))
    }

    /// How many threads of the plugin are alive. The main thread doesn't count.
    pub fn live_threads(&self) -> usize {
        self.process.tasks.live()
    }
}

/// What is to be known of a plugin when it has ended.
fn post_mortem(module: &Module, dumps: &Dumps) -> Wanted {
    Wanted::new(dumps, module.name(), module.in_functions())
}

fn to_vec(payload: GuestPayload<'_>) -> Result<Vec<u8>, ReadError> {
    Ok(payload.read(<[u8]>::to_vec)?)
}

impl Drop for Plugin {
    fn drop(&mut self) {
        // Only a stream that is being pulled can have the plugin now. Then the plugin's hook isn't called, and the
        // plugin ends with that pull.
        if let Some(mut inner) = self.inner.try_take() {
            let _deadline = self.deadline(UNLOAD_LIMIT);
            inner.unload();
        }
    }
}

impl Inner {
    /// Calls the plugin's hook. A dead plugin is not called. The hook's answer doesn't matter.
    fn unload(&mut self) {
        let Self { instance, path, .. } = self;
        let Some(hook) = instance.function(plugix_abi::export::UNLOAD) else { return };
        let call = EncodedCall { name: &MethodRef::from_export("unload"), method: &hook, args: Encoded(&[]) };
        let outcome: Result<(), CallError<Vec<u8>>> = path.call_encoded(instance, call, |_| Ok(()), to_vec);
        if let Err(CallError::Failed(error)) = outcome {
            tracing::debug!(plugin = instance.process.name, error = %Chain(&error), "the plugin's unload hook failed");
        }
    }
}
