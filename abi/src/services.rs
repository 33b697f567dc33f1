//! What every host can give to its plugins: logging, progress, and a flag that says "enough".
//!
//! An interface like any other. The SDK calls it for the plugin. All of its methods are optional, so that a plugin runs
//! on a host that gives it nothing.
//!
//! A host implements the methods that it wants:
//!
//! ```
//! use plugix_abi::services::{Record, Services};
//!
//! struct Console;
//!
//! impl Services for Console {
//!     fn max_level(&self) -> u32 {
//!         2 // errors and warnings
//!     }
//!
//!     fn log(&self, record: Record) {
//!         eprintln!("{}: {}", record.target, record.message);
//!     }
//! }
//!
//! let services = <dyn Services>::provider(Console); // what a host gives to its plugins
//! assert_eq!(services.get().max_level(), 2);
//! assert!(!services.get().is_cancelled());
//! ```

use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// The host's services, as a plugin calls them.
#[crate::interface(name = "plugix-services", version = "1.0", crate = crate)]
pub trait Services {
    /// The most detailed level that the host wants: 0 for none, 1 for errors, up to 5 for traces.
    fn max_level(&self) -> u32 {
        0
    }

    /// Takes a record of the plugin's log.
    fn log(&self, record: Record) {
        let _ = record;
    }

    /// Takes word of how far the plugin is; `total` is 0 when nobody knows.
    fn progress(&self, done: u64, total: u64, message: &str) {
        let _ = (done, total, message);
    }

    /// Whether the plugin should end what it is doing. Long work asks this now and then.
    fn is_cancelled(&self) -> bool {
        false
    }

    /// The trace that the call belongs to, as the header `traceparent` of W3C's Trace Context has it.
    fn trace_parent(&self) -> Option<String> {
        None
    }
}

/// Bytes that the arguments of one call may have, encoded: a record of the log, or a message. The SDK cuts what is longer.
pub const MAX_LEN: usize = 64 << 10;

/// A record of a plugin's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, crate::Schema)]
#[schema(crate = crate)]
pub struct Record {
    /// 1 for an error, 2 for a warning, 3 for information, 4 for debugging, 5 for traces.
    pub level: u8,
    /// What part of the plugin it is from.
    pub target: String,
    /// The message.
    pub message: String,
    /// Named values, in the plugin's order.
    pub fields: Vec<(String, String)>,
    /// The spans that the record is in, outermost first.
    pub spans: Vec<String>,
    /// The source file, if known.
    pub file: Option<String>,
    /// The line in that file, if known.
    pub line: Option<u32>,
    /// The guest thread's name, if it has one.
    pub thread: Option<String>,
}

impl Record {
    /// Cuts texts so that the record is not longer than [`MAX_LEN`]: the message first, which may have half of that, and
    /// then the fields and spans from the first one that has no room.
    pub fn cut(&mut self) {
        /// What a text and the numbers have besides.
        const BESIDES: usize = 16;
        cut(&mut self.message, MAX_LEN / 2);
        [Some(&mut self.target), self.file.as_mut(), self.thread.as_mut()]
            .into_iter()
            .flatten()
            .for_each(|text| cut(text, MAX_LEN / 16));
        let mut room = MAX_LEN / 4 - 4 * BESIDES;
        let mut has_room = |len: usize| {
            room = room.saturating_sub(len + BESIDES);
            room > 0
        };
        let fields =
            self.fields.iter().take_while(|(name, value)| has_room(name.len() + value.len() + BESIDES)).count();
        self.fields.truncate(fields);
        let spans = self.spans.iter().take_while(|span| has_room(span.len())).count();
        self.spans.truncate(spans);
    }
}

/// Cuts a text at the end of a character.
pub fn cut(text: &mut String, most: usize) {
    text.truncate(text.floor_char_boundary(most));
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn a_record_of_any_size_is_cut_to_fit() {
        let long = || "ü".repeat(1 << 20);
        let pair = || (long(), long());
        for (fields, spans) in [
            (vec![pair()], vec![long()]),
            (vec![(String::new(), String::new()); 1 << 20], vec![String::new(); 1 << 20]),
            (vec![], vec!["a".repeat(100); 1000]),
        ] {
            let (file, thread) = (Some(long()), Some(long()));
            let (target, message) = (long(), long());
            let mut record = Record { level: 5, target, message, fields, spans, file, line: Some(u32::MAX), thread };
            record.cut();
            let len = postcard::to_allocvec(&record).unwrap().len();
            assert!((MAX_LEN / 2..=MAX_LEN).contains(&len), "{len}");
        }
    }

    #[test]
    fn a_usual_record_stays_as_it_is() {
        let text = || String::from("text");
        let mut record = Record {
            level: 1,
            target: text(),
            message: text(),
            fields: vec![(text(), text())],
            spans: vec![text()],
            file: Some(text()),
            line: None,
            thread: None,
        };
        let before = record.clone();
        record.cut();
        assert_eq!(record, before);
    }
}
