//! Metrics as instruments of an OpenTelemetry meter.

use crate::Metrics;
use crate::table::{Kind, ROWS, Row, Unit};
use opentelemetry::KeyValue;
use opentelemetry::metrics::{AsyncInstrument, Meter};

impl Metrics {
    /// Makes an instrument of the meter's for each metric. They are there for as long as the meter's provider is.
    pub fn observe(&self, meter: &Meter) {
        for row in &ROWS {
            let name = format!("plugix.{}", row.name);
            // The units of UCUM, as OpenTelemetry wants them.
            let unit = match row.unit {
                Unit::One => "1",
                Unit::Bytes => "By",
                Unit::Seconds => "s",
            };
            let metrics = self.clone();
            let tell = move |instrument: &dyn AsyncInstrument<f64>| metrics.tell(row, instrument);
            match row.kind {
                Kind::Counter => {
                    let counter = meter.f64_observable_counter(name).with_unit(unit).with_description(row.help);
                    counter.with_callback(tell).build();
                }
                Kind::Gauge => {
                    let gauge = meter.f64_observable_gauge(name).with_unit(unit).with_description(row.help);
                    gauge.with_callback(tell).build();
                }
            }
        }
    }

    fn tell(&self, row: &Row, instrument: &dyn AsyncInstrument<f64>) {
        for (plugin, usage) in self.plugins() {
            instrument.observe((row.read)(&usage), &[KeyValue::new("plugin", plugin)]);
        }
    }
}
