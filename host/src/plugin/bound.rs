//! Carries the calls of a typed client to a plugin.

use super::Plugin;
use super::inner::{Inner, Methods};
use crate::error::{Error, InterfaceError};
use crate::module::Module;
use crate::plugin::call::{ScalarMethod, TypedMethod};
use crate::running::instance::Instance;
use plugix_abi::export::{METHOD_PREFIX, SCALAR_PREFIX};
use plugix_abi::interface::{
    self as abi, Bind, Caller, EncodeArgs, FailureOf, ImportKind, Interface, MethodInfo, ValueOf,
};
use plugix_module::interface::{self, Fit};
use std::borrow::Borrow;
use std::cell::Cell;
use std::time::Duration;

/// A plugin, and the exports of one of its interfaces. The exports are looked up once.
#[derive(Debug)]
pub struct Bound<P> {
    plugin: P,
    /// The limit of each call, if this client has one that is tighter than the policy's.
    limit: Option<Duration>,
    methods: Methods,
}

/// Finds interfaces in a plugin. The first that fits takes the plugin.
pub(super) struct Binding<P> {
    pub(super) plugin: Cell<Option<P>>,
    pub(super) limit: Option<Duration>,
}

impl<P: Borrow<Plugin>> Bind for Binding<P> {
    type Caller = Bound<P>;
    type Error = Error;

    fn bind<I: Interface + ?Sized>(&self) -> Result<Bound<P>, Error> {
        let plugin = self.plugin.take().ok_or(Error::Busy)?;
        match find_all::<I>(plugin.borrow()) {
            Ok(methods) => Ok(Bound { plugin, limit: self.limit, methods }),
            Err(error) => {
                self.plugin.set(Some(plugin));
                Err(error)
            }
        }
    }

    fn is_other_version(error: &Error) -> bool {
        error.is_other_version()
    }
}

fn find_all<I: Interface + ?Sized>(plugin: &Plugin) -> Result<Methods, Error> {
    let inner = plugin.take()?;
    Ok(methods::<I>(&plugin.module, &inner.instance)?)
}

/// Finds the exports of an interface's methods.
pub(super) fn methods<I: Interface + ?Sized>(module: &Module, instance: &Instance) -> Result<Methods, InterfaceError> {
    let implemented = &module.info().implements;
    let fits = interface::find::<I>(implemented)?;
    let there = implemented.iter().find(|there| there.name == I::NAME).map_or(&[][..], |there| &there.methods);
    I::METHODS
        .iter()
        .zip(fits)
        .map(|(method, fit)| fit.map(|fit| find(instance, I::NAME, method, &there[fit.method].name, fit)).transpose())
        .collect()
}

/// Finds the quickest export of a method, which has this name in the plugin. Every method has an export that takes a
/// frame.
fn find(
    instance: &Instance,
    interface: &str,
    method: &MethodInfo,
    name: &str,
    fit: Fit,
) -> Result<TypedMethod, InterfaceError> {
    let scalar = match method.import {
        ImportKind::Scalar => {
            ScalarMethod::find(instance, &format!("{SCALAR_PREFIX}{interface}/{name}"), method.args.len())
        }
        ImportKind::Frame => None,
    };
    let frame = instance.function(&format!("{METHOD_PREFIX}{interface}/{name}"));
    match (fit.rewrites, scalar, frame) {
        (Some(rewrites), _, Some(frame)) => Ok(TypedMethod::Rewritten(frame, rewrites)),
        (None, Some(scalar), Some(_)) => Ok(TypedMethod::Scalar(scalar)),
        (None, None, Some(frame)) => Ok(TypedMethod::Frame(frame)),
        (_, _, None) => Err(InterfaceError::NotExported { interface: interface.to_owned(), method: name.to_owned() }),
    }
}

/// The error of a call of a method that the plugin lacks.
#[cold]
pub(crate) fn not_provided(method: &MethodInfo) -> Error {
    Error::NotProvided { method: method.name, since: method.since }
}

impl<P: Borrow<Plugin>> Caller for Bound<P> {
    type Error = Error;

    #[inline]
    fn call<I, const METHOD: usize, A>(&self, args: &A) -> Result<ValueOf<I, METHOD>, FailureOf<I, METHOD, Error>>
    where
        I: abi::Method<METHOD> + ?Sized,
        A: EncodeArgs,
    {
        let Some(method) = &self.methods[METHOD] else {
            return Err(not_provided(&I::METHODS[METHOD]).into());
        };
        let plugin: &Plugin = self.plugin.borrow();
        let mut inner = plugin.take()?;
        let Inner { instance, path, .. } = &mut *inner;
        let _deadline = self.limit.and_then(|limit| plugin.deadline(limit));
        path.call::<I, METHOD, A>(instance, method, args)
    }

    fn provides<I: Interface + ?Sized>(&self, method: usize) -> bool {
        self.methods[method].is_some()
    }

    fn is_not_provided(error: &Error) -> bool {
        matches!(error, Error::NotProvided { .. })
    }
}
