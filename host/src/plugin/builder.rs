//! Starts a plugin: with its policy, its configuration and what the host provides.

use super::{Inner, Plugin, to_vec};
use crate::call::CallPath;
use crate::imports::HostFunctions;
use crate::instance::{Instance, not_started};
use crate::runtime::Stopper;
use crate::{CallError, CancelHandle, LoadError, Metadata, Module, Policy, ProtocolError};
use plugix_abi::export;
use plugix_abi::interface::{Interface, Provider};
use serde::Serialize;
use std::sync::Arc;

/// A plugin that is about to be started.
#[derive(Debug)]
pub struct PluginBuilder {
    module: Module,
    policy: Policy,
    config: Result<Vec<u8>, String>,
    functions: HostFunctions,
    stopper: Arc<Stopper>,
}

impl PluginBuilder {
    pub(super) fn new(module: &Module) -> Self {
        Self {
            module: module.clone(),
            policy: Policy::new(),
            config: Ok(Vec::new()),
            functions: HostFunctions::default(),
            stopper: Stopper::new(module.engine()),
        }
    }

    /// Sets what the plugin may do; without this, it may compute.
    #[must_use]
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// Sets the configuration that the plugin's constructor receives: a value of the type that it asks for.
    #[must_use]
    pub fn config<C: Serialize + ?Sized>(mut self, config: &C) -> Self {
        self.config = postcard::to_allocvec(config).map_err(|error| error.to_string());
        self
    }

    /// Lets the plugin call an interface that the host implements:
    /// `.provide(<dyn HostApi>::provider(my_implementation))`. Clones of one provider share the implementation.
    #[must_use]
    pub fn provide<I: Interface + ?Sized>(mut self, provider: Provider<I>) -> Self {
        self.functions.add(provider);
        self
    }

    /// Stops the plugin from any other thread, and while it starts as well.
    pub fn cancel_handle(&self) -> CancelHandle {
        CancelHandle(self.stopper.clone())
    }

    /// Starts the plugin: compiles the module unless that was done before, runs its initializer, reads who it is and
    /// calls its constructor.
    ///
    /// # Errors
    /// The variant of [`LoadError`] that says why it can't be.
    pub fn start(self) -> Result<Plugin, LoadError> {
        let Self { module, policy, config, functions, stopper } = self;
        let wrong_config = |problem| LoadError::Policy { what: "configuration".into(), problem };
        let config = config.map_err(wrong_config)?;
        module.info().check_plugin()?;
        functions.check(module.info())?;
        let mut instance = Instance::new("plugin", &module, &policy, functions, stopper.clone())?;
        let metadata = Metadata::read(&mut instance)?;
        instance.name.clone_from(&metadata.name);
        let path = CallPath::new(&mut instance, policy.result_limit).map_err(not_started)?;
        let mut inner = Inner { instance, path };
        match inner.construct(&config) {
            Ok(()) => inner.instance.started(),
            Err(CallError::Returned(message)) => {
                return Err(LoadError::Refused { message: String::from_utf8_lossy(&message).into_owned() });
            }
            Err(CallError::Failed(crate::Error::BadArguments { message, .. })) => return Err(wrong_config(message)),
            Err(CallError::Failed(error)) => return Err(not_started(error)),
        }
        Ok(Plugin { metadata, module, stopper, inner: inner.into() })
    }
}

impl Inner {
    /// Calls the constructor, if the plugin has one.
    fn construct(&mut self, config: &[u8]) -> Result<(), CallError<Vec<u8>>> {
        let Self { instance, path } = self;
        if !instance.has_export(export::START) {
            return Ok(());
        }
        let constructor = instance.function(export::START).ok_or_else(|| {
            crate::Error::from(ProtocolError::Export { name: export::START.into(), expected: "fn(i32) -> i32" })
        })?;
        path.call_encoded(instance, "new", &constructor, config, |_| Ok(()), to_vec)
    }
}
