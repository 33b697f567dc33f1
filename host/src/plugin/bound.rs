//! Carries the calls of a typed client to a plugin.

use super::Plugin;
use super::inner::{Inner, Methods};
use crate::error::{Error, InterfaceError};
use crate::module::Module;
use crate::plugin::call::{ScalarMethod, TypedMethod};
use crate::running::instance::Instance;
use plugix_abi::export::{METHOD_PREFIX, SCALAR_PREFIX};
use plugix_abi::interface::{self as abi, Caller, EncodeArgs, FailureOf, ImportKind, Interface, MethodInfo, ValueOf};
use plugix_module::interface;
use std::borrow::Borrow;
use std::time::Duration;

/// A plugin, and the exports of one of its interfaces. The exports are looked up once.
#[derive(Debug)]
pub struct Bound<P> {
    plugin: P,
    /// The limit of each call, if this client has one that is tighter than the policy's.
    limit: Option<Duration>,
    methods: Methods,
}

impl<P: Borrow<Plugin>> Bound<P> {
    pub(super) fn new<I: Interface + ?Sized>(plugin: P, limit: Option<Duration>) -> Result<Self, Error> {
        let it: &Plugin = plugin.borrow();
        let inner = it.take()?;
        let methods = methods::<I>(&it.module, &inner.instance)?;
        drop(inner);
        Ok(Self { plugin, limit, methods })
    }
}

/// Finds the exports of an interface's methods.
pub(super) fn methods<I: Interface + ?Sized>(module: &Module, instance: &Instance) -> Result<Methods, InterfaceError> {
    let there = interface::find(I::INFO, &module.info().implements)?;
    I::METHODS
        .iter()
        .zip(there)
        .map(|(method, there)| if there { find(instance, I::NAME, method).map(Some) } else { Ok(None) })
        .collect()
}

/// Finds the quickest export of a method. Every method has an export that takes a frame.
fn find(instance: &Instance, interface: &str, method: &MethodInfo) -> Result<TypedMethod, InterfaceError> {
    let name = method.name;
    let scalar = match method.import {
        ImportKind::Scalar => {
            ScalarMethod::find(instance, &format!("{SCALAR_PREFIX}{interface}/{name}"), method.args.len())
        }
        ImportKind::Frame => None,
    };
    let frame = instance.function(&format!("{METHOD_PREFIX}{interface}/{name}"));
    match (scalar, frame) {
        (Some(scalar), Some(_)) => Ok(TypedMethod::Scalar(scalar)),
        (None, Some(frame)) => Ok(TypedMethod::Frame(frame)),
        (_, None) => Err(InterfaceError::NotExported { interface: interface.to_owned(), method: name.to_owned() }),
    }
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
            return Err(Error::NotProvided { method: I::METHODS[METHOD].name }.into());
        };
        let plugin: &Plugin = self.plugin.borrow();
        let mut inner = plugin.take()?;
        let Inner { instance, path, .. } = &mut *inner;
        let _deadline = self.limit.and_then(|limit| plugin.deadline(limit));
        path.call::<I, METHOD, A>(instance, method, args)
    }

    fn is_not_provided(error: &Error) -> bool {
        matches!(error, Error::NotProvided { .. })
    }
}
