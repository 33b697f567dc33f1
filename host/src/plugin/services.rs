//! The services that a host gives to a plugin: a log, reports of progress, and a flag that ends long work.

use crate::plugin::asynchronous;
use plugix_abi::services::Record;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tracing::Level;

/// Which services a plugin gets. By default there are none.
#[derive(Clone, Default)]
pub struct Services {
    level: Option<Level>,
    progress: Option<Arc<ProgressCallback>>,
    cancellation: Option<Cancellation>,
    trace_parent: Option<Arc<TraceParent>>,
}

/// Names the trace that the calling thread works for.
type TraceParent = dyn Fn() -> Option<String> + Send + Sync;

/// What a host does with a report of progress.
type ProgressCallback = dyn Fn(Progress<'_>) + Send + Sync;

/// How far a plugin says that it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress<'a> {
    /// The name of the plugin.
    pub plugin: &'a str,
    /// How much is done.
    pub done: u64,
    /// How much there is to do. 0 if the plugin doesn't know.
    pub total: u64,
    /// What the plugin is doing.
    pub message: &'a str,
}

/// A flag that asks plugins to end what they are doing. All clones are the same flag.
///
/// A plugin may ignore the flag. To end a plugin in any case, stop it with a
/// [`CancelHandle`](crate::plugin::CancelHandle).
#[derive(Clone, Debug, Default)]
pub struct Cancellation(Arc<AtomicBool>);

impl Cancellation {
    /// A flag that is not set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the flag if `cancelled`, and clears it otherwise.
    pub fn set(&self, cancelled: bool) {
        self.0.store(cancelled, Ordering::Release);
    }

    /// Whether the flag is set.
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

impl Services {
    /// No services.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes what the plugin logs with `log` and `tracing`, up to this level, into the host's `tracing`. The target is
    /// `plugix::log`. An event has the plugin's name and thread, and the record's own target, place and fields.
    #[must_use]
    pub fn log(mut self, level: Level) -> Self {
        self.level = Some(level);
        self
    }

    /// Calls `report` when the plugin says how far it has come. This happens on the thread of the plugin that says it.
    #[must_use]
    pub fn on_progress(mut self, report: impl Fn(Progress<'_>) + Send + Sync + 'static) -> Self {
        self.progress = Some(Arc::new(report));
        self
    }

    /// Lets the plugin see this flag.
    #[must_use]
    pub fn cancellation(mut self, flag: &Cancellation) -> Self {
        self.cancellation = Some(flag.clone());
        self
    }

    /// Tells the plugin which trace a call belongs to, as the header `traceparent` of W3C's Trace Context has it. `name` runs on
    /// the calling thread, in the call's span if there are [spans](crate::plugin::PluginBuilder::spans).
    #[must_use]
    pub fn trace_parent(mut self, name: impl Fn() -> Option<String> + Send + Sync + 'static) -> Self {
        self.trace_parent = Some(Arc::new(name));
        self
    }

    /// The services, as the interface that one plugin calls.
    pub(crate) fn provide(self, plugin: Arc<str>) -> impl plugix_abi::services::Services + Send + Sync + 'static {
        Given { plugin, services: self }
    }
}

impl fmt::Debug for Services {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Services")
            .field("level", &self.level)
            .field("progress", &self.progress.is_some())
            .field("cancellation", &self.cancellation)
            .field("trace_parent", &self.trace_parent.is_some())
            .finish()
    }
}

struct Given {
    plugin: Arc<str>,
    services: Services,
}

#[warn(clippy::missing_trait_methods)] // the trait has defaults for older hosts, and this host provides all
impl plugix_abi::services::Services for Given {
    fn max_level(&self) -> u32 {
        self.services.level.map_or(0, number)
    }

    fn log(&self, record: Record) {
        let Some(level) = self.services.level.filter(|level| number(*level) >= record.level.into()) else { return };
        let plugin = &*self.plugin;
        let thread = record.thread.as_deref().unwrap_or("main");
        let fields = Fields(&record.fields);
        let spans = record.spans.join(":");
        let Record { target: module, message, file, line, .. } = &record;
        // The macros want a constant level.
        macro_rules! emit {
            ($level:expr) => {
                tracing::event!(
                    target: "plugix::log",
                    $level,
                    plugin,
                    thread,
                    module,
                    file,
                    line,
                    spans,
                    %fields,
                    "{message}"
                )
            };
        }
        match record.level {
            0 | 1 => emit!(Level::ERROR),
            2 => emit!(Level::WARN),
            3 => emit!(Level::INFO),
            4 => emit!(Level::DEBUG),
            _ if level == Level::TRACE => emit!(Level::TRACE),
            _ => {}
        }
    }

    fn progress(&self, done: u64, total: u64, message: &str) {
        if let Some(report) = &self.services.progress {
            report(Progress { plugin: &self.plugin, done, total, message });
        }
    }

    fn is_cancelled(&self) -> bool {
        self.services.cancellation.as_ref().is_some_and(Cancellation::is_set) || asynchronous::is_cancelled()
    }

    fn trace_parent(&self) -> Option<String> {
        self.services.trace_parent.as_ref()?()
    }
}

/// 1 for errors, up to 5 for traces.
fn number(level: Level) -> u32 {
    match level {
        Level::ERROR => 1,
        Level::WARN => 2,
        Level::INFO => 3,
        Level::DEBUG => 4,
        Level::TRACE => 5,
    }
}

/// Named values as one text.
struct Fields<'a>(&'a [(String, String)]);

impl fmt::Display for Fields<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (name, value)) in self.0.iter().enumerate() {
            f.write_str(if i == 0 { "" } else { " " })?;
            write!(f, "{name}={value}")?;
        }
        Ok(())
    }
}
