//! Metrics as a registry of `prometheus-client` takes them.

use crate::Metrics;
use crate::table::{Kind, ROWS, Unit};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Unit as Registered;

impl Collector for Metrics {
    fn encode(&self, mut encoder: DescriptorEncoder) -> Result<(), std::fmt::Error> {
        let plugins = self.plugins();
        for row in &ROWS {
            let name = format!("plugix_{}", row.name);
            let unit = match row.unit {
                Unit::One => None,
                Unit::Bytes => Some(Registered::Bytes),
                Unit::Seconds => Some(Registered::Seconds),
            };
            let kind = match row.kind {
                Kind::Counter => MetricType::Counter,
                Kind::Gauge => MetricType::Gauge,
            };
            let mut family = encoder.encode_descriptor(&name, row.help, unit.as_ref(), kind)?;
            for (plugin, usage) in &plugins {
                let (labels, value) = ([("plugin", plugin.as_str())], (row.read)(usage));
                let metric = family.encode_family(&labels)?;
                match row.kind {
                    Kind::Counter => ConstCounter::new(value).encode(metric)?,
                    Kind::Gauge => ConstGauge::new(value).encode(metric)?,
                }
            }
        }
        Ok(())
    }
}
