//! Keeps what plugins log, on whichever thread.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

/// What this process logged. All threads have this subscriber, since a plugin's threads log, too.
static RECORDS: LazyLock<&'static Mutex<Vec<Record>>> = LazyLock::new(|| {
    let records: &Mutex<Vec<Record>> = Box::leak(Box::default());
    let subscriber = tracing_subscriber::registry().with(Capture(records));
    tracing::subscriber::set_global_default(subscriber).expect("no other test sets one");
    records
});

/// Starts to listen.
pub(crate) fn listen() {
    LazyLock::force(&RECORDS);
}

/// What the plugin of that name logged under a target.
pub(crate) fn records_of(plugin: &str, target: &str) -> Vec<Record> {
    let records = RECORDS.lock().expect("no panic");
    let of_plugin = |record: &&Record| record.fields.get("plugin").is_some_and(|name| name == plugin);
    records.iter().filter(of_plugin).filter(|record| record.target == target).cloned().collect()
}

/// How many lines wasmer-wasix itself has logged, down to debugging lines.
pub(crate) fn of_the_engine() -> usize {
    ENGINE.load(Ordering::Relaxed)
}

static ENGINE: AtomicUsize = AtomicUsize::new(0);

/// One record, with its fields as text.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) level: Level,
    target: &'static str,
    pub(crate) fields: BTreeMap<&'static str, String>,
}

/// What plugins log themselves, what happens to them, and what the engine says of them.
const TARGETS: [&str; 3] = ["plugix::log", "plugix::events", "plugix::engine"];

struct Capture(&'static Mutex<Vec<Record>>);

impl<S: Subscriber> Layer<S> for Capture {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let level = *event.metadata().level();
        let target = event.metadata().target();
        if target.starts_with("wasmer_wasix") && level <= Level::DEBUG {
            ENGINE.fetch_add(1, Ordering::Relaxed);
        }
        if TARGETS.contains(&target) {
            let mut record = Record { level, target, fields: BTreeMap::new() };
            event.record(&mut record);
            self.0.lock().expect("no panic").push(record);
        }
    }
}

impl Visit for Record {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.fields.insert(field.name(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.fields.insert(field.name(), value.to_owned());
    }
}
