//! Starts a plugin with its policy, its configuration, and what the host provides.

use super::config::{self, Config};
use super::inner::Inner;
use super::linked;
#[cfg(feature = "json")]
use super::provided::{self, JsonCall, JsonFailure};
use super::start_state::StartState;
use super::stream::{GuestStreams, Pulled};
use super::{Plugin, Replaceable, post_mortem, to_vec};
use crate::dump::Dumps;
use crate::error::{CallError, Error, LoadError, MethodRef, ProtocolError, Site};
use crate::events::{Callback, Event, Events};
use crate::module::{Module, ModuleInfo};
use crate::plugin::call::{CallPath, Encoded, EncodedCall};
use crate::plugin::services::Services;
use crate::plugin::{CancelHandle, Metadata};
use crate::policy::Policy;
use crate::running::imports::HostFunctions;
use crate::running::instance::{Instance, Start, not_started};
use crate::running::system_calls::Traces;
use crate::stop::Stopper;
use crate::sync::exclusive::Exclusive;
use plugix_abi::export;
use plugix_abi::interface::{Interface, Provider};
use plugix_abi::services as abi;
use serde::Serialize;
#[cfg(feature = "json")]
use serde_json::Value;
use std::fmt;
use std::sync::{Arc, Weak};

/// A plugin that is about to be started.
pub struct PluginBuilder {
    module: Module,
    name: Option<String>,
    policy: Policy,
    config: Config,
    functions: HostFunctions,
    links: Vec<(String, Replaceable)>,
    services: Services,
    backtraces: bool,
    spans: bool,
    resettable: bool,
    dumps: Option<Dumps>,
    on_event: Option<Callback>,
    stopper: Arc<Stopper>,
}

impl PluginBuilder {
    pub(super) fn new(module: &Module) -> Self {
        Self {
            module: module.clone(),
            name: None,
            policy: Policy::new(),
            config: Config::default(),
            functions: HostFunctions::default(),
            links: Vec::new(),
            services: Services::default(),
            backtraces: false,
            spans: false,
            resettable: false,
            dumps: None,
            on_event: None,
            stopper: Stopper::new(),
        }
    }

    /// Sets the name that the host's logs and threads use for the plugin. The default is the module's name.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Gives services to the plugin. By default it has none.
    #[must_use]
    pub fn services(mut self, services: Services) -> Self {
        self.services = services;
        self
    }

    /// Makes a panic carry the wasm functions that it came through, and finds the files and lines of panics and traps: in
    /// the module's debug information, or in the [file](Module::set_debug_file) that has it. Off by default, because it
    /// takes time, and because the debug information is the plugin's: at most 512 MiB of it are read, for five seconds at
    /// most.
    #[must_use]
    pub fn backtraces(mut self, wanted: bool) -> Self {
        self.backtraces = wanted;
        self
    }

    /// Gives each call a span of `tracing`: target `plugix::call`, level `INFO`. It has `plugin`, `interface` and `method`, and at
    /// the end `processor_time_us` of the calling thread, `sent` and `received` in bytes of arguments and result that
    /// don't fit into registers, and `outcome`: `ok`, `returned` for an error of the method's own, or `failed`. What the
    /// plugin logs on that thread is in the span. Off by default: a span costs more than a small call does.
    #[must_use]
    pub fn spans(mut self, wanted: bool) -> Self {
        self.spans = wanted;
        self
    }

    /// Records what the plugin is after its start, so that a pool can bring the plugin back there
    /// ([`PoolBuilder::reset`](crate::pool::PoolBuilder::reset)). Off by default, because it takes time, and as much
    /// memory as the plugin then uses.
    #[must_use]
    pub fn resettable(mut self, wanted: bool) -> Self {
        self.resettable = wanted;
        self
    }

    /// Has the plugin leave a [dump](Dumps) when it traps, breaks the protocol or is stopped. Off by default, because a dump
    /// has all of the plugin's memory, and takes time and room.
    #[must_use]
    pub fn dumps(mut self, dumps: &Dumps) -> Self {
        self.dumps = Some(dumps.clone());
        self
    }

    /// Sets what the plugin may do. By default it may compute and nothing else.
    #[must_use]
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// Sets the configuration that the plugin's constructor receives: a value of the type that the constructor asks
    /// for. Without this, it is `[config]` of the policy's file, if there is one.
    #[must_use]
    pub fn config<C: Serialize + ?Sized>(mut self, config: &C) -> Self {
        self.config = Config::of(config);
        self
    }

    /// Sets the configuration from JSON, by the type that the plugin states.
    #[cfg(feature = "json")]
    #[must_use]
    pub fn config_json(mut self, config: &Value) -> Self {
        self.config = Config::of_json(config, self.module.info());
        self
    }

    /// Lets the plugin call an interface that the host implements: `.provide(<dyn
    /// HostApi>::provider(my_implementation))`. Clones of one provider share the implementation.
    #[must_use]
    pub fn provide<I: Interface + ?Sized>(mut self, provider: Provider<I>) -> Self {
        self.functions.add(provider);
        self
    }

    /// Lets the plugin call an interface that the host implements with JSON, and without the interface's trait. What the
    /// plugin says of the interface counts: its arguments are decoded by their types, and an answer of another type is
    /// an error for the plugin. This is for hosts that know an interface at run time only, such as test hosts. A stream is
    /// a list of its items; those of an argument are all taken before the call, for 256 MiB of JSON at most. Nothing
    /// happens if the plugin doesn't want the interface.
    #[must_use]
    #[cfg(feature = "json")]
    pub fn provide_json(
        mut self,
        interface: &str,
        implementation: impl Fn(JsonCall<'_>) -> Result<Value, JsonFailure> + Send + Sync + 'static,
    ) -> Self {
        if let Some(answer) = provided::answer(self.module.info(), interface, implementation) {
            self.functions.add_untyped(interface.to_owned(), answer);
        }
        self
    }

    /// Lets the plugin call an interface that another plugin implements. The host needs no trait for it. Each call takes a
    /// worker of that plugin, runs under that plugin's policy, and reaches whichever plugin serves at that time. A plugin
    /// that calls itself on such a way gets an error where it would have to wait for itself. Nothing happens if the plugin
    /// doesn't want the interface.
    #[must_use]
    pub fn link(mut self, interface: impl Into<String>, provider: &Replaceable) -> Self {
        self.links.push((interface.into(), provider.clone()));
        self
    }

    /// Sets a callback for what happens to the plugin: a limit was reached, an operation was denied, a thread died. The
    /// callback receives the plugin's name. All of these events also go to `tracing`.
    ///
    /// The callback runs where the event happened. Often that is a thread of the plugin, in the middle of a call. So
    /// the callback must be quick, and can't call the plugin.
    #[must_use]
    pub fn on_event(mut self, callback: impl Fn(&str, &Event) + Send + Sync + 'static) -> Self {
        self.on_event = Some(Arc::new(callback));
        self
    }

    /// A handle that stops the plugin from any other thread, also while the plugin starts.
    pub fn cancel_handle(&self) -> CancelHandle {
        CancelHandle(self.stopper.clone())
    }

    /// Starts the plugin. This compiles the module if it isn't compiled yet, runs its initializer, reads the plugin's
    /// metadata, and calls the constructor.
    ///
    /// # Errors
    /// The variant of [`LoadError`] that says why the plugin can't start.
    pub fn start(self) -> Result<Plugin, LoadError> {
        self.prepare()?.start()
    }

    /// Checks what the plugin needs and gets, without starting anything.
    pub(crate) fn prepare(self) -> Result<Prepared, LoadError> {
        let Self { module, name, policy, config, mut functions, links, .. } = self;
        let Self { services, backtraces, spans, resettable, dumps, on_event, stopper, .. } = self;
        module.info().check_plugin()?;
        let config = config.encode(&policy, module.info()).map_err(|problem| LoadError::Configuration { problem })?;
        check_needs(module.info(), &policy)?;
        for (interface, provider) in links {
            if let Some(answer) = linked::answer(module.info(), &interface, &provider)? {
                functions.add_untyped(interface, answer);
            }
        }
        functions.fit(module.info())?;
        let name: Arc<str> = name.unwrap_or_else(|| module.name().to_owned()).into();
        functions.limit_arguments(policy.argument_limit);
        functions.add(<dyn abi::Services>::provider(services.provide(name.clone())));
        Ok(Prepared {
            module,
            name,
            policy,
            config,
            functions,
            backtraces,
            spans,
            resettable,
            dumps,
            on_event,
            stopper,
        })
    }
}

impl PluginBuilder {
    /// Takes what a host in another process has checked.
    pub(crate) fn prepare_for(self, functions: HostFunctions, config: Vec<u8>) -> Prepared {
        let Self { module, name, policy, backtraces, spans, resettable, dumps, on_event, stopper, .. } = self;
        let name = name.unwrap_or_else(|| module.name().to_owned()).into();
        let mut functions = functions;
        functions.limit_arguments(policy.argument_limit);
        Prepared { module, name, policy, config, functions, backtraces, spans, resettable, dumps, on_event, stopper }
    }
}

/// All that a plugin starts with, checked as far as that is possible before.
pub(crate) struct Prepared {
    pub(crate) module: Module,
    pub(crate) name: Arc<str>,
    pub(crate) policy: Policy,
    /// As the constructor takes it.
    pub(crate) config: Vec<u8>,
    pub(crate) functions: HostFunctions,
    pub(crate) backtraces: bool,
    pub(crate) spans: bool,
    pub(crate) resettable: bool,
    pub(crate) dumps: Option<Dumps>,
    pub(crate) on_event: Option<Callback>,
    pub(crate) stopper: Arc<Stopper>,
}

impl Prepared {
    /// What was asked for that only a plugin in the host's own process can have.
    pub(crate) fn only_here(&self) -> Option<&'static str> {
        let asked = [
            (self.resettable, "`resettable`"),
            (self.dumps.is_some(), "`dumps`"),
            (self.spans, "`spans`"),
            (self.policy.network.reach().unix, "a Unix socket of the host's"),
        ];
        asked.into_iter().find(|(asked, _)| *asked).map(|(_, what)| what)
    }

    /// Starts the plugin here.
    pub(crate) fn start(self) -> Result<Plugin, LoadError> {
        let Self { module, name, policy, config, mut functions, backtraces, spans, resettable, dumps, .. } = self;
        let Self { on_event, stopper, .. } = self;
        let wrong_config = |problem| LoadError::Configuration { problem };
        if backtraces {
            functions.keep_stacks(module.symbols());
            stopper.find_lines_with(module.symbols());
        }
        let streams = functions.streams().clone();
        let panics = functions.panics().clone();
        let events = Events::new(&name, on_event);
        let traces = resettable.then(Traces::default);
        let resources = module.engine().resources();
        let dump = dumps.map(|dumps| post_mortem(&module, &dumps));
        let start = Start { name: &name, policy: &policy, functions, events, stopper, traces: traces.clone(), dump };
        let mut instance = Instance::new(resources, module.info(), || module.code(), start)?;
        let metadata = Metadata::read(&mut instance)?;
        let mut path = CallPath::new(&mut instance, streams, panics, policy.result_limit).map_err(not_started)?;
        if spans {
            path.trace_calls();
        }
        let mut inner = Inner::new(instance, path);
        match inner.construct(&config) {
            Ok(()) => inner.instance.started(),
            Err(CallError::Returned(message)) => {
                return Err(LoadError::Refused { message: String::from_utf8_lossy(&message).into_owned() });
            }
            Err(CallError::Failed(Error::BadArguments { message, .. })) => {
                return Err(wrong_config(config::unreadable(&config, module.info(), message)));
            }
            Err(CallError::Failed(error)) => return Err(not_started(error)),
        }
        if let Some(traces) = traces
            && module.keeps_tables()
        {
            let captured = StartState::capture(&mut inner, traces, module.common());
            let no_room = |error| LoadError::Engine(format!("no room for an image of the plugin's memory: {error}"));
            inner.start = captured.map_err(no_room)?.map(Box::new);
        }
        let process = inner.instance.process.clone();
        let calls = inner.instance.calls.clone();
        let inner = Arc::new_cyclic(|plugin: &Weak<Exclusive<Inner>>| {
            let plugin: Weak<dyn Pulled> = plugin.clone();
            let streams = GuestStreams::new(plugin, inner.path.decoded_limit());
            inner.streams = Some(streams.clone());
            inner.path.open_streams_with(Box::new(move |handle| streams.open(handle)));
            Exclusive::new(inner)
        });
        Ok(Plugin { metadata, module, process, calls, inner })
    }
}

/// Refuses a plugin whose author says that it needs more than the policy allows.
fn check_needs(info: &ModuleInfo, policy: &Policy) -> Result<(), LoadError> {
    let needs = info.plugin.as_ref().map(|plugin| plugin.needs).unwrap_or_default();
    if needs.memory > policy.memory {
        return Err(LoadError::NeedsMemory { needed: needs.memory, allowed: policy.memory });
    }
    match usize::try_from(needs.threads) {
        Ok(needed) if needed > policy.threads => Err(LoadError::NeedsThreads { needed, allowed: policy.threads }),
        _ => Ok(()),
    }
}

impl fmt::Debug for PluginBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PluginBuilder")
            .field("module", &self.module)
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}

impl Inner {
    /// Calls the constructor, if the plugin has one.
    fn construct(&mut self, config: &[u8]) -> Result<(), CallError<Vec<u8>>> {
        let Self { instance, path, .. } = self;
        if !instance.has_export(export::START) {
            return Ok(());
        }
        let constructor = instance.function(export::START).ok_or_else(|| {
            let error = ProtocolError::Export { name: export::START.into(), expected: "fn(i32) -> i32" };
            Error::from_breach(error, Site::new(&instance.process.name))
        })?;
        let call = EncodedCall { name: &MethodRef::from_export("new"), method: &constructor, args: Encoded(config) };
        path.call_encoded(instance, call, |_| Ok(()), to_vec)
    }
}
