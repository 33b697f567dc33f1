//! The plugins of the console: installed, granted, started, called.

use crate::error::ConsoleError;
use crate::feed::Feed;
use crate::installed::{Answer, Installed, Version, check_name, origin};
use crate::meter::Meter;
use plugix_host::Policy;
use plugix_host::module::Threads;
use plugix_host::plugin::{Sharing, StandardStream, is_stateful};
use plugix_manager::policy::{interfaces, policy};
use plugix_manager::store::grants::{Coverage, Grant, Grants};
use plugix_manager::{Manager, Mode, Spec};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
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
    manager: Manager,
    base: Policy,
    grants: Mutex<Grants>,
    installed: Mutex<BTreeMap<String, Installed>>,
    /// Whoever changes plugins holds this.
    changing: Mutex<()>,
    feed: Feed,
}

impl Console {
    /// A console with no plugin. Each plugin may do what `base` allows, and what it is granted.
    ///
    /// # Panics
    /// If no thread can be started.
    pub fn new(manager: Manager, grants: Grants, base: Policy) -> Self {
        let feed = Feed::new();
        pass_on(&manager, feed.clone());
        let (grants, installed, changing) = (Mutex::new(grants), Mutex::default(), Mutex::default());
        Self(Arc::new(Inner { manager, base, grants, installed, changing, feed }))
    }

    /// Installs a module, or the next version of a plugin, and starts it if its grant covers what it asks for. Without a
    /// name it has the one that it states. Returns the name.
    ///
    /// # Errors
    /// [`ConsoleError`]. Then all is as it was.
    pub fn install(&self, name: Option<&str>, wasm: Vec<u8>, config: Option<Value>) -> Result<String, ConsoleError> {
        let version = Version::new(self.0.manager.engine(), wasm, config)?;
        let name = name.map_or_else(|| version.stated_name(), str::to_owned);
        check_name(&name)?;
        let _alone = lock(&self.0.changing);
        let before = lock(&self.0.installed).get(&name).cloned();
        let mut after = before.clone().unwrap_or_else(|| Installed {
            current: version.clone(),
            next: None,
            meter: Arc::new(Meter::default()),
        });
        after.next = before.is_some().then(|| version.clone());
        lock(&self.0.installed).insert(name.clone(), after);
        if let Err(error) = self.settle(&name, version) {
            let mut installed = lock(&self.0.installed);
            match before {
                Some(before) => installed.insert(name, before),
                None => installed.remove(&name),
            };
            return Err(error);
        }
        Ok(name)
    }

    /// Keeps what a person says to the requests of the version with this hash: one answer for each, in their order.
    pub(crate) fn answer(&self, name: &str, hash: &str, answers: &[Answer]) -> Result<(), ConsoleError> {
        let _alone = lock(&self.0.changing);
        let Installed { current, next, .. } = self.installed(name)?;
        let version = next.into_iter().chain([current]).find(|version| version.hash.hex() == hash);
        let version = version.ok_or(ConsoleError::OtherVersion)?;
        let grant = version.grant(answers)?;
        lock(&self.0.grants).set(&origin(name), &version.hash, grant).map_err(ConsoleError::Grants)?;
        self.settle(name, version)
    }

    /// Takes back all that was granted to a plugin. It is asked again.
    pub(crate) fn take_back(&self, name: &str) -> Result<(), ConsoleError> {
        let _alone = lock(&self.0.changing);
        let installed = self.installed(name)?;
        lock(&self.0.grants).forget(&origin(name)).map_err(ConsoleError::Grants)?;
        self.settle(name, installed.current)
    }

    /// Starts a plugin, or puts a new instance in the place of the one that runs, with its state.
    pub(crate) fn reload(&self, name: &str) -> Result<(), ConsoleError> {
        let _alone = lock(&self.0.changing);
        let installed = self.installed(name)?;
        self.settle(name, installed.current)?;
        if self.0.manager.get(name).is_none() {
            return Err(ConsoleError::NotRunning(name.to_owned()));
        }
        Ok(())
    }

    /// Stops a plugin. It stays installed.
    pub(crate) fn stop(&self, name: &str) -> Result<(), ConsoleError> {
        let _alone = lock(&self.0.changing);
        self.installed(name)?;
        self.stop_running(name)
    }

    /// Stops a plugin and forgets it. What it was granted stays, for its next installation.
    pub(crate) fn remove(&self, name: &str) -> Result<(), ConsoleError> {
        let _alone = lock(&self.0.changing);
        self.installed(name)?;
        self.stop_running(name)?;
        lock(&self.0.installed).remove(name);
        Ok(())
    }

    /// Calls a method, and takes the time.
    pub(crate) async fn call(&self, name: &str, method: String, args: Value) -> Result<Value, ConsoleError> {
        let meter = self.installed(name)?.meter;
        let plugin = self.0.manager.get(name).ok_or_else(|| ConsoleError::NotRunning(name.to_owned()))?;
        let begun = Instant::now();
        let outcome = plugin.run(move |worker| worker.call_json(&method, &args)).await;
        meter.add(begun.elapsed());
        outcome.map_err(|error| match error {
            plugix_host::error::CallError::Returned(error) => ConsoleError::Returned(error),
            plugix_host::error::CallError::Failed(error) => ConsoleError::Call(error),
        })
    }

    /// Takes a sample of each plugin's numbers.
    pub(crate) fn sample(&self) {
        for (name, Installed { meter, .. }) in self.all() {
            let usage = self.0.manager.get(&name).map(|plugin| plugin.status().usage);
            meter.sample(&usage.unwrap_or_default());
        }
    }

    pub(crate) fn all(&self) -> BTreeMap<String, Installed> {
        lock(&self.0.installed).clone()
    }

    pub(crate) fn coverage(&self, name: &str, version: &Version) -> Coverage {
        version.coverage(name, &lock(&self.0.grants))
    }

    pub(crate) fn manager(&self) -> &Manager {
        &self.0.manager
    }

    pub(crate) fn feed(&self) -> &Feed {
        &self.0.feed
    }

    fn installed(&self, name: &str) -> Result<Installed, ConsoleError> {
        lock(&self.0.installed).get(name).cloned().ok_or_else(|| ConsoleError::Unknown(name.to_owned()))
    }

    /// Runs a version if its grant covers what it asks for. If not, what runs without a grant is stopped.
    fn settle(&self, name: &str, version: Version) -> Result<(), ConsoleError> {
        let coverage = self.coverage(name, &version);
        let is_running = self.0.manager.get(name).is_some();
        let Coverage::Covered { grant, is_new } = coverage else {
            let is_current = self.installed(name)?.current.hash == version.hash;
            return if is_running && is_current { self.stop_running(name) } else { Ok(()) };
        };
        let spec = self.spec(name, &version, &grant)?;
        match is_running {
            true => drop(self.0.manager.reload(spec)?),
            false => drop(self.0.manager.start(spec)?),
        }
        if is_new {
            lock(&self.0.grants).set(&origin(name), &version.hash, grant).map_err(ConsoleError::Grants)?;
        }
        if let Some(installed) = lock(&self.0.installed).get_mut(name) {
            installed.next.take_if(|next| next.hash == version.hash);
            installed.current = version;
        }
        Ok(())
    }

    fn stop_running(&self, name: &str) -> Result<(), ConsoleError> {
        match self.0.manager.get(name) {
            Some(_) => Ok(self.0.manager.stop(name)?),
            None => Ok(()),
        }
    }

    fn spec(&self, name: &str, version: &Version, grant: &Grant) -> Result<Spec, ConsoleError> {
        let (feed, plugin) = (self.0.feed.clone(), name.to_owned());
        let policy = policy(grant, &self.0.base).map_err(ConsoleError::Policy)?.on_output(move |stream, line| {
            let kind = if stream == StandardStream::Stdout { "stdout" } else { "stderr" };
            feed.tell(&plugin, kind, line);
        });
        let info = version.module.info();
        let workers = if info.threads == Threads::Possible { WORKERS } else { 1 };
        let mut spec = Spec::new(name, &version.module).policy(policy);
        spec = spec.mode(Mode::Shared(Sharing::new().workers(workers)));
        if let Some(config) = &version.config {
            spec = spec.config(config.clone());
        }
        if is_stateful(info) {
            spec = spec.checkpoint_every(CHECKPOINT);
        }
        Ok(interfaces(grant).fold(spec, |spec, (interface, _)| spec.may_call(interface)))
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
