//! Each number of a [`Usage`], once.

use plugix_host::plugin::Usage;

/// What a metric is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Things.
    One,
    Bytes,
    Seconds,
}

/// How a metric goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It goes up, until the plugin is started again.
    Counter,
    /// It goes up and down.
    Gauge,
}

/// A metric.
pub(crate) struct Row {
    /// Its name, in words with `_` between.
    pub(crate) name: &'static str,
    pub(crate) unit: Unit,
    pub(crate) kind: Kind,
    pub(crate) help: &'static str,
    pub(crate) read: fn(&Usage) -> f64,
}

const fn counter(name: &'static str, unit: Unit, help: &'static str, read: fn(&Usage) -> f64) -> Row {
    Row { name, unit, kind: Kind::Counter, help, read }
}

const fn gauge(name: &'static str, unit: Unit, help: &'static str, read: fn(&Usage) -> f64) -> Row {
    Row { name, unit, kind: Kind::Gauge, help, read }
}

use Unit::{Bytes, One, Seconds};

#[rustfmt::skip] // a row is a line
pub(crate) const ROWS: [Row; 22] = [
    gauge("instances", One, "Instances that there are", |usage| usage.plugins as f64),
    counter("calls", One, "Calls that are over, failed ones included", |usage| usage.calls.finished as f64),
    counter("calls_failed", One, "Calls that failed, and not by an error of the method's own", |usage| usage.calls.failed as f64),
    gauge("calls_running", One, "Calls that are running", |usage| usage.calls.running as f64),
    gauge("threads", One, "Threads that the plugin has started", |usage| usage.threads.now as f64),
    gauge("threads_most", One, "The most threads since the start", |usage| usage.threads.most as f64),
    gauge("threads_limit", One, "The most threads that the policy allows", |usage| usage.threads.limit as f64),
    gauge("memory", Bytes, "Memory that the threads share", |usage| usage.memory.now as f64),
    gauge("memory_most", Bytes, "The most memory since the start", |usage| usage.memory.most as f64),
    gauge("memory_limit", Bytes, "The most memory that the policy allows", |usage| usage.memory.limit as f64),
    gauge("table_entries", One, "Entries of the tables on all threads", |usage| usage.table_entries as f64),
    gauge("exceptions", Bytes, "What exceptions take of the host's memory", |usage| usage.exceptions as f64),
    gauge("open_files", One, "Files that are open", |usage| usage.open_files as f64),
    counter("written_to_mounts", Bytes, "What was written to mounted folders", |usage| usage.written_to_mounts as f64),
    counter("written_to_scratch", Bytes, "What was written to scratch folders", |usage| usage.written_to_scratch as f64),
    gauge("sockets", One, "Sockets that are open", |usage| usage.sockets as f64),
    gauge("output_kept", Bytes, "Output that nobody has taken yet", |usage| usage.output_kept as f64),
    counter("output_dropped", Bytes, "Output that was dropped, since nobody took what came before", |usage| usage.output_dropped as f64),
    counter("denials", One, "Operations that the policy denied", |usage| usage.denials as f64),
    counter("processor_time", Seconds, "Processor time of the threads that the plugin has started", |usage| usage.processor_time.as_secs_f64()),
    counter("panics", One, "Panics on all threads, caught ones included", |usage| usage.panics as f64),
    counter("stops", One, "Ends by a trap, an exit, a broken protocol or the host", |usage| usage.stops as f64),
];

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};
    use std::collections::BTreeSet;

    /// Gives each number of the usage another value.
    fn number(value: &mut Value, next: &mut u64) {
        match value {
            Value::Object(fields) if fields.contains_key("nanos") => {
                *value = json!({ "secs": *next, "nanos": 0 });
                *next += 1;
            }
            Value::Object(fields) => fields.values_mut().for_each(|field| number(field, next)),
            value => {
                *value = json!(*next);
                *next += 1;
            }
        }
    }

    #[test]
    fn each_number_of_a_usage_is_one_metric() {
        let mut usage = serde_json::to_value(Usage::default()).expect("it is data");
        let mut next = 1;
        number(&mut usage, &mut next);
        let usage: Usage = serde_json::from_value(usage).expect("it is the same data");
        let read: BTreeSet<_> = ROWS.iter().map(|row| (row.read)(&usage) as u64).collect();
        assert_eq!(read, (1..next).collect());
        assert_eq!(read.len(), ROWS.len());
        let names: BTreeSet<_> = ROWS.iter().map(|row| row.name).collect();
        assert_eq!(names.len(), ROWS.len());
    }
}
