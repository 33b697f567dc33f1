//! Interfaces that one plugin calls and another one implements. What crosses is copied from one plugin to the other as it
//! travels, and rewritten where the two forms differ. The host doesn't know the types.

pub(crate) mod registers;

use super::dynamic::CallExport as _;
use super::to_vec;
use super::{Replaceable, Worker};
use crate::error::{CallError, Chain, Error, InterfaceError, LoadError, MethodRef, Overload};
use crate::module::ModuleInfo;
use crate::running::imports::{Answer, UntypedArgs, is_stopped};
use crate::running::memory::decoded;
use crate::sync::lock::lock;
use plugix_abi::Status;
use plugix_abi::export::METHOD_PREFIX;
use plugix_abi::interface::descriptor::{Descriptor, MethodDescriptor};
use plugix_abi::interface::{Bounds, Shape};
use plugix_module::interface::{Fit, Rewrite, fit};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// Another plugin, as the implementation of an interface.
#[derive(Debug)]
struct Link {
    /// What the calling plugin says of the interface.
    wanted: Descriptor,
    provider: Replaceable,
    /// How the interface is found in the plugin that serves.
    route: Mutex<Arc<Route>>,
}

/// The methods of the interface in one plugin.
#[derive(Debug)]
struct Route {
    /// The plugin's number.
    number: u64,
    methods: HashMap<String, Target>,
}

/// A method of that plugin.
#[derive(Debug)]
struct Target {
    name: String,
    fit: Fit,
}

/// The functions of an interface that another plugin implements. `None` if the plugin doesn't want the interface.
///
/// # Errors
/// When the two plugins don't fit, or when the interface has streams, which end in one plugin.
pub(super) fn answer(info: &ModuleInfo, interface: &str, provider: &Replaceable) -> Result<Option<Answer>, LoadError> {
    let Some(wanted) = info.uses.iter().find(|wanted| wanted.name == interface) else { return Ok(None) };
    if let Some(method) = wanted.methods.iter().find(|method| has_stream(method)) {
        let problem = format!("`{}` has a stream, and streams don't go from plugin to plugin", method.signature);
        return Err(LoadError::Link { interface: interface.to_owned(), problem });
    }
    let (serving, number) = provider.serving();
    let route = Route::find(wanted, serving.module().info(), number)?;
    let link = Link { wanted: wanted.clone(), provider: provider.clone(), route: Mutex::new(Arc::new(route)) };
    Ok(Some(Arc::new(move |method, args| link.answer(method, args))))
}

fn has_stream(method: &MethodDescriptor) -> bool {
    let is_stream = |shape: &Shape<_>| matches!(shape, Shape::Stream(_));
    is_stream(&method.returns.value) || method.args.iter().any(|arg| is_stream(&arg.shape))
}

impl Route {
    fn find(wanted: &Descriptor, provider: &ModuleInfo, number: u64) -> Result<Self, InterfaceError> {
        let found = provider.implements.iter().find(|found| found.name == wanted.name).ok_or_else(|| {
            InterfaceError::NotImplemented {
                interface: wanted.name.clone(),
                implemented: provider.implements.iter().map(|found| found.name.clone()).collect(),
            }
        })?;
        let fits = wanted.methods.iter().zip(fit(wanted, found)?);
        let methods = fits.filter_map(|(method, fit)| {
            let fit = fit?;
            Some((method.name.clone(), Target { name: found.methods[fit.method].name.clone(), fit }))
        });
        Ok(Self { number, methods: methods.collect() })
    }
}

impl Link {
    fn answer(&self, name: &str, args: UntypedArgs<'_>) -> (Status, Vec<u8>) {
        let failed = |status, problem: String| (status, problem.into_bytes());
        let Some(method) = self.wanted.methods.iter().find(|method| method.name == name) else {
            return failed(Status::Failed, format!("the plugin says nothing of `{name}`, which it calls"));
        };
        let framed;
        let bytes = match args {
            UntypedArgs::Bytes(bytes) => bytes,
            UntypedArgs::Registers(values) => match registers::frame(&method.args, values) {
                Ok(bytes) => {
                    framed = bytes;
                    &framed
                }
                Err(problem) => return failed(Status::BadArguments, problem),
            },
        };
        let in_registers = matches!(args, UntypedArgs::Registers(_));
        match self.provider.run_on(|worker, number| self.call((worker, number), method, bytes)) {
            Ok(None) => (Status::NotProvided, Vec::new()),
            Ok(Some(value)) if in_registers => match registers::unframe(&method.returns.value, &value) {
                Ok(register) => (Status::Ok, register),
                Err(problem) => failed(Status::Failed, problem),
            },
            Ok(Some(value)) => (Status::Ok, value),
            Err(CallError::Returned(error)) => (Status::Error, error),
            Err(CallError::Failed(Error::Overloaded(error @ Overload::WithinACall { .. }))) => {
                failed(Status::Deadlock, error.to_string())
            }
            Err(CallError::Failed(error)) => failed(Status::Failed, Chain(&error).to_string()),
        }
    }

    /// Calls the method in the plugin that serves. `None` if that plugin lacks the method.
    fn call(
        &self,
        (worker, number): (&Worker, u64),
        method: &MethodDescriptor,
        args: &[u8],
    ) -> Result<Option<Vec<u8>>, CallError<Vec<u8>>> {
        let route = self.route(worker.module().info(), number)?;
        let Some(Target { name, fit }) = route.methods.get(&method.name) else { return Ok(None) };
        let wrong = |problem: String| Error::BadArguments { method: method.name.clone(), message: problem };
        let rewrites = fit.rewrites.as_deref();
        let bounds = |len: usize| Bounds { memory: decoded(len.try_into().unwrap_or(u32::MAX)), is_over: is_stopped };
        let rewritten = rewrites.map(|rewrites| rewrites.arguments(args, bounds(args.len()))).transpose();
        let rewritten = rewritten.map_err(|error| wrong(error.to_string()))?.flatten();
        let export = format!("{METHOD_PREFIX}{}/{name}", self.wanted.name);
        let site = MethodRef { interface: Some(&self.wanted.name), method: name };
        let outcome = worker.call_export(&export, &site, rewritten.as_deref().unwrap_or(args), to_vec, to_vec);
        let rewrite = |rewrite: Option<&Arc<Rewrite>>, bytes: Vec<u8>| match rewrite {
            Some(rewrite) => rewrite.value(&bytes, bounds(bytes.len())).map_err(|error| wrong(error.to_string())),
            None => Ok(bytes),
        };
        match outcome {
            Ok(value) => Ok(Some(rewrite(rewrites.and_then(|rewrites| rewrites.value.as_ref()), value)?)),
            Err(CallError::Returned(error)) => {
                let error = rewrite(rewrites.and_then(|rewrites| rewrites.error.as_ref()), error)?;
                Err(CallError::Returned(error))
            }
            Err(failed) => Err(failed),
        }
    }

    /// The interface in the plugin with this number.
    fn route(&self, provider: &ModuleInfo, number: u64) -> Result<Arc<Route>, Error> {
        let mut route = lock(&self.route);
        if route.number != number {
            *route = Arc::new(Route::find(&self.wanted, provider, number)?);
        }
        Ok(route.clone())
    }
}
