//! Carries the calls of a typed client to a shared plugin.

use super::SharedPlugin;
use crate::error::{Error, InterfaceError};
use crate::module::Module;
use crate::plugin::bound;
use crate::plugin::inner::Inner;
use plugix_abi::interface::{self as abi, Caller, EncodeArgs, FailureOf, Interface, ValueOf};
use std::any::TypeId;

/// A shared plugin and one of its interfaces. All clones and all threads use the same plugin.
#[derive(Clone, Debug)]
pub struct SharedBound {
    plugin: SharedPlugin,
    /// The interface's place in the tables of each worker.
    interface: usize,
}

impl SharedBound {
    pub(super) fn new<I: Interface + ?Sized>(plugin: SharedPlugin) -> Result<Self, Error> {
        let interface = plugin.lanes.interface(TypeId::of::<I>());
        let (mut lease, deadline) = plugin.take()?;
        ensure_found::<I>(&mut lease, plugin.module(), interface)?;
        drop(deadline);
        drop(lease);
        Ok(Self { plugin, interface })
    }
}

/// Looks up the methods in a worker's instance, unless they were looked up before.
#[inline]
pub(super) fn ensure_found<I: Interface + ?Sized>(
    inner: &mut Inner,
    module: &Module,
    interface: usize,
) -> Result<(), Error> {
    match inner.tables.get(interface) {
        Some(Some(_)) => Ok(()),
        _ => Ok(find::<I>(inner, module, interface)?),
    }
}

#[cold]
fn find<I: Interface + ?Sized>(inner: &mut Inner, module: &Module, at: usize) -> Result<(), InterfaceError> {
    let methods = bound::methods::<I>(module, &inner.instance)?;
    if inner.tables.len() <= at {
        inner.tables.resize_with(at + 1, || None);
    }
    inner.tables[at] = Some(methods);
    Ok(())
}

/// Calls a method on a worker.
#[inline]
pub(super) fn call<I, const METHOD: usize, A>(
    inner: &mut Inner,
    module: &Module,
    interface: usize,
    args: &A,
) -> Result<ValueOf<I, METHOD>, FailureOf<I, METHOD, Error>>
where
    I: abi::Method<METHOD> + ?Sized,
    A: EncodeArgs,
{
    ensure_found::<I>(inner, module, interface)?;
    let Inner { instance, path, tables, .. } = inner;
    match tables.get(interface).and_then(Option::as_ref).and_then(|methods| methods[METHOD].as_ref()) {
        Some(method) => path.call::<I, METHOD, A>(instance, method, args),
        None => Err(Error::NotProvided { method: I::METHODS[METHOD].name }.into()),
    }
}

impl Caller for SharedBound {
    type Error = Error;

    #[inline]
    fn call<I, const METHOD: usize, A>(&self, args: &A) -> Result<ValueOf<I, METHOD>, FailureOf<I, METHOD, Error>>
    where
        I: abi::Method<METHOD> + ?Sized,
        A: EncodeArgs,
    {
        let (mut lease, _deadline) = self.plugin.take()?;
        call::<I, METHOD, A>(&mut lease, self.plugin.module(), self.interface, args)
    }

    fn is_not_provided(error: &Error) -> bool {
        matches!(error, Error::NotProvided { .. })
    }
}
