//! What all plugins of a manager have in common, and how an instance is made.

use crate::error::ManagerError;
use crate::managed::Managed;
use crate::order::Node;
use crate::spec::{Mode, Spec};
use crate::states::States;
use crate::status::{Happened, What};
use crate::supervisor::Message;
use plugix_host::abi::interface::{Interface, Provider};
use plugix_host::error::LoadError;
use plugix_host::events::Event;
use plugix_host::plugin::{PluginBuilder, Services, SharedPlugin};
use plugix_host::{Engine, Plugin};
use std::fmt;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use tokio::sync::broadcast;

/// The interface that each host has, without asking.
const SERVICES: &str = "Services";

/// Gives one interface of the host's to a plugin.
pub(crate) type Provide = Arc<dyn Fn(PluginBuilder) -> PluginBuilder + Send + Sync>;

/// What all plugins of a manager have in common.
pub(crate) struct Surroundings {
    pub(crate) engine: Engine,
    pub(crate) provided: Vec<(String, Provide)>,
    pub(crate) services: Services,
    pub(crate) states: Option<States>,
    pub(crate) happened: broadcast::Sender<Happened>,
    pub(crate) supervisor: Sender<Message>,
}

/// The plugins that implement the interfaces that another plugin calls.
pub(crate) type Providers = Vec<(String, Managed)>;

/// An interface of the host's, for all plugins.
pub(crate) fn provide<I: Interface + ?Sized>(provider: Provider<I>) -> (String, Provide)
where
    Provider<I>: Clone + Send + Sync + 'static,
{
    (I::NAME.to_owned(), Arc::new(move |builder: PluginBuilder| builder.provide(provider.clone())))
}

impl Surroundings {
    /// Starts an instance that several threads can call. Its death is reported with its number.
    pub(crate) fn start(&self, spec: &Spec, links: &Providers, number: u64) -> Result<SharedPlugin, ManagerError> {
        let Mode::Shared(sharing) = spec.mode else {
            return Err(ManagerError::Mode { name: spec.name.clone(), pooled: true });
        };
        let plugin = self.make(spec, links, number)().map_err(|error| start_failed(spec, error))?;
        let shared = plugin.into_shared(&sharing);
        shared.map_err(|error| ManagerError::Share { name: spec.name.clone(), error })
    }

    /// What starts instances.
    pub(crate) fn make(
        &self,
        spec: &Spec,
        links: &Providers,
        number: u64,
    ) -> impl Fn() -> Result<Plugin, LoadError> + Send + Sync + 'static {
        let (spec, services) = (spec.clone(), self.services.clone());
        let provided = self.provided.clone();
        let links: Vec<_> =
            links.iter().filter_map(|(name, plugin)| Some((name.clone(), plugin.replaceable()?))).collect();
        let (happened, supervisor) = (self.happened.clone(), self.supervisor.clone());
        move || {
            let builder = Plugin::builder(&spec.module).name(&*spec.name).policy(spec.policy.clone());
            let builder = builder.services(services.clone()).resettable(spec.is_reset());
            let builder = provided.iter().fold(builder, |builder, (_, provide)| provide(builder));
            let builder = links.iter().fold(builder, |builder, (interface, plugin)| builder.link(interface, plugin));
            let builder = match &spec.config {
                Some(config) => builder.config_json(config),
                None => builder,
            };
            let (happened, supervisor) = (happened.clone(), supervisor.clone());
            let name = spec.name.clone();
            let builder = builder.on_event(move |_, event| {
                // Nobody has to listen, and a manager that is gone restarts nothing.
                let _ = happened.send(Happened { plugin: name.clone(), what: What::Event(event.clone()) });
                if is_death(event) {
                    let _ = supervisor.send(Message::Died { plugin: name.clone(), number, cause: event.to_string() });
                }
            });
            builder.start()
        }
    }

    /// What is known of a plugin's interfaces. Those that the host provides are not wanted of others.
    pub(crate) fn node(&self, spec: &Spec) -> Node {
        let info = spec.module.info();
        let is_host = |name: &str| name == SERVICES || self.provided.iter().any(|(provided, _)| provided == name);
        let wants = info.uses.iter().filter(|wanted| !is_host(&wanted.name));
        Node {
            name: spec.name.clone(),
            implements: info.implements.iter().map(|interface| interface.name.clone()).collect(),
            wants: wants.map(|wanted| (wanted.name.clone(), wanted.methods.iter().all(|it| it.optional))).collect(),
            may_call: spec.interfaces.clone(),
        }
    }

    pub(crate) fn tell(&self, plugin: &str, what: What) {
        tracing::info!(target: "plugix::manager", plugin, "{what}");
        let _ = self.happened.send(Happened { plugin: plugin.to_owned(), what });
    }
}

pub(crate) fn start_failed(spec: &Spec, error: LoadError) -> ManagerError {
    ManagerError::Start { name: spec.name.clone(), error: Box::new(error) }
}

/// Whether the event tells of a plugin's end.
fn is_death(event: &Event) -> bool {
    matches!(event, Event::Stopped { .. } | Event::Died { .. } | Event::Exited { .. } | Event::ThreadDied { .. })
}

impl fmt::Debug for Surroundings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let provided: Vec<_> = self.provided.iter().map(|(name, _)| name).collect();
        f.debug_struct("Surroundings").field("provided", &provided).finish_non_exhaustive()
    }
}
