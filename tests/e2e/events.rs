//! Remembers what happened to a plugin.

use plugix_host::events::Event;
use std::sync::{Arc, Mutex};

/// All events of a plugin, in words. Clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recorder(Arc<Mutex<Vec<String>>>);

impl Recorder {
    /// What [`plugix_host::plugin::PluginBuilder::on_event`] takes.
    pub(crate) fn callback(&self) -> impl Fn(&str, &Event) + Send + Sync + 'static {
        let seen = self.0.clone();
        move |_, event| seen.lock().unwrap().push(event.to_string())
    }

    /// Whether there was an event with these words.
    pub(crate) fn saw(&self, words: &str) -> bool {
        self.0.lock().unwrap().iter().any(|event| event.contains(words))
    }
}
