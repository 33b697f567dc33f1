//! Carries a typed client's calls to a shared plugin.

use super::SharedPlugin;
use crate::plugin::bound;
use crate::plugin::inner::Inner;
use crate::{Error, InterfaceError};
use plugix_abi::interface::{self as abi, Caller, EncodeArgs, FailureOf, Interface, ValueOf};
use std::any::TypeId;

/// A shared plugin and one of its interfaces. The clones and all threads use the same plugin.
#[derive(Clone, Debug)]
pub struct SharedBound {
    plugin: SharedPlugin,
    /// The interface's place in each worker's tables.
    interface: usize,
}

impl SharedBound {
    pub(super) fn new<I: Interface + ?Sized>(plugin: SharedPlugin) -> Result<Self, InterfaceError> {
        let interface = plugin.lanes.interface(TypeId::of::<I>());
        let (mut lease, deadline) = plugin.take().map_err(|_| InterfaceError::Busy)?;
        find::<I>(&mut lease, &plugin, interface)?;
        drop((lease, deadline));
        Ok(Self { plugin, interface })
    }
}

/// Looks up the methods in a worker's instance.
#[cold]
fn find<I: Interface + ?Sized>(inner: &mut Inner, plugin: &SharedPlugin, at: usize) -> Result<(), InterfaceError> {
    let methods = bound::methods::<I>(plugin.module(), &inner.instance)?;
    if inner.tables.len() <= at {
        inner.tables.resize_with(at + 1, || None);
    }
    inner.tables[at] = Some(methods);
    Ok(())
}

impl Caller for SharedBound {
    type Error = Error;

    #[inline]
    fn call<I, const METHOD: usize, A>(&self, args: &A) -> Result<ValueOf<I, METHOD>, FailureOf<I, METHOD, Error>>
    where
        I: abi::Method<METHOD> + ?Sized,
        A: EncodeArgs,
    {
        let name = I::METHODS[METHOD].name;
        let (mut lease, _deadline) = self.plugin.take()?;
        if lease.tables.get(self.interface).is_none_or(Option::is_none) {
            // It was found in another worker's instance of the same module.
            find::<I>(&mut lease, &self.plugin, self.interface)
                .map_err(|_| Error::NoSuchMethod { method: name.to_owned() })?;
        }
        let Inner { instance, path, tables } = &mut *lease;
        match tables.get(self.interface).and_then(Option::as_ref).and_then(|methods| methods[METHOD].as_ref()) {
            Some(method) => path.call::<I, METHOD, A>(instance, method, args),
            None => Err(Error::NotProvided { method: name }.into()),
        }
    }

    fn is_not_provided(error: &Error) -> bool {
        matches!(error, Error::NotProvided { .. })
    }
}
