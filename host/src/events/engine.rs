//! What the engine's own code logs while it works for a plugin.
//!
//! wasmer and wasmer-wasix warn through `tracing` of what a plugin does wrong, name no plugin, and know no limit: a plugin
//! could fill the host's log. So such work is done within [`attribute`]. The host's subscriber doesn't hear the engine there.
//! Warnings are passed on afterwards, with the plugin's name and limited like its events, with the target `plugix::engine` and
//! at the level `DEBUG`: a host that wants to see them enables that. What the host itself logs meanwhile is heard as always.

use super::Events;
use std::cell::{Cell, RefCell};
use std::fmt::{Debug, Write};
use std::sync::LazyLock;
use tracing::dispatcher::{self, Dispatch};
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

/// How many lines of one piece of work are passed on, and how long one may be, in bytes.
const LINES: usize = 4;
const LINE: usize = 400;

thread_local! {
    /// Whom the host listens with, if the engine works for a plugin on this thread.
    static OUTER: RefCell<Option<Dispatch>> = const { RefCell::new(None) };
    /// What the engine has said since.
    static SAID: Cell<Vec<String>> = const { Cell::new(Vec::new()) };
}

static LISTENER: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(Listener));

/// Runs code of the engine's. What it logs belongs to the plugin of these events.
pub(crate) fn attribute<T>(events: &Events, run: impl FnOnce() -> T) -> T {
    if OUTER.with_borrow(Option::is_some) {
        return run();
    }
    SAID.set(Vec::new());
    OUTER.set(Some(dispatcher::get_default(Dispatch::clone)));
    let restore = Restore(None);
    let result = dispatcher::with_default(&LISTENER, run);
    drop(restore);
    SAID.take().iter().for_each(|line| events.engine_said(line));
    result
}

/// Runs code of the host's, which its subscriber hears, wherever that is called.
pub(super) fn outside<T>(run: impl FnOnce() -> T) -> T {
    match OUTER.take() {
        None => run(),
        Some(outer) => {
            let _restore = Restore(Some(outer.clone()));
            dispatcher::with_default(&outer, run)
        }
    }
}

/// Sets back who listens, after a panic as well.
struct Restore(Option<Dispatch>);

impl Drop for Restore {
    fn drop(&mut self) {
        OUTER.set(self.0.take());
    }
}

/// Hears warnings and errors of the engine's.
struct Listener;

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event() && *metadata.level() <= Level::WARN
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::WARN)
    }

    fn event(&self, event: &Event<'_>) {
        let mut said = SAID.take();
        if said.len() < LINES {
            let mut line = Line(event.metadata().target().to_owned());
            event.record(&mut line);
            said.push(line.0);
        }
        SAID.set(said);
    }

    // No span is enabled.
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// The fields of an event as text, cut off where it gets long.
struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        // A line that is full ends the formatting.
        let _ = match field.name() {
            "message" => write!(self, ": {value:?}"),
            name => write!(self, " {name}={value:?}"),
        };
    }
}

impl Write for Line {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        let left = LINE.saturating_sub(self.0.len());
        self.0.extend(text.chars().take(left).map(|c| if c.is_control() { ' ' } else { c }));
        if text.len() > left { Err(std::fmt::Error) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::Event as PluginEvent;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::{Arc, Mutex};

    /// All fields, in all their length.
    struct All(String);

    impl Visit for All {
        fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
            self.0 += &match field.name() {
                "message" => format!(": {value:?}"),
                name => format!(" {name}={value:?}"),
            };
        }
    }

    /// Keeps what is said: target and text.
    #[derive(Clone, Default)]
    struct Heard(Arc<Mutex<Vec<String>>>);

    impl Subscriber for Heard {
        fn enabled(&self, _: &Metadata<'_>) -> bool {
            true
        }

        fn event(&self, event: &Event<'_>) {
            let mut all = All(event.metadata().target().to_owned());
            event.record(&mut all);
            self.0.lock().unwrap().push(all.0);
        }

        fn new_span(&self, _: &Attributes<'_>) -> Id {
            Id::from_u64(1)
        }

        fn record(&self, _: &Id, _: &Record<'_>) {}

        fn record_follows_from(&self, _: &Id, _: &Id) {}

        fn enter(&self, _: &Id) {}

        fn exit(&self, _: &Id) {}
    }

    fn hear(run: impl FnOnce()) -> Vec<String> {
        let heard = Heard::default();
        dispatcher::with_default(&Dispatch::new(heard.clone()), run);
        std::mem::take(&mut heard.0.lock().unwrap())
    }

    #[test]
    fn what_the_engine_says_has_a_name_and_a_limit() {
        let heard = hear(|| {
            let events = Events::new("loud", None);
            for _ in 0..1_000 {
                attribute(
                    &events,
                    || tracing::error!(target: "wasmer_wasix::test", number = 7, "no\n{}", "x".repeat(10_000)),
                );
            }
            tracing::warn!(target: "host", "after");
        });
        assert!((64..100).contains(&heard.len()), "{}", heard.len());
        assert!(heard[0].starts_with("plugix::engine: wasmer_wasix::test"), "{}", heard[0]);
        assert!(heard.iter().any(|line| line.contains("plugin=\"loud\"")), "{heard:?}");
        assert!(heard.iter().all(|line| line.len() < 1_000 && !line.contains('\n')));
        assert_eq!(heard.last().unwrap(), "host: after");
    }

    #[test]
    fn what_the_host_says_meanwhile_is_heard() {
        let heard = hear(|| {
            let events = Events::new("denied", None);
            attribute(&events, || events.report(PluginEvent::Exited { code: 3 }));
            let run = AssertUnwindSafe(|| attribute(&events, || panic!("by the engine")));
            let panicked = catch_unwind(run);
            assert!(panicked.is_err());
            attribute(&events, || tracing::info!(target: "wasmer", "not a warning"));
        });
        assert_eq!(heard.len(), 1, "{heard:?}");
        assert!(heard[0].contains("exited with code 3"), "{heard:?}");
    }
}
