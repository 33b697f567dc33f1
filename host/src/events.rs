//! What happens to a plugin without its host's doing: limits reached, operations denied, threads that died.
//!
//! Every event goes to `tracing`, with the target `plugix::events`. A host that wants to act on events sets a callback with
//! [`PluginBuilder::on_event`](crate::plugin::PluginBuilder::on_event).
//!
//! ```no_run
//! use plugix_host::events::{Event, LimitKind};
//! use plugix_host::{Engine, Plugin};
//! use std::sync::mpsc::channel;
//!
//! let (alarm, alarms) = channel();
//! let module = Engine::new()?.load_file("word_count.wasm")?;
//! let plugin = Plugin::builder(&module)
//!     .on_event(move |plugin, event| {
//!         // The callback is quick: it may run in the middle of a call.
//!         let _ = match event {
//!             Event::LimitReached { limit: LimitKind::Memory, allowed } => {
//!                 alarm.send(format!("{plugin} needs more than {allowed} bytes of memory"))
//!             }
//!             Event::Denied { operation, target } => alarm.send(format!("{plugin} tried to {operation} {target}")),
//!             other => alarm.send(format!("{plugin} {other}")),
//!         };
//!     })
//!     .start()?;
//! drop(plugin);
//! alarms.iter().for_each(|alarm| println!("{alarm}"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod counts;
mod engine;
mod event;
mod flood;

pub(crate) use counts::Counts;
pub(crate) use engine::attribute;
pub use event::{Event, LimitKind};

use crate::sync::lock::lock;
use flood::Flood;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

/// The host's function for events. It gets the plugin's name.
pub(crate) type Callback = Arc<dyn Fn(&str, &Event) + Send + Sync>;

/// Where the events of one plugin go: to `tracing`, and to the host's callback if there is one. Clones are cheap.
///
/// A plugin can cause an event as often as it likes. Events that come too fast are counted, and not reported.
#[derive(Clone)]
pub(crate) struct Events(Arc<Shared>);

struct Shared {
    plugin: Arc<str>,
    callback: Option<Callback>,
    flood: Mutex<Flood>,
    /// For what the engine says.
    engine: Mutex<Flood>,
    limit_reached: AtomicBool,
    counts: Counts,
}

impl Events {
    /// The events of the plugin with this name.
    pub(crate) fn new(plugin: &str, callback: Option<Callback>) -> Self {
        Self(Arc::new(Shared {
            plugin: plugin.into(),
            callback,
            flood: Mutex::new(Flood::new(Instant::now())),
            engine: Mutex::new(Flood::new(Instant::now())),
            limit_reached: AtomicBool::default(),
            counts: Counts::default(),
        }))
    }

    /// Whether the plugin has ever wanted more of something than it may have.
    pub(crate) fn limit_reached(&self) -> bool {
        self.0.limit_reached.load(Ordering::Relaxed)
    }

    /// The counts of what the plugin has done.
    pub(crate) fn counts(&self) -> &Counts {
        &self.0.counts
    }

    /// The plugin's name.
    pub(crate) fn plugin(&self) -> &str {
        &self.0.plugin
    }

    /// Reports an event. If the callback panics, that is a fault of the host application. The panic is caught here,
    /// because the caller may be a function that a plugin called.
    pub(crate) fn report(&self, event: Event) {
        match event {
            Event::LimitReached { .. } => self.0.limit_reached.store(true, Ordering::Relaxed),
            Event::Denied { .. } => self.0.counts.denials.add(1),
            _ => {}
        }
        if event.is_repeatable() {
            let admitted = lock(&self.0.flood).admit(Instant::now());
            let Some(suppressed) = admitted else { return };
            if suppressed > 0 {
                self.pass_on(&Event::Suppressed { count: suppressed });
            }
        }
        self.pass_on(&event);
    }

    /// Passes on what the engine has logged on behalf of the plugin.
    fn engine_said(&self, line: &str) {
        if let Some(suppressed) = lock(&self.0.engine).admit(Instant::now()) {
            tracing::debug!(target: "plugix::engine", plugin = self.plugin(), suppressed, "{line}");
        }
    }

    fn pass_on(&self, event: &Event) {
        engine::outside(|| self.tell(event));
    }

    fn tell(&self, event: &Event) {
        let plugin = self.plugin();
        match event {
            // An end of the plugin's own is nothing to be warned of.
            Event::Exited { .. } => tracing::debug!(target: "plugix::events", plugin, "{event}"),
            _ => tracing::warn!(target: "plugix::events", plugin, "{event}"),
        }
        if let Some(callback) = &self.0.callback
            && catch_unwind(AssertUnwindSafe(|| callback(plugin, event))).is_err()
        {
            tracing::error!(plugin, "the host's callback for events panicked");
        }
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Events").field(&self.0.plugin).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn denied() -> Event {
        Event::Denied { operation: "connect to", target: "10.0.0.1:80".into() }
    }

    #[test]
    fn a_flood_is_counted_and_what_the_host_does_always_passes() {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let sink = seen.clone();
        let events = Events::new(
            "test",
            Some(Arc::new(move |plugin: &str, event: &Event| {
                lock(&sink).push((plugin.to_owned(), event.to_string()));
            })),
        );
        (0..1_000).for_each(|_| events.report(denied()));
        let reported = lock(&seen).len();
        assert!((64..80).contains(&reported), "{reported}");
        events.report(Event::Stopped { cause: "deadline".into() });
        assert_eq!(lock(&seen).last(), Some(&("test".to_owned(), "was stopped: deadline".to_owned())));
    }

    #[test]
    fn a_callback_that_panics_is_caught() {
        let events = Events::new("plugin", Some(Arc::new(|_: &str, _: &Event| panic!("by the host"))));
        events.report(denied());
    }
}
