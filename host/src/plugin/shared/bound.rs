//! Carries the calls of a typed client to a shared plugin.

use super::SharedPlugin;
use super::lanes::Lanes;
use super::lease::Lease;
use crate::error::{Error, InterfaceError};
use crate::module::Module;
use crate::plugin::bound;
use crate::plugin::inner::Inner;
use crate::stop::Deadline;
use plugix_abi::interface::{self as abi, Bind, Caller, EncodeArgs, FailureOf, Interface, ValueOf};
use std::any::TypeId;
use std::borrow::Borrow;
use std::sync::Arc;

/// A shared plugin and one of its interfaces. All clones and all threads use the same plugin.
#[derive(Clone, Debug)]
pub struct SharedBound {
    plugin: SharedPlugin,
    /// The interface's place in the tables of each worker.
    interface: usize,
    /// Which of the interface's methods the plugin has.
    provided: Arc<[bool]>,
}

/// Finds interfaces in a shared plugin.
pub(super) struct Binding<'a>(pub(super) &'a SharedPlugin);

impl Bind for Binding<'_> {
    type Caller = SharedBound;
    type Error = Error;

    fn bind<I: Interface + ?Sized>(&self) -> Result<SharedBound, Error> {
        let plugin = self.0.clone();
        let interface = plugin.lanes.interface(TypeId::of::<I>());
        let (mut lease, deadline) = plugin.take()?;
        ensure_found::<I>(&mut lease, plugin.module(), interface)?;
        let provided = (0..I::METHODS.len()).map(|method| provides(&lease, interface, method)).collect();
        drop(deadline);
        drop(lease);
        Ok(SharedBound { plugin, interface, provided })
    }

    fn is_other_version(error: &Error) -> bool {
        error.is_other_version()
    }
}

/// A shared plugin and one of its interfaces.
pub(in crate::plugin) fn bind<I: Interface + ?Sized>(plugin: &SharedPlugin) -> Result<SharedBound, Error> {
    Binding(plugin).bind::<I>()
}

impl SharedBound {
    /// Fails when the plugin is dead.
    #[inline]
    pub(in crate::plugin) fn check(&self) -> Result<(), Error> {
        self.plugin.lanes.plugin.check()
    }

    /// Takes a worker for one call, and sets the call's deadline. Drop the deadline first.
    #[inline]
    pub(in crate::plugin) fn take(&self) -> Result<(Lease<&Arc<Lanes>>, Option<Deadline>), Error> {
        self.plugin.take()
    }

    /// Calls a method on a worker that was taken.
    #[inline]
    pub(in crate::plugin) fn call_on<I, const METHOD: usize, A, L: Borrow<Arc<Lanes>>>(
        &self,
        lease: &mut Lease<L>,
        args: &A,
    ) -> Result<ValueOf<I, METHOD>, FailureOf<I, METHOD, Error>>
    where
        I: abi::Method<METHOD> + ?Sized,
        A: EncodeArgs,
    {
        call::<I, METHOD, A>(lease, self.plugin.module(), self.interface, args)
    }
}

/// Whether the plugin has a method of an interface that was looked up.
pub(super) fn provides(inner: &Inner, interface: usize, method: usize) -> bool {
    matches!(inner.tables.get(interface), Some(Some(methods)) if methods[method].is_some())
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
        None => Err(bound::not_provided(&I::METHODS[METHOD]).into()),
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
        let (mut lease, _deadline) = self.take()?;
        self.call_on::<I, METHOD, A, _>(&mut lease, args)
    }

    fn provides<I: Interface + ?Sized>(&self, method: usize) -> bool {
        self.provided[method]
    }

    fn is_not_provided(error: &Error) -> bool {
        matches!(error, Error::NotProvided { .. })
    }
}
