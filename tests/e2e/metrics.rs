//! What a plugin uses, as metrics. The fixture is that of `usage`.

use anyhow::{Context, Result};
use opentelemetry::metrics::MeterProvider as _;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::metrics::data::{AggregatedMetrics, MetricData, ResourceMetrics};
use opentelemetry_sdk::metrics::exporter::PushMetricExporter;
use opentelemetry_sdk::metrics::{SdkMeterProvider, Temporality};
use plugix_e2e::{call, failure, plugin};
use plugix_host::{Plugin, Policy};
use plugix_metrics::Metrics;
use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;
use std::collections::BTreeMap;
use std::future::{Future, ready};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A name that a plugin could choose to forge a line of text.
const NAME: &str = "usage\"} 1\nplugix_calls_total{plugin=\"other";

/// Metrics of one plugin, after three calls of which one has failed.
fn measured() -> Result<(Arc<Plugin>, Metrics)> {
    let plugin = Arc::new(plugin("usage", &Policy::new().memory(64 << 20)));
    call(&plugin, "nothing", "")?;
    call(&plugin, "nothing", "")?;
    failure(&plugin, "panic", "")?;
    // ANCHOR: metrics
    let counted = plugin.clone();
    let metrics = Metrics::new(move || vec![(NAME.to_owned(), counted.usage())]);
    // ANCHOR_END: metrics
    Ok((plugin, metrics))
}

#[test]
fn prometheus_reads_them_as_text() -> Result<()> {
    let (plugin, metrics) = measured()?;
    // ANCHOR: prometheus
    let mut registry = Registry::default();
    registry.register_collector(Box::new(metrics));
    // ANCHOR_END: prometheus
    let read = || -> Result<String> {
        let mut text = String::new();
        encode(&mut text, &registry)?;
        Ok(text)
    };
    let text = read()?;
    let usage = plugin.usage();
    let label = r#"{plugin="usage\"} 1\nplugix_calls_total{plugin=\"other"}"#;
    let has = |name: &str, value: f64| {
        let line = format!("{name}{label} {value:.1}");
        assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
    };
    has("plugix_calls_total", usage.calls.finished as f64);
    has("plugix_calls_failed_total", 1.0);
    has("plugix_panics_total", 1.0);
    has("plugix_memory_limit_bytes", f64::from(64 << 20));
    assert!(text.contains("# TYPE plugix_processor_time_seconds counter\n"), "{text}");
    // Nobody has to register anything for the next calls.
    call(&plugin, "nothing", "")?;
    assert!(read()?.contains(&format!("plugix_calls_total{label} {:.1}\n", usage.calls.finished as f64 + 1.0)));
    Ok(())
}

/// What an instrument tells: the unit, whether it only goes up, and the value.
type Told = (String, bool, f64);

/// Keeps what instruments tell, by name.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<BTreeMap<String, Told>>>);

impl PushMetricExporter for Kept {
    fn export(&self, metrics: &ResourceMetrics) -> impl Future<Output = OTelSdkResult> + Send {
        let mut kept = self.0.lock().expect("nobody panics here");
        for metric in metrics.scope_metrics().flat_map(|scope| scope.metrics()) {
            let AggregatedMetrics::F64(data) = metric.data() else { continue };
            let point = match data {
                MetricData::Sum(sum) => sum.data_points().next().map(|point| (sum.is_monotonic(), point.value())),
                MetricData::Gauge(gauge) => gauge.data_points().next().map(|point| (false, point.value())),
                _ => None,
            };
            if let Some((goes_up, value)) = point {
                kept.insert(metric.name().to_owned(), (metric.unit().to_owned(), goes_up, value));
            }
        }
        ready(Ok(()))
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }

    fn temporality(&self) -> Temporality {
        Temporality::Cumulative
    }
}

#[test]
fn opentelemetry_observes_them() -> Result<()> {
    let (plugin, metrics) = measured()?;
    let kept = Kept::default();
    let provider = SdkMeterProvider::builder().with_periodic_exporter(kept.clone()).build();
    metrics.observe(&provider.meter("application"));
    provider.force_flush()?;
    let kept = kept.0.lock().expect("nobody panics here").clone();
    let of = |name: &str| kept.get(name).cloned().with_context(|| format!("there is no {name} in {kept:?}"));
    assert_eq!(of("plugix.calls")?, ("1".into(), true, plugin.usage().calls.finished as f64));
    assert_eq!(of("plugix.memory_limit")?, ("By".into(), false, f64::from(64 << 20)));
    assert_eq!(of("plugix.processor_time")?.0, "s");
    provider.shutdown()?;
    Ok(())
}
