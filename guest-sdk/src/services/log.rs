//! Sends records of the `log` crate to the host.

use super::{send, thread_name};
use log::kv::{self, Key, Value, VisitSource};
use log::{LevelFilter, Log, Metadata, Record, max_level, set_logger, set_max_level};
use plugix_abi::services;

struct HostLog;

/// Becomes the logger, unless the plugin has one already.
pub(super) fn install(level: u32) {
    if set_logger(&HostLog).is_ok() {
        let level = LevelFilter::iter().nth(level as usize).unwrap_or(LevelFilter::Trace);
        set_max_level(level);
    }
}

impl Log for HostLog {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() <= max_level()
    }

    fn log(&self, record: &Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        let mut fields = Fields(Vec::new());
        // The visitor never fails.
        let _ = record.key_values().visit(&mut fields);
        send(services::Record {
            level: record.level() as u8,
            target: record.target().to_owned(),
            message: record.args().to_string(),
            fields: fields.0,
            spans: Vec::new(),
            file: record.file().map(str::to_owned),
            line: record.line(),
            thread: thread_name(),
        });
    }

    fn flush(&self) {}
}

struct Fields(Vec<(String, String)>);

impl<'kvs> VisitSource<'kvs> for Fields {
    fn visit_pair(&mut self, key: Key<'kvs>, value: Value<'kvs>) -> Result<(), kv::Error> {
        self.0.push((key.to_string(), value.to_string()));
        Ok(())
    }
}
