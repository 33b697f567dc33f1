//! A pool: instances of one plugin that are ready, for callers who each want one to themselves.
//!
//! ```no_run
//! use plugix_host::plugin::Wait;
//! use plugix_host::policy::Access;
//! use plugix_host::pool::{Pool, TakeError};
//! use plugix_host::{Engine, Plugin, Policy};
//! use std::time::Duration;
//!
//! # #[plugix_abi::interface(version = "1.0")]
//! # pub trait WordCount {
//! #     fn count(&self, folder: &str, threads: u32) -> u64;
//! # }
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let engine = Engine::new()?;
//! let module = engine.load_file("word_count.wasm")?;
//! let policy = Policy::new().mount("./books", "/books", Access::ReadOnly);
//! let make = move || Plugin::builder(&module).policy(policy.clone()).resettable(true).start();
//! let pool = Pool::builder(&engine, make).min(1).max(4).reset(true).wait(Wait::AtMost(Duration::from_secs(1))).build()?;
//!
//! match pool.take() {
//!     Ok(plugin) => println!("{} words", plugin.bind::<dyn WordCount>()?.count("/books", 1)?), // dropping gives it back
//!     Err(TakeError::Overloaded(overload)) => println!("try again later: {overload}"),
//!     Err(error) => return Err(error.into()),
//! }
//! println!("{} instances, {} idle, {} callers wait", pool.size(), pool.idle(), pool.waiting());
//! # Ok(())
//! # }
//! ```

mod builder;
mod error;
mod instance;
mod pooled;
mod shared;

pub use builder::PoolBuilder;
pub use error::TakeError;
pub use instance::Instance;
pub(crate) use instance::Used;
pub use pooled::Pooled;

use crate::engine::Engine;
use crate::error::{Error, LoadError};
use crate::plugin::asynchronous::{Running, RunningCall};
use crate::plugin::{Job, Plugin, Usage, Wait};
use pooled::Slot;
use shared::Shared;
use std::sync::Arc;
use std::time::Duration;

/// Instances of a plugin. Each instance has one caller at a time. Clones are cheap, and all clones are one pool.
///
/// Some instances don't go to another caller: those that trapped or were stopped, and those that have reached a limit
/// of their policy. The pool unloads such an instance, and makes a new one when a caller needs one. No lock is held
/// while an instance starts or ends.
#[derive(Debug)]
pub struct Pool<P: Instance = Plugin> {
    shared: Arc<Shared<P>>,
    wait: Wait,
}

impl<P: Instance> Clone for Pool<P> {
    fn clone(&self) -> Self {
        Self { shared: self.shared.clone(), wait: self.wait }
    }
}

impl<P: Instance> Pool<P> {
    /// Prepares a pool of the instances that `make` makes: `Pool::builder(&engine, move ||
    /// Plugin::builder(&module).policy(policy.clone()).start())`.
    pub fn builder(engine: &Engine, make: impl Fn() -> Result<P, LoadError> + Send + Sync + 'static) -> PoolBuilder<P> {
        PoolBuilder::new(engine, Box::new(make))
    }

    /// The same pool, for a caller who waits for an instance as `wait` says.
    #[must_use]
    pub fn wait(&self, wait: Wait) -> Self {
        Self { wait, ..self.clone() }
    }

    /// Takes an instance: an idle one, or a new one if there may be more, or the next one that comes back. Callers who
    /// wait are served in the order in which they came.
    ///
    /// # Errors
    /// [`TakeError::Overloaded`] if there is no instance in time. [`TakeError::Load`] if a new instance can't be made.
    pub fn take(&self) -> Result<Pooled<P>, TakeError> {
        let slot = match self.shared.take_now() {
            Some(slot) => slot,
            None => crate::sync::block::block_on(self.shared.clone().turn(self.wait))?,
        };
        Ok(Pooled::new(slot.fill()?))
    }

    /// [`Pool::take`] without blocking the calling thread. Dropping the future leaves the queue.
    ///
    /// # Errors
    /// As for [`Pool::take`].
    pub async fn take_async(&self) -> Result<Pooled<P>, TakeError> {
        let slot = self.slot().await?;
        if slot.is_ready() {
            return Ok(Pooled::new(slot));
        }
        let filled = self.shared.engine.blocking().spawn_blocking(move || slot.fill()).await;
        Ok(Pooled::new(filled.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))?))
    }

    async fn slot(&self) -> Result<Slot<P>, TakeError> {
        match self.shared.take_now() {
            Some(slot) => Ok(slot),
            None => Ok(self.shared.clone().turn(self.wait).await?),
        }
    }

    /// Takes an instance and runs `calls` with it, on a thread that is no worker of the calling executor.
    ///
    /// Dropping the future cancels. A future in the queue leaves the queue. After that, the plugin is asked to end its
    /// call (see [`Services::cancellation`](crate::plugin::Services::cancellation)), and is stopped if the call hasn't
    /// ended after 100 ms.
    ///
    /// # Errors
    /// The errors of `calls`, and the reasons why there is no instance.
    pub async fn run<T, E>(&self, calls: impl FnOnce(&P) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (call, pooled) = self.begin().await?;
        Running::start(call, pooled, move |pooled| calls(pooled)).await
    }

    /// [`Pool::run`] where `spawn` has the job run that it gets: on a thread that may block.
    ///
    /// # Errors
    /// As for [`Pool::run`].
    ///
    /// # Panics
    /// When the job was dropped in place of being run.
    pub async fn run_on<T, E>(
        &self,
        spawn: impl FnOnce(Job),
        calls: impl FnOnce(&P) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (call, pooled) = self.begin().await?;
        Running::start_on(spawn, call, pooled, move |pooled| calls(pooled)).await
    }

    /// An instance, and what ends its calls.
    async fn begin(&self) -> Result<(RunningCall, Pooled<P>), Error> {
        const GRACE: Duration = Duration::from_millis(100);
        let pooled = self.take_async().await.map_err(Error::from)?;
        Ok((RunningCall::new(&self.shared.engine, pooled.cancel_handle().0, Some(GRACE)), pooled))
    }

    /// How many instances there are, idle or taken.
    pub fn size(&self) -> usize {
        self.shared.size()
    }

    /// What all instances together use, and what they and the instances before them have done.
    pub fn usage(&self) -> Usage {
        self.shared.usage()
    }

    /// How many instances no caller has.
    pub fn idle(&self) -> usize {
        self.shared.idle()
    }

    /// How many callers are waiting.
    pub fn waiting(&self) -> usize {
        self.shared.waiting()
    }
}

impl From<TakeError> for Error {
    fn from(error: TakeError) -> Self {
        match error {
            TakeError::Overloaded(overload) => Self::Overloaded(overload),
            TakeError::Load(error) => Self::NotStarted(Arc::new(error)),
        }
    }
}
