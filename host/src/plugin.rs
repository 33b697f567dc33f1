//! A running plugin.

use crate::call::{CallPath, Method};
use crate::instance::Instance;
use crate::{CallError, Error, LoadError, Metadata, Module, Output, Policy};
use plugix_abi::export::METHOD_PREFIX;
use std::cell::RefCell;
use std::collections::HashMap;

/// A running plugin. It can be sent to another thread, but not be used by two at once.
///
/// Dropping it ends its threads.
#[derive(Debug)]
pub struct Plugin {
    metadata: Metadata,
    result_limit: u32,
    inner: RefCell<Inner>,
}

#[derive(Debug)]
struct Inner {
    instance: Instance,
    path: CallPath,
    methods: HashMap<String, Method>,
}

impl Plugin {
    /// Makes a plugin of a module: compiles it unless that was done before, runs its initializer, and reads who it is.
    ///
    /// # Errors
    /// The variant of [`LoadError`] that says why it can't be.
    pub fn new(module: &Module, policy: &Policy) -> Result<Self, LoadError> {
        module.info().check_plugin()?;
        let mut instance = Instance::new("plugin", module, policy)?;
        let metadata = Metadata::read(&mut instance)?;
        instance.name.clone_from(&metadata.name);
        let path = CallPath::new(&mut instance).map_err(LoadError::Start)?;
        let inner = Inner { instance, path, methods: HashMap::new() };
        Ok(Self { metadata, result_limit: policy.result_limit, inner: RefCell::new(inner) })
    }

    /// Who the plugin says it is.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// Calls an exported method with bytes and returns the bytes that it answers with.
    ///
    /// # Errors
    /// [`CallError::Returned`] with the bytes of the method's own error; [`CallError::Failed`] if the call failed.
    pub fn call_bytes(&self, method: &str, args: &[u8]) -> Result<Vec<u8>, CallError<Vec<u8>>> {
        let mut inner = self.inner.try_borrow_mut().map_err(|_| Error::Busy)?;
        let Inner { instance, path, methods } = &mut *inner;
        instance.health.check()?;
        if !methods.contains_key(method) {
            let export = instance.function(&format!("{METHOD_PREFIX}{method}"));
            let export = export.ok_or_else(|| Error::NoSuchMethod { method: method.to_owned() })?;
            methods.insert(method.to_owned(), export);
        }
        path.call(instance, method, &methods[method], args, self.result_limit)
    }

    /// Takes what the plugin wrote to its standard output and standard error since the last time.
    pub fn take_output(&self) -> Output {
        self.inner.try_borrow().map(|inner| inner.instance.take_output()).unwrap_or_default()
    }

    /// How many threads of the plugin's own are alive.
    pub fn live_threads(&self) -> usize {
        self.inner.try_borrow().map(|inner| inner.instance.live_threads()).unwrap_or_default()
    }
}
