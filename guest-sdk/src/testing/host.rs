//! A host of fakes.

use super::{TestError, loopback};
use crate::HostError;
use plugix_abi::interface::{EncodeArgs, FailureOf, Interface, Method, Provider, ReturnOf, ValueOf};
use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

/// The implementations, each a `Provider`, by the interface.
type Provided = HashMap<TypeId, Box<dyn Any + Send + Sync>>;

/// What is installed. Calls come from any thread.
static HOST: RwLock<Option<Arc<Provided>>> = RwLock::new(None);

/// Held by the test whose host is installed.
static TURN: Mutex<()> = Mutex::new(());

/// A host for tests. It provides what the test gives it, and nothing else.
#[derive(Default)]
pub struct Host(Provided);

/// A host that is installed. It goes when this is dropped.
#[derive(Debug)]
pub struct Installed(#[expect(dead_code, reason = "it is held")] MutexGuard<'static, ()>);

impl Host {
    /// A host that provides nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Provides an interface: by a fake, or by any other type that implements the trait.
    #[must_use]
    pub fn provide<I: Interface + ?Sized>(mut self, provider: Provider<I>) -> Self {
        self.0.insert(TypeId::of::<I>(), Box::new(provider));
        self
    }

    /// Makes it the host of this process, for all threads. The plugin may start threads of its own, so tests that have a
    /// host run one after the other: this waits for its turn. A test that counts on a host without interfaces installs
    /// one, since another test's may be there.
    #[must_use = "the host goes when this is dropped"]
    pub fn install(self) -> Installed {
        // A test that failed has left nothing behind: the host goes before the turn does.
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        set(Some(Arc::new(self.0)));
        Installed(turn)
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Host({} interfaces)", self.0.len())
    }
}

impl Drop for Installed {
    fn drop(&mut self) {
        set(None);
    }
}

fn set(host: Option<Arc<Provided>>) {
    *HOST.write().unwrap_or_else(PoisonError::into_inner) = host;
}

/// Calls the host's implementation, if it provides one.
pub(crate) fn call<I, const METHOD: usize, A>(args: &A) -> Result<ValueOf<I, METHOD>, FailureOf<I, METHOD, HostError>>
where
    I: Method<METHOD> + ?Sized,
    A: EncodeArgs,
{
    let host = HOST.read().unwrap_or_else(PoisonError::into_inner).clone();
    let provided = host.as_ref().and_then(|host| host.get(&TypeId::of::<I>()));
    match provided.and_then(|provider| provider.downcast_ref::<Provider<I>>()) {
        Some(provider) => loopback::call::<I, ReturnOf<I, METHOD>, A, HostError>(provider.get(), METHOD, args),
        None => Err(HostError::NotProvided { since: I::METHODS[METHOD].since }.into()),
    }
}

/// Whether the host provides the interface. A fake has all of its methods.
pub(crate) fn provides<I: Interface + ?Sized>(_method: usize) -> bool {
    let host = HOST.read().unwrap_or_else(PoisonError::into_inner);
    host.as_ref().is_some_and(|host| host.contains_key(&TypeId::of::<I>()))
}

impl From<TestError> for HostError {
    fn from(error: TestError) -> Self {
        match error {
            TestError::Panicked(report) => Self::Panicked(report),
            TestError::Arguments(error) => Self::Arguments(error),
            TestError::BadArguments(message) => Self::BadArguments(message),
            TestError::Result(error) => Self::Result(error),
            TestError::Configuration(message) | TestError::Refused(message) => Self::Failed(message),
        }
    }
}
