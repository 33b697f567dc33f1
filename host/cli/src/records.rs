//! What is told on standard error while something runs: records of the plugin's log as a person reads them, and events of
//! the host's.

use std::fmt::{self, Write as _};
use std::io::IsTerminal as _;
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::filter::{self, Filtered};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

/// The target of a plugin's records.
const LOG: &str = "plugix::log";

/// The target of what happens to a plugin: who calls one tells it in words of its own.
const EVENTS: &str = "plugix::events";

/// The target of modules that can't be compiled, which the command's own error says.
const COMPILE: &str = "plugix::compile";

/// Tells what happens from now on; what happens to plugins unless `tells_events` is false.
pub(crate) fn install(verbose: bool, tells_events: bool) {
    let level = if verbose { LevelFilter::DEBUG } else { LevelFilter::WARN };
    let others = move |metadata: &Metadata<'_>| {
        let target = metadata.target();
        target != LOG
            && (target != COMPILE || verbose)
            && (target != EVENTS || tells_events)
            && *metadata.level() <= level
    };
    let events = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .without_time()
        .with_filter(filter::filter_fn(others));
    tracing_subscriber::registry().with(events).with(records()).init();
}

fn records<S: Subscriber + for<'a> tracing_subscriber::registry::LookupSpan<'a>>()
-> Filtered<Records, filter::FilterFn, S> {
    // The services of the plugin leave out what is not wanted.
    Records.with_filter(filter::filter_fn(|metadata| metadata.target() == LOG))
}

struct Records;

impl<S: Subscriber> Layer<S> for Records {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut record = Record::default();
        event.record(&mut record);
        crate::print::tell(record.line(*event.metadata().level(), std::io::stderr().is_terminal()));
    }
}

/// A record, as its event has it.
#[derive(Default)]
struct Record {
    message: String,
    module: String,
    thread: String,
    spans: String,
    fields: String,
}

impl Record {
    /// `INFO site::pages: message key=value`, with what there is.
    fn line(&self, level: Level, colours: bool) -> String {
        let mut line = match (colours, level) {
            (true, Level::ERROR) => format!("\x1b[31m{level}\x1b[0m"),
            (true, Level::WARN) => format!("\x1b[33m{level}\x1b[0m"),
            (true, _) => format!("\x1b[2m{level}\x1b[0m"),
            (false, _) => level.to_string(),
        };
        for part in [&self.module, &self.spans].into_iter().filter(|part| !part.is_empty()) {
            // Writing to a string never fails.
            let _ = write!(line, " {part}");
        }
        if !matches!(self.thread.as_str(), "" | "main") {
            let _ = write!(line, " ({})", self.thread);
        }
        let _ = write!(line, ": {}", self.message);
        if !self.fields.is_empty() {
            let _ = write!(line, " {}", self.fields);
        }
        line
    }

    fn set(&mut self, field: &Field, value: String) {
        match field.name() {
            "message" => self.message = value,
            "module" => self.module = value,
            "thread" => self.thread = value,
            "spans" => self.spans = value,
            "fields" => self.fields = value,
            _ => {}
        }
    }
}

impl Visit for Record {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.set(field, value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.set(field, format!("{value:?}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_has_what_there_is() {
        let mut record = Record { message: "found".into(), module: "site::pages".into(), ..Record::default() };
        record.thread = "main".into();
        assert_eq!(record.line(Level::INFO, false), "INFO site::pages: found");
        let rest = Record { thread: "worker".into(), spans: "a:b".into(), fields: "n=1".into(), ..record };
        assert_eq!(rest.line(Level::WARN, false), "WARN site::pages a:b (worker): found n=1");
        assert_eq!(rest.line(Level::WARN, true), "\x1b[33mWARN\x1b[0m site::pages a:b (worker): found n=1");
    }
}
