//! The plugins of the console: installed, granted, started, called.

use crate::answers::{self, Answer};
use crate::error::ConsoleError;
use crate::feed::Feed;
use crate::meter::Meter;
use crate::uploads::Uploads;
use plugix_fleet::ship::{Deployments, Overview};
use plugix_host::Policy;
use plugix_host::error::{CallError, Chain};
use plugix_host::module::Threads;
use plugix_host::plugin::{Sharing, StandardStream, is_stateful};
use plugix_manager::store::{ContentHash, Module, PluginName, Source, Store};
use plugix_manager::{Installed, InstalledPlugin, Manager, Mode, Settled, Spec};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::broadcast::error::RecvError;

/// How many calls a plugin runs at once, if it can.
const WORKERS: usize = 2;

/// How often a state is saved.
const CHECKPOINT: Duration = Duration::from_secs(5);

/// Plugins that a person installs, grants, calls, reloads and stops. Clones are cheap, and all of them are the same.
///
/// What changes plugins blocks: asynchronous code calls it on a thread for that.
#[derive(Clone, Debug)]
pub struct Console(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    installed: Installed,
    uploads: Uploads,
    meters: Mutex<BTreeMap<PluginName, Arc<Meter>>>,
    /// Whoever changes plugins holds this.
    changing: Mutex<()>,
    feed: Feed,
    /// The fleet that the page shows as well.
    fleet: OnceLock<Deployments>,
}

/// A module that a person puts onto the page.
#[derive(Clone, Debug, Default)]
pub struct Upload {
    /// The plugin's name. Without one it has the name that it states.
    pub name: Option<String>,
    /// The module's bytes.
    pub module: Vec<u8>,
    /// Its minisign signatures, one after the other.
    pub signatures: String,
    /// The plugin's configuration.
    pub config: Option<Value>,
}

impl Console {
    /// The plugins of a folder. Those that have what they ask for are started, and what waited for an answer waits again.
    /// Each plugin may do what `base` allows, and what it is granted. One that doesn't start is told in what happens.
    ///
    /// # Errors
    /// If the folder's files can't be used.
    ///
    /// # Panics
    /// If no thread can be started.
    pub fn open(store: Store, manager: &Manager, base: Policy) -> Result<Self, ConsoleError> {
        let feed = Feed::new();
        pass_on(manager, feed.clone());
        let names: Vec<_> = store.list().keys().cloned().collect();
        let home = std::path::absolute(store.home()).unwrap_or_else(|_| store.home().to_owned());
        let uploads = Uploads::open(home.join("uploads"), &names)?;
        let output = feed.clone();
        let base = move |name: &PluginName| {
            let (output, plugin) = (output.clone(), name.to_string());
            base.clone().on_output(move |stream, line| {
                let kind = if stream == StandardStream::Stdout { "stdout" } else { "stderr" };
                output.tell(&plugin, kind, line);
            })
        };
        let installed = Installed::with_bases(store, manager, base)?;
        let (meters, changing) = (Mutex::default(), Mutex::default());
        let console = Self(Arc::new(Inner { installed, uploads, meters, changing, feed, fleet: OnceLock::new() }));
        console.resume(names);
        Ok(console)
    }

    /// Starts what was installed before, each plugin after those that it calls, and finds what came later than that.
    fn resume(&self, names: Vec<PluginName>) {
        let mut left: Vec<_> = names.iter().map(|name| (name, None)).collect();
        loop {
            let before = left.len();
            left = left.into_iter().filter_map(|(name, _)| Some((name, Some(self.run(name).err()?)))).collect();
            if left.is_empty() || left.len() == before {
                break;
            }
        }
        for (name, error) in left {
            self.tell(name, "is not started", error);
        }
        for name in &names {
            self.tell(name, "is not updated", self.find_newer(name).err());
        }
    }

    /// Installs what came last, if that is another version than the one that is installed.
    fn find_newer(&self, name: &PluginName) -> Result<(), ConsoleError> {
        let plugin = self.0.installed.plugin(name)?;
        let uploads = &self.0.uploads;
        if plugin.source != Source::File(uploads.module(name)) {
            return Ok(());
        }
        let Some(hash) = uploads.newer(name, &plugin.hash)? else { return Ok(()) };
        let config = uploads.config(name, &hash)?;
        self.0.installed.install(Some(name), plugin.source, &mut |_| {}, |spec| adjust(spec, config))?;
        Ok(())
    }

    fn tell(&self, name: &PluginName, what: &str, error: Option<ConsoleError>) {
        if let Some(error) = error {
            self.0.feed.tell(name.as_str(), "event", &format!("{what}: {}", Chain(&error)));
        }
    }

    /// Installs a module, or the next version of a plugin, and starts it if its grant covers what it asks for. Returns the
    /// name.
    ///
    /// # Errors
    /// [`ConsoleError`]. Then all is as it was.
    pub fn install(&self, upload: Upload) -> Result<PluginName, ConsoleError> {
        let Upload { name, module, signatures, config } = upload;
        let name: PluginName = match name {
            Some(name) => name.parse()?,
            // The name alone is read before the signatures are checked: it says where the module goes.
            None => Module::of(&module)?.name(None)?,
        };
        let _alone = lock(&self.0.changing);
        let (installed, uploads) = (&self.0.installed, &self.0.uploads);
        let hash = ContentHash::of(&module);
        let is_same = installed.plugin(&name).is_ok_and(|before| before.hash == hash);
        let placed = uploads.place(&name, &module, &signatures)?;
        let install = || {
            // Another version's configuration is nothing until that version is there.
            if !is_same {
                uploads.set_config(&name, &hash, config.as_ref())?;
            }
            let source = Source::File(uploads.module(&name));
            installed.install(Some(&name), source, &mut |_| {}, |spec| adjust(spec, config.clone()))?;
            if is_same { uploads.set_config(&name, &hash, config.as_ref()) } else { Ok(()) }
        };
        let outcome = install();
        match outcome {
            Ok(()) => placed.keep(),
            Err(_) => placed.undo()?,
        }
        self.forget_configs(&name);
        outcome.map(|()| name)
    }

    /// Keeps what a person says to the requests of the version with this hash: one answer for each, in their order.
    pub(crate) fn answer(&self, name: &str, hash: ContentHash, answers: &[Answer]) -> Result<(), ConsoleError> {
        let _alone = lock(&self.0.changing);
        let name = &name.parse()?;
        let module = self.0.installed.module(name, &hash)?;
        let grant = answers::grant(&module.info().requests, answers)?;
        let config = self.0.uploads.config(name, &hash)?;
        self.0.installed.grant(name, &hash, grant, |spec| adjust(spec, config))?;
        self.forget_configs(name);
        Ok(())
    }

    /// Takes back all that was granted to a plugin. It is asked again.
    pub(crate) fn take_back(&self, name: &str) -> Result<(), ConsoleError> {
        let _alone = lock(&self.0.changing);
        Ok(self.0.installed.revoke(&name.parse()?)?)
    }

    /// Starts a plugin, or puts a new instance in the place of the one that runs, with its state.
    pub(crate) fn reload(&self, name: &str) -> Result<(), ConsoleError> {
        let _alone = lock(&self.0.changing);
        match self.run(&name.parse()?)? {
            Settled::Runs => Ok(()),
            _ => Err(ConsoleError::NotRunning(name.to_owned())),
        }
    }

    /// Stops a plugin. It stays installed.
    pub(crate) fn stop(&self, name: &str) -> Result<(), ConsoleError> {
        let _alone = lock(&self.0.changing);
        let name = name.parse()?;
        self.0.installed.plugin(&name)?;
        Ok(self.0.installed.stop(&name)?)
    }

    /// Stops a plugin and forgets it, with all that it was granted.
    pub(crate) fn remove(&self, name: &str) -> Result<(), ConsoleError> {
        let _alone = lock(&self.0.changing);
        let name = name.parse()?;
        self.0.installed.remove(&name)?;
        lock(&self.0.meters).remove(&name);
        self.0.uploads.remove(&name)
    }

    /// Calls a method, and takes the time.
    pub(crate) async fn call(&self, name: &str, method: String, args: Value) -> Result<Value, ConsoleError> {
        let Some(plugin) = self.0.installed.manager().get(name) else {
            self.0.installed.plugin(&name.parse()?)?;
            return Err(ConsoleError::NotRunning(name.to_owned()));
        };
        let meter = self.meter(&name.parse()?);
        let begun = Instant::now();
        let outcome = plugin.run(move |worker| worker.call_json(&method, &args)).await;
        meter.add(begun.elapsed());
        outcome.map_err(|error| match error {
            CallError::Returned(error) => ConsoleError::Returned(error),
            CallError::Failed(error) => ConsoleError::Call(error),
        })
    }

    /// Takes a sample of each plugin's numbers.
    pub(crate) fn sample(&self) {
        for InstalledPlugin { name, running, .. } in self.all() {
            let usage = running.map(|plugin| plugin.status().usage);
            self.meter(&name).sample(&usage.unwrap_or_default());
        }
    }

    /// Has the plugins that have a state save it. The next start goes on with it.
    pub fn save(&self) {
        let _alone = lock(&self.0.changing);
        for InstalledPlugin { name, module, running, .. } in self.all() {
            if let Some(plugin) = running.filter(|_| module.is_some_and(|module| is_stateful(module.info()))) {
                self.tell(&name, "has not saved its state", plugin.save().err().map(Into::into));
            }
        }
    }

    /// Has the page show a fleet as well. The first one stays.
    pub fn show_fleet(&self, fleet: Deployments) {
        let _ = self.0.fleet.set(fleet);
    }

    /// What the fleet runs. `None` if there is none to show.
    pub(crate) fn fleet(&self) -> Result<Option<Overview>, ConsoleError> {
        Ok(self.0.fleet.get().map(Deployments::overview).transpose()?)
    }

    pub(crate) fn all(&self) -> Vec<InstalledPlugin> {
        self.0.installed.list()
    }

    pub(crate) fn meter(&self, name: &PluginName) -> Arc<Meter> {
        lock(&self.0.meters).entry(name.clone()).or_default().clone()
    }

    pub(crate) fn feed(&self) -> &Feed {
        &self.0.feed
    }

    /// Runs what is installed, with the configuration that came along.
    fn run(&self, name: &PluginName) -> Result<Settled, ConsoleError> {
        let hash = self.0.installed.plugin(name)?.hash;
        let config = self.0.uploads.config(name, &hash)?;
        Ok(self.0.installed.resume(name, |spec| adjust(spec, config))?)
    }

    /// Forgets the configurations of versions that are neither installed nor waiting. What can't be now is at another time.
    fn forget_configs(&self, name: &PluginName) {
        let plugin = self.all().into_iter().find(|plugin| plugin.name == *name);
        let hashes = |plugin: InstalledPlugin| {
            let waiting = plugin.waiting.map(|waiting| waiting.plugin.hash);
            waiting.into_iter().chain([plugin.plugin.hash]).collect::<Vec<_>>()
        };
        let _ = self.0.uploads.forget_configs(name, &plugin.map(hashes).unwrap_or_default());
    }
}

/// How a plugin runs.
fn adjust(spec: Spec, config: Option<Value>) -> Spec {
    let info = spec.module().info();
    let (workers, has_state) = (if info.threads == Threads::Possible { WORKERS } else { 1 }, is_stateful(info));
    let spec = spec.mode(Mode::Shared(Sharing::new().workers(workers)));
    let spec = if has_state { spec.checkpoint_every(CHECKPOINT) } else { spec };
    match config {
        Some(config) => spec.config(config),
        None => spec,
    }
}

/// Lets pages know what happens to plugins, as long as there is the manager.
fn pass_on(manager: &Manager, feed: Feed) {
    let mut events = manager.subscribe();
    let pass = move || loop {
        match events.blocking_recv() {
            Ok(happened) => feed.tell(&happened.plugin, "event", &happened.what.to_string()),
            Err(RecvError::Lagged(lost)) => feed.tell("", "event", &format!("{lost} events were lost")),
            Err(RecvError::Closed) => return,
        }
    };
    std::thread::Builder::new().name("plugix console".to_owned()).spawn(pass).expect("a thread can be started");
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What the locks guard is valid at any time.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
