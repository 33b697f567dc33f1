//! What plugins use, as metrics for Prometheus and OpenTelemetry.
//!
//! Each metric has the label `plugin`. Its name begins with `plugix_` (Prometheus) or `plugix.` (OpenTelemetry). What counts
//! up begins at zero again when a plugin is started again.
//!
//! The rooms: `table` has each number of a [`Usage`] once; `prometheus` and `opentelemetry` pass its rows on.

#[cfg(feature = "opentelemetry")]
mod opentelemetry;
#[cfg(feature = "prometheus")]
mod prometheus;
#[cfg_attr(not(any(feature = "opentelemetry", feature = "prometheus")), allow(dead_code))]
mod table;

use plugix_host::plugin::Usage;
use std::fmt;
use std::sync::Arc;

/// Plugins whose use is told. Clones are cheap.
#[derive(Clone)]
pub struct Metrics(Arc<Plugins>);

/// The plugins that there are, by name.
type Plugins = dyn Fn() -> Vec<(String, Usage)> + Send + Sync;

impl Metrics {
    /// Metrics of the plugins that `plugins` names. It is called each time that somebody asks for a metric, so it takes little
    /// time. A name stands there once.
    pub fn new(plugins: impl Fn() -> Vec<(String, Usage)> + Send + Sync + 'static) -> Self {
        Self(Arc::new(plugins))
    }

    #[cfg(any(feature = "opentelemetry", feature = "prometheus"))]
    fn plugins(&self) -> Vec<(String, Usage)> {
        (self.0)()
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

/// The examples of the page that the package has.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
