//! A plugin that runs in a test, and what has happened to it.

use plugix_host::Plugin;
use plugix_host::error::LoadError;
use plugix_host::events::Event;
use plugix_host::plugin::PluginBuilder;
use std::ops::Deref;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long [`Started::wait_for`] waits: for tests on busy machines.
const PATIENCE: Duration = Duration::from_secs(60);

/// A plugin that was started by a test. It is a [`Plugin`] that keeps its events and its output.
#[derive(Debug)]
pub struct Started {
    plugin: Plugin,
    events: Arc<Events>,
    stdout: Mutex<Vec<u8>>,
    stderr: Mutex<Vec<u8>>,
}

#[derive(Debug, Default)]
struct Events {
    all: Mutex<Vec<Event>>,
    came: Condvar,
}

impl Started {
    pub(crate) fn new(builder: PluginBuilder) -> Result<Self, LoadError> {
        let events = Arc::new(Events::default());
        let kept = events.clone();
        let builder = builder.on_event(move |_, event| {
            lock(&kept.all).push(event.clone());
            kept.came.notify_all();
        });
        Ok(Self { plugin: builder.start()?, events, stdout: Mutex::default(), stderr: Mutex::default() })
    }

    /// What has happened to the plugin since its start.
    pub fn events(&self) -> Vec<Event> {
        lock(&self.events.all).clone()
    }

    /// Waits until something has happened to the plugin, at the most a minute, and returns the first such event: for what
    /// threads of the plugin do on their own.
    ///
    /// # Panics
    /// If it has not happened by then; the message has what has.
    pub fn wait_for(&self, mut is_it: impl FnMut(&Event) -> bool) -> Event {
        let until = Instant::now() + PATIENCE;
        let mut all = lock(&self.events.all);
        loop {
            if let Some(event) = all.iter().find(|event| is_it(event)) {
                return event.clone();
            }
            let left = until.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "the event didn't come; what came: {all:?}");
            all = self.events.came.wait_timeout(all, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// What the plugin tried and may not, as sentences: what its policy lacks, if the plugin is right. Many denials at once
    /// are counted rather than reported; see [`events`](Self::events).
    pub fn denied(&self) -> Vec<String> {
        let is_denial = |event: &&Event| matches!(event, Event::Denied { .. });
        lock(&self.events.all).iter().filter(is_denial).map(ToString::to_string).collect()
    }

    /// What the plugin has printed since its start, as far as the policy's limit keeps it. What isn't UTF-8 is replaced.
    pub fn stdout(&self) -> String {
        self.take();
        String::from_utf8_lossy(&lock(&self.stdout)).into_owned()
    }

    /// What the plugin has printed to standard error, likewise.
    pub fn stderr(&self) -> String {
        self.take();
        String::from_utf8_lossy(&lock(&self.stderr)).into_owned()
    }

    /// The plugin alone. What comes afterwards is not kept.
    pub fn into_plugin(self) -> Plugin {
        self.plugin
    }

    fn take(&self) {
        let output = self.plugin.take_output();
        lock(&self.stdout).extend(output.stdout);
        lock(&self.stderr).extend(output.stderr);
    }
}

impl Deref for Started {
    type Target = Plugin;

    fn deref(&self) -> &Plugin {
        &self.plugin
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
