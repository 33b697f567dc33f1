//! Carries the calls of a typed client to the plugin that serves.

use super::Replaceable;
use crate::error::Error;
use crate::plugin::SharedPlugin;
use crate::plugin::shared::{self, SharedBound};
use crate::sync::lock::lock;
use arc_swap::{ArcSwap, Guard};
use plugix_abi::interface::{self as abi, Bind, Caller, EncodeArgs, FailureOf, Interface, ValueOf};
use std::sync::Arc;

/// One interface of a plugin that can be replaced. All clones and all threads use the plugin that serves.
#[derive(Clone, Debug)]
pub struct ReplaceableBound(Arc<Client>);

/// What the clones of a client share. A replacement changes it.
#[derive(Debug)]
pub(super) struct Client {
    plugin: Replaceable,
    /// Looks the interface up in another plugin.
    bind: fn(&SharedPlugin) -> Result<SharedBound, Error>,
    bound: ArcSwap<Numbered>,
}

/// An interface of the plugin with this number.
#[derive(Debug)]
pub(super) struct Numbered {
    pub(super) number: u64,
    pub(super) bound: SharedBound,
}

/// Finds interfaces in the plugin that serves.
pub(super) struct Binding<'a>(pub(super) &'a Replaceable);

impl Bind for Binding<'_> {
    type Caller = ReplaceableBound;
    type Error = Error;

    fn bind<I: Interface + ?Sized>(&self) -> Result<ReplaceableBound, Error> {
        let Self(plugin) = *self;
        let bind: fn(&SharedPlugin) -> Result<SharedBound, Error> = shared::bind::<I>;
        loop {
            let (serving, number) = plugin.serving();
            let bound = match bind(&serving) {
                Ok(bound) => bound,
                Err(error) => {
                    plugin.wait_for_next(number, error)?;
                    continue;
                }
            };
            // Nothing is held while the interface is looked up: a replacement may be under way.
            let mut serving = lock(&plugin.0.serving);
            if serving.number == number {
                let bound = ArcSwap::from_pointee(Numbered { number, bound });
                let client = Arc::new(Client { plugin: plugin.clone(), bind, bound });
                serving.clients.retain(|client| client.strong_count() > 0);
                serving.clients.push(Arc::downgrade(&client));
                return Ok(ReplaceableBound(client));
            }
        }
    }

    fn is_other_version(error: &Error) -> bool {
        error.is_other_version()
    }
}

impl Client {
    /// Looks the interface up in a plugin that is to serve.
    pub(super) fn rebind(&self, plugin: &SharedPlugin) -> Result<SharedBound, Error> {
        (self.bind)(plugin)
    }

    pub(super) fn store(&self, numbered: Numbered) {
        self.bound.store(Arc::new(numbered));
    }

    #[cold]
    fn next(&self, number: u64, error: Error) -> Result<Guard<Arc<Numbered>>, Error> {
        self.plugin.wait_for_next(number, error)?;
        Ok(self.bound.load())
    }
}

impl Caller for ReplaceableBound {
    type Error = Error;

    #[inline]
    fn call<I, const METHOD: usize, A>(&self, args: &A) -> Result<ValueOf<I, METHOD>, FailureOf<I, METHOD, Error>>
    where
        I: abi::Method<METHOD> + ?Sized,
        A: EncodeArgs,
    {
        let mut numbered = self.0.bound.load();
        loop {
            // A plugin that was replaced gives no worker, so that nothing has to be compared here.
            let error = match numbered.bound.take() {
                Ok((mut lease, _deadline)) => match numbered.bound.check() {
                    Ok(()) => return numbered.bound.call_on::<I, METHOD, A, _>(&mut lease, args),
                    Err(error) => error,
                },
                Err(error) => error,
            };
            numbered = self.0.next(numbered.number, error)?;
        }
    }

    fn provides<I: Interface + ?Sized>(&self, method: usize) -> bool {
        self.0.bound.load().bound.provides::<I>(method)
    }

    fn is_not_provided(error: &Error) -> bool {
        matches!(error, Error::NotProvided { .. })
    }
}
