//! A refusal that may be worth a word, or not.
//!
//! wasmer-wasix opens each file for reading and writing, and again for reading if that is refused. Only who knows what
//! the plugin asked for can tell whether it was denied anything.

use crate::events::{Event, Events};
use std::cell::RefCell;
use std::path::{Path, PathBuf};

thread_local! {
    /// The last file that the calling thread was not allowed to open for writing.
    static REFUSED: RefCell<Option<(Events, PathBuf)>> = const { RefCell::new(None) };
}

/// Remembers a refusal.
pub(super) fn remember_refusal(events: &Events, path: &Path) {
    REFUSED.set(Some((events.clone(), Path::new("/").join(path))));
}

/// What was refused before doesn't matter.
pub(crate) fn forget_refusal() {
    REFUSED.set(None);
}

/// The plugin asked for what was refused.
pub(crate) fn report_refusal() {
    if let Some((events, path)) = REFUSED.take() {
        events.report(Event::Denied { operation: "write", target: path.display().to_string() });
    }
}
